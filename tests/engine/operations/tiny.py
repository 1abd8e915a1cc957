"""Untrained networks of a few thousand weights, and small images: what operations need to be run for real."""

from __future__ import annotations

import io
import os
import struct
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from engine import weights
from engine.imaging import geometry
from engine.imaging.phantoms import chest, fundus
from engine.io.dicom_writing import DicomIdentity, write_dicom
from engine.models import siamese, unet, zero_shot, zoom_in_net
from engine.records import Laterality, Modality, ModelCard
from engine.semantics.labels import label_embeddings

FUNDUS_SIDE, CHEST_SIDE = 240, 160
LESIONS = ("MA", "HE", "SE", "EX", "NV")
FINDINGS = ("Mass", "Nodule", "Effusion", "Edema")
DISEASES = ("normal", "glaucoma", "diabetic retinopathy")
SLIM = {"channels": [8, 8, 8, 16], "stem_type": "", "stem_width": 8}
GRADING = zoom_in_net.NetworkConfig(
    96, 240, 39, 4, 64, "resnet10t", SLIM, "resnet10t", SLIM, hidden=8
)  # fmt: skip
UNET = unet.UNetConfig("tu-resnet10t", {"channels": [8, 8, 16, 16]}, (16, 16, 8, 8, 8))
SIAMESE = siamese.SiameseConfig("resnet10t", {"channels": [8, 8, 16, 16]}, embedding=4)
CHEST = {
    "backbone": "resnet10t",
    "backbone_options": {"channels": [8, 8, 8, 16]},
    "semantic_size": 384,
    "hidden": [12],
    "latent": 6,
    "activation": "relu",
    "relevance": "cosine",
    "dropout": 0.0,
    "encoder": "minilm",
    "prompt_style": "ensemble",
    "image_size": 64,
}


def write_weights(resources: Path) -> Path:
    """Weights of every system as ``resources/weights/NAME.safetensors``, always the same."""
    torch.manual_seed(1)
    folder = resources / "weights"
    network = zoom_in_net.build(zoom_in_net.as_dict(GRADING))
    torch.nn.init.constant_(network.attention.part_one.bias, 0.5)  # some positive response everywhere
    card = ModelCard("zoom_in_net", "v1", zoom_in_net.as_dict(GRADING))
    weights.save(folder / "zoom_in_net.safetensors", network.state_dict(), card)
    segmentation = UNET.as_dict() | {
        "diameter": 128, "tile": 64, "overlap": 16, "crop": 64,
        "thresholds": dict.fromkeys(LESIONS, 0.5), "phantom_only": ["NV"],
    }  # fmt: skip
    card = ModelCard("lesion_unet", "v1", segmentation, LESIONS)
    weights.save(folder / "lesion_unet.safetensors", unet.LesionUNet(UNET).state_dict(), card)
    _write_similarity(folder / "disease_similarity.safetensors")
    for system in ("cxr_ml_gzsl", "cm_dml_gzsl"):
        _write_chest(folder / f"{system}.safetensors", system)
    return resources


def _write_similarity(path: Path) -> None:
    gallery = {
        "aux.gallery": torch.nn.functional.normalize(torch.randn(3, SIAMESE.embedding)),
        "aux.gallery_labels": torch.arange(3),
        "aux.gallery_lesions": torch.rand(3, 5),
    }
    tensors = siamese.SiameseNetwork(SIAMESE).state_dict() | gallery
    card = ModelCard(
        "disease_similarity", "v1", SIAMESE.as_dict() | {"size": 64}, DISEASES, real_images=False
    )
    weights.save(path, tensors, card)


def _write_chest(path: Path, system: str) -> None:
    network = zero_shot.build(CHEST)
    channels = network.pooled(torch.zeros(1, 1, 64, 64)).shape[1]
    extra = {
        "aux.label_embeddings": label_embeddings(FINDINGS).vectors,
        "aux.replay_features": torch.rand(8, channels),
        "aux.replay_targets": torch.randint(0, 2, (8, len(FINDINGS)), dtype=torch.uint8),
    }
    weights.save(path, network.state_dict() | extra, ModelCard(system, "v1", CHEST, FINDINGS))


def permissions_bind() -> bool:
    """Whether a file without permissions is closed to this process; to root it is not."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0)
        return not os.access(file.name, os.R_OK)


def retina(seed: int = 0, side: int = FUNDUS_SIDE) -> np.ndarray:
    """A small fundus phantom, uint8 RGB."""
    return fundus.fundus(fundus.sample_fundus(np.random.default_rng(seed)), side).rgb


def film(seed: int = 0, side: int = CHEST_SIDE) -> np.ndarray:
    """A small chest phantom, uint16 with 12 bits."""
    return chest.chest(chest.sample_chest(np.random.default_rng(seed)), side).pixels


def save_jpeg(path: Path, rgb: np.ndarray, orientation: int = 1) -> Path:
    """A JPEG whose viewer shows ``rgb`` upright: its pixels are stored turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = np.ascontiguousarray(geometry.stored(rgb, orientation))
    Image.fromarray(turned).save(path, "JPEG", quality=95, exif=exif)
    return path


def jpeg_bytes(rgb: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def save_film(path: Path, patient: str, seed: int = 0) -> Path:
    """A chest phantom as DICOM."""
    identity = DicomIdentity(patient, "20260105", f"1.2.4.{seed}", Modality.CHEST, view="PA", bits=12)
    write_dicom(path, film(seed), identity)
    return path


def save_eye(path: Path, patient: str, eye: Laterality, seed: int = 0) -> Path:
    """A fundus phantom as DICOM."""
    identity = DicomIdentity(patient, "20260105", "1.2.3.4", Modality.FUNDUS, eye)
    write_dicom(path, retina(seed), identity)
    return path


def bad_files(folder: Path) -> dict[str, Path]:
    """Files that no reader takes, by what is wrong with them."""
    jpeg = jpeg_bytes(retina(side=96))
    files = {
        "empty": (folder / "empty.jpg", b""),
        "truncated": (folder / "truncated.jpg", jpeg[: len(jpeg) // 2]),
        "text": (folder / "text.jpg", b"Dear colleague,\nplease find enclosed\n"),
        "giant": (folder / "giant.bmp", giant_bmp()),
    }
    for path, data in files.values():
        path.write_bytes(data)
    return {why: path for why, (path, _) in files.items()}


def giant_bmp() -> bytes:
    """A few bytes that declare 100,000 × 100,000 pixels."""
    head = struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54)
    return head + struct.pack("<IiiHHIIiiII", 40, 100_000, 100_000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(64)

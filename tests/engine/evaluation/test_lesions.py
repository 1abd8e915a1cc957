from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from engine.data.lesion_masks import read_rgb
from engine.data.manifest import ManifestRow
from engine.errors import TooFewSamples, WrongUsage
from engine.evaluation import lesion_folds, lesions
from engine.evaluation.protocols import Request, protocol
from engine.inference.segmentation import SegmentationPredictor
from engine.models import unet
from engine.records import ModelCard, ModelVersion
from tests.engine.data import test_maples_dr
from tests.engine.data.fake_sets import photograph, save, spot

NET = unet.UNetConfig("tu-resnet10t", {"channels": [8, 8, 16, 16]}, (16, 16, 8, 8, 8), ("MA", "HE", "NV"))
SMALL = (
    'network.encoder_options={"channels": [8, 8, 16, 16]}',
    "network.encoder=tu-resnet10t",
    "network.decoder_channels=[16, 16, 8, 8, 8]",
    "diameter=64",
    "tile=96",
    "overlap=16",
    "crops.size=32",
    "batch=2",
    "loop.steps=1",
    "phantoms=0",
    "healthy=0",
)


class Truthful(SegmentationPredictor):
    """Sees red where the masks are, and one false finding in the corner."""

    def maps(self, rgb, tick=lambda: None):
        found = np.zeros(rgb.shape[:2], np.uint8)
        found[20:26, 30:36] = 200
        found[1, 1] = 255
        return dict.fromkeys(self.card.labels, found)


def predictor(kind=Truthful):
    torch.manual_seed(0)
    config = NET.as_dict() | {
        "diameter": 64,
        "tile": 96,
        "overlap": 16,
        "thresholds": dict.fromkeys(NET.lesions, 0.5),
        "phantom_only": ["NV"],
    }
    card = ModelCard("lesion_unet", "1", config, NET.lesions)
    return kind(unet.LesionUNet(NET), card, ModelVersion("lesion_unet", "1", ""), torch.device("cpu"))


def row(folder, name, labelled=("MA", "HE"), unlabelled=()):
    image = photograph(folder / f"{name}.png", 1)
    mask = save(folder / f"{name}_MA.png", spot())
    return ManifestRow(
        "fundus_lesion_seg",
        image,
        name,
        masks={"MA": mask},
        labelled=frozenset(labelled),
        unlabelled=unlabelled,
    )


def test_pixels_and_single_lesions(tmp_path):
    found = lesions.measured([(predictor(), [row(tmp_path, "a"), row(tmp_path, "b")])])
    assert set(found) == {"MA", "HE"}  # what only phantoms taught is not judged
    assert found["MA"]["lesion_iou"] == pytest.approx(36 / 37, abs=1e-4)
    assert found["MA"]["miou"] > 0.98
    assert found["MA"]["froc"]["lesions"] == 2
    assert found["MA"]["froc"]["sensitivity at 1 an image"] == 1.0
    assert found["HE"]["with_lesion"] == 0


def test_unlabelled_lesions_and_regions_do_not_count(tmp_path):
    corner = np.zeros_like(spot())
    corner[1, 1] = 255
    unsure = save(tmp_path / "unsure.png", corner)
    found = lesions.measured([(predictor(), [row(tmp_path, "a", ("MA",), (unsure,))])])
    assert set(found) == {"MA"}
    assert found["MA"]["lesion_iou"] == 1.0
    assert found["MA"]["froc"]["score"] == 1.0


def test_the_whole_image_is_one_pass(tmp_path):
    rgb = cv2.resize(read_rgb(photograph(tmp_path / "a.png")), (640, 480))
    seen = []

    class Spy(SegmentationPredictor):
        pass

    one = lesions.whole(predictor(Spy), 96)
    one.network.register_forward_hook(lambda m, inputs, out: seen.append(tuple(inputs[0].shape)))
    maps = one.maps(rgb)
    assert len(seen) == 1
    assert max(seen[0][2:]) <= 128
    assert maps["MA"].shape == (480, 640)


def test_folds_part_patients_and_lose_no_row(tmp_path):
    rows = [ManifestRow("x", tmp_path / f"{n}.png", f"p{n // 3}") for n in range(33)]
    folds = lesion_folds.fold_of(rows, 5)
    assert sorted(r.path for fold in folds for r in fold) == sorted(r.path for r in rows)
    patients = [{r.patient for r in fold} for fold in folds]
    assert sum(len(p) for p in patients) == 11
    assert max(map(len, patients)) - min(map(len, patients)) <= 1
    with pytest.raises(TooFewSamples):
        lesion_folds.fold_of(rows, 12)


def asked(data, out=None, **options):
    return Request(data, "lesion_unet", out=out, device="cpu", options=protocol("lesions").options(**options))


def test_cross_validation_judges_every_photograph_once(tmp_path):
    data, out = tmp_path / "data", tmp_path / "out"
    lines = ["file,task,mask_MA,labelled"]
    for n in range(6):
        photograph(data / f"{n}.png", n)
        save(data / f"{n}_MA.png", spot(15 + n, 25))
        lines.append(f"{n}.png,fundus_lesion_seg,{n}_MA.png,MA")
    (data / "manifest.csv").write_text("\n".join(lines))
    report = lesions.run(asked(data, out, folds=2, set=SMALL))
    assert report.metrics["images"] == 6
    assert report.metrics["tiles"]["MA"]["images"] == 6
    assert "2-fold" in report.text
    assert "paper 000" in report.text
    assert sorted(f.name for f in (out / "folds").glob("*.safetensors")) == [
        "fold-0.safetensors",
        "fold-1.safetensors",
    ]
    again = lesions.run(asked(data, out, folds=2))  # the networks of the run before are found
    before, after = (found.metrics["tiles"]["MA"]["aupr"] for found in (report, again))
    assert after == pytest.approx(before, abs=0.01)


def test_what_cannot_be_measured(tmp_path):
    test_maples_dr.build(tmp_path)
    with pytest.raises(WrongUsage):
        lesions.run(asked(tmp_path, folds=1))
    with pytest.raises(WrongUsage):
        lesions.run(asked(tmp_path, folds=2, recipe="none"))
    with pytest.raises(TooFewSamples):
        lesions.run(asked(tmp_path, folds=5))

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import systems, weights
from engine.data.lesion_masks import draw_phantoms
from engine.errors import Cancelled, IncompatibleModel, WrongModality
from engine.imaging import geometry
from engine.inference.predictor import Options, Picture
from engine.inference.segmentation import SegmentationPredictor
from engine.metrics.segmentation import ProbabilityHistogram
from engine.models import unet
from engine.records import ImageInfo, Modality, ModelCard, ModelVersion

CODES = ("MA", "HE", "SE", "EX", "NV")
NETWORK = unet.UNetConfig("tu-resnet10t", {"channels": [8, 8, 16, 16]}, (16, 16, 8, 8, 8))
CARD = ModelCard(
    "lesion_unet",
    "1",
    NETWORK.as_dict()
    | {
        "diameter": 224,
        "tile": 128,
        "overlap": 32,
        "thresholds": {code: 0.1 * (i + 1) for i, code in enumerate(CODES)},
        "phantom_only": ["NV"],
    },
    CODES,
)


@pytest.fixture(scope="module")
def predictor():
    torch.manual_seed(0)
    return SegmentationPredictor(
        unet.LesionUNet(NETWORK), CARD, ModelVersion("lesion_unet", "1", "0" * 64), torch.device("cpu")
    )


@pytest.fixture(scope="module")
def rgb():
    return next(iter(draw_phantoms(1, 3, 400))).rgb


def picture(rgb, orientation=1, modality=Modality.FUNDUS):
    rows, columns = geometry.upright_size(orientation, *rgb.shape[:2])  # stored size
    info = ImageInfo(Path("a.png"), "", "png", rows, columns, modality=modality, orientation=orientation)
    return Picture(info, rgb)


def test_maps_are_bytes_at_the_stored_size_with_thresholds(predictor, rgb):
    (found,) = predictor.predict([picture(rgb)])
    assert set(found.masks) == {"MA", "HE", "SE", "EX"}
    for mask in found.masks.values():
        assert mask.shape == rgb.shape[:2]
        assert mask.dtype == np.uint8
    assert found.thresholds == pytest.approx({"MA": 0.1, "HE": 0.2, "SE": 0.3, "EX": 0.4})
    assert found.model is predictor.version


@pytest.mark.parametrize("orientation", range(1, 9))
def test_masks_lie_in_the_stored_frame(predictor, rgb, orientation):
    shown = picture(rgb, orientation)
    (found,) = predictor.predict([shown])
    mask = found.masks["HE"]
    assert mask.shape == (shown.info.rows, shown.info.columns)
    assert np.array_equal(geometry.upright(mask, orientation), predictor.maps(rgb)["HE"])


def test_what_only_phantoms_trained_is_kept_back_and_said(predictor, rgb):
    (silent,) = predictor.predict([picture(rgb)])
    assert "NV" not in silent.masks
    assert any("NV" in note for note in silent.notes)
    (asked,) = predictor.predict([picture(rgb)], Options(extra={"lesions": ["NV"]}))
    assert "NV" in asked.masks
    assert any("unproven" in note for note in asked.notes)


def test_outside_the_field_nothing_is_found(predictor):
    rgb = np.zeros((300, 300, 3), np.uint8)
    ys, xs = np.mgrid[:300, :300]
    inside = (xs - 150) ** 2 + (ys - 150) ** 2 < 90**2
    rgb[inside] = np.random.default_rng(0).integers(60, 200, (inside.sum(), 3))
    maps = predictor.maps(rgb)
    outside = (xs - 150) ** 2 + (ys - 150) ** 2 > 97**2
    assert all(values[outside].max() == 0 for values in maps.values())


@pytest.mark.parametrize("shape", [(1, 1), (7, 900), (64, 64)])
def test_odd_images_do_not_crash(predictor, shape):
    for value in (0, 255):
        maps = predictor.maps(np.full((*shape, 3), value, np.uint8))
        assert all(values.shape == shape for values in maps.values())


def test_chest_images_are_refused(predictor, rgb):
    with pytest.raises(WrongModality):
        predictor.predict([picture(rgb, modality=Modality.CHEST)])


def test_cancel_reaches_between_tiles(predictor, rgb):
    calls = []

    def progress(done, total, text="", **values):
        calls.append(done)
        if len(calls) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        predictor.predict([picture(rgb)] * 3, progress=progress)
    assert calls == [0, 0]


def test_loads_what_was_saved_and_refuses_another_system(predictor, rgb, tmp_path):
    path = tmp_path / "w.safetensors"
    weights.save(path, predictor.network.state_dict(), CARD)
    loaded = SegmentationPredictor.load(path, "cpu")
    assert np.array_equal(loaded.maps(rgb)["EX"], predictor.maps(rgb)["EX"])
    assert loaded.version.weights_sha256 == weights.file_sha256(path)
    weights.save(path, predictor.network.state_dict(), replace(CARD, system="zoom_in_net"))
    with pytest.raises(IncompatibleModel):
        SegmentationPredictor.load(path, "cpu")


def test_shipped_weights_find_lesions_of_a_phantom():
    path = systems.SYSTEMS["lesion_unet"].shipped_weights
    if not path.is_file():
        pytest.skip(f"no shipped weights at {path.name}")
    found = SegmentationPredictor.load(path, "cpu")
    histograms = {code: ProbabilityHistogram() for code in ("HE", "EX")}
    for phantom in draw_phantoms(4, 77):
        maps = found.maps(phantom.rgb)
        for code, histogram in histograms.items():
            histogram.add(maps[code], np.asarray(phantom.masks[code], bool))
    for histogram in histograms.values():
        prevalence = histogram.lesion.sum() / (histogram.lesion.sum() + histogram.other.sum())
        assert histogram.average_precision() > 20 * prevalence > 0

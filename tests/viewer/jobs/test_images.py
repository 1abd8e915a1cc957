from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UnreadableImage
from engine.imaging.geometry import upright
from engine.io.readers import read_info
from engine.io.sandbox import Sandbox
from engine.records import Instance, ModelVersion, Prediction
from viewer.jobs.images import cost, crop, load_layers, load_picture, thresholded, thumbnail
from viewer.state.geometry import Rect
from viewer.state.pyramid import MaskPyramid


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8))
    return path


class Masks:
    def __init__(self, **masks: np.ndarray) -> None:
        self.masks = masks

    def mask(self, instance_id: int, lesion: str) -> np.ndarray | None:
        return self.masks.get(lesion)


def test_a_picture_is_decoded_and_costs_about_what_was_said(image: Path):
    info = read_info(image)
    with Sandbox() as sandbox:
        loaded = load_picture(sandbox, Instance(1, 1, info))
    assert np.array_equal(loaded.array, cv2.imread(str(image))[:, :, ::-1])
    assert loaded.nbytes <= cost(info) <= 2 * loaded.nbytes


def test_a_missing_file_is_named(tmp_path: Path, image: Path):
    info = replace(read_info(image), path=tmp_path / "gone.png")
    with Sandbox() as sandbox, pytest.raises(UnreadableImage, match=r"gone\.png.*Locate"):
        load_picture(sandbox, Instance(1, 1, info))


def test_layers_are_the_readers_where_there_are_any(image: Path):
    probability = np.zeros((120, 160), np.uint8)
    probability[10:20, 10:20] = 200
    probability[50:53, 70:75] = 127
    human = np.zeros((120, 160), np.bool_)
    human[5:7, 8:12] = True
    version = ModelVersion("lesion_unet", "v1", "a")
    said = Prediction(
        version, masks={"HE": probability, "EX": probability}, thresholds={"HE": 0.5, "EX": 0.4}
    )
    layers = load_layers(Masks(EX=human), Instance(1, 1, read_info(image)), said, ["EX", "MA"]).layers
    assert set(layers) == {"HE", "EX"}
    assert not layers["HE"].human and layers["EX"].human
    assert np.array_equal(layers["HE"].mask, probability >= 128)
    assert layers["HE"].centers == ((15.0, 15.0),)
    assert np.array_equal(layers["EX"].mask, human)
    assert load_layers(Masks(), Instance(1, 1, read_info(image)), None, []).layers == {}


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 1.0])
def test_a_pixel_counts_from_its_threshold_on_but_never_at_zero(threshold: float):
    values = np.arange(256, dtype=np.uint8)
    expected = (values / 255 >= threshold - 1e-9) & (values > 0)
    assert np.array_equal(thresholded(values, threshold), expected)


def test_a_crop_is_full_resolution_inside_the_image():
    rgb = np.random.default_rng(1).integers(0, 255, (50, 60, 3), np.uint8)
    assert np.array_equal(crop(rgb, (-5.0, 10.0, 15.0, 30.0), 100), rgb[10:30, 0:15])
    assert crop(rgb, (0, 0, 60, 50), 30).shape == (25, 30, 3)
    assert crop(rgb, (70, 0, 80, 10), 30).size == 0


def test_a_thumbnail_is_kept_and_read_again_without_the_file(image: Path, tmp_path: Path):
    folder = tmp_path / "thumbnails"
    folder.mkdir()
    with Sandbox() as sandbox:
        first = thumbnail(lambda: sandbox, folder, "ab", image)
    image.unlink()

    def no_decoder() -> Sandbox:
        raise AssertionError("the kept one should have been read")

    assert thumbnail(no_decoder, folder, "ab", image).shape == first.shape
    with pytest.raises(UnreadableImage, match=r"a\.png"):
        thumbnail(no_decoder, folder, "other", image)


def test_a_folder_that_is_gone_costs_only_time(image: Path, tmp_path: Path):
    with Sandbox() as sandbox:
        assert thumbnail(lambda: sandbox, tmp_path / "none", "ab", image).ndim == 3


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_layer_is_drawn_upright_without_unpacking_it_for_a_fitted_view(image: Path, orientation: int):
    human = np.random.default_rng(4).random((700, 900)) > 0.9
    instance = Instance(1, 1, replace(read_info(image), orientation=orientation))
    layer = load_layers(Masks(EX=human), instance, None, ["EX"]).layers["EX"]
    drawn, plain = layer.pyramid(), MaskPyramid(np.ascontiguousarray(upright(human, orientation)).view("u1"))
    for scale in (0.4, 1.0):
        depth = drawn.depth(scale)
        rect = Rect(0, 0, *drawn.shape(depth)[::-1])
        assert drawn.shape(0) == plain.shape(0)
        assert depth == plain.depth(scale)
        assert np.array_equal(drawn.crop(depth, rect), plain.crop(depth, rect))
    assert layer.nbytes == layer.packed.nbytes + 450 * 350

"""Frames of the compositor against the slow reference."""

from __future__ import annotations

import importlib.util
from math import floor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from engine.imaging.geometry import upright
from engine.records import Window
from viewer.canvas.compositor import Compositor
from viewer.state.geometry import Facing, Rect, ViewTransform, fitted
from viewer.state.overlays import IDENTITY_WINDOW, MaskLayer, Pattern
from viewer.state.pyramid import ImagePyramid, MaskPyramid, halve

SIZE = (60, 44)


def _load_reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", Path(__file__).parent / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = _load_reference()


def channels(frame: np.ndarray) -> np.ndarray:
    """R, G, B, A of 0xAARRGGBB as floats."""
    return np.stack([(frame >> shift) & 255 for shift in (16, 8, 0, 24)], axis=-1).astype(float)


def composed(compositor: Compositor) -> np.ndarray:
    """RGB floats of all frames laid over one another."""
    compositor.render()
    out = channels(compositor.base)[..., :3]
    for frame in (compositor.heat, compositor.overlay):
        if frame is not None:
            over = channels(frame)
            out = over[..., :3] + out * (1 - over[..., 3:] / 255)
    return out


def show(array: np.ndarray, transform: ViewTransform, window: Window = IDENTITY_WINDOW) -> Compositor:
    compositor = Compositor()
    compositor.set_picture(ImagePyramid(array), array.shape[:2])
    compositor.set_view(transform, *SIZE)
    compositor.set_grey(window, False, False)
    return compositor


def random_image(shape: tuple[int, ...], dtype: type, seed: int = 0) -> np.ndarray:
    info = np.iinfo(dtype)
    return np.random.default_rng(seed).integers(info.min, int(info.max) + 1, shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
@pytest.mark.parametrize("inverted", [False, True])
def test_grey_levels_of_magnified_pixels_are_those_of_the_standard(dtype: type, inverted: bool) -> None:
    array = random_image((9, 12), dtype)
    info = np.iinfo(dtype)
    span = float(info.max) - float(info.min) + 1
    for window in (
        Window(info.min + span / 2, span),
        Window(info.min + span * 0.3, span * 0.2),
        Window(0.0, 1.0),
        Window(info.min + span / 2, 2.0),
    ):
        transform = ViewTransform(4.0, 3.25, -2.5)
        compositor = show(array, transform, window)
        compositor.set_grey(window, inverted, False)
        values = reference.picture(array, transform, SIZE, nearest=True)
        expected = np.zeros(values.shape)
        for place in np.ndindex(values.shape):
            if not np.isnan(values[place]):
                level = reference.grey(values[place], window.center, window.width)
                expected[place] = 255 - level if inverted else level
        got = composed(compositor)
        assert np.abs(got - expected[..., None]).max() <= 0.51


@pytest.mark.parametrize("scale", [1.0, 1.37, 1.9])
def test_colour_between_one_and_two_is_bilinear(scale: float) -> None:
    array = random_image((30, 40, 3), np.uint8)
    transform = ViewTransform(scale, 5.5, 3.0)
    expected = np.nan_to_num(reference.picture(array, transform, SIZE, nearest=False))
    assert np.abs(composed(show(array, transform)) - expected).max() <= 2.5


@pytest.mark.parametrize(("scale", "levels"), [(0.5, 1), (0.37, 1), (0.25, 2), (0.13, 2)])
def test_reduced_pictures_are_sampled_from_the_level_above(scale: float, levels: int) -> None:
    array = random_image((600, 700, 3), np.uint8)
    level = array
    for _ in range(levels):
        level = halve(level)
    transform = ViewTransform(scale, -20.3, -10.9)
    expected = reference.picture(level, transform, SIZE, nearest=False, factor=2.0**levels)
    assert not np.isnan(expected).any()
    assert np.abs(composed(show(array, transform)) - expected).max() <= 2.5


def test_the_mean_of_a_reduced_picture_is_that_of_the_picture() -> None:
    array = random_image((800, 1120), np.uint16)
    compositor = show(array, ViewTransform(0.05, 2.0, 2.0), Window(32768, 65536))
    compositor.set_view(ViewTransform(0.25, 0.0, 0.0), 280, 200)
    assert composed(compositor).mean() == pytest.approx(array.mean() / 257, abs=0.6)


def test_red_free_is_the_green_channel_and_a_window_changes_colours() -> None:
    array = random_image((20, 25, 3), np.uint8)
    transform = ViewTransform(3.0, -4.0, -5.0)
    compositor = show(array, transform)
    values = reference.picture(array, transform, SIZE, nearest=True)
    compositor.set_grey(IDENTITY_WINDOW, False, True)
    assert np.array_equal(composed(compositor), np.repeat(np.nan_to_num(values[..., 1:2]), 3, axis=2))
    compositor.set_grey(Window(100, 80), False, False)
    expected = np.zeros(values.shape)
    for place in np.ndindex(values.shape):
        expected[place] = 0.0 if np.isnan(values[place]) else reference.grey(values[place], 100, 80)
    assert np.abs(composed(compositor) - expected).max() <= 0.51


def lesions(seed: int, rows: int = 30, columns: int = 40, share: float = 0.3) -> np.ndarray:
    blocks = np.random.default_rng(seed).random((rows // 5, columns // 5)) < share
    return np.kron(blocks, np.ones((5, 5), bool)).astype(np.uint8)


@pytest.mark.parametrize("scale", [2.0, 3.0, 5.5, 16.0])
def test_masks_of_magnified_pixels_are_those_of_the_reference(scale: float) -> None:
    array = random_image((30, 40, 3), np.uint8)
    transform = ViewTransform(scale, -7.25 * scale, -4.0 * scale + 1)
    masks = [lesions(1), lesions(2)]
    compositor = show(array, transform)
    compositor.set_layers(
        [
            MaskLayer("HE", "", "#D55E00", Pattern.HATCH, 1.0, mask=masks[0]),
            MaskLayer("EX", "", "#F0E442", Pattern.SOLID, 0.6, mask=masks[1].view(bool)),
        ]
    )
    hatch = np.array(
        [
            [(column - floor(transform.tx) + row - floor(transform.ty)) % 8 < 3 for column in range(SIZE[0])]
            for row in range(SIZE[1])
        ]
    )
    base = np.nan_to_num(reference.picture(array, transform, SIZE, nearest=True))
    expected = reference.painted(
        base,
        [
            (reference.inside(masks[0], transform, SIZE), (0xD5, 0x5E, 0x00), 1.0, hatch),
            (reference.inside(masks[1], transform, SIZE), (0xF0, 0xE4, 0x42), 0.6, None),
        ],
    )
    assert np.abs(composed(compositor) - expected).max() <= 2.0


@pytest.mark.parametrize("scale", [0.9, 0.5, 0.31, 0.2, 0.126])
def test_no_lesion_vanishes_when_the_picture_is_reduced(scale: float) -> None:
    mask = np.zeros((300, 400), np.uint8)
    places = [(x, y) for y in range(21, 290, 53) for x in range(17, 390, 47)]
    side = max(2, round(0.6 / scale))  # smaller than a view pixel
    for x, y in places:
        mask[y : y + side, x : x + side] = 1
    compositor = show(np.zeros((300, 400), np.uint8), ViewTransform(scale, 0.4, 0.7))
    compositor.set_view(ViewTransform(scale, 0.4, 0.7), 400, 300)
    compositor.set_layers([MaskLayer("MA", "", "#FFFFFF", mask=mask)])
    seen = composed(compositor)[..., 0] > 60
    for x, y in places:
        column, row = int((x + side / 2) * scale + 0.4), int((y + side / 2) * scale + 0.7)
        assert seen[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].any(), (x, y)
    assert seen.sum() <= 9 * len(places)


@pytest.mark.parametrize("orientation", [1, 6, 3])
@pytest.mark.parametrize("scale", [0.11, 0.26, 0.5, 0.77, 1.0, 2.5])
def test_painting_a_part_again_equals_painting_all(scale: float, orientation: int) -> None:
    rng = np.random.default_rng(5)
    stored = (rng.random((900, 1100)) > 0.995).astype(np.uint8)
    mask = upright(stored, orientation)
    other = upright(np.ascontiguousarray(stored[::-1]), orientation)
    layers = [
        MaskLayer("MA", "", "#56B4E9", Pattern.DOTS, mask=mask),
        MaskLayer("HE", "", "#D55E00", Pattern.CROSS, mask=other),
    ]
    transform = ViewTransform(scale, -150.3 * scale, -90.7 * scale)
    picture = np.zeros(mask.shape, np.uint8)
    compositor = show(picture, transform)
    compositor.set_layers(layers)
    compositor.render()
    for _ in range(15):
        x0, y0 = int(rng.integers(0, mask.shape[1])), int(rng.integers(0, mask.shape[0]))
        rect = Rect(x0, y0, x0 + int(rng.integers(1, 90)), y0 + int(rng.integers(1, 90)))
        mask[rect.slices] ^= 1
        before = compositor.overlay
        assert before is not None
        unpainted = before.copy()
        part = compositor.layer_changed("MA", rect)
        assert compositor.overlay is not None
        changed = unpainted != compositor.overlay
        if not part.empty:
            changed[part.slices] = False
        assert not changed.any()
        fresh = show(picture, transform)
        fresh.set_layers([MaskLayer("MA", "", "#56B4E9", Pattern.DOTS, mask=mask), layers[1]])
        fresh.render()
        assert fresh.overlay is not None
        assert np.array_equal(fresh.overlay, compositor.overlay)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("scale", [0.13, 0.4, 1.0, 1.6, 5.0])
def test_panning_by_whole_pixels_equals_drawing_anew(scale: float, dtype: type) -> None:
    rng = np.random.default_rng(6)
    array = random_image((300, 400, 3) if dtype == np.uint8 else (300, 400), dtype)
    window = IDENTITY_WINDOW if dtype == np.uint8 else Window(30000, 40000)
    mask = lesions(7, 300, 400)
    layers = [MaskLayer("MA", "", "#56B4E9", Pattern.BACK_HATCH, mask=mask)]
    heat = rng.random((5, 6)).astype(np.float32)
    transform = ViewTransform(scale, 8.3 - 60 * scale, -2.6 - 40 * scale)
    compositor = show(array, transform, window)
    compositor.set_layers(layers)
    compositor.set_heat(heat, 0.5)
    compositor.render()
    for step in range(12):
        dx, dy = (int(v) for v in rng.integers(-15, 16, 2))
        transform = transform.panned(dx, dy)
        compositor.set_view(transform, *SIZE)
        if step == 5:
            mask[100:200, 50:180] ^= 1
            compositor.layer_changed("MA", Rect(50, 100, 180, 200))
        if step == 8:
            window = Window(100, 120) if dtype == np.uint8 else Window(20000, 9000)
            compositor.set_grey(window, False, False)
        fresh = show(array, transform, window)
        fresh.set_layers([MaskLayer("MA", "", "#56B4E9", Pattern.BACK_HATCH, mask=mask.copy())])
        fresh.set_heat(heat, 0.5)
        assert np.abs(composed(compositor) - composed(fresh)).max() <= (3 if step < 8 else 8)


def test_a_hidden_layer_is_not_drawn_and_what_was_painted_meanwhile_is_there_later() -> None:
    mask = np.zeros((30, 40), np.uint8)
    layer = MaskLayer("MA", "", "#56B4E9", mask=mask)
    compositor = show(np.zeros((30, 40), np.uint8), ViewTransform())
    compositor.set_layers([layer])
    compositor.render()
    compositor.set_layers([MaskLayer("MA", "", "#56B4E9", visible=False, mask=mask)])
    assert not composed(compositor).any()
    mask[5:10, 5:10] = 1
    compositor.layer_changed("MA", Rect(5, 5, 10, 10))
    assert not composed(compositor).any()
    compositor.set_layers([layer])
    assert composed(compositor)[5:10, 5:10].any(axis=2).all()


def test_layers_switched_off_and_on_again_show_what_changed_meanwhile() -> None:
    mask = lesions(4, 300, 400)
    layers = [MaskLayer("MA", "", "#56B4E9", mask=mask)]
    compositor = show(np.zeros((300, 400), np.uint8), ViewTransform(0.2))
    compositor.set_layers(layers)
    before = composed(compositor)
    compositor.set_layers([])
    assert not composed(compositor).any()
    compositor.set_layers(layers)
    assert np.array_equal(composed(compositor), before)
    compositor.set_layers([])
    compositor.render()
    mask[:] = 0
    compositor.layer_changed("MA", Rect(0, 0, 400, 300))
    compositor.set_layers(layers)
    assert not composed(compositor).any()


def test_a_probability_map_follows_its_threshold() -> None:
    probability = np.tile(np.arange(40, dtype=np.uint8) * 6, (30, 1))
    compositor = show(np.zeros((30, 40), np.uint8), ViewTransform(2.0))
    for threshold in (0.2, 0.7):
        compositor.set_layers([MaskLayer("MA", "", "#FFFFFF", probability=probability, threshold=threshold)])
        lit = composed(compositor)[20, :, 0] > 0
        first = int(np.argmax(probability[0] >= threshold * 255))
        assert np.array_equal(lit, np.arange(SIZE[0]) // 2 >= first)


def test_the_heat_map_covers_the_image_edge_to_edge_and_nothing_else() -> None:
    compositor = show(np.zeros((200, 300), np.uint8), ViewTransform(0.15, 7.0, 5.0))
    values = np.zeros((4, 6), np.float32)
    values[:, 3:] = 2.5
    values[0, 0] = np.nan
    compositor.set_heat(values, 0.8)
    compositor.render()
    assert compositor.heat is not None
    alpha = channels(compositor.heat)[..., 3]
    assert (alpha[5:35, 35:51] == round(0.8 * 255)).all()
    assert not alpha[5:35, 7:20].any()
    assert not alpha[:5].any()
    assert not alpha[:, 53:].any()
    compositor.set_heat(np.full((3, 3), 7.0, np.float32), 0.8)
    compositor.render()
    assert not channels(compositor.heat).any()  # a flat map points nowhere
    compositor.set_heat(None, 0.0)
    compositor.render()
    assert compositor.heat is None
    with pytest.raises(ValueError, match="two axes"):
        compositor.set_heat(np.zeros((0, 3), np.float32), 0.5)


def test_pyramids_made_ahead_are_taken_and_too_many_layers_refused() -> None:
    mask = lesions(3, 300, 400)
    ready = MaskPyramid(mask).build(0.25)
    compositor = show(np.zeros((300, 400), np.uint8), ViewTransform(0.25))
    compositor.set_layers([MaskLayer("MA", "", "#FFFFFF", mask=mask, pyramid=ready)])
    first = composed(compositor)
    compositor.set_layers([MaskLayer("MA", "", "#FFFFFF", mask=mask.copy())])
    assert np.array_equal(first, composed(compositor))
    compositor.set_layers([MaskLayer("MA", "", "#FFFFFF", mask=np.zeros_like(mask), pyramid=ready)])
    assert not composed(compositor).any()  # a pyramid of another mask is not believed
    layers = [MaskLayer(str(i), "", "#FFFFFF", mask=mask) for i in range(7)]
    with pytest.raises(ValueError, match="at most 6"):
        compositor.set_layers(layers)


def test_an_empty_view_is_black() -> None:
    compositor = Compositor()
    compositor.set_view(ViewTransform(), 10, 8)
    assert not composed(compositor).any()
    assert compositor.base.shape == (8, 10)


FACINGS = [Facing(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]


@pytest.mark.parametrize("facing", FACINGS)
@pytest.mark.parametrize("size", [(60, 44), (301, 207)])
def test_a_turned_display_equals_that_of_turned_arrays(facing: Facing, size: tuple[int, int]) -> None:
    def turned(values: np.ndarray) -> np.ndarray:
        mirrored = values[:, ::-1] if facing.mirrored else values
        return np.ascontiguousarray(np.rot90(mirrored, -facing.quarters))

    array, mask = random_image((150, 210, 3), np.uint8), lesions(3, 150, 210)
    heat = np.random.default_rng(1).random((150, 210)).astype(np.float32)
    frames = []
    for values, inside, strong, face in (
        (array, mask, heat, facing),
        (turned(array), turned(mask), turned(heat), Facing()),
    ):
        image_size = (values.shape[1], values.shape[0])
        compositor = Compositor()
        compositor.set_picture(ImagePyramid(values), values.shape[:2])
        whole = fitted(image_size, size, face)
        odd = whole.zoomed(size[0] / 2, size[1] / 2, whole.scale * 0.98713)  # no ties of nearest pixels
        compositor.set_view(odd.panned(0.371, 0.217), *size)
        compositor.set_layers([MaskLayer("MA", "", "#56B4E9", mask=inside)])
        compositor.set_heat(strong, 0.5)
        frames.append(composed(compositor))
    assert (np.abs(frames[0] - frames[1]) > 8).mean() < 0.02


@pytest.mark.parametrize("facing", FACINGS[1:])
@pytest.mark.parametrize("scale", [0.26, 1.0, 2.5])
def test_parts_and_pans_of_a_turned_display_equal_the_whole(facing: Facing, scale: float) -> None:
    rng = np.random.default_rng(8)
    array, mask = random_image((300, 400), np.uint8), lesions(4, 300, 400)
    layers = [MaskLayer("HE", "", "#D55E00", Pattern.HATCH, mask=mask)]
    transform = ViewTransform(scale, 21.25, 17.75, facing)
    middle = transform.to_view(200, 150)
    transform = transform.panned(30 - middle[0], 22 - middle[1])
    compositor = show(array, transform)
    compositor.set_layers(layers)
    compositor.render()
    for step in range(8):
        if step % 2:
            transform = transform.panned(*(int(v) for v in rng.integers(-9, 10, 2)))
            compositor.set_view(transform, *SIZE)
        else:
            x0, y0 = int(rng.integers(150, 250)), int(rng.integers(100, 200))
            rect = Rect(x0, y0, x0 + 20, y0 + 12)
            mask[rect.slices] ^= 1
            compositor.layer_changed("HE", rect)
        fresh = show(array, transform)
        fresh.set_layers([MaskLayer("HE", "", "#D55E00", Pattern.HATCH, mask=mask)])
        assert np.array_equal(composed(fresh), composed(compositor)), step


def test_smooth_pixels_are_interpolated_and_masks_stay_exact() -> None:
    array, mask = random_image((30, 40), np.uint8), lesions(5)
    transform = ViewTransform(6.0, -20.0, -30.0)
    compositor = show(array, transform)
    layer = [MaskLayer("HE", "", "#D55E00", mask=mask)]
    compositor.set_layers(layer)
    compositor.render()
    assert compositor.overlay is not None
    squares = compositor.overlay.copy()
    compositor.set_smooth(True)
    compositor.set_layers([])
    expected = np.nan_to_num(reference.picture(array, transform, SIZE, nearest=False))
    assert np.abs(composed(compositor)[..., 0] - expected).max() <= 2.5
    compositor.set_layers(layer)
    compositor.render()
    assert compositor.overlay is not None
    assert np.array_equal(compositor.overlay, squares)

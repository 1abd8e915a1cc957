from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from engine import weights
from engine.errors import Cancelled, IncompatibleModel, WrongModality
from engine.imaging import geometry
from engine.inference import grading
from engine.inference.grading import GradingPredictor, batches, pair_eyes
from engine.inference.predictor import Options, Picture
from engine.models.zoom_in_net import NetworkConfig, as_dict, build
from engine.models.zoom_in_net.regions import Regions
from engine.records import Box, ImageInfo, Laterality, ModelCard

SLIM = {"channels": [8, 8, 8, 16], "stem_type": "", "stem_width": 8}
NETWORK = NetworkConfig(96, 240, 39, 4, 64, "resnet10t", SLIM, "resnet10t", SLIM, hidden=8)
ROWS, COLUMNS = 200, 300


def eye(seed: int, side: Laterality = Laterality.RIGHT, group: str = "", orientation: int = 1) -> Picture:
    """A retina with vessels and a few random marks; ``orientation`` says how its file would store it."""
    image, rng = np.zeros((ROWS, COLUMNS, 3), np.uint8), np.random.default_rng(seed)
    cv2.circle(image, (150, 100), 95, (170, 90, 40), -1)
    for x in range(95, 206, 22):
        cv2.line(image, (150, 45), (x, 150), (110, 50, 30), 2)
    for x, y in rng.integers(60, 140, (6, 2)).tolist():
        cv2.circle(image, (x + 50, y), 5, (240, 220, 120), -1)
    stored_rows, stored_columns = geometry.stored(image, orientation).shape[:2]
    info = ImageInfo(
        Path(f"{seed}.jpg"), "", "jpeg", stored_rows, stored_columns, samples=3, laterality=side,
        orientation=orientation,
    )  # fmt: skip
    return Picture(info, image, group)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(1)
    network = build(as_dict(NETWORK))
    torch.nn.init.constant_(network.attention.part_one.bias, 0.5)  # some positive response everywhere
    path = tmp_path_factory.mktemp("model") / "zoom_in_net.safetensors"
    weights.save(path, network.state_dict(), ModelCard("zoom_in_net", "t", as_dict(NETWORK)))
    return path


@pytest.fixture
def predictor(model: Path) -> GradingPredictor:
    return GradingPredictor.load(model, "cpu")


def test_what_a_prediction_holds(predictor: GradingPredictor, model: Path) -> None:
    (found,) = predictor.predict([eye(0)])
    assert found.grade is not None
    assert len(found.grade.probabilities) == len(found.grade.main_probabilities) == 5
    assert sum(found.grade.probabilities) == pytest.approx(1)
    assert found.grade.grade == int(np.argmax(found.grade.probabilities))
    assert (found.grade.calibrated, found.grade.fellow_used) == (False, False)
    assert found.grade.dme in (0, 1, 2)
    assert 1 <= len(found.boxes) <= 4
    assert [b.score for b in found.boxes] == sorted((b.score for b in found.boxes), reverse=True)
    assert all(0 <= b.x0 < b.x1 <= COLUMNS and 0 <= b.y0 < b.y1 <= ROWS for b in found.boxes)
    assert set(found.maps) == {f"{kind}/{k}" for kind in ("score", "attention", "gated") for k in range(5)}
    assert all(m.shape == (64, 96) and m.dtype == np.float32 for m in found.maps.values())
    assert found.embedding is not None
    assert found.notes[0].startswith("The image is only 300×200 pixels")
    assert found.notes[1] == grading.ALONE
    assert found.quality is not None
    assert found.quality.gradable
    assert found.withheld is None
    assert len(found.grade.region_effects) == len(found.boxes)
    assert sum(found.grade.dme_probabilities) == pytest.approx(1)
    assert found.model.weights_sha256 == weights.file_sha256(model)


def test_no_maps_unless_asked_for(predictor: GradingPredictor) -> None:
    assert predictor.predict([eye(0)], Options(evidence=False))[0].maps == {}


def test_fellow_eyes_see_each_other(predictor: GradingPredictor) -> None:
    right, left = eye(1, Laterality.RIGHT, "a"), eye(2, Laterality.LEFT, "a")
    together = predictor.predict([right, left])
    apart = [predictor.predict([p])[0] for p in (right, left)]
    for one, other in zip(together, apart, strict=True):
        assert one.grade is not None
        assert other.grade is not None
        assert one.grade.fellow_used
        assert grading.ALONE not in one.notes
        assert one.grade.probabilities != other.grade.probabilities


def test_the_order_and_number_of_pictures_change_nothing(predictor: GradingPredictor) -> None:
    pictures = [
        eye(k, Laterality.RIGHT if k % 2 else Laterality.LEFT, f"g{k // 2}" if k < 12 else "")
        for k in range(14)
    ]
    shuffled = np.random.default_rng(0).permutation(14)
    plain = predictor.predict(pictures)
    mixed = predictor.predict([pictures[k] for k in shuffled])
    for place, k in enumerate(shuffled):
        assert mixed[place].grade.probabilities == pytest.approx(plain[k].grade.probabilities, abs=5e-3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_results_are_in_the_stored_frame(predictor: GradingPredictor, orientation: int) -> None:
    plain = predictor.predict([eye(3)])[0]
    turned = predictor.predict([eye(3, orientation=orientation)])[0]
    for one, other in zip(plain.boxes, turned.boxes, strict=True):
        assert other == geometry.box_to_stored(one, orientation, *turned_size(orientation))
    for name, values in plain.maps.items():
        assert np.array_equal(geometry.upright(turned.maps[name], orientation), values)


def turned_size(orientation: int) -> tuple[int, int]:
    return geometry.stored(np.zeros((ROWS, COLUMNS)), orientation).shape[:2]


def test_a_card_that_was_calibrated_divides_by_its_temperature(model: Path, tmp_path: Path) -> None:
    tensors, card = weights.load(model)
    path = tmp_path / "hot.safetensors"
    changed = replace(card, config=dict(card.config) | {"temperature": 1e6}, metrics={"calibrated": True})
    weights.save(path, tensors, changed)
    scores = GradingPredictor.load(path).predict([eye(0)])[0].grade
    assert scores is not None
    assert scores.calibrated
    assert scores.probabilities == pytest.approx([0.2] * 5, abs=1e-4)


@pytest.mark.parametrize(
    ("pixels", "code"),
    [
        (np.zeros((200, 200, 3), np.uint8), "dark"),
        (np.full((1, 1, 3), (180, 90, 40), np.uint8), "flat"),
        (np.full((300, 200, 3), (60, 120, 190), np.uint8), "no retina"),
    ],
)
def test_an_image_that_cannot_be_graded_gets_the_reason_and_no_grade(
    predictor: GradingPredictor, pixels: np.ndarray, code: str
) -> None:
    info = ImageInfo(Path("x.png"), "", "png", *pixels.shape[:2], samples=3)
    (found,) = predictor.predict([Picture(info, pixels)])
    assert found.grade is None
    assert found.quality is not None
    assert found.quality.codes == (code,)
    assert found.notes[0] == found.quality.reasons[0]
    assert found.withheld is not None  # for the reviewer who overrides
    assert sum(found.withheld.probabilities) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (2, 2)])
def test_a_stripe_is_no_photograph_and_does_no_harm(
    predictor: GradingPredictor, shape: tuple[int, int]
) -> None:
    info = ImageInfo(Path("x.png"), "", "png", *shape, samples=3)
    stripe = Picture(info, np.full((*shape, 3), 200, np.uint8))
    bad, good = predictor.predict([stripe, eye(1)])
    assert bad.grade is None
    assert good.grade is not None


def test_a_bad_fellow_leaves_the_good_eye_its_grade(predictor: GradingPredictor) -> None:
    dark = replace(eye(2, Laterality.LEFT, "a"), pixels=np.zeros((ROWS, COLUMNS, 3), np.uint8))
    good, bad = predictor.predict([eye(1, Laterality.RIGHT, "a"), dark])
    assert good.grade is not None
    assert not good.grade.fellow_used
    assert grading.FELLOW_UNGRADABLE in good.notes
    assert bad.grade is None


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_patch_and_box_show_a_lesion_of_known_place_in_exact_register(
    predictor: GradingPredictor, orientation: int
) -> None:
    """A region over a phantom lesion: its patch has the lesion in the middle, its box lies around it."""
    at = (171, 83)
    config = predictor.network.config
    healthy = eye(9, orientation=orientation)
    picture = eye(9, orientation=orientation)
    cv2.circle(picture.pixels, at, 2, (30, 10, 10), -1)
    prepared = grading.prepare(picture, config.input_size, config.high_size)
    before = grading.prepare(healthy, config.input_size, config.high_size)
    spot = prepared.square.box_in(Box(at[0] + 0.5, at[1] + 0.5, at[0] + 0.5, at[1] + 0.5))
    scale = config.high_size / config.input_size
    center = torch.tensor([[[round(spot.x0 / scale), round(spot.y0 / scale)]]])
    one = torch.ones(1, 1)
    regions = Regions(center, one, one.bool(), center)
    high = grading.to_batch([prepared.square.pixels])
    patch, plain = (
        predictor.network.patches(pixels, regions)[0, 0].sum(dim=0)
        for pixels in (high, grading.to_batch([before.square.pixels]))
    )
    darker = (plain - patch) > 0.5 * (plain - patch).max()
    ys, xs = (axis.double().mean().item() for axis in darker.nonzero(as_tuple=True))
    middle = (config.patch_size - 1) / 2
    assert (xs, ys) == pytest.approx((middle, middle), abs=1.5)  # centers are whole pixels of the input
    outputs = predictor.network(grading.to_batch([prepared.low]), high)._replace(regions=regions)
    (box,), kept = predictor.boxes(picture, prepared, outputs, 0)
    assert kept == [0]
    expected = geometry.point_to_stored(
        at[0] + 0.5, at[1] + 0.5, orientation, picture.info.rows, picture.info.columns
    )
    assert ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) == pytest.approx(expected, abs=2.5)


def test_a_region_s_effect_is_what_leaving_it_out_changes(predictor: GradingPredictor) -> None:
    (found,) = predictor.predict([eye(0)])
    assert found.grade is not None
    config = predictor.network.config
    prepared = grading.prepare(eye(0), config.input_size, config.high_size)
    low, high = grading.to_batch([prepared.low]), grading.to_batch([prepared.square.pixels])
    with torch.inference_mode():
        whole = predictor.network(low, high)
        patches = predictor.network.patches(high, whole.regions)
        pair = whole.embedding[:, : 2 * predictor.network.main.width]
        for number, effect in enumerate(found.grade.region_effects):
            kept = whole.regions.valid.clone()
            kept[0, number] = False
            _, logits = predictor.network.crop(patches, kept, pair)
            grades = torch.arange(5.0)
            left = float((whole.logits.softmax(1) * grades).sum() - (logits[:, :5].softmax(1) * grades).sum())
            assert effect == pytest.approx(left, abs=1e-3)


def test_a_grey_image_is_refused(predictor: GradingPredictor) -> None:
    info = ImageInfo(Path("x.png"), "", "png", 50, 50)
    with pytest.raises(WrongModality, match=r"x\.png"):
        predictor.predict([Picture(info, np.zeros((50, 50), np.uint8))])


def test_nothing_to_predict(predictor: GradingPredictor) -> None:
    assert predictor.predict([]) == []


def test_cancelling(predictor: GradingPredictor) -> None:
    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        predictor.predict([eye(k) for k in range(9)], progress=stop)


def test_a_foreign_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    weights.save(path, {"a": torch.zeros(1)}, ModelCard("zoom_in_net", "t", as_dict(NETWORK)))
    with pytest.raises(IncompatibleModel):
        GradingPredictor.load(path)


def test_why_an_eye_is_alone() -> None:
    right, left, unknown = Laterality.RIGHT, Laterality.LEFT, Laterality.UNKNOWN
    sides = [
        (right, "a"),
        (left, "a"),
        (right, "b"),
        (right, "b"),
        (left, "c"),
        (unknown, "d"),
        (right, "d"),
        (left, ""),
    ]
    fellows, reasons = pair_eyes([eye(k, side, group) for k, (side, group) in enumerate(sides)])
    assert fellows == [1, 0, -1, -1, -1, -1, -1, -1]
    same, alone, unclear = grading.SAME_EYE, grading.ALONE, grading.NO_LATERALITY
    assert reasons == ["", "", same, same, alone, unclear, unclear, alone]


def test_the_same_picture_twice_is_no_pair() -> None:
    right, left = (eye(1, side, "a") for side in (Laterality.RIGHT, Laterality.LEFT))
    pair = [replace(p, info=replace(p.info, sha256="ab")) for p in (right, left)]
    assert pair_eyes(pair) == ([-1, -1], [grading.SAME_PICTURE] * 2)
    pair[1] = replace(left, info=replace(left.info, sha256="cd"))
    assert pair_eyes(pair) == ([1, 0], ["", ""])


def test_batches_keep_fellows_together_and_lose_nobody() -> None:
    fellows = [5, -1, 4, -1, 2, 0, 7, 6, -1, 5]
    parts = batches(fellows, 4)
    assert sorted(k for part in parts for k in part) == list(range(10))
    for part in parts:
        assert len(part) <= 5  # one more where an eye has two images
        assert all(fellows[k] in part for k in part if fellows[k] >= 0)

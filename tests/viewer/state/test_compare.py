from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.records import (
    Case,
    CaseState,
    ImageInfo,
    Instance,
    Laterality,
    Modality,
    ModelVersion,
    Prediction,
)
from engine.store.rows import InstanceReview, Review, StoredPrediction
from viewer.state.compare import Compared, corrected, fellow, prior, versions
from viewer.state.geometry import Facing
from viewer.state.review import OpenCase

RIGHT, LEFT = 11, 12


def instance(number: int, eye: Laterality, view: str = "", date: str = "") -> Instance:
    info = ImageInfo(Path(f"{number}.png"), "0", "png", 8, 8, laterality=eye, view=view, study_date=date)
    return Instance(number, 1, info)


def said(number: int, version: str, sha: str) -> StoredPrediction:
    masks = {"HE": np.full((8, 8), number, np.uint8)}
    return StoredPrediction(number, "", Prediction(ModelVersion("lesion_unet", version, sha), masks=masks))


def opened(
    *instances: Instance, lesions: frozenset[str] = frozenset(), modality: Modality = Modality.FUNDUS
) -> OpenCase:
    case = Case(1, "P-1", "", modality, CaseState.PREDICTED, instances)
    reviews = {i.id: InstanceReview(lesions=lesions) for i in instances}
    review = Review(1, CaseState.PREDICTED, "", "", reviews, ())
    predictions = {i.id: {"lesion_unet": said(3, "v3", "c")} for i in instances}
    return OpenCase(case, review, predictions, "A")


BOTH = (instance(RIGHT, Laterality.RIGHT), instance(LEFT, Laterality.LEFT))


def test_the_left_eye_is_mirrored_beside_the_right_one_but_a_second_view_is_not() -> None:
    pair = fellow(opened(*BOTH))
    assert pair is not None
    assert (pair.left.instance.id, pair.right.instance.id) == (RIGHT, LEFT)
    assert (pair.left.facing, pair.right.facing) == (None, Facing(0, True))
    films = (instance(1, Laterality.UNKNOWN, "PA"), instance(2, Laterality.UNKNOWN, "LATERAL"))
    pair = fellow(opened(*films, modality=Modality.CHEST))
    assert pair is not None
    assert pair.right.facing is None
    assert fellow(opened(BOTH[0])) is None


def test_before_correction_is_what_the_model_alone_says() -> None:
    assert corrected(opened(*BOTH), ("a", "b")) is None
    here = opened(*BOTH, lesions=frozenset({"HE"}))
    pair = corrected(here, ("model", "corrected"))
    assert pair is not None
    assert pair.left.case is not None
    assert pair.left.case.human(RIGHT).lesions == frozenset()
    assert here.human(RIGHT).lesions == {"HE"}
    assert pair.right.case is None  # the open case, as it will be
    assert (pair.left.caption, pair.right.caption) == ("model", "corrected")


def test_each_older_version_once_beside_the_present_one() -> None:
    here = opened(*BOTH, lesions=frozenset({"HE"}))
    present = here.stored(RIGHT, "lesion_unet")
    assert present is not None
    history = [present, said(2, "v2", "b"), said(9, "v2", "b"), said(1, "v1", "a"), said(8, "v3", "c")]
    pairs = versions(here, history)
    assert [pair.detail for pair in pairs] == ["lesion_unet v2 → v3", "lesion_unet v1 → v3"]
    assert all(pair.kind is Compared.MODEL for pair in pairs)
    old, new = pairs[0].left.case, pairs[0].right.case
    assert old is not None and new is not None
    assert old.stored(RIGHT, "lesion_unet") is history[1]
    assert new.stored(RIGHT, "lesion_unet") is present
    assert not old.human(RIGHT).lesions and not new.human(RIGHT).lesions
    assert versions(here, []) == []
    assert versions(here, [said(1, "v1", "a")])[0].left.caption == "v1"


def test_a_prior_shows_the_same_eye_or_view() -> None:
    here = opened(*BOTH)
    here.active = LEFT
    older = opened(
        instance(21, Laterality.RIGHT, date="20200101"), instance(22, Laterality.LEFT, date="20200101")
    )
    pair = prior(here, older)
    assert pair is not None
    assert (pair.left.instance.id, pair.right.instance.id, pair.detail) == (22, LEFT, "20200101")
    assert pair.left.case is older
    assert prior(here, opened(instance(21, Laterality.RIGHT))) is None
    undated = opened(instance(23, Laterality.LEFT))
    pair = prior(here, undated)
    assert pair is not None
    assert pair.detail == "P-1"


@pytest.mark.parametrize("view", ["PA", "LATERAL"])
def test_a_film_of_the_same_view_is_preferred(view: str) -> None:
    here = opened(instance(1, Laterality.UNKNOWN, view), modality=Modality.CHEST)
    films = [instance(n, Laterality.UNKNOWN, v) for n, v in ((2, "PA"), (3, "LATERAL"))]
    pair = prior(here, opened(*films, modality=Modality.CHEST))
    assert pair is not None
    assert pair.left.instance.info.view == view
    only = replace(films[0], info=replace(films[0].info, view="AP"))
    assert prior(here, opened(only, modality=Modality.CHEST)) is not None

"""What the right pane warns of, from what a look at the pixels found."""

from __future__ import annotations

from engine.records import ImageQuality, Laterality, LateralityCheck, ModelVersion, Prediction
from viewer.control.showing import flags

MODEL = ModelVersion("zoom_in_net", "v1", "0" * 64)


def test_nothing_to_warn_of():
    assert flags(Prediction(MODEL)) == []
    good = LateralityCheck(Laterality.RIGHT, Laterality.RIGHT)
    unsure = LateralityCheck(Laterality.RIGHT, Laterality.UNKNOWN)
    for side in (good, unsure):
        assert flags(Prediction(MODEL, quality=ImageQuality(), laterality=side)) == []


def test_an_image_that_cannot_be_graded_says_why():
    quality = ImageQuality(False, ("The image is too dark.",), ("dark",))
    (told,) = flags(Prediction(MODEL, quality=quality))
    assert "The image is too dark. Press Q" in told


def test_the_other_eye_is_flagged():
    side = LateralityCheck(Laterality.RIGHT, Laterality.LEFT, (10.0, 10.0), 0.9)
    (told,) = flags(Prediction(MODEL, laterality=side))
    assert told == "The optic disc lies as in a left eye, but the file says right eye."

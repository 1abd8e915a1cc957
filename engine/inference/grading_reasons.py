"""Sentences beside a grade: computed facts about why it is what it is, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.records import Laterality, LateralityCheck

NOTABLE = 0.05
"""Change of the expected grade below which a region is not named (ours)."""
EYES = {Laterality.RIGHT: "right", Laterality.LEFT: "left"}


def expected_grade(probabilities: Sequence[float]) -> float:
    """Mean grade under the probabilities."""
    return sum(grade * p for grade, p in enumerate(probabilities))


def disagreement(main: int, whole: int, without: Sequence[int], effects: Sequence[float]) -> str:
    """Why the whole network grades otherwise than M-Net alone; empty where both give one grade.

    Parameters
    ----------
    main, whole
        Grade of M-Net alone, and of the network with its zoomed regions.
    without
        Grade of the whole without each region, in the order of the boxes.
    effects
        `GradeScores.region_effects`.
    """
    if main == whole:
        return ""
    lead = f"M-Net alone says {main}, with the zoomed regions it is {whole}"
    turning = [number for number, grade in enumerate(without, start=1) if grade == main]
    if turning:
        regions = " or ".join(str(number) for number in turning)
        return f"{lead}; without region {regions} it would stay {main}."
    towards = [effect if whole > main else -effect for effect in effects]
    if towards and max(towards) >= NOTABLE:
        number = towards.index(max(towards))
        return f"{lead}; region {number + 1} does most of it ({effects[number]:+.2f} of the expected grade)."
    return f"{lead}; no single region explains it."


def other_eye(check: LateralityCheck) -> str:
    """The warning that the image shows the other eye than the one stated; empty without."""
    if not check.contradicts:
        return ""
    return (
        f"Said to be a {EYES[check.stated]} eye, but the optic disc lies where a {EYES[check.seen]} eye has "
        "it: check the laterality."
    )

"""Age, sex and view become numbers; what is not said is NaN and stays with its image."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.data.chest_facts import facts_of
from engine.data.chest_set import ChestSet
from engine.data.manifest import ManifestRow

ROW = ManifestRow(task="cxr_multilabel", path=Path("a.png"), patient="1")


def test_facts_of_rows() -> None:
    rows = [replace(ROW, age=67.0, sex="M", view="PA"), replace(ROW, age=33.0, sex="F", view="AP"), ROW]
    expected = [[1, 1, 1], [-1, 0, 0], [np.nan] * 3]
    np.testing.assert_array_equal(facts_of(rows), np.array(expected, np.float32))


def test_facts_stay_with_their_images() -> None:
    known = a_set("a", np.array([[1, 0, 1], [2, 1, 0]], np.float32))
    both = known.joined(a_set("b", None))
    kept = both.subset(np.array([False, True, True, False]))
    np.testing.assert_array_equal(kept.every_fact()[0], [2, 1, 0])
    assert np.isnan(kept.every_fact()[1]).all()
    assert kept.patients == ("a1", "b0")


def a_set(patient: str, facts: np.ndarray | None) -> ChestSet:
    return ChestSet(
        np.zeros((2, 4, 4), np.uint8),
        np.zeros((2, 1), np.float32),
        np.ones((2, 1), np.bool_),
        ("Mass",),
        (f"{patient}0", f"{patient}1"),
        ("here", "here"),
        facts,
    )

"""Old against new on held-back images: paired intervals by patient, and what is warned of."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.evaluation.old_and_new import compared, missed, warnings
from engine.evaluation.reviewed import Tally, figures


def graded(patient: int, reader: int, model: int) -> Tally:
    return Tally(f"p{patient}", (reader, model))


def sample(seed: int, wrong: float, patients: int = 40) -> list[Tally]:
    """Two eyes a patient; a share of the answers is off by one."""
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(9).integers(0, 5, (patients, 2))
    off = np.where(rng.random(truth.shape) < wrong, np.where(truth < 4, 1, -1), 0)
    return [
        graded(p, int(truth[p, e]), int(truth[p, e] + off[p, e])) for p in range(patients) for e in range(2)
    ]


def test_intervals_against_a_slow_bootstrap():
    old, new = sample(1, 0.5), sample(2, 0.1)
    said = compared(old, new, rounds=200)
    assert said["old"] == figures(old) and said["new"] == figures(new) and said["patients"] == 40
    rng = np.random.default_rng(0)
    differences = []
    for _ in range(200):
        drawn = [i for p in rng.integers(40, size=40) for i in (2 * p, 2 * p + 1)]
        right = [[t.grades[0] == t.grades[1] for t in one] for one in (old, new)]
        differences.append(np.mean([right[1][i] for i in drawn]) - np.mean([right[0][i] for i in drawn]))
    expected = np.quantile(differences, [0.025, 0.975])
    np.testing.assert_allclose(said["intervals"]["accuracy"]["difference"], expected)
    low, high = said["intervals"]["accuracy"]["difference"]
    assert 0 < low < said["new"]["accuracy"] - said["old"]["accuracy"] < high
    assert said["warnings"] == []


def test_a_model_that_got_worse_is_warned_of():
    said = compared(sample(1, 0.1), sample(2, 0.6), rounds=100)
    fallen = [text for text in said["warnings"] if text.startswith("Accuracy fell")]
    assert len(fallen) == 1 and "the whole interval is below 0" in fallen[0]


def test_the_same_model_twice_differs_in_nothing():
    same = sample(3, 0.3)
    said = compared(same, same, rounds=50)
    assert all(values["difference"] == [0.0, 0.0] for values in said["intervals"].values())
    assert said["warnings"] == []
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_a_referable_eye_that_is_missed_now_comes_first():
    old = [graded(n, 3, 3) for n in range(30)]
    new = [graded(0, 3, 1), *old[1:]]
    assert missed(old, new) == 1 and missed(new, old) == 0
    said = compared(old, new, rounds=20)
    assert said["warnings"][0] == "1 referable eye that the old model found, the new one misses."


def test_few_patients_are_said_to_be_few():
    few = sample(4, 0.3, patients=3)
    assert compared(few, few, rounds=20)["warnings"] == [
        "Only 3 patients are held back: the figures are rough."
    ]


def test_nothing_held_back():
    assert compared([], []) == {
        "old": {"images": 0},
        "new": {"images": 0},
        "intervals": {},
        "patients": 0,
        "warnings": [],
    }


def test_a_value_that_one_class_cannot_give_has_no_interval():
    one = [Tally("p", findings={"Mass": (True, 0.4)})] * 3
    said = compared(one, one, rounds=10)
    assert said["intervals"]["auroc Mass"] == {"old": None, "new": None, "difference": None}


@pytest.mark.parametrize(("span", "word"), [([-0.2, -0.1], "whole interval"), ([-0.2, 0.1], "chance")])
def test_how_sure_a_fall_is(span: list[float], word: str):
    (told,) = warnings({"dice MA": 0.5}, {"dice MA": 0.4}, {"dice MA": {"difference": span}}, 99, 0)
    assert told.startswith("Dice MA fell by 0.100") and word in told
    assert warnings({"kappa": 0.5}, {"kappa": 0.49}, {"kappa": {"difference": [-0.1, 0.1]}}, 99, 0) == []

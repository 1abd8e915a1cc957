from __future__ import annotations

import math

import numpy as np
import pytest

from engine.errors import TooFewSamples
from engine.evaluation.multilabel import AVERAGES, Scored, by_source, figures, ranked, source_alone
from engine.metrics.auroc import auroc, harmonic_mean
from engine.metrics.ranking_at_k import at_k

LABELS = ("Mass", "Nodule", "Edema", "Hernia")


def make(count=60, seed=0, **changes) -> Scored:
    rng = np.random.default_rng(seed)
    targets = (rng.random((count, 4)) < 0.35).astype(np.float32)
    targets[:, 3] = 0  # nobody has a hernia
    fields = {
        "labels": LABELS,
        "seen": np.array([True, True, False, False]),
        "scores": (rng.normal(size=(count, 4)) + targets).astype(np.float32),
        "targets": targets,
        "known": np.ones((count, 4), bool),
        "patients": tuple(str(k // 2) for k in range(count)),
        "sources": ("a",) * count,
    }
    return Scored(**(fields | changes))


def test_values_are_those_of_the_plain_formulas():
    scored = make()
    found = figures(scored, rounds=50)
    each = [auroc(scored.scores[:, c], scored.targets[:, c]) for c in range(3)]
    assert [found["per_class"][n]["value"] for n in LABELS[:3]] == pytest.approx(each)
    assert math.isnan(found["per_class"]["Hernia"]["value"])  # not 0
    assert found["per_class"]["Hernia"]["positives"] == 0
    assert found["seen"]["value"] == pytest.approx(np.mean(each[:2]))
    assert found["unseen"]["value"] == pytest.approx(each[2])
    both = harmonic_mean(np.mean(each[:2]), each[2])
    assert found["harmonic_mean"]["value"] == pytest.approx(both)
    for name in ("seen", "unseen", "harmonic_mean"):
        low, high = found[name]["interval"]
        assert low < found[name]["value"] < high


def test_at_k_under_weights_of_one_is_at_k():
    scored = make()
    found = ranked(scored, rounds=1)
    for k in ("2", "3"):
        plain = at_k(scored.scores, scored.targets, int(k))
        assert [found[k][name]["value"] for name in AVERAGES] == [getattr(plain, name) for name in AVERAGES]


def test_intervals_of_at_k_against_copied_images():
    """The slow way: a resample of patients with its images copied."""
    scored = make(20, patients=tuple(str(k) for k in range(20)))
    drawn = np.random.default_rng(0).multinomial(20, np.full(20, 1 / 20), size=64)
    # the order of patients in the multinomial is that of their sorted names
    names = sorted(scored.patients)
    slow = []
    for counts in drawn:
        rows = np.concatenate([[int(n)] * c for n, c in zip(names, counts, strict=True) if c])
        slow.append(at_k(scored.scores[rows], scored.targets[rows], 2).macro_f1)
    found = ranked(scored, rounds=64, seed=0)["2"]["macro_f1"]["interval"]
    assert found == pytest.approx(list(np.quantile(slow, [0.025, 0.975])))


def test_unknown_labels_count_for_nothing():
    known = np.ones((60, 4), bool)
    known[:30, 0] = False
    scored = make(known=known)
    found = figures(scored, rounds=5)["per_class"]["Mass"]
    assert found["value"] == pytest.approx(auroc(scored.scores[30:, 0], scored.targets[30:, 0]))
    assert found["positives"] + found["negatives"] == 30


def test_a_set_of_one_class_is_refused_by_name():
    targets = np.zeros((6, 4), np.float32)
    targets[:, 0] = 1
    with pytest.raises(TooFewSamples, match="Mass"):
        figures(make(6, targets=targets))


def test_within_a_source_and_by_the_source_alone():
    rng = np.random.default_rng(1)
    sources = tuple("ab"[int(x)] for x in rng.random(400) < 0.5)
    likely = np.array([0.8 if s == "a" else 0.1 for s in sources])
    targets = np.zeros((400, 4), np.float32)
    targets[:, 0] = rng.random(400) < likely
    targets[:, 2] = rng.random(400) < 0.5
    scores = np.tile(likely[:, None], (1, 4)).astype(np.float32)  # a system that sees nothing but the source
    scored = make(400, sources=sources, targets=targets, scores=scores)
    whole = figures(scored, rounds=2)["per_class"]["Mass"]["value"]
    inside = by_source(scored, rounds=2)
    assert whole > 0.75
    assert [inside[s]["per_class"]["Mass"]["value"] for s in "ab"] == [0.5, 0.5]
    alone = source_alone(scored, None)
    assert alone["per_class"]["Mass"] == pytest.approx(whole)
    assert alone["shares_from"] == "the evaluated images"
    assert abs(alone["per_class"]["Edema"] - 0.5) < 0.1
    assert by_source(make()) == {}  # one source

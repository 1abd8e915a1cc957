from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from engine.errors import TooFewSamples
from engine.inference.chest_gate import CHILD, LATERAL, NOT_CHEST, GateModel, is_lateral, sentence
from engine.training.chest_gate import GateConfig, _logistic, fit_gate, measured

SIZE = 12


def features(count, seed, **moved):
    """Normal vectors, moved along named axes."""
    found = torch.randn(count, SIZE, generator=torch.Generator().manual_seed(seed))
    for axis, by in moved.items():
        found[:, int(axis[1:])] += by
    return found


def material(count=200):
    adults = torch.cat([features(count, 0, x0=1.5), features(count, 1, x0=-1.5)])
    normal = np.r_[np.ones(count, bool), np.zeros(count, bool)]
    return adults, normal, features(60, 2, x1=4.0), ("a", "b") * count


def test_the_three_scores_say_what_they_are_for():
    adults, normal, children, sources = material()
    gate = fit_gate(adults, normal, children, sources)
    patients = tuple(str(k) for k in range(len(adults)))
    far = features(50, 3, x5=30.0)
    report = measured(gate, adults, normal, patients, sources, {"children": children, "fundus": far})
    assert report["no_finding_auroc"]["value"] > 0.9
    assert set(report["no_finding_auroc_within"]) == {"a", "b"}
    assert report["adults_flagged"] < 0.06
    assert report["children"]["auroc"] > 0.95
    assert report["fundus"] == {"images": 50, "auroc": 1.0, "flagged": 1.0}


def test_verdicts_and_what_the_reader_is_told():
    gate = fit_gate(*material())
    typical = features(1, 9)
    typical[0] = 0
    fine, child, other, side = gate.judge(
        torch.cat([typical, features(1, 4, x1=5.0), features(1, 5, x5=40.0), typical]), ["PA", "", "", "LL"]
    )
    assert fine.in_scope
    assert sentence(fine) == ""
    assert {one.name for one in fine.scores} == {CHILD, NOT_CHEST}
    assert (child.in_scope, child.reasons) == (False, (CHILD,))
    assert other.reasons == (NOT_CHEST,)
    assert side.reasons == (LATERAL,)
    assert "lateral" in sentence(side)
    assert [is_lateral(v) for v in ("ll", "LATERAL", "PA", "")] == [True, True, False, False]


def test_origin_is_not_learnt_instead_of_health():
    """Normal images come mostly from one source, which has a mark of its own: the mark gets no weight."""
    rng = np.random.default_rng(0)
    normal = rng.random(2000) < 0.5
    origin = np.where(rng.random(2000) < 0.9, normal, ~normal)
    adults = features(2000, 7)
    adults[:, 0] += torch.from_numpy(np.where(normal, 0.8, -0.8)).float()
    adults[:, 1] += torch.from_numpy(np.where(origin, 2.0, -2.0)).float()
    sources = tuple("ab"[int(o)] for o in origin)
    gate = fit_gate(adults, normal, features(0, 1), sources, GateConfig(ridge=1e-4))
    direction = (gate.whitening @ gate.no_finding[:-1]).numpy()
    assert abs(direction[1]) < 0.2 * abs(direction[0])


def test_the_logistic_model_is_that_of_scikit_learn():
    adults, normal, _, _ = material(50)
    weights = np.linspace(0.5, 1.5, len(adults))
    found = _logistic(adults, normal, weights, ridge=0.05)
    other = LogisticRegression(C=1 / (0.05 * len(adults)), tol=1e-10, max_iter=1000)
    other.fit(adults.numpy(), normal, sample_weight=weights)
    np.testing.assert_allclose(found[:-1], other.coef_[0], atol=1e-4)
    assert float(found[-1]) == pytest.approx(float(other.intercept_[0]), abs=1e-4)


def test_without_children_nobody_is_called_one_and_too_few_images_are_refused():
    adults, normal, _, sources = material()
    gate = fit_gate(adults, normal, features(0, 1), sources)
    assert float(gate.scores(features(5, 8, x1=9.0))[CHILD].max()) < 0.01
    with pytest.raises(TooFewSamples):
        fit_gate(adults, np.ones(len(adults), bool), features(0, 1), sources)


def test_a_gate_goes_through_a_checkpoint_unchanged():
    gate = fit_gate(*material())
    again = GateModel.of(gate.tensors() | {"other": torch.zeros(1)})
    some = features(6, 11)
    for name, values in gate.scores(some).items():
        assert torch.equal(again.scores(some)[name], values)
    assert GateModel.of({}) is None

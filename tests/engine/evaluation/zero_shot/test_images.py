"""Images of the experiment: inductive, with findings, from the cache."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.evaluation.zero_shot import images
from engine.imaging.phantoms.chest_compositional import compositions
from engine.training.recipes.chest_config import NIH, SEEN, UNSEEN

SIZE = 64


def test_phantoms_show_drawn_findings_only_and_at_least_one() -> None:
    drawn = images.phantoms(4, SEEN, NIH, SIZE, seed=3)
    assert drawn.images.shape == (4, SIZE, SIZE) and drawn.labels == NIH
    assert drawn.targets[:, len(SEEN) :].sum() == 0 and drawn.known.all()
    assert ((drawn.targets.sum(1) >= 1) & (drawn.targets.sum(1) <= 3)).all()
    assert len(set(drawn.patients)) == 4


def test_composed_phantoms_share_chests_of_their_split_only() -> None:
    findings = compositions(5, 1)
    first = images.composed(4, findings[:3], findings, SIZE, seed=4, patients=0)
    again = images.composed(4, findings[:3], findings, SIZE, seed=4, patients=0)
    test = images.composed(4, findings[:3], findings, SIZE, seed=4, patients=9)
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.targets, test.targets) and not np.array_equal(first.images, test.images)
    assert not set(first.patients) & set(test.patients)
    assert first.labels == tuple(one.name for one in findings) and first.targets[:, 3:].sum() == 0


def test_a_drawn_set_is_read_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    first = images.phantoms(2, SEEN, NIH, SIZE, seed=5)
    monkeypatch.setattr(images.chest, "chest", None)
    assert np.array_equal(first.images, images.phantoms(2, SEEN, NIH, SIZE, seed=5).images)


def test_no_unseen_finding_is_trained_on() -> None:
    every = images.phantoms(8, NIH, NIH, SIZE, seed=6)
    assert every.targets[:, len(SEEN) :].any()
    kept = images.without(every, UNSEEN)
    assert 0 < len(kept) < 8 and kept.labels == SEEN and (kept.targets.sum(1) > 0).all()
    carried = (every.targets[:, len(SEEN) :] > 0.5).any(1)
    assert kept.patients == tuple(p for p, c in zip(every.patients, carried, strict=True) if not c)


def test_real_images_have_a_finding(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr(images, "from_rows", lambda rows, *rest: read.append(len(rows)))
    images.real(shared_data, NIH, SIZE)
    assert read == [711]

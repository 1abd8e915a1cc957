from __future__ import annotations

import pytest

from engine.records import CaseState
from viewer.state.batch import CHUNK, Batch, Stage, acceptances
from viewer.state.session import upper_bound


def test_a_sample_is_drawn_at_random_in_the_order_of_the_list():
    batch = Batch(tuple(range(100, 200)))
    batch.draw(10, seed=1)
    assert len(batch.sample) == 10 and list(batch.sample) == sorted(batch.sample)
    other = Batch(batch.ids)
    other.draw(10, seed=2)
    assert other.sample != batch.sample
    assert set(batch.rest) | set(batch.sample) == set(batch.ids)
    small = Batch((1, 2))
    small.draw(10)
    assert small.sample == (1, 2) and small.rest == ()


def test_the_sample_ends_when_every_case_of_it_is_decided():
    batch = Batch(tuple(range(10)))
    batch.draw(3, seed=1)
    one, two, three = batch.sample
    assert not batch.decided(one, CaseState.ACCEPTED)
    assert not batch.decided(next(iter(batch.rest)), CaseState.ACCEPTED)
    assert not batch.decided(two, CaseState.CORRECTED)
    assert batch.decided(three, CaseState.ACCEPTED)
    assert (batch.stage, batch.changed) == (Stage.CHECKED, 1)
    assert not batch.decided(three, None)  # undone: looked at again
    assert batch.stage is Stage.SAMPLING
    assert batch.decided(three, CaseState.REJECTED)
    assert batch.changed == 2
    assert batch.mark == "batch of 10, 3 looked at, 2 changed"


def test_the_rest_comes_in_transactions():
    batch = Batch(tuple(range(CHUNK + 7)))
    batch.draw(2, seed=0)
    parts = list(batch.chunks())
    assert [len(part) for part in parts] == [CHUNK, 5]
    events = acceptances(parts[1], "A", batch.mark)
    assert [event.case_id for event in events] == list(parts[1])
    assert {(e.before, e.after, e.key) for e in events} == {("predicted", "accepted", batch.mark)}


@pytest.mark.parametrize(
    ("found", "looked_at", "share"),
    # One-sided 95 % limits: 1 - 0.05 ** (1 / n) without any; tables of Clopper and Pearson otherwise.
    [(0, 20, 0.1391), (0, 59, 0.0495), (1, 20, 0.2161), (3, 10, 0.6066), (0, 0, 1.0), (5, 5, 1.0)],
)
def test_how_many_of_the_rest_may_be_wrong(found: int, looked_at: int, share: float):
    assert upper_bound(found, looked_at) == pytest.approx(share, abs=2e-4)

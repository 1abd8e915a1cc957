"""Accepting many cases at once: a random sample is looked at first, and says how many may be wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.records import CaseState, Correction, CorrectionKind
from viewer.state.session import upper_bound

SAMPLE = 20  # with none wrong among them, at most 14 % of the rest are; ours
CHUNK = 50  # cases a transaction: the reader's own edits wait for one at most


class Stage(StrEnum):
    """Where a batch stands."""

    READY = "ready"
    SAMPLING = "sampling"
    CHECKED = "checked"
    ACCEPTING = "accepting"
    DONE = "done"


@dataclass(slots=True)
class Batch:
    """One batch.

    Attributes
    ----------
    ids
        Cases that are accepted, the sample among them.
    looked
        Case of the sample -> the state that the reader left it in.
    accepted, skipped
        Cases accepted so far; cases that somebody decided meanwhile.
    """

    ids: tuple[int, ...]
    sample: tuple[int, ...] = ()
    looked: dict[int, CaseState] = field(default_factory=dict)
    stage: Stage = Stage.READY
    accepted: int = 0
    skipped: int = 0

    def draw(self, count: int = SAMPLE, seed: int | None = None) -> None:
        """Choose the sample, in the order of the list."""
        chosen = set(random.Random(seed).sample(self.ids, min(count, len(self.ids))))
        self.sample = tuple(case for case in self.ids if case in chosen)
        self.stage = Stage.SAMPLING

    def decided(self, case_id: int, state: CaseState | None) -> bool:
        """A case was left in a state (None: opened again); whether that ended the sample."""
        if self.stage not in {Stage.SAMPLING, Stage.CHECKED} or case_id not in self.sample:
            return False
        if state is None:
            self.looked.pop(case_id, None)
        else:
            self.looked[case_id] = state
        before, done = self.stage, len(self.looked) == len(self.sample)
        self.stage = Stage.CHECKED if done else Stage.SAMPLING
        return done and before is Stage.SAMPLING

    @property
    def changed(self) -> int:
        """How many of the sample the reader did not accept as they were."""
        return sum(state is not CaseState.ACCEPTED for state in self.looked.values())

    @property
    def bound(self) -> float:
        """Share of the rest that may need a change, 95 % certain."""
        return upper_bound(self.changed, len(self.looked))

    @property
    def rest(self) -> tuple[int, ...]:
        """What is accepted unseen."""
        seen = set(self.sample)
        return tuple(case for case in self.ids if case not in seen)

    def chunks(self) -> Iterator[tuple[int, ...]]:
        """The rest, a transaction at a time."""
        rest = self.rest
        for start in range(0, len(rest), CHUNK):
            yield rest[start : start + CHUNK]

    @property
    def mark(self) -> str:
        """What each event says of how it came about: stays in the history of the case."""
        return f"batch of {len(self.ids)}, {len(self.looked)} looked at, {self.changed} changed"


def acceptances(case_ids: Sequence[int], reader: str, mark: str) -> list[Correction]:
    """The events that accept cases no reader has touched."""
    before, after = CaseState.PREDICTED.value, CaseState.ACCEPTED.value
    return [Correction(case, None, CorrectionKind.STATE, mark, before, after, reader) for case in case_ids]

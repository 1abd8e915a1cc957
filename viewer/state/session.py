"""What one reader did since the window opened: how much, how fast, how often as the model said."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from engine.records import CaseState

GRADES = 5
LONGEST_S = 300.0  # more than this on one case is a break, not reading; ours


@dataclass(frozen=True, slots=True)
class Change:
    """A reader's grade that differs from the model's."""

    instance_id: int
    model: int
    reader: int


@dataclass(slots=True)
class ReviewSession:
    """Running tally of a sitting.

    Attributes
    ----------
    grades
        Instance -> (model's grade, reader's grade), for images that have both.
    blind
        Instances that were graded before the model was shown.
    closed
        Case -> the state that it was left in.
    seconds
        Case -> time that it was open before that, at most `LONGEST_S` a visit.
    clock
        Seconds, rising.
    """

    grades: dict[int, tuple[int, int]] = field(default_factory=dict)
    blind: set[int] = field(default_factory=set)
    closed: dict[int, CaseState] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    _here: int | None = None
    _since: float = 0.0

    def graded(self, instance_id: int, model: int | None, reader: int | None, blind: bool = False) -> None:
        """An eye was graded; None for the reader takes the grade back."""
        if model is None or reader is None:
            self.grades.pop(instance_id, None)
            self.blind.discard(instance_id)
            return
        self.grades[instance_id] = (model, reader)
        if blind:
            self.blind.add(instance_id)

    def reset(self) -> None:
        """Another sitting begins."""
        for kept in (self.grades, self.blind, self.closed, self.seconds):
            kept.clear()
        self._here = None

    def opened(self, case_id: int | None) -> None:
        """Another case is looked at."""
        if case_id == self._here:
            return
        now = self.clock()
        if self._here is not None:
            spent = min(now - self._since, LONGEST_S)
            self.seconds[self._here] = self.seconds.get(self._here, 0.0) + spent
        self._here, self._since = case_id, now

    def left(self, case_id: int, state: CaseState | None) -> None:
        """A case was decided; None opens it again."""
        if state is None:
            self.closed.pop(case_id, None)
        else:
            self.closed[case_id] = state

    @property
    def kappa(self) -> float | None:
        """Quadratic weighted kappa of reader against model; None while it is not defined."""
        return weighted_kappa(list(self.grades.values()))

    @property
    def blind_kappa(self) -> float | None:
        """The same over what was graded blind."""
        return weighted_kappa([pair for number, pair in self.grades.items() if number in self.blind])

    @property
    def changes(self) -> tuple[Change, ...]:
        """Grades that differ from the model's, the farthest apart first."""
        found = [Change(i, model, reader) for i, (model, reader) in self.grades.items() if model != reader]
        return tuple(sorted(found, key=lambda change: -abs(change.model - change.reader)))

    @property
    def times(self) -> tuple[float, ...]:
        """Seconds of each decided case; the one that is open still counts up."""
        now = self.clock()
        spent = dict(self.seconds)
        if self._here is not None:
            spent[self._here] = spent.get(self._here, 0.0) + min(now - self._since, LONGEST_S)
        return tuple(spent[case] for case in self.closed if case in spent)

    @property
    def median_seconds(self) -> float | None:
        """Time for the middle one of the decided cases."""
        return median(self.times) if self.times else None

    @property
    def per_hour(self) -> float | None:
        """Decided cases in an hour of reading; breaks do not count."""
        total = sum(self.times)
        return 3600.0 * len(self.times) / total if total > 0 else None

    @property
    def table(self) -> list[list[int]]:
        """Counts ``[5][5]``: row the model's grade, column the reader's."""
        counts = [[0] * GRADES for _ in range(GRADES)]
        for model, reader in self.grades.values():
            counts[model][reader] += 1
        return counts

    @property
    def by_state(self) -> Mapping[CaseState, int]:
        """How many cases were left in which state."""
        found: dict[CaseState, int] = {}
        for state in self.closed.values():
            found[state] = found.get(state, 0) + 1
        return found


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968) over (model, reader) grades 0–4.

    None when either side used one grade only for all images: chance agreement is then total.
    """
    n = len(pairs)
    if n == 0:
        return None
    observed = sum((a - b) ** 2 for a, b in pairs) / n
    first = [sum(a == g for a, _ in pairs) / n for g in range(GRADES)]
    second = [sum(b == g for _, b in pairs) / n for g in range(GRADES)]
    expected = sum(first[i] * second[j] * (i - j) ** 2 for i in range(GRADES) for j in range(GRADES))
    return None if expected == 0 else 1.0 - observed / expected


def upper_bound(found: int, looked_at: int, level: float = 0.95) -> float:
    """Highest share that a sample allows for, one-sided (Clopper and Pearson, Biometrika 26, 1934).

    The share p with ``P(X <= found) = 1 - level`` for X binomial (looked_at, p); 1 without a sample.
    """
    if looked_at == 0 or found >= looked_at:
        return 1.0
    low, high = found / looked_at, 1.0
    for _ in range(60):  # halvings: far below what is shown
        middle = (low + high) / 2
        at_most = math.fsum(
            math.comb(looked_at, k) * middle**k * (1 - middle) ** (looked_at - k) for k in range(found + 1)
        )
        low, high = (middle, high) if at_most > 1 - level else (low, middle)
    return (low + high) / 2

"""Which cases are listed, in which order; rows are fetched a page at a time when somebody looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from engine.records import CaseState
from engine.store.rows import CaseQuery, CaseRow
from viewer.state.filters import UNREVIEWED

PAGE = 64
MAX_PAGES = 64
WALK = 16 * PAGE  # rows looked at before the store is asked for the next unreviewed one


class CaseSource(Protocol):
    """The part of a project that the worklist reads."""

    def case_ids(self, query: CaseQuery) -> list[int]: ...

    def case_rows(self, ids: Sequence[int]) -> list[CaseRow]: ...

    def counts(self) -> Mapping[CaseState, int]: ...


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases in an order of their own, before all others.

    Attributes
    ----------
    reasons
        Case -> why it stands where it stands, in a word.
    only
        Whether the others are left out.
    """

    ids: tuple[int, ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict)
    only: bool = False


class Worklist:
    """Ids of the listed cases and a capped cache of their rows.

    Attributes
    ----------
    queue
        Order of its own that replaces the query's; None for the plain order.
    veil
        Takes from a row what its reader must not see yet (blind and double reading).
    """

    def __init__(self, source: CaseSource) -> None:
        self._source = source
        self.query = CaseQuery()
        self.queue: Queue | None = None
        self.veil: Callable[[CaseRow], CaseRow] = lambda row: row
        self.ids: list[int] = []
        self._positions: dict[int, int] = {}
        self._pages: OrderedDict[int, list[CaseRow]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.ids)

    def refresh(self, query: CaseQuery | None = None) -> None:
        """Ask the store again, for another question when one is given."""
        self.query = query or self.query
        self.ids = self._queued(self._source.case_ids(self.query))
        self._positions = {case: position for position, case in enumerate(self.ids)}
        self._pages.clear()

    def reason(self, case_id: int) -> str:
        """Why a case stands where it stands; empty in a plain order."""
        return self.queue.reasons.get(case_id, "") if self.queue is not None else ""

    def _queued(self, ids: list[int]) -> list[int]:
        if self.queue is None:
            return ids
        there = set(ids)
        first = [case for case in self.queue.ids if case in there]
        placed = set(first)
        return first if self.queue.only else first + [case for case in ids if case not in placed]

    def position(self, case_id: int) -> int | None:
        """Where a case stands, None when it is not listed."""
        return self._positions.get(case_id)

    def row(self, position: int) -> CaseRow | None:
        """The row at a position; None when the case went away meanwhile."""
        number, offset = divmod(position, PAGE)
        if number not in self._pages:
            ids = self.ids[number * PAGE : (number + 1) * PAGE]
            rows = {row.id: row for row in self._source.case_rows(ids)}
            self._pages[number] = [rows[case] for case in ids if case in rows]
            if len(self._pages) > MAX_PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        page = self._pages[number]
        return self.veil(page[offset]) if offset < len(page) else None

    def forget(self, case_id: int) -> int | None:
        """Fetch a case's row anew at the next look; gives back its position."""
        position = self._positions.get(case_id)
        if position is not None:
            self._pages.pop(position // PAGE, None)
        return position

    def neighbour(self, case_id: int | None, step: int) -> int | None:
        """The case so many places on; stays within the list."""
        if not self.ids:
            return None
        position = self._positions.get(case_id, -1 if step > 0 else len(self.ids)) if case_id else -1
        return self.ids[min(max(position + step, 0), len(self.ids) - 1)]

    def next_unreviewed(self, case_id: int | None) -> int | None:
        """The next case that nobody has decided, after this one, then from the start."""
        here = self._positions.get(case_id, -1) if case_id else -1
        for position in range(here + 1, min(here + 1 + WALK, len(self.ids))):
            row = self.row(position)
            if row is not None and row.state in UNREVIEWED:
                return row.id
        states = (self.query.states & UNREVIEWED) if self.query.states else UNREVIEWED
        open_cases = self._source.case_ids(replace(self.query, states=states)) if states else []
        listed = [c for c in open_cases if c != case_id and c in self._positions]
        later = [c for c in listed if self._positions[c] > here]
        return min(later or listed, key=self._positions.__getitem__, default=None)

    def around(self, case_id: int, ahead: int = 2, behind: int = 1) -> list[int]:
        """Cases worth loading beforehand, nearest first: the next ones, then the one before."""
        here = self._positions.get(case_id)
        if here is None:
            return []
        places = [*range(here + 1, here + 1 + ahead), *range(here - 1, here - 1 - behind, -1)]
        return [self.ids[p] for p in places if 0 <= p < len(self.ids)]

    def progress(self) -> tuple[int, int]:
        """How many cases of the project are decided, and how many there are, whatever the filters say."""
        counts = self._source.counts()
        total = sum(counts.values())
        return total - sum(counts.get(state, 0) for state in UNREVIEWED), total

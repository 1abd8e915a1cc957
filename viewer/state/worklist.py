"""Which cases are listed, in which order; rows are fetched a page at a time when somebody looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from engine.records import CaseState
from engine.store.rows import CaseQuery, CaseRow
from viewer import language
from viewer.language import marked, translate

PAGE = 64
MAX_PAGES = 64
UNREVIEWED = frozenset({CaseState.NEW, CaseState.PREDICTED, CaseState.IN_REVIEW})
UNSURE = frozenset({CaseState.UNSURE, CaseState.ADJUDICATION})
REFERABLE = frozenset({2, 3, 4})


class CaseSource(Protocol):
    """The part of a project that the worklist reads."""

    def case_ids(self, query: CaseQuery) -> list[int]: ...

    def case_rows(self, ids: Sequence[int]) -> list[CaseRow]: ...


@dataclass(frozen=True, slots=True)
class Order:
    """An entry of the sort menu; ``label`` is the one whose score sorts."""

    title: str
    sort: str
    descending: bool = False
    label: str = ""

    @property
    def words(self) -> str:
        """The title as the reader's language has it."""
        return translate("Orders", self.title).format(language.term(self.label))


ORDERS: tuple[Order, ...] = (
    Order(marked("Orders", "name"), "name"),
    Order(marked("Orders", "most uncertain first"), "uncertainty", True),
    Order(marked("Orders", "most severe first"), "severity", True),
    Order(marked("Orders", "state"), "state"),
    Order(marked("Orders", "newest first"), "added", True),
    Order(marked("Orders", "last reviewed first"), "reviewed", True),
)


def score_order(label: str) -> Order:
    """By the newest score of a label, highest first."""
    return Order(marked("Orders", "score of “{0}”"), f"score:{label}", True, label)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the search box and the chips say."""

    text: str = ""
    unreviewed: bool = False
    referable: bool = False
    disagree: bool = False
    unsure: bool = False

    def query(self, order: Order) -> CaseQuery:
        """As a question to the store; two state chips together widen, the others narrow."""
        states = (UNREVIEWED if self.unreviewed else frozenset()) | (UNSURE if self.unsure else frozenset())
        return CaseQuery(
            text=self.text.strip(),
            states=states,
            grades=REFERABLE if self.referable else frozenset(),
            disagreement=self.disagree,
            sort=order.sort,
            descending=order.descending,
        )


class Worklist:
    """Ids of the listed cases and a capped cache of their rows."""

    def __init__(self, source: CaseSource) -> None:
        self._source = source
        self.query = CaseQuery()
        self.ids: list[int] = []
        self._positions: dict[int, int] = {}
        self._pages: OrderedDict[int, list[CaseRow]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.ids)

    def refresh(self, query: CaseQuery | None = None) -> None:
        """Ask the store again, for another question when one is given."""
        self.query = query or self.query
        self.ids = self._source.case_ids(self.query)
        self._positions = {case: position for position, case in enumerate(self.ids)}
        self._pages.clear()

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
        return page[offset] if offset < len(page) else None

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
        states = (self.query.states & UNREVIEWED) if self.query.states else UNREVIEWED
        open_cases = self._source.case_ids(replace(self.query, states=states)) if states else []
        here = self._positions.get(case_id, -1) if case_id else -1
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

    def count_unreviewed(self) -> int:
        """How many cases nobody has decided, whatever the filters say."""
        return len(self._source.case_ids(CaseQuery(states=UNREVIEWED)))

"""What is listed and in which order: search text, chips, the filter dialog, and both kept under a name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from engine.records import CaseState, Modality
from engine.store.rows import CaseQuery
from viewer import language
from viewer.language import marked, translate

UNREVIEWED = frozenset({CaseState.NEW, CaseState.PREDICTED, CaseState.IN_REVIEW})
UNSURE = frozenset({CaseState.UNSURE, CaseState.ADJUDICATION})
REFERABLE = frozenset({2, 3, 4})
QUEUE = "queue"  # the order of `engine.operations.next_cases`; the store knows nothing of it
SAVED = "filter"  # kind of the project's documents


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
NEXT_BEST = Order(marked("Orders", "next best first"), QUEUE)


def score_order(label: str) -> Order:
    """By the newest score of a label, highest first."""
    return Order(marked("Orders", "score of “{0}”"), f"score:{label}", True, label)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the search box, the chips and the filter dialog say. Empty fields do not filter.

    Attributes
    ----------
    unreviewed, referable, disagree, unsure
        The chips.
    states, modality, label, grades, reader
        Of the dialog; states given here and by chips together widen.
    score_label, low, high
        Keep cases whose score of that label lies in the closed range; None is no bound.
    second_reader
        Keep what others decided and this reader has not: double reading.
    """

    text: str = ""
    unreviewed: bool = False
    referable: bool = False
    disagree: bool = False
    unsure: bool = False
    states: frozenset[CaseState] = frozenset()
    modality: Modality | None = None
    label: str = ""
    grades: frozenset[int] = frozenset()
    reader: str = ""
    score_label: str = ""
    low: float | None = None
    high: float | None = None
    second_reader: str = ""

    def query(self, order: Order) -> CaseQuery:
        """As a question to the store; the states widen one another, everything else narrows."""
        chips = (UNREVIEWED if self.unreviewed else frozenset()) | (UNSURE if self.unsure else frozenset())
        grades = self.grades
        if self.referable:
            grades = grades & REFERABLE if grades else REFERABLE
            grades = grades or frozenset({-1})  # no grade is both
        return CaseQuery(
            text=self.text.strip(),
            states=self.states | chips,
            modality=self.modality,
            label=self.label,
            grades=grades,
            reader=self.reader,
            disagreement=self.disagree,
            second_reader=self.second_reader,
            score_label=self.score_label,
            score_range=(
                -math.inf if self.low is None else self.low,
                math.inf if self.high is None else self.high,
            ),
            sort="name" if order.sort == QUEUE else order.sort,
            descending=order.descending,
        )

    @property
    def count(self) -> int:
        """How many of the dialog's filters are set."""
        dialog = (self.states, self.modality, self.label, self.grades, self.reader)
        return sum(bool(value) for value in (*dialog, self.score_label, self.second_reader))


def to_json(filters: Filters, order: Order) -> dict[str, Any]:
    """As a document of the project; what is not set is left out."""
    plain = asdict(Filters())
    kept = {name: _plain(value) for name, value in asdict(filters).items() if value != plain[name]}
    return {"filters": kept, "order": asdict(order)}


def from_json(data: Mapping[str, Any]) -> tuple[Filters, Order]:
    """The filters and order of a document; what another version wrote and this one does not know is left out.

    Raises
    ------
    ValueError
        It is no saved filter.
    """
    try:
        known = {field.name for field in fields(Filters)}
        values: dict[str, Any] = {k: v for k, v in data.get("filters", {}).items() if k in known}
        if "states" in values:
            values["states"] = frozenset(CaseState(state) for state in values["states"])
        if "grades" in values:
            values["grades"] = frozenset(int(grade) for grade in values["grades"])
        if values.get("modality") is not None:
            values["modality"] = Modality(values["modality"])
        return Filters(**values), Order(**data.get("order", {"title": ORDERS[0].title, "sort": "name"}))
    except (AttributeError, TypeError) as error:
        raise ValueError(f"no saved filter: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(_plain(entry) for entry in value)
    return value.value if isinstance(value, CaseState | Modality) else value

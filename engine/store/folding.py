"""From a case's events to what holds now. Pure: the same events give the same answer everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.records import REVIEWED_STATES, CaseState, Correction, CorrectionKind
from engine.store.rows import InstanceReview, Reading, Review

Key = tuple[int | None, CorrectionKind, str]
Decisions = dict[Key, Any]

JUDGEMENTS = frozenset({CorrectionKind.GRADE, CorrectionKind.FINDING, CorrectionKind.MASK})
"""Kinds that open a case for review."""

_STAYS_OPEN = frozenset({CaseState.UNSURE, CaseState.ADJUDICATION})


@dataclass(slots=True)
class Folded:
    """What holds after all events.

    Attributes
    ----------
    values
        Newest live value of every key; None where a reader made it unknown again.
    authors
        The event that each value comes from.
    accepted
        Model grades that the closing of the case made the readers' own, by instance.
    apart
        Whether two readers closed the case with different answers, even if that was settled since.
    readings
        How readers closed the case, oldest first.
    """

    state: CaseState
    reason: str = ""
    comment: str = ""
    values: Decisions = field(default_factory=dict)
    authors: dict[Key, Correction] = field(default_factory=dict)
    accepted: dict[int, int] = field(default_factory=dict)
    apart: bool = False
    readings: list[Reading] = field(default_factory=list)

    def grade(self, instance_id: int, scale: str = "dr") -> int | None:
        """The readers' grade of an image, spoken or accepted."""
        said = self.values.get((instance_id, CorrectionKind.GRADE, scale))
        if said is None and scale == "dr":
            return self.accepted.get(instance_id)
        return None if said is None else int(said)

    def findings(self, instance_id: int) -> dict[str, bool]:
        """Findings that readers decided, without those made unknown again."""
        return {
            key: bool(value)
            for (instance, kind, key), value in self.values.items()
            if instance == instance_id and kind is CorrectionKind.FINDING and value is not None
        }

    def current(self, key: Key) -> Any:
        """The value that a new event of that key replaces; None when nobody touched it."""
        if key[1] is CorrectionKind.STATE:
            return self.state.value
        return self.values.get(key)


def live(events: Sequence[Correction]) -> list[Correction]:
    """Events that hold: not undone, and no undo themselves. An undo that is undone lets its event live."""
    dead = undone((event.id, event.undoes) for event in events)
    return [event for event in events if event.undoes is None and event.id not in dead]


def undone(pairs: Iterable[tuple[int, int | None]]) -> set[int]:
    """Ids of the events that are undone, from (id, undoes) pairs in rising order of id."""
    dead: set[int] = set()
    for number, undoes in reversed(list(pairs)):
        if undoes is not None and number not in dead:
            dead.add(undoes)
    return dead


def fold(
    events: Sequence[Correction],
    predicted: bool,
    seen: Mapping[int, Mapping[int, int]] | None = None,
) -> Folded:
    """What holds after the events, in the order of their ids.

    Parameters
    ----------
    predicted
        Whether a model has spoken of the case.
    seen
        For a closing event's id: the model's grade of each image at that moment.

    Notes
    -----
    States (ours, after the review rules): a grade, finding or mask opens a case; a state event sets it.
    Closing (accepted, corrected) with answers that differ from those another reader closed with leads to
    adjudication, which the closing of anybody but the one who caused it settles.
    """
    folded = Folded(CaseState.PREDICTED if predicted else CaseState.NEW)
    closings: dict[str, Decisions] = {}
    dissenter = ""
    for event in live(events):
        if event.kind is CorrectionKind.STATE:
            dissenter = _set_state(
                folded, event, closings, dissenter, predicted, (seen or {}).get(event.id, {})
            )
            continue
        if event.kind is CorrectionKind.COMMENT:
            folded.comment = str(event.after or "")
        key = (event.instance_id, event.kind, event.key)
        folded.values[key] = event.after
        folded.authors[key] = event
        if event.kind in JUDGEMENTS and folded.state not in _STAYS_OPEN:
            folded.state = CaseState.IN_REVIEW
    return folded


def _set_state(
    folded: Folded,
    event: Correction,
    closings: dict[str, Decisions],
    dissenter: str,
    predicted: bool,
    seen: Mapping[int, int],
) -> str:
    """Apply a state event; returns the reader whose closing asks for adjudication, if any."""
    wanted = CaseState(event.after)
    folded.authors[None, CorrectionKind.STATE, ""] = event
    folded.reason = event.key if wanted is CaseState.UNGRADABLE else ""
    if wanted not in REVIEWED_STATES:
        if wanted in (CaseState.NEW, CaseState.PREDICTED):
            wanted = CaseState.PREDICTED if predicted else CaseState.NEW
        folded.state = wanted
        return ""
    folded.accepted.update(seen)
    mine = _decisions(folded)
    others = [said for reader, said in closings.items() if reader != event.reader]
    settles = folded.state is CaseState.ADJUDICATION and event.reader != dissenter
    if settles:
        closings.clear()
    closings[event.reader] = mine
    folded.readings.append(_reading(event, mine))
    if not settles and any(differ(mine, said) for said in others):
        folded.state, folded.apart = CaseState.ADJUDICATION, True
        return event.reader
    folded.state = wanted
    return ""


def _reading(event: Correction, said: Decisions) -> Reading:
    grades: dict[int, int] = {}
    findings: dict[int, dict[str, bool]] = {}
    for (instance, kind, key), value in said.items():
        if instance is None:
            continue
        if kind is CorrectionKind.GRADE and key == "dr":
            grades[instance] = int(value)
        elif kind is CorrectionKind.FINDING:
            findings.setdefault(instance, {})[key] = bool(value)
    return Reading(event.reader, event.at, CaseState(event.after), grades, findings)


def _decisions(folded: Folded) -> Decisions:
    decided: Decisions = {(i, CorrectionKind.GRADE, "dr"): g for i, g in folded.accepted.items()}
    for key, value in folded.values.items():
        if key[1] in (CorrectionKind.GRADE, CorrectionKind.FINDING) and value is not None:
            decided[key] = value
    return decided


def differ(one: Decisions, other: Decisions) -> bool:
    """Whether two readers said different things of the same key; what only one spoke of is no quarrel."""
    return any(key in other and other[key] != value for key, value in one.items())


def review(case_id: int, instances: Sequence[int], folded: Folded, events: Sequence[Correction]) -> Review:
    """The `Review` record of a folded case."""
    return Review(
        case_id,
        folded.state,
        folded.comment,
        folded.reason,
        {instance: _instance_review(instance, folded) for instance in instances},
        tuple(events),
        tuple(folded.readings),
    )


def _instance_review(instance_id: int, folded: Folded) -> InstanceReview:
    mine = {(kind, key): v for (i, kind, key), v in folded.values.items() if i == instance_id}
    return InstanceReview(
        grade=folded.grade(instance_id),
        dme=folded.grade(instance_id, "dme"),
        findings=folded.findings(instance_id),
        lesions=frozenset(key for kind, key in mine if kind is CorrectionKind.MASK),
        thresholds={
            key: float(v)
            for (kind, key), v in mine.items()
            if kind is CorrectionKind.THRESHOLD and v is not None
        },
    )

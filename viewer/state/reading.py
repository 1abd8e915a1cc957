"""What a reader may see of a case before deciding: blind to the models, and apart from other readers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from engine.records import CaseState
from engine.store.folding import fold, review
from engine.store.rows import CaseRow, Reading, Review
from viewer.state.filters import UNREVIEWED

BLIND = "blind"  # stands in a correction in the place of the model that its reader saw


@dataclass(frozen=True, slots=True)
class Mode:
    """How a sitting reads.

    Attributes
    ----------
    blind
        The models are hidden until the reader has graded.
    double
        What other readers decided is hidden until this one has closed the case.
    """

    blind: bool = False
    double: bool = False


PLAIN = Mode()


def closed_by_others_only(seen: Review, reader: str) -> bool:
    """Whether somebody else closed the case and this reader has not; a quarrel is open to all."""
    readers = {reading.reader for reading in seen.readings}
    return bool(readers) and reader not in readers and seen.state is not CaseState.ADJUDICATION


def settles(seen: Review, reader: str) -> bool:
    """Whether two readers differ and this is a third one, who decides anew with both in view."""
    return seen.state is CaseState.ADJUDICATION and reader not in {r.reader for r in seen.readings}


def own_part(seen: Review, reader: str) -> Review:
    """The case as if this reader were the only one; a quarrel stays one."""
    events = [event for event in seen.events if event.reader == reader]
    own = review(seen.case_id, list(seen.instances), fold(events, predicted=True), events)
    quarrel = seen.state is CaseState.ADJUDICATION
    return replace(own, state=CaseState.ADJUDICATION) if quarrel else own


def veiled_row(row: CaseRow, mode: Mode, closed: Collection[int]) -> CaseRow:
    """A line of the worklist without what its reader must not see yet; ``closed`` were closed just now."""
    if row.id in closed:
        return row
    if mode.double:
        return replace(row, top="", score=float("nan"), state=CaseState.PREDICTED)
    if mode.blind and row.state in UNREVIEWED and row.state is not CaseState.NEW:
        return replace(row, top="", score=float("nan"))
    return row


def quarrels(readings: Collection[Reading]) -> dict[tuple[int, str], dict[str, str]]:
    """What two readers closed with differently: (instance, ``dr`` or finding) -> reader -> their word.

    The newest reading of each reader counts; what only one of them spoke of is no quarrel.
    """
    newest = {reading.reader: reading for reading in readings}
    said: dict[tuple[int, str], dict[str, str]] = {}
    for reader, reading in newest.items():
        for instance, grade in reading.grades.items():
            said.setdefault((instance, "dr"), {})[reader] = str(grade)
        for instance, findings in reading.findings.items():
            for name, present in findings.items():
                said.setdefault((instance, name), {})[reader] = "present" if present else "absent"
    return {key: words for key, words in said.items() if len(set(words.values())) > 1}

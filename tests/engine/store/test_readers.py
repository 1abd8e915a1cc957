"""Double reading, priors of a patient, names of readers."""

from __future__ import annotations

import pytest

from engine.records import Case, CaseState, Correction, CorrectionKind, Modality
from engine.store.project import Project
from engine.store.rows import CaseQuery
from tests.engine.store.conftest import MakeInfo

GRADE, STATE = CorrectionKind.GRADE, CorrectionKind.STATE


def close(project: Project, case: Case, grade: int, reader: str) -> None:
    review = project.review(case.id)
    events = [
        Correction(case.id, i.id, GRADE, "dr", review.instances[i.id].grade, grade, reader)
        for i in case.instances
    ]
    state = Correction(case.id, None, STATE, "", review.state.value, CaseState.ACCEPTED.value, reader)
    project.record([*events, state])


def test_a_case_waits_for_every_reader_but_the_first(project: Project, pair: Case):
    assert project.case_ids(CaseQuery(second_reader="B")) == []
    close(project, pair, 1, "A")
    assert project.case_ids(CaseQuery(second_reader="B")) == [pair.id]
    assert project.case_ids(CaseQuery(second_reader="A")) == []
    close(project, pair, 1, "B")
    assert project.case_ids(CaseQuery(second_reader="B")) == []
    assert project.readers() == ["A", "B"]


def test_an_undone_reading_is_none(project: Project, pair: Case):
    close(project, pair, 1, "A")
    undone = project.undo(project.undoable("A")[0].id, "A")
    assert project.case_ids(CaseQuery(second_reader="B")) == []
    again = project.undo(undone.id, "A")
    assert project.case_ids(CaseQuery(second_reader="B")) == [pair.id]
    project.undo(again.id, "A")
    assert project.case_ids(CaseQuery(second_reader="B")) == []


def test_what_each_reader_closed_with_stays_to_be_seen(project: Project, pair: Case):
    close(project, pair, 1, "A")
    close(project, pair, 3, "B")
    review = project.review(pair.id)
    assert review.state is CaseState.ADJUDICATION
    ids = [i.id for i in pair.instances]
    assert [(r.reader, dict(r.grades)) for r in review.readings] == [
        ("A", dict.fromkeys(ids, 1)),
        ("B", dict.fromkeys(ids, 3)),
    ]
    close(project, pair, 2, "C")
    settled = project.review(pair.id)
    assert settled.state is CaseState.ACCEPTED
    assert [r.reader for r in settled.readings] == ["A", "B", "C"]
    assert all(r.at for r in settled.readings)


def test_findings_of_a_reading(project: Project, chest: Case):
    (image,) = chest.instances
    finding = Correction(chest.id, image.id, CorrectionKind.FINDING, "Mass", None, False, "A")
    state = Correction(chest.id, None, STATE, "", None, CaseState.CORRECTED.value, "A")
    project.record([finding, state])
    (reading,) = project.review(chest.id).readings
    assert reading.findings == {image.id: {"Mass": False}} and reading.state is CaseState.CORRECTED


def test_priors_of_a_patient_by_date(project: Project, image: MakeInfo):
    chest = {"modality": Modality.CHEST, "patient_id": "P1"}
    project.import_images(
        [
            image("b.dcm", study_uid="1.2", study_date="20240301", **chest),
            image("a.dcm", study_uid="1.1", study_date="20230105", **chest),
            image("c.dcm", study_uid="1.3", **chest),
            image("eye.png", patient_id="P1"),
            image("other.dcm", **{**chest, "patient_id": "P2"}, study_uid="1.4"),
        ]
    )
    first = project.case_ids()[0]
    found = project.studies(first)
    assert [study.date for study in found] == ["20230105", "20240301", ""]
    assert first in {study.case_id for study in found}
    assert project.studies(12345) == []


def test_a_reader_is_found_by_the_search(project: Project, pair: Case):
    close(project, pair, 1, "Dr. Ada")
    assert project.case_ids(CaseQuery(text="dr. ada")) == [pair.id]
    assert project.case_ids(CaseQuery(text="grace")) == []


def test_several_events_are_undone_at_once_or_not_at_all(project: Project, pair: Case):
    close(project, pair, 1, "A")
    events = project.events(pair.id)
    backwards = [event.id for event in reversed(events)]
    with pytest.raises(Exception, match="undone already"):
        project.undo_all([*backwards, backwards[0]], "A")
    assert project.events(pair.id) == events
    project.undo_all(backwards, "A")
    review = project.review(pair.id)
    assert review.state is not CaseState.ACCEPTED
    assert all(review.instances[i.id].grade is None for i in pair.instances)


def test_counts_by_state(project: Project, pair: Case, chest: Case):
    close(project, pair, 1, "A")
    counts = project.counts()
    assert (counts[CaseState.ACCEPTED], counts[CaseState.NEW]) == (1, 1)
    assert sum(counts.values()) == 2


def test_ids_of_images(project: Project, pair: Case, chest: Case):
    wanted = [i.id for c in (pair, chest) for i in c.instances]
    assert sorted(project.instance_ids([pair.id, chest.id])) == sorted(wanted)
    assert project.instance_ids([]) == []

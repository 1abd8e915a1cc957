from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytestqt.qtbot import QtBot

from engine.operations.thresholds import thresholds
from engine.records import ChestGate, LabelScore
from viewer.app import Lynceus

FOUND = {
    "label": "Nodule",
    "system": "cxr_ml_gzsl",
    "version": "v1",
    "positives": 12,
    "negatives": 12,
    "needed": [10, 10],
    "held_back": False,
    "enough": True,
    "chosen": None,
    "curve": {
        "thresholds": [0.1, 0.5],
        "sensitivity": [1.0, 0.5],
        "specificity": [0.0, 1.0],
        "ppv": [0.5, 1.0],
    },
    "suggested": {"youden": 0.5, "sensitivity": 0.1, "specificity": 0.5, "ppv": 0.5},
}


def open_film(lynceus: Lynceus, name: str = "C-1") -> None:
    project = lynceus.desk.project
    row = next(r for r in project.case_rows(project.case_ids()) if r.name.startswith(name))
    lynceus.cases.open(row.id)


def jobs(lynceus: Lynceus, operation: str) -> list[Any]:
    return [job for job in lynceus.desk.worker.jobs if job.operation == operation]


def test_a_threshold_is_asked_for_dragged_and_kept_with_its_version(lynceus: Lynceus, qtbot: QtBot):
    open_film(lynceus)
    lynceus.run("models.thresholds")
    dialog = lynceus.thresholds.dialog
    assert [dialog.labels.itemData(n) for n in range(2)] == ["Effusion", "Fibrosis"]
    first = jobs(lynceus, "threshold_curve")[0]
    assert (first.arguments["label"], first.arguments["version"]) == ("Effusion", "v1")
    dialog.labels.setCurrentIndex(2)
    second = jobs(lynceus, "threshold_curve")[1]
    second.finished.emit(FOUND)
    first.finished.emit(FOUND | {"label": "Effusion", "positives": 99})  # late: another label is chosen now
    assert "12 cases with" in dialog.source.text()
    dialog.save.click()
    assert thresholds(lynceus.desk.project, "cxr_ml_gzsl", "v1") == {"Nodule": 0.5}
    kept = lynceus.desk.project.document("thresholds", "cxr_ml_gzsl:v1")["Nodule"]
    assert (kept["reader"], kept["positives"]) == ("A", 12)
    nodule = next(f for f in lynceus.cases.ranking if f.name == "Nodule")
    assert nodule.above is False  # its score is 0.4
    dialog.clear.click()
    assert thresholds(lynceus.desk.project, "cxr_ml_gzsl", "v1") == {}
    assert next(f for f in lynceus.cases.ranking if f.name == "Nodule").above is None
    dialog.reject()
    assert lynceus.thresholds.dialog is None


def test_too_few_cases_and_failures_are_said(lynceus: Lynceus, qtbot: QtBot):
    open_film(lynceus)
    lynceus.run("models.thresholds")
    dialog = lynceus.thresholds.dialog
    job = jobs(lynceus, "threshold_curve")[0]
    job.failed.emit("the disk is full")
    assert dialog.view.message == "the disk is full"
    few = {k: v for k, v in FOUND.items() if k not in ("curve", "suggested")}
    job.finished.emit(few | {"enough": False, "positives": 2})
    assert "at least 10" in dialog.view.message
    assert not dialog.save.isEnabled()
    dialog.reject()


def test_without_a_ranking_there_is_nothing_to_open(lynceus: Lynceus, qtbot: QtBot):
    open_film(lynceus, "C-2")
    lynceus.run("models.thresholds")
    assert lynceus.thresholds.dialog is None
    assert "run the models first" in lynceus.window.status.message.text()


def test_a_typed_label_sorts_the_worklist_and_the_gate_is_shown(lynceus: Lynceus, qtbot: QtBot):
    open_film(lynceus)
    project, here = lynceus.desk.project, lynceus.desk.open
    lynceus.models.ask("Dragon lung", "scales")
    job = jobs(lynceus, "type_label")[0]
    assert job.arguments["description"] == "scales"
    old = project.predictions(here.active)["cxr_ml_gzsl"].prediction
    labels = (*old.labels, LabelScore("Dragon lung", 0.9, seen=False, typed=True))
    gate = ChestGate(0.25, False, ("child",))
    project.add_predictions([(here.active, replace(old, labels=labels, gate=gate))])
    job.finished.emit({"name": "Dragon lung", "ranked": 1, "nearest": [["Fibrosis", 0.42]]})
    panel = lynceus.window.review
    assert "Nearest known: Fibrosis 0.42" in panel.ask.answer.text()
    assert "Dragon lung" in [name for name, _ in project.score_names()]
    badges = {f.name: f.badge for f in lynceus.cases.ranking}
    assert badges["Dragon lung"] == "typed, unseen"
    assert "child" in panel.findings.scope.text()

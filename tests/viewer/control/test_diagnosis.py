from __future__ import annotations

import csv
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.records import Modality
from engine.store.rows import CaseQuery
from tests.viewer.state.test_diagnosis import image, table
from viewer.app import Lynceus

MATRIX = {
    "names": ["glaucoma", "myopia"],
    "matrix": [[1.0, 0.25], [0.25, None]],
    "version": "1",
    "notes": ["It learnt on synthetic images only."],
}


def jobs(lynceus: Lynceus, operation: str) -> list[Any]:
    return [job for job in lynceus.desk.worker.jobs if job.operation == operation]


def eyes(lynceus: Lynceus) -> list[Any]:
    project = lynceus.desk.project
    return project.instances_of(project.case_ids(CaseQuery(modality=Modality.FUNDUS)))


def answer(lynceus: Lynceus) -> dict[str, Any]:
    """A run over two images of the project, the second of which is the likely one."""
    first, second = eyes(lynceus)[:2]
    made = [
        image(first.id, -0.4, (-1.0, 0.0)) | {"case": first.case_id},
        image(second.id, 0.6, (1.0, 2.0)) | {"case": second.case_id},
    ]
    return table(*made)


def test_a_disease_is_asked_for_shown_kept_and_leads_to_its_case(lynceus: Lynceus, qtbot: QtBot):
    lynceus.run("models.diagnosis")
    dialog = lynceus.diagnosis.dialog
    assert not dialog.start.isEnabled()
    QTest.keyClicks(dialog.target, "diabetic  retinopathy")
    dialog.signs["HE"].click()
    dialog.clustering.setCurrentText("PAM")
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    job = jobs(lynceus, "diagnose")[0]
    assert job.arguments["target"] == "diabetic retinopathy"
    assert (job.arguments["lesions"], job.arguments["case_ids"], job.arguments["examples"]) == (
        ["HE"],
        None,
        [],
    )
    assert job.arguments["switches"]["clustering"] == "PAM"
    assert not dialog.start.isEnabled()
    job.progressed.emit(1, 2, "looking", {})
    assert "looking" in dialog.told.text()
    found = answer(lynceus)
    job.finished.emit(found)
    assert "likely in 1 of 2" in dialog.steps.text()
    assert "by lesion burden" in dialog.notes.text()
    assert dialog.start.isEnabled()
    assert dialog.judged.rowCount() == 2
    assert dialog.judged.data(dialog.judged.index(0, 1)) == "likely"
    qtbot.waitUntil(lambda: lynceus.desk.project.document("diagnosis", "last") is not None)
    assert lynceus.desk.project.document("diagnosis", "last")["request"]["lesions"] == ["HE"]
    dialog.map.setFocus()
    QTest.keyClick(dialog.map, Qt.Key.Key_Right)
    QTest.keyClick(dialog.map, Qt.Key.Key_Right)
    assert dialog.table.currentIndex().row() == 1
    QTest.keyClick(dialog.map, Qt.Key.Key_Return)
    assert lynceus.desk.open.case.id == found["images"][0]["case"]


def test_a_click_on_the_map_chooses_the_nearest_image_and_a_double_click_opens_it(
    lynceus: Lynceus, qtbot: QtBot
):
    lynceus.desk.project.put_document("diagnosis", "last", answer(lynceus), "A")
    lynceus.run("models.diagnosis")
    dialog = lynceus.diagnosis.dialog
    assert dialog.judged.rowCount() == 2  # the last run, read from the project
    spot = dialog.map._spot(dialog.found.images[0].point).toPoint()
    qtbot.mouseClick(dialog.map, Qt.MouseButton.LeftButton, pos=spot + QPoint(3, 2))
    assert dialog.table.currentIndex().row() == 0
    qtbot.mouseDClick(dialog.map, Qt.MouseButton.LeftButton, pos=spot)
    assert lynceus.desk.open.case.id == dialog.found.images[0].case


def test_the_map_shows_the_image_under_the_pointer(lynceus: Lynceus, qtbot: QtBot):
    lynceus.desk.project.put_document("diagnosis", "last", answer(lynceus), "A")
    lynceus.run("models.diagnosis")
    cluster_map = lynceus.diagnosis.dialog.map
    spot = cluster_map._spot(lynceus.diagnosis.dialog.found.images[0].point).toPoint()
    bare = cluster_map.grab().toImage()
    qtbot.mouseMove(cluster_map, spot)
    qtbot.waitUntil(lambda: cluster_map.thumbnail(0) is not None)
    shown = cluster_map.grab().toImage()
    assert shown != bare
    card = QRect(spot.x() + 15, 0, 120, cluster_map.height())
    assert shown.copy(card) != bare.copy(card)  # it stands beside its point
    qtbot.mouseMove(cluster_map, QPoint(2, cluster_map.height() - 2))
    assert cluster_map.grab().toImage() == bare
    cluster_map.setFocus()
    QTest.keyClick(cluster_map, Qt.Key.Key_Right)  # by the keyboard too
    assert cluster_map.grab().toImage().copy(card) != bare.copy(card)


def test_an_image_that_left_the_project_has_no_thumbnail(lynceus: Lynceus):
    found = answer(lynceus)
    found["images"][1]["instance"] = 10**6
    lynceus.desk.project.put_document("diagnosis", "last", found, "A")
    lynceus.run("models.diagnosis")
    assert lynceus.diagnosis.dialog.map.thumbnail(1) is None
    lynceus.diagnosis.dialog.map.choose(1)
    assert not lynceus.diagnosis.dialog.map.grab().isNull()


def test_cancel_failure_and_a_document_that_cannot_be_read_are_said(lynceus: Lynceus, qtbot: QtBot):
    lynceus.desk.project.put_document("diagnosis", "last", {"target": "x"}, "A")
    lynceus.run("models.diagnosis")
    dialog = lynceus.diagnosis.dialog
    assert "cannot be read" in dialog.told.text()
    dialog.target.setText("myopia")
    dialog.start.click()
    job = jobs(lynceus, "diagnose")[0]
    dialog.cancel.click()
    assert job.cancel_asked
    assert "Cancelled" in dialog.told.text()
    dialog.start.click()
    jobs(lynceus, "diagnose")[1].failed.emit("too few images")
    assert dialog.told.text() == "too few images"
    assert lynceus.desk.project.document("diagnosis", "last") == {"target": "x"}


def test_clusters_of_the_images_themselves_need_masks(lynceus: Lynceus, qtbot: QtBot):
    lynceus.run("models.diagnosis")
    dialog = lynceus.diagnosis.dialog
    dialog.segmentation.setChecked(False)
    dialog.fit.setCurrentIndex(1)
    assert dialog.segmentation.isChecked()
    assert not dialog.segmentation.isEnabled()
    assert dict(dialog.switches())["fit"] == "given"


def test_the_run_is_written_as_a_table(
    lynceus: Lynceus, qtbot: QtBot, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "run.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    lynceus.desk.project.put_document("diagnosis", "last", answer(lynceus), "A")
    lynceus.run("models.diagnosis")
    lynceus.diagnosis.dialog.save.click()
    with out.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["likely"] for line in lines] == ["1", "0"]
    assert lines[0]["HE_millionths"] == "12.3"


def test_similarity_of_diseases_is_looked_at_and_written(
    lynceus: Lynceus, qtbot: QtBot, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "similarity.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    lynceus.run("models.diseases")
    dialog = lynceus.diagnosis.matrix
    assert not dialog.save.isEnabled()
    jobs(lynceus, "disease_matrix")[0].finished.emit(MATRIX)
    assert "0.25" in dialog.pair.text()
    assert "synthetic" in dialog.caution.text()
    QTest.keyClick(dialog.view, Qt.Key.Key_Down)
    assert "not comparable" in dialog.pair.text()
    centre = dialog.view._rect(0, 0).center().toPoint()
    qtbot.mouseMove(dialog.view, centre)
    qtbot.waitUntil(lambda: "1.00" in dialog.pair.text())
    dialog.save.click()
    assert out.read_text(encoding="utf-8").split() == [
        "disease,glaucoma,myopia",
        "glaucoma,1.0000,0.2500",
        "myopia,0.2500,",
    ]


def test_another_project_closes_both(lynceus: Lynceus, qtbot: QtBot):
    lynceus.run("models.diagnosis")
    lynceus.run("models.diseases")
    lynceus.desk.project_opened.emit()
    assert lynceus.diagnosis.dialog is None
    assert lynceus.diagnosis.matrix is None

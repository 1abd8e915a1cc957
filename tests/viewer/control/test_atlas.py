"""The gallery of the lesion atlas by real keys and clicks; the worker's part is ended by the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.errors import TooFewSamples
from engine.operations import atlas_labels
from engine.operations.atlas_clusters import atlas_of
from engine.records import Correction, CorrectionKind, Modality
from engine.store.project import Project, open_project
from viewer.app import Lynceus
from viewer.dialogs.atlas_dialog import AtlasDialog
from viewer.state.atlas import Patch

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def put_atlas(project: Project, sizes: tuple[int, ...] = (3, 1), sha256: str = "ab" * 32) -> None:
    """Clusters of the four eyes, box by box."""
    eyes = [i for i in project.instances_of(project.case_ids()) if i.info.modality is Modality.FUNDUS]
    clusters, number = [], 0
    for size in sizes:
        patches = []
        for _ in range(size):
            eye, left = eyes[number % 4], 40.0 + 60 * (number // 4)
            box = [left, 40.0, left + 60, 100.0]
            patches.append({"instance": eye.id, "case": eye.case_id, "box": box, "response": 0.5})
            number += 1
        clusters.append({"name": "", "patches": patches})
    sample = {"images": 4, "of": 4, "patches": number, "refused": []}
    made: dict[str, Any] = {"model": "v1", "weights_sha256": sha256, "preference": 0.2, "seed": 0}
    project.put_document("atlas", "lesions", made | {"sample": sample, "clusters": clusters})


@pytest.fixture
def gallery(lynceus: Lynceus, qtbot: QtBot) -> AtlasDialog:
    project = lynceus.desk.project
    assert project is not None
    put_atlas(project)
    qtbot.waitUntil(lambda: all(lynceus.pictures.picture_of(i) for i in lynceus.pictures.shown))
    QApplication.processEvents()
    QTest.keyClick(lynceus.window.canvas.views[0], Qt.Key.Key_L, CONTROL | SHIFT)
    dialog = lynceus.atlas.dialog
    assert dialog is not None and dialog.isVisible()
    return dialog


def loaded(lynceus: Lynceus, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: lynceus.desk.patches.is_idle and bool(seen(lynceus)))
    QApplication.processEvents()


def seen(lynceus: Lynceus) -> list[Any]:
    dialog = lynceus.atlas.dialog
    assert dialog is not None
    tiles = dialog.patches.tiles.tiles
    return [p for tile in tiles if (p := dialog.patches.tiles.picture(tile.key)) is not None]


def end(lynceus: Lynceus, **arguments: Any) -> Any:
    """What the worker would do with the job under way, done here."""
    job = lynceus.desk.worker.jobs[-1]
    operation = getattr(atlas_labels, job.operation)
    job.finished.emit(json.loads(json.dumps(operation(**job.arguments))))
    QApplication.processEvents()
    return job


def test_the_gallery_lists_clusters_and_cuts_what_is_seen(
    lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot
):
    assert gallery.sample.text() == "4 patches of 4 of 4 images · Zoom-in-Net v1 (abababab), preference 0.2"
    assert [t.title for t in gallery.clusters.tiles.tiles] == ["Cluster 1", "Cluster 2"]
    assert gallery.clusters.tiles.tiles[0].detail == "3 patches, 3 images"
    loaded(lynceus, qtbot)
    pictures = seen(lynceus)
    assert [(p.width(), p.height()) for p in pictures] == [(60, 60)] * 3  # native: smaller than the tile
    gallery.clusters.setFocus()
    QTest.keyClick(gallery.clusters, Qt.Key.Key_Down)
    assert gallery.cluster == 1 and len(gallery.patches.tiles.tiles) == 1
    gallery.grab()


def test_only_tiles_on_the_screen_are_cut(lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot):
    put_atlas(lynceus.desk.project, (400,))
    gallery.hide()
    lynceus.atlas._load()
    lynceus.atlas.open()
    loaded(lynceus, qtbot)
    assert 0 < len(seen(lynceus)) <= len(gallery.patches.visible_keys()) < 60
    first = set(gallery.patches.visible_keys())
    gallery.patches.verticalScrollBar().setValue(gallery.patches.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: gallery.patches.tiles.picture(gallery.patches.visible_keys()[-1]) is not None)
    assert not first & set(gallery.patches.visible_keys())
    assert len(seen(lynceus)) < 120


def test_no_atlas_yet_is_said_and_building_can_be_cancelled(lynceus: Lynceus, qtbot: QtBot):
    gallery = lynceus.atlas.open()
    assert gallery is not None
    assert "No atlas yet" in gallery.sample.text()
    assert gallery.cluster == -1 and not gallery.name.isEnabled() and not gallery.seed.isEnabled()
    gallery.most.setValue(40)
    gallery.preference.setValue(0.5)
    QTest.mouseClick(gallery.build, Qt.MouseButton.LeftButton)
    job = lynceus.desk.worker.jobs[-1]
    root = str(lynceus.desk.project.root)
    assert job.operation == "build_atlas"
    assert job.arguments == {"project": root, "name": "lesions", "most": 40, "preference": 0.5}
    job.progressed.emit(8, 10, "looking at the regions", {})
    assert gallery.step.text() == "looking at the regions (8 of 10)" and not gallery.build.isEnabled()
    QTest.mouseClick(gallery.cancel, Qt.MouseButton.LeftButton)
    assert job.cancel_asked and gallery.build.isEnabled()
    assert "Cancelled" in gallery.told.text()
    QTest.mouseClick(gallery.build, Qt.MouseButton.LeftButton)
    lynceus.desk.worker.jobs[-1].failed.emit(TooFewSamples("no region was found", "", "Import some."))
    assert "no region was found" in gallery.told.text()


def test_a_built_atlas_is_shown_with_what_became_of_names(lynceus: Lynceus, qtbot: QtBot):
    gallery = lynceus.atlas.open()
    assert gallery is not None
    gallery.build.click()
    put_atlas(lynceus.desk.project)
    names = {"kept": 1, "lost": ["Hard exudate"]}
    lynceus.desk.worker.jobs[-1].finished.emit({"name": "lesions", "clusters": [3, 1], "names": names})
    assert len(gallery.clusters.tiles.tiles) == 2 and gallery.build.text() == "Rebuild"
    assert gallery.told.text() == (
        "Clusters: 2. Names taken over: 1. No cluster answers any more to: Hard exudate."
    )
    put_atlas(lynceus.desk.project, ())
    lynceus.atlas._load()
    assert "It holds no cluster." in gallery.sample.text() and gallery.cluster == -1
    lynceus.desk.project.put_document("atlas", "lesions", {"clusters": 3})
    lynceus.atlas._load()
    assert "cannot be read" in gallery.told.text() and "No atlas yet" in gallery.sample.text()


def test_an_atlas_of_another_model_is_said(
    lynceus: Lynceus, gallery: AtlasDialog, tmp_path: Path, qtbot: QtBot
):
    from engine.records import ModelCard

    weights = tmp_path / "v2.safetensors"
    weights.write_bytes(b"weights")
    project = lynceus.desk.project
    project.add_model(weights, ModelCard("zoom_in_net", "v2", {}), active=True, reader="A")
    gallery.close()
    lynceus.atlas.open()
    qtbot.waitUntil(lambda: "Another model counts now: v2" in gallery.caution.text())
    put_atlas(project, sha256=project.active_model("zoom_in_net").sha256)
    lynceus.atlas._load()
    qtbot.waitUntil(lambda: lynceus.desk.chores.is_idle)
    assert not gallery.caution.text()


def test_a_name_is_typed_completed_and_kept(lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot):
    gallery.name.setFocus()
    QTest.keyClicks(gallery.name, "hard ex")
    completer = gallery.name.completer()
    assert completer.currentCompletion() == "Hard exudate"
    gallery.name.setText("hard exudate")
    completer.popup().hide()
    QTest.keyClick(gallery.name, Qt.Key.Key_Return)
    assert gallery.clusters.tiles.tiles[0].title == "Hard exudate"
    assert gallery.finding.text() == "Hard exudate" and gallery.lesion.currentData() == "EX"
    qtbot.waitUntil(lambda: lynceus.desk.chores.is_idle)
    with open_project(lynceus.desk.project.root) as store:
        assert [c["name"] for c in atlas_of(store, "lesions")["clusters"]] == ["Hard exudate", ""]
    assert gallery.isVisible()


def test_a_name_that_cannot_be_saved_is_taken_back(
    lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    told: list[str] = []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(f"{title}: {error}"))
    put_atlas(lynceus.desk.project, (1,))  # a colleague rebuilt it meanwhile
    lynceus.atlas.rename(1, "drusen")
    qtbot.waitUntil(lambda: bool(told))
    assert "no cluster 1" in told[0]
    assert [t.title for t in gallery.clusters.tiles.tiles] == ["Cluster 1"]


def test_enter_on_a_patch_opens_its_case_zoomed(lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot):
    gallery.patches.setFocus()
    gallery.patches.choose(0)
    QTest.keyClick(gallery.patches, Qt.Key.Key_Right)
    QTest.keyClick(gallery.patches, Qt.Key.Key_Right)
    patch = gallery.patches.tiles.tiles[2].key
    assert isinstance(patch, Patch)
    QTest.keyClick(gallery.patches, Qt.Key.Key_Return)
    assert not gallery.isVisible()
    here = lynceus.desk.open
    assert here is not None and here.active == patch.instance and here.case.id == patch.case
    qtbot.waitUntil(lambda: all(lynceus.pictures.picture_of(i) for i in lynceus.pictures.shown))
    qtbot.waitUntil(lambda: lynceus.atlas._target is None)
    place = [i.id for i in lynceus.pictures.shown].index(patch.instance)
    view = lynceus.window.canvas.views[place]
    width, height = view.view_size()
    center = view.transform().to_image(width / 2, height / 2)
    assert center == pytest.approx((70.0, 70.0), abs=1)
    other = lynceus.window.canvas.views[1 - place]  # linked: the fellow eye shows the same place
    assert other.transform().to_image(*(v / 2 for v in other.view_size())) == pytest.approx((70, 70), abs=1)
    assert [b.label for b in view._boxes if b.number == 0] == ["Cluster 1"]
    lynceus.run("models.atlas")
    assert gallery.isVisible() and gallery.patches.currentIndex().row() == 2


def test_a_finding_is_recorded_undone_in_one_step_and_told(
    lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot
):
    project = lynceus.desk.project
    patch = gallery.patches.tiles.tiles[0].key
    lynceus.cases.open(patch.case)
    assert not gallery.record.isEnabled()
    QTest.keyClicks(gallery.finding, "flame haemorrhage")
    gallery.finding.completer().popup().hide()
    QTest.mouseClick(gallery.record, Qt.MouseButton.LeftButton)
    job = end(lynceus)
    assert (job.arguments["finding"], job.arguments["reader"]) == ("flame haemorrhage", "A")
    assert gallery.told.text() == "flame haemorrhage recorded as present in 3 of 3 images."
    assert lynceus.desk.open.human(patch.instance).findings == {"flame haemorrhage": True}
    QTest.mouseClick(gallery.record, Qt.MouseButton.LeftButton)
    end(lynceus)
    assert "in 0 of 3 images. Already so: 3." in gallery.told.text()

    lynceus.run("edit.undo")
    if "Press again" in lynceus.window.status.message.text():
        lynceus.run("edit.undo")
    assert lynceus.desk.writer.flush()
    QApplication.processEvents()
    for tile in gallery.patches.tiles.tiles:
        assert project.review(tile.key.case).instances[tile.key.instance].findings == {}


def test_masks_are_seeded_and_what_was_refused_is_told(lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot):
    project = lynceus.desk.project
    keys = [tile.key for tile in gallery.patches.tiles.tiles]
    lynceus.cases.open(keys[0].case)
    gallery.lesion.setCurrentIndex(gallery.lesion.findData("HE"))
    QTest.mouseClick(gallery.seed, Qt.MouseButton.LeftButton)
    end(lynceus)
    assert gallery.told.text() == "Haemorrhage: masks changed in 3 of 3 images."
    assert all(np.count_nonzero(project.mask(key.instance, "HE")) for key in keys)
    assert "HE" in lynceus.desk.open.human(keys[0].instance).lesions
    here = next(i for i in lynceus.desk.open.instances if i.id == keys[0].instance)
    qtbot.waitUntil(lambda: (found := lynceus.pictures.layers_of(here)) and found.layers["HE"].human)
    gallery.lesion.setCurrentIndex(gallery.lesion.findData("EX"))
    QTest.mouseClick(gallery.seed, Qt.MouseButton.LeftButton)
    end(lynceus)
    assert "masks changed in 0 of 3" in gallery.told.text()
    assert "3 × no lesion mask was predicted" in gallery.told.text()
    assert ".png: no lesion mask" in gallery.told.toolTip()

    lynceus.run("edit.undo")
    if "Press again" in lynceus.window.status.message.text():
        lynceus.run("edit.undo")
    assert lynceus.desk.writer.flush()
    assert all(project.mask(key.instance, "HE") is None for key in keys)


def test_what_was_recorded_before_a_cancel_is_shown_and_can_be_undone(
    lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot
):
    project = lynceus.desk.project
    patch = gallery.patches.tiles.tiles[0].key
    lynceus.cases.open(patch.case)
    gallery.finding.setText("drusen")
    gallery.record.click()
    before = len(lynceus.decisions.undo_stack)
    said = Correction(patch.case, patch.instance, CorrectionKind.FINDING, "drusen", None, True, "A")
    project.record([said])  # the worker's first
    QTest.mouseClick(gallery.cancel, Qt.MouseButton.LeftButton)
    assert "What was recorded before stays" in gallery.told.text()
    assert lynceus.desk.open.human(patch.instance).findings == {"drusen": True}
    assert len(lynceus.decisions.undo_stack) == before + 1


def test_while_masks_are_corrected_none_are_seeded(lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot):
    lynceus.desk.editing = True
    QTest.mouseClick(gallery.seed, Qt.MouseButton.LeftButton)
    assert "leave that first" in gallery.told.text() and not lynceus.desk.worker.jobs
    lynceus.desk.editing = False


def test_a_file_that_is_gone_is_said_in_its_place(lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot):
    loaded(lynceus, qtbot)
    key = gallery.patches.tiles.tiles[1].key
    path = lynceus.desk.project.instances([key.instance])[0].info.path
    path.rename(path.with_suffix(".away"))
    gallery.close()
    lynceus.desk.patches.cache.clear()
    lynceus.atlas.open()
    qtbot.waitUntil(lambda: isinstance(gallery.patches.tiles.picture(key), str))
    assert "gone" in gallery.patches.tiles.picture(key)
    gallery.grab()
    gallery.close()
    path.with_suffix(".away").rename(path)  # put back: it is cut at the next look
    lynceus.atlas.open()
    qtbot.waitUntil(lambda: not isinstance(gallery.patches.tiles.picture(key), str))


def test_another_project_has_another_atlas(
    lynceus: Lynceus, gallery: AtlasDialog, qtbot: QtBot, tmp_path: Path
):
    lynceus.projects.open(tmp_path / "other", create=True)
    assert lynceus.atlas.dialog is None
    second = lynceus.atlas.open()
    assert second is not None and "No atlas yet" in second.sample.text()

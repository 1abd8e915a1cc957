"""The main job in the real window: import, predict, correct, retrain, activate, look again, reopen."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.imaging.phantoms import chest, fundus
from engine.io.dicom_writing import DicomIdentity, write_dicom
from engine.records import CaseState, Laterality, Modality
from engine.store.project import Project, open_project, project_exists
from engine.store.rows import CaseQuery
from tests.end_to_end.driver import Driver, Script
from viewer.dialogs.retrain_dialog import RetrainDialog

PATIENTS = 4
FUNDUS, CHEST = CaseQuery(modality=Modality.FUNDUS), CaseQuery(modality=Modality.CHEST)


def project_folder() -> Path:
    return Path(os.environ["LYNCEUS_CONFIG"]) / "default-project"


def ask(question: Callable[[Project], Any]) -> Any:
    """Look into the store as another process would; None before there is a project."""
    if not project_exists(project_folder()):
        return None
    with open_project(project_folder()) as project:
        return question(project)


def predicted(system: str, modality: Modality, version: str = "") -> Callable[[], bool]:
    """Whether all images of a modality have a prediction of that system (and version)."""

    def said(project: Project, image: int) -> bool:
        stored = project.predictions(image).get(system)
        return stored is not None and version in {"", stored.prediction.model.version}

    def check(project: Project) -> bool:
        images = project.instances_of(project.case_ids(CaseQuery(modality=modality)))
        return bool(images) and all(said(project, i.id) for i in images)

    return lambda: bool(ask(check))


def decided(project: Project) -> int:
    """Cases that are accepted or corrected."""
    return sum(state in {CaseState.ACCEPTED, CaseState.CORRECTED} for state in states(project))


def has_strokes(project: Project) -> bool:
    """Whether any mask was corrected."""
    reviews = [project.review(case) for case in project.case_ids(FUNDUS)]
    return any(said.lesions for review in reviews for said in review.instances.values())


def probabilities(project: Project) -> np.ndarray[Any, Any]:
    images = project.instances_of(project.case_ids(FUNDUS))
    grades = [project.predictions(i.id)["zoom_in_net"].prediction.grade for i in images]
    return np.array([g.probabilities for g in grades if g is not None])


def states(project: Project) -> list[CaseState]:
    return [project.case(c).state for c in project.case_ids()]


def retrain(driver: Driver, system: str) -> Script:
    """Through the dialog: start, wait for the comparison, use the new model."""
    driver.window.actions_by_id["models.retrain"].trigger()
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, RetrainDialog)]
    dialog = next(w for w in dialogs if w.isVisible())  # not that of an earlier test
    names = [s.name for s in dialog_systems(dialog)]
    dialog.systems.setCurrentIndex(names.index(system))
    driver.click(dialog.start)
    yield lambda: dialog.accept_button.isVisible() and dialog.accept_button.isEnabled()
    assert dialog.table.rowCount() > 0 or dialog.held_back.text()
    driver.click(dialog.accept_button)
    yield predicted(system, modality_of(system), "v2")


def dialog_systems(dialog: RetrainDialog) -> list[Any]:
    return [dialog.systems.itemData(i) for i in range(dialog.systems.count())]


def modality_of(system: str) -> Modality:
    from engine.systems import SYSTEMS

    return SYSTEMS[system].modality


def write_phantoms(folder: Path) -> None:
    """Eye pairs and films as DICOM: their patients' names decide what is held back, on every machine."""
    rng = np.random.default_rng(8)
    for number in range(PATIENTS):
        pair = fundus.sample_pair(rng)
        for spec, eye in zip(pair, (Laterality.RIGHT, Laterality.LEFT), strict=True):
            name = f"F{number}_{eye.value}.dcm"
            identity = DicomIdentity(f"F{number}", "20260105", f"1.2.3.{number}", Modality.FUNDUS, eye)
            write_dicom(folder / name, fundus.fundus(spec, 640).rgb, identity)
        film = chest.chest(chest.sample_chest(rng), 512)
        identity = DicomIdentity(
            f"C{number}", "20260105", f"1.2.4.{number}", Modality.CHEST, view="PA", bits=12
        )
        write_dicom(folder / f"C{number}.dcm", film.pixels, identity)


def paint_a_lesion(driver: Driver) -> Script:
    """E, a stroke across the middle of the picture, Esc; done when the store has it."""
    edit, leave = (driver.window.actions_by_id[name] for name in ("masks.edit", "masks.leave"))
    yield edit.isEnabled
    while not leave.isEnabled():  # the picture and its masks may still be on their way
        driver.key(Qt.Key.Key_E)
        yield lambda: True
    driver.drag((0.4, 0.45), (0.45, 0.5), (0.5, 0.5), (0.55, 0.48))
    yield lambda: ask(has_strokes)
    driver.key(Qt.Key.Key_Escape)
    yield lambda: not leave.isEnabled()


def test_phantoms_from_files_to_a_better_model_and_back(qapp: QApplication, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    write_phantoms(images)
    before: dict[str, Any] = {}

    def script(driver: Driver) -> Script:
        yield lambda: ask(lambda p: len(p.case_ids()) == 2 * PATIENTS)
        driver.window.actions_by_id["project.predict_all"].trigger()
        yield predicted("zoom_in_net", Modality.FUNDUS)
        yield predicted("lesion_unet", Modality.FUNDUS)
        yield predicted("cxr_ml_gzsl", Modality.CHEST)
        before["probabilities"] = ask(probabilities)
        yield from review_all(driver)
        yield from retrain(driver, "zoom_in_net")

    Driver(script).run([str(images)])
    with open_project(project_folder()) as project:
        after = probabilities(project)
        assert after.shape == before["probabilities"].shape
        assert float(np.abs(after - before["probabilities"]).max()) > 0.05
        assert (row := project.active_model("zoom_in_net")) is not None and row.version == "v2"
        check_reopened(project)


def review_all(driver: Driver) -> Script:
    """Every case by key: masks and grade 4 on fundus, the first finding on chest, Enter."""
    painted = False
    for position, case_id in enumerate(ask(lambda p: p.case_ids())):
        case = ask(partial(Project.case, case_id=case_id))
        if case.modality is Modality.FUNDUS:
            if not painted:
                yield from paint_a_lesion(driver)
                painted = True
            for _ in case.instances:
                driver.key(Qt.Key.Key_4)
        else:
            yield lambda: driver.window.review.findings.numbered(1)
            driver.key(Qt.Key.Key_1)
        driver.key(Qt.Key.Key_Return)
        yield lambda done=position + 1: ask(decided) >= done


def check_reopened(project: Project) -> None:
    """Everything that was decided is there again."""
    assert set(states(project)) <= {CaseState.ACCEPTED, CaseState.CORRECTED}
    fundus_reviews = [project.review(c) for c in project.case_ids(FUNDUS)]
    assert all(i.grade == 4 for r in fundus_reviews for i in r.instances.values())
    chest_reviews = [project.review(c) for c in project.case_ids(CHEST)]
    assert all(True in i.findings.values() for r in chest_reviews for i in r.instances.values())
    strokes = [(i, code) for r in fundus_reviews for i, said in r.instances.items() for code in said.lesions]
    assert strokes
    assert all((mask := project.mask(i, code)) is not None and mask.any() for i, code in strokes)


def test_real_files_from_import_to_a_retrained_model(
    qapp: QApplication, shared_data: Path, tmp_path: Path
) -> None:
    names = [f"IDRiD_{n:02d}.jpg" for n in (1, 2, 3, 4, 5)]
    files = [shared_data / "fundus_seg" / "images" / name for name in names]
    films = sorted((shared_data / "cxr_nih" / "images").iterdir())[:5]
    before: dict[str, Any] = {}

    def scores(project: Project) -> list[list[float]]:
        images = project.instances_of(project.case_ids(CHEST))
        said = [project.predictions(i.id)["cxr_ml_gzsl"].prediction.labels for i in images]
        return [[label.score for label in sorted(labels, key=lambda s: s.name)] for labels in said]

    def script(driver: Driver) -> Script:
        yield lambda: ask(lambda p: len(p.case_ids()) == len(files) + len(films))
        driver.window.actions_by_id["project.predict_all"].trigger()
        yield predicted("zoom_in_net", Modality.FUNDUS)
        yield predicted("lesion_unet", Modality.FUNDUS)
        yield predicted("cxr_ml_gzsl", Modality.CHEST)
        before["scores"] = ask(scores)
        yield from review_all(driver)
        yield from retrain(driver, "cxr_ml_gzsl")

    Driver(script).run([str(f) for f in (*files, *films)])
    with open_project(project_folder()) as project:
        after = scores(project)
        difference = [
            abs(a - b)
            for x, y in zip(before["scores"], after, strict=True)
            for a, b in zip(x, y, strict=False)
        ]
        assert max(difference) > 1e-3
        assert (row := project.active_model("cxr_ml_gzsl")) is not None and row.version == "v2"
        check_reopened(project)

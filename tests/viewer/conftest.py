"""A project on disk with predictions made up for the tests, and a window without a worker process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from engine.io.readers import read_info
from engine.records import (
    Box,
    GradeScores,
    LabelScore,
    Laterality,
    Modality,
    ModelVersion,
    NamedScore,
    Prediction,
)
from engine.store.project import Project, create_project
from viewer import theme
from viewer.app import Lynceus
from viewer.settings import Settings

ROWS, COLUMNS = 240, 320
FINDINGS = ("Effusion", "Fibrosis", "Nodule", "Sarcoidosis")


class FakeJob(QObject):
    progressed = Signal(int, int, str, dict)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, operation: str, arguments: dict[str, Any]) -> None:
        super().__init__()
        self.operation, self.arguments = operation, arguments
        self.cancel_asked = False
        self.paused = False

    def cancel(self) -> None:
        self.cancel_asked = True
        self.cancelled.emit()

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


class FakeWorker(QObject):
    """Takes jobs and does nothing with them; the test ends them."""

    state_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[FakeJob] = []
        self.started = False

    def start(self) -> None:
        self.started = True
        self.state_changed.emit("idle")

    def submit(self, operation: str, **arguments: Any) -> FakeJob:
        self.jobs.append(FakeJob(operation, arguments))
        return self.jobs[-1]

    def stop(self) -> None:
        self.started = False


def fundus_prediction(grade: int) -> Prediction:
    probabilities = tuple(0.6 if g == grade else 0.1 for g in range(5))
    boxes = tuple(Box(20.0 + 50 * n, 40.0, 80.0 + 50 * n, 100.0, 0.4 - 0.1 * n) for n in range(4))
    version = ModelVersion("zoom_in_net", "v1", "ab" * 32)
    return Prediction(version, GradeScores(grade, probabilities, False, probabilities, True), boxes=boxes)


def lesion_prediction() -> Prediction:
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.circle(mask, (50, 70), 6, 255, -1)
    cv2.circle(mask, (150, 70), 6, 255, -1)
    version = ModelVersion("lesion_unet", "v1", "cd" * 32)
    return Prediction(version, masks={"HE": mask}, thresholds={"HE": 0.5})


def chest_prediction() -> Prediction:
    labels = tuple(
        LabelScore(name, 0.8 - 0.2 * n, seen=n % 2 == 0, typed=name == "Sarcoidosis")
        for n, name in enumerate(FINDINGS)
    )
    maps = {f"evidence/{name}": np.eye(8, dtype=np.float32) for name in FINDINGS}
    return Prediction(ModelVersion("cxr_ml_gzsl", "v1", "ef" * 32), labels=labels, maps=maps)


def _write_images(folder: Path) -> None:
    rng = np.random.default_rng(0)
    for patient in ("P-1", "P-2"):
        for eye in ("right", "left"):
            image = rng.integers(0, 90, (ROWS, COLUMNS, 3), np.uint8)
            cv2.circle(image, (160, 120), 110, (40, 90, 200), -1)
            cv2.imwrite(str(folder / f"{patient}_{eye}.png"), image)
    for name in ("C-1", "C-2"):
        cv2.imwrite(str(folder / f"{name}.png"), rng.integers(0, 4096, (200, 200), np.uint16))


@pytest.fixture
def project_root(tmp_path: Path) -> Path:
    """Two eye pairs (P-1: grades 2 and 0, P-2: 1 and 1) and two chest images, of which C-2 is new."""
    images = tmp_path / "images"
    images.mkdir()
    _write_images(images)
    from dataclasses import replace

    infos = []
    for path in sorted(images.iterdir()):
        fundus = path.name.startswith("P")
        eye = {"right": Laterality.RIGHT, "left": Laterality.LEFT}.get(path.stem.rpartition("_")[2])
        modality = Modality.FUNDUS if fundus else Modality.CHEST
        infos.append(replace(read_info(path), modality=modality, laterality=eye or Laterality.UNKNOWN))
    root = tmp_path / "project"
    with create_project(root) as project:
        project.import_images(infos)
        project.add_predictions(_predictions(project))
    return root


def _predictions(project: Project) -> list[tuple[int, Prediction]]:
    said: list[tuple[int, Prediction]] = []
    grades = {"P-1_right": 2, "P-1_left": 0, "P-2_right": 1, "P-2_left": 1}
    for instance in project.instances_of(project.case_ids()):
        stem = instance.info.path.stem
        if stem in grades:
            said.append((instance.id, fundus_prediction(grades[stem])))
            said.append((instance.id, lesion_prediction()))
            similar = (NamedScore("Glaucoma", 0.3), NamedScore("Pathological myopia", 0.7))
            version = ModelVersion("disease_similarity", "v1", "aa" * 32)
            said.append((instance.id, Prediction(version, similar=similar)))
        elif stem == "C-1":
            said.append((instance.id, chest_prediction()))
    return said


@pytest.fixture
def app(qapp: QApplication) -> QApplication:
    theme.apply(qapp, "dark")
    return qapp


@pytest.fixture
def make_lynceus(app: QApplication) -> Iterator[Callable[[], Lynceus]]:
    """Opens windows with a fake worker; closes what is still open."""
    made: list[Lynceus] = []

    def make() -> Lynceus:
        settings = Settings()
        settings["reader"] = "A"
        made.append(Lynceus(settings, FakeWorker()))
        return made[-1]

    yield make
    for lynceus in made:
        lynceus.close()
        lynceus.window.hide()
        lynceus.window.deleteLater()
    app.processEvents()


@pytest.fixture
def lynceus(make_lynceus: Callable[[], Lynceus], project_root: Path) -> Lynceus:
    """A window on the project, shown, everything loaded."""
    made = make_lynceus()
    made.open([project_root])
    made.window.show()
    made.window.canvas.views[0].setFocus()
    return made

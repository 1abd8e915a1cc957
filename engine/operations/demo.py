"""The demo project: procedural phantoms with known truth, half of them DICOM, run through the models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.errors import ProjectNotFound, StoreConflict
from engine.imaging.phantoms import chest, fundus
from engine.io.dicom_writing import DicomIdentity, write_dicom
from engine.operations.importing import import_paths
from engine.operations.predicting import predict_project
from engine.progress import Progress, silent
from engine.records import Laterality, Modality
from engine.store.project import open_project
from engine.store.rows import CaseQuery

EYE_PAIRS = 16
CHESTS = 24
SIZE = 1024  # pixels; the longer side of the images that the shipped models learnt from
SEED = 2026
CHEST_BITS = 12
TRUTH = "truth.json"

Truth = dict[str, dict[str, Any]]


def build_demo(folder: str, progress: Progress = silent) -> dict[str, Any]:
    """Draw the phantoms, import them, run the systems over them; starts afresh where one was built.

    Returns
    -------
    dict
        ``project``: its folder; ``cases``, ``predicted``: counts.

    Raises
    ------
    StoreConflict
        The folder holds images or a project that are not of a demo.
    """
    root = Path(folder)
    images, project = root / "images", root / "project"
    _clear(root, images, project)
    images.mkdir(parents=True)
    (root / TRUTH).write_text("{}")  # from now on the folder is known as a demo
    total = 2 * EYE_PAIRS + CHESTS
    truth: Truth = {}
    for done, (name, facts) in enumerate(_draw(images), 1):
        truth[name] = facts
        progress(done, total, f"drawing {name}")
    (root / TRUTH).write_text(json.dumps(truth, indent=1))
    summary = import_paths(str(project), [str(images)], progress=progress)
    store = open_project(project)
    store.set_setting("images", "phantoms")
    store.close()
    predicted = predict_project(str(project), progress=progress)
    return {"project": str(project), "cases": summary["cases"], "predicted": predicted["predicted"]}


def results_table(folder: str) -> str:
    """What the models said of each phantom beside what was drawn, as text.

    Raises
    ------
    ProjectNotFound
        No demo was built there.
    """
    root = Path(folder)
    if not (root / TRUTH).is_file():
        raise ProjectNotFound("there is no demo here", root, f"Run `lynceus-engine demo {folder}` first.")
    truth: Truth = json.loads((root / TRUTH).read_text())
    store = open_project(root / "project")
    try:
        lines = [f"{'image':22} {'drawn':44} predicted"]
        for case_id in store.case_ids(CaseQuery()):
            for instance in store.case(case_id).instances:
                said = {name: p.prediction for name, p in store.predictions(instance.id).items()}
                name = instance.info.path.name
                lines.append(f"{name:22} {_facts(truth[name]):44} {_said(said)}")
        return "\n".join(lines)
    finally:
        store.close()


def _clear(root: Path, *folders: Path) -> None:
    """Remove an older demo, and nothing that is not known to be one."""
    found = [folder for folder in folders if folder.exists()]
    if found and not (root / TRUTH).is_file():
        raise StoreConflict("this is not of a demo", found[0], "Choose a new folder for the demo.")
    for folder in found:
        shutil.rmtree(folder)


def _draw(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Even pairs and films as DICOM, odd ones as JPEG or 16-bit PNG."""
    rng = np.random.default_rng(SEED)
    for number in range(EYE_PAIRS):
        pair = fundus.sample_pair(rng)
        for spec, eye in zip(pair, (Laterality.RIGHT, Laterality.LEFT), strict=True):
            phantom = fundus.fundus(spec, SIZE)
            name = f"F{number:03d}_{'OD' if eye is Laterality.RIGHT else 'OS'}"
            identity = _identity(f"F{number:03d}", Modality.FUNDUS, eye)
            file = _write(folder / name, phantom.rgb, identity, dicom=number % 2 == 0)
            yield file.name, {"disease": phantom.disease, "grade": phantom.grade, "dme": phantom.dme}
    for number in range(CHESTS):
        film = chest.chest(chest.sample_chest(rng), SIZE)
        identity = _identity(f"C{number:03d}", Modality.CHEST, Laterality.UNKNOWN)
        file = _write(folder / f"C{number:03d}", film.pixels, identity, dicom=number % 2 == 0)
        yield file.name, {"findings": list(film.findings)}


def _identity(patient: str, modality: Modality, eye: Laterality) -> DicomIdentity:
    from pydicom.uid import generate_uid

    fundus_image = modality is Modality.FUNDUS
    return DicomIdentity(
        patient_id=patient,
        study_date="20260105",
        study_uid=generate_uid(entropy_srcs=["lynceus demo", patient]),
        modality=modality,
        laterality=eye,
        view="" if fundus_image else "PA",
        pixel_spacing=None if fundus_image else (0.4, 0.4),
        bits=8 if fundus_image else CHEST_BITS,
    )


def _write(stem: Path, pixels: np.ndarray[Any, Any], identity: DicomIdentity, *, dicom: bool) -> Path:
    if dicom:
        path = stem.with_suffix(".dcm")
        write_dicom(path, pixels, identity)
        return path
    if pixels.ndim == 3:
        path = stem.with_suffix(".jpg")
        cv2.imwrite(str(path), pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    else:
        path = stem.with_suffix(".png")
        cv2.imwrite(str(path), pixels << (16 - CHEST_BITS))  # 16-bit PNG has no bits-stored field
    return path


def _facts(truth: dict[str, Any]) -> str:
    if "findings" in truth:
        return ", ".join(truth["findings"]) or "no finding"
    return f"{truth['disease']}, grade {truth['grade']}, DME {truth['dme']}"


def _said(said: dict[str, Any]) -> str:
    parts = []
    if "zoom_in_net" in said and (grade := said["zoom_in_net"].grade) is not None:
        kind = "calibrated" if grade.calibrated else "uncalibrated"
        parts.append(f"grade {grade.grade} ({max(grade.probabilities):.2f}, {kind})")
    if "lesion_unet" in said:
        unet = said["lesion_unet"]
        present = [
            f"{code} {int((mask >= 255 * unet.thresholds.get(code, 0.5)).sum())} px"
            for code, mask in unet.masks.items()
        ]
        parts.append(" ".join(present))
    if "disease_similarity" in said and said["disease_similarity"].similar:
        nearest = said["disease_similarity"].similar[0]
        parts.append(f"like {nearest.name} {nearest.score:.2f}")
    for name in ("cxr_ml_gzsl", "cm_dml_gzsl"):
        if name in said:
            top = ", ".join(f"{s.name} {s.score:.2f}" for s in said[name].labels[:3])
            parts.append(f"{name}: {top}")
    return " | ".join(parts) or "nothing"

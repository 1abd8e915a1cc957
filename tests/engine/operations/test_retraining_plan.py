"""What a retraining would learn from, before it is started."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.operations.retraining_plan import keep_pace, retraining_plan
from engine.records import CaseState, Correction, CorrectionKind, ImageInfo, Laterality, Modality
from engine.store.project import create_project, open_project
from engine.store.reviewed import held_back

PATIENTS = 12


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Twelve patients with two eyes each, all graded and accepted; the file of one eye is gone."""
    root = tmp_path / "project"
    infos = []
    for n in range(PATIENTS):
        for eye in (Laterality.RIGHT, Laterality.LEFT):
            path = tmp_path / f"P{n}_{eye.value}.png"
            path.touch()
            info = ImageInfo(path, f"{n:063x}{eye.value}".lower(), "png", 8, 8, modality=Modality.FUNDUS)
            infos.append(replace(info, laterality=eye, patient_id=f"P{n}", study_date="20260101"))
    (tmp_path / "P0_R.png").unlink()
    with create_project(root) as store:
        for case_id in store.import_images(infos).case_ids:
            events = [
                Correction(case_id, i.id, CorrectionKind.GRADE, "dr", None, 1, "A")
                for i in store.case(case_id).instances
            ]
            state = Correction(case_id, None, CorrectionKind.STATE, "", None, CaseState.ACCEPTED.value, "A")
            store.record([*events, state])
    return root


def test_what_is_learned_and_what_is_held_back(root: Path):
    plan = retraining_plan(str(root), "zoom_in_net")
    held = [n for n in range(PATIENTS) if held_back(f"id:P{n}")]
    assert 0 < len(held) < PATIENTS and 0 not in held
    assert plan["held_back"] == {"images": 2 * len(held), "patients": len(held)}
    assert plan["train"] == {"images": 2 * (PATIENTS - len(held)) - 1, "patients": PATIENTS - len(held)}
    assert (plan["missing"], plan["since"], plan["seconds"]) == (1, "", None)
    assert plan["changes"] == {"cases": PATIENTS, "labels": 2 * PATIENTS, "masks": 0}
    assert retraining_plan(str(root), "lesion_unet")["train"] == {"images": 0, "patients": 0}


def test_the_last_run_tells_how_long_the_next_one_takes(root: Path):
    with open_project(root) as store:
        keep_pace(store, "zoom_in_net", 10, 50.0)
    plan = retraining_plan(str(root), "zoom_in_net")
    assert plan["seconds"] == pytest.approx(5.0 * plan["train"]["images"])
    assert retraining_plan(str(root), "lesion_unet")["seconds"] is None


def test_it_needs_no_torch():
    code = "import sys, engine.operations.retraining_plan, engine.operations.next_cases; "
    code += "print([m for m in ('torch', 'sklearn', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import WrongUsage
from engine.operations import thresholds as operation
from engine.operations.thresholds import set_threshold, threshold_curve, thresholds
from engine.records import (
    CaseState,
    Correction,
    CorrectionKind,
    ImageInfo,
    LabelScore,
    Modality,
    ModelVersion,
    Prediction,
)
from engine.store.project import create_project, open_project

SYSTEM = "cxr_ml_gzsl"


@pytest.fixture
def project(tmp_path):
    """24 films with a score of Mass; every second one has a mass, and the first twelve were reviewed."""
    root = tmp_path / "project"
    with create_project(root) as store:
        infos = [
            ImageInfo(Path(f"{k}.png"), f"{k:064}", "png", 8, 8, modality=Modality.CHEST, patient_id=f"P{k}")
            for k in range(24)
        ]
        store.import_images(infos)
        for instance in store.instances_of(store.case_ids()):
            place = int(instance.info.path.stem)
            labels = (LabelScore("Mass", place / 24), LabelScore("Nodule", 0.5))
            version = ModelVersion(SYSTEM, "v1" if place < 22 else "v0", "aa")
            store.add_predictions([(instance.id, Prediction(version, labels=labels))])
            if place < 12 or place >= 22:
                review(store, instance, place % 2 == 1)
    return root


def review(store, instance, present):
    case = instance.case_id
    store.record(
        [
            Correction(case, instance.id, CorrectionKind.FINDING, "lung mass", None, present, "R"),
            Correction(case, None, CorrectionKind.STATE, "", None, CaseState.ACCEPTED, "R"),
        ]
    )


def test_below_the_minimum_there_is_no_curve(project):
    found = threshold_curve(str(project), SYSTEM, "Mass")
    assert (found["positives"], found["negatives"]) == (6, 6)  # another version's two do not count
    assert found["needed"] == [10, 10]
    assert not found["enough"]
    assert "curve" not in found
    assert found["chosen"] is None


def test_with_enough_cases_there_is_one(project, monkeypatch):
    monkeypatch.setattr(operation, "CONFIG", operation.ThresholdConfig(5, 5))
    found = threshold_curve(str(project), SYSTEM, "lung mass")  # a synonym
    assert (found["label"], found["version"], found["held_back"]) == ("Mass", "v1", False)
    assert found["curve"]["thresholds"] == pytest.approx([k / 24 for k in range(12)])
    assert found["curve"]["sensitivity"][0] == 1
    assert found["suggested"]["sensitivity"] == pytest.approx(1 / 24)
    assert found["suggested"]["ppv"] == pytest.approx(11 / 24)
    none = threshold_curve(str(project), SYSTEM, "Nodule")
    assert (none["positives"], none["enough"]) == (0, False)


def test_a_threshold_stays_with_its_version(project):
    with open_project(project) as store:
        assert thresholds(store, SYSTEM, "v1") == {}
        set_threshold(store, SYSTEM, "v1", "lung mass", 0.25, "R", {"positives": 6})
        set_threshold(store, SYSTEM, "v1", "Nodule", -0.5)
        assert thresholds(store, SYSTEM, "v1") == {"Mass": 0.25, "Nodule": -0.5}
        assert thresholds(store, SYSTEM, "v0") == {}
        assert store.document("thresholds", f"{SYSTEM}:v1")["Mass"]["positives"] == 6
        assert set_threshold(store, SYSTEM, "v1", "Mass", None) == {"Nodule": -0.5}
        with pytest.raises(WrongUsage, match="Mass"):
            set_threshold(store, SYSTEM, "v1", "Mass", np.nan)
    assert threshold_curve(str(project), SYSTEM, "Nodule")["chosen"] == -0.5


def test_a_fundus_system_has_no_thresholds_of_labels(project):
    with pytest.raises(WrongUsage):
        threshold_curve(str(project), "zoom_in_net", "Mass")

"""What the right pane warns of, from what a look at the pixels found."""

from __future__ import annotations

from dataclasses import replace

from engine.records import ImageQuality, Laterality, LateralityCheck, ModelVersion, Prediction
from viewer.app import Lynceus
from viewer.control.showing import flags

MODEL = ModelVersion("zoom_in_net", "v1", "0" * 64)


def test_nothing_to_warn_of():
    assert flags(Prediction(MODEL)) == []
    good = LateralityCheck(Laterality.RIGHT, Laterality.RIGHT)
    unsure = LateralityCheck(Laterality.RIGHT, Laterality.UNKNOWN)
    for side in (good, unsure):
        assert flags(Prediction(MODEL, quality=ImageQuality(), laterality=side)) == []


def test_an_image_that_cannot_be_graded_says_why():
    quality = ImageQuality(False, ("The image is too dark.",), ("dark",))
    (told,) = flags(Prediction(MODEL, quality=quality))
    assert "The image is too dark. Press Q" in told


def test_the_other_eye_is_flagged():
    side = LateralityCheck(Laterality.RIGHT, Laterality.LEFT, (10.0, 10.0), 0.9)
    (told,) = flags(Prediction(MODEL, laterality=side))
    assert told == "The optic disc lies as in a left eye, but the file says right eye."


def test_the_ranking_is_compared_with_another_system_and_an_older_version(lynceus: Lynceus):
    project = lynceus.desk.project
    assert project is not None
    row = next(r for r in project.case_rows(project.case_ids()) if r.name.startswith("C-1"))
    (film,) = project.case(row.id).instances
    said = project.predictions(film.id)["cxr_ml_gzsl"].prediction
    turned = tuple(replace(a, score=b.score) for a, b in zip(said.labels, said.labels[::-1], strict=True))
    other = Prediction(ModelVersion("cm_dml_gzsl", "v1", "0" * 64), labels=turned)
    older = Prediction(ModelVersion("cxr_ml_gzsl", "v0", "0" * 64), labels=turned)
    project.add_predictions([(film.id, older), (film.id, said), (film.id, other)])
    lynceus.desk.open = None
    lynceus.cases.open(row.id)
    panel = lynceus.window.review.rankings
    titles = {panel.choice.itemData(n): panel.choice.itemText(n) for n in range(panel.choice.count())}
    assert titles == {"": "with nothing", "cm_dml_gzsl": "CM-DML-GZSL", "cxr_ml_gzsl v0": "version v0"}
    for key in ("cm_dml_gzsl", "cxr_ml_gzsl v0"):
        panel.other_chosen.emit(key)
        assert f"over {len(turned)} labels" in panel.told.text()
        assert panel.choice.currentData() == key
    panel.other_chosen.emit("")
    assert panel.told.text() == ""

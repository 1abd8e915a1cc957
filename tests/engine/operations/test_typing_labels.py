from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import weights
from engine.errors import (
    Cancelled,
    MissingExtra,
    ProjectNotFound,
    TooFewSamples,
    UnknownLabel,
    WrongUsage,
)
from engine.inference.predictor import TypedLabel
from engine.operations.importing import import_paths
from engine.operations.predicting import predict_project
from engine.operations.retraining import retrain
from engine.operations.typed_labels import typed_labels
from engine.operations.typing_labels import type_label
from engine.records import CaseState, Correction, CorrectionKind, Modality
from engine.semantics import labels as semantic_labels
from engine.store.project import open_project
from engine.store.rows import CaseQuery
from engine.training.recipes import cxr_ml_gzsl
from engine.training.recipes.chest_config import TuningConfig
from tests.engine.operations import tiny

SYSTEM = "cxr_ml_gzsl"


class FakeEncoder:
    """Vectors that depend on the text alone; no language model is needed."""

    def embed_label(self, texts):
        return torch.randn(384, generator=torch.Generator().manual_seed(len(" ".join(texts))))


@pytest.fixture
def project(tmp_path, shipped, monkeypatch):
    monkeypatch.setattr(semantic_labels, "text_encoder", lambda *_: FakeEncoder())
    for number in range(3):
        tiny.save_film(tmp_path / f"C{number}.dcm", f"C{number}", number)
    tiny.save_jpeg(tmp_path / "eye.jpg", tiny.retina())
    root = tmp_path / "project"
    import_paths(str(root), [str(p) for p in sorted(tmp_path.glob("*.*"))])
    return root


def rankings(root):
    with open_project(root) as store:
        said = [store.predictions(i.id).get(SYSTEM) for i in store.instances_of(store.case_ids())]
    return [one.prediction.labels for one in said if one is not None]


def test_a_typed_disease_joins_the_ranking_of_every_film(project):
    predict_project(str(project), systems=[SYSTEM], device="cpu")
    before = rankings(project)
    said = type_label(str(project), SYSTEM, "Dragon lung", "scales in both lungs", device="cpu")
    assert (said["name"], said["ranked"]) == ("Dragon lung", 3)
    assert len(said["nearest"]) >= 3
    after = rankings(project)
    assert len(after) == 3
    for old, new in zip(before, after, strict=True):
        (mine,) = [s for s in new if s.name == "Dragon lung"]
        assert mine.typed and not mine.seen and np.isfinite(mine.score)
        assert tuple(s for s in new if s.name != "Dragon lung") == old
        assert [s.score for s in new] == sorted((s.score for s in new), reverse=True)
    type_label(str(project), SYSTEM, "Dragon lung", "scales in both lungs", device="cpu")
    assert rankings(project) == after


def test_a_known_disease_by_another_name_takes_its_own_place(project):
    predict_project(str(project), systems=[SYSTEM], device="cpu")
    before = rankings(project)
    assert type_label(str(project), SYSTEM, "lung nodule", device="cpu")["name"] == "Nodule"
    for old, new in zip(before, rankings(project), strict=True):
        (was,), (now,) = ([s for s in labels if s.name == "Nodule"] for labels in (old, new))
        assert len(new) == len(old)
        assert now.seen and now.typed
        assert now.score == pytest.approx(was.score, abs=0.02)


def test_a_typed_disease_is_ranked_in_images_that_come_later(project, tmp_path):
    predict_project(str(project), systems=[SYSTEM], device="cpu")
    type_label(str(project), SYSTEM, "Dragon lung", "scales in both lungs", device="cpu")
    with open_project(project) as store:
        assert typed_labels(store) == (TypedLabel("Dragon lung", "scales in both lungs"),)
    import_paths(str(project), [str(tiny.save_film(tmp_path / "late.dcm", "late", 9))])
    predict_project(str(project), systems=[SYSTEM], device="cpu")
    found = rankings(project)
    assert len(found) == 4
    for labels in found:
        (mine,) = [s for s in labels if s.name == "Dragon lung"]
        assert mine.typed and not mine.seen


def test_without_its_text_encoder_images_are_predicted_all_the_same(project, monkeypatch):
    predict_project(str(project), systems=[SYSTEM], device="cpu")
    type_label(str(project), SYSTEM, "Dragon lung", device="cpu")

    def gone(*_):
        raise MissingExtra("not installed")

    monkeypatch.setattr(semantic_labels, "text_encoder", gone)
    assert predict_project(str(project), systems=[SYSTEM], device="cpu")["predicted"] == 3
    assert not any(s.name == "Dragon lung" for labels in rankings(project) for s in labels)


def test_a_reviewed_typed_disease_is_seen_by_the_next_version_with_its_description(project, monkeypatch):
    small = replace(cxr_ml_gzsl.CONFIGS["shipped"], tuning=TuningConfig(steps=2, batch=4, views=1, replay=4))
    monkeypatch.setitem(cxr_ml_gzsl.CONFIGS, "shipped", small)
    predict_project(str(project), systems=[SYSTEM], device="cpu")
    type_label(str(project), SYSTEM, "Dragon lung", "scales in both lungs", device="cpu")
    with open_project(project) as store:
        for instance in store.instances_of(store.case_ids(CaseQuery(modality=Modality.CHEST))):
            case = instance.case_id
            mark = Correction(case, instance.id, CorrectionKind.FINDING, "Dragon lung", None, True, "R")
            done = Correction(case, None, CorrectionKind.STATE, "", None, CaseState.CORRECTED.value, "R")
            store.record([mark, replace(done, before=store.case(case).state.value)])
    made = retrain(str(project), SYSTEM, device="cpu")
    tensors, card = weights.load(Path(made["weights"]))
    assert card.labels[-1] == "Dragon lung"
    described = semantic_labels.embed_typed("Dragon lung", "scales in both lungs", "minilm", "ensemble")
    bare = semantic_labels.embed_typed("Dragon lung", "", "minilm", "ensemble")
    stored = tensors["aux.label_embeddings"][-1]
    assert torch.allclose(stored, described, atol=1e-2)
    assert not torch.allclose(stored, bare, atol=1e-2)
    with open_project(project) as store:
        store.activate(SYSTEM, made["version"])
    predict_project(str(project), systems=[SYSTEM], device="cpu")
    (mine,) = [s for s in rankings(project)[0] if s.name == "Dragon lung"]
    assert mine.seen


def test_refusals(project, tmp_path):
    with pytest.raises(TooFewSamples, match="nothing was predicted"):
        type_label(str(project), SYSTEM, "Dragon", device="cpu")
    with pytest.raises(WrongUsage):
        type_label(str(project), "zoom_in_net", "Dragon", device="cpu")
    for name in ("", "x" * 10_000):
        with pytest.raises(UnknownLabel):
            type_label(str(project), SYSTEM, name, device="cpu")
    with pytest.raises(ProjectNotFound):
        type_label(str(tmp_path / "none"), SYSTEM, "Dragon", device="cpu")


def test_cancel_keeps_the_store_sound(project):
    predict_project(str(project), systems=[SYSTEM], device="cpu")

    def progress(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        type_label(str(project), SYSTEM, "Hernia", device="cpu", progress=progress)
    assert len(rankings(project)) == 3

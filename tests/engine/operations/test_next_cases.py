"""The review queue: each reason by itself, against slow versions, and on a project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.operations import named
from engine.operations.next_cases import (
    Candidate,
    QueueConfig,
    candidates,
    disagreements,
    kinds,
    next_cases,
    ordered,
)
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
from engine.store.project import Project, create_project

FIRST, SECOND = (ModelVersion(name, "v1", "0" * 64) for name in ("cxr_ml_gzsl", "cm_dml_gzsl"))


def test_every_cluster_comes_before_any_comes_twice():
    found = [Candidate(n, 0.9 - n / 100, 0.0, 0.0, cluster=0 if n < 6 else n) for n in range(9)]
    order = [q.case_id for q in ordered(found)]
    assert order[:4] == [0, 6, 7, 8]
    assert order[4:] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (Candidate(1, 0.9, 0.1, 0.1), "uncertain"),
        (Candidate(1, 0.1, 0.9, 0.1), "systems disagree"),
        (Candidate(1, 0.1, 0.1, 1.0), "new kind"),
    ],
)
def test_the_reason_is_what_weighs_most(case: Candidate, reason: str):
    assert ordered([case])[0].reason == reason


def test_the_value_is_the_weighted_sum():
    (one,) = ordered([Candidate(7, 0.4, 0.2, 1.0)], QueueConfig(0.5, 0.3, 0.2))
    assert one.value == pytest.approx(0.5 * 0.4 + 0.3 * 0.2 + 0.2)


def test_disagreement_is_the_difference_of_ranks():
    rng = np.random.default_rng(1)
    ids = list(range(12))
    one, two = rng.normal(size=12), 100 * rng.normal(size=12)
    scores = {i: {("Mass", "a"): float(one[i]), ("Mass", "b"): float(two[i])} for i in ids}
    scores[3].pop(("Mass", "b"))
    scores[5][("Edema", "a")] = 1.0  # only one system speaks of it

    def rank(values: dict[int, float], i: int) -> float:
        below = sum(v < values[i] for v in values.values())
        return below / (len(values) - 1)

    first = {i: float(one[i]) for i in ids}
    second = {i: float(two[i]) for i in ids if i != 3}
    slow = [abs(rank(first, i) - rank(second, i)) if i != 3 else 0.0 for i in ids]
    np.testing.assert_allclose(disagreements(scores, ids), slow)


def test_two_names_of_one_disease_are_compared():
    scores = {
        1: {("referable", "zoom_in_net"): 0.9, ("Diabetic retinopathy", "disease_similarity"): 0.1},
        2: {("referable", "zoom_in_net"): 0.1, ("Diabetic retinopathy", "disease_similarity"): 0.9},
    }
    assert disagreements(scores, [1, 2]).tolist() == [1.0, 1.0]
    assert disagreements({}, [1, 2]).tolist() == [0.0, 0.0]


def test_clusters_follow_the_groups_and_reviewed_ones_are_not_new():
    rng = np.random.default_rng(2)
    groups = np.repeat([[0.0, 0.0], [40.0, 0.0], [0.0, 40.0]], 12, axis=0)
    vectors = (groups + rng.normal(size=groups.shape)).astype(np.float32)
    config = QueueConfig(per_cluster=12)
    places, novelty = kinds(vectors, vectors[:3], config)
    assert [len(set(places[n : n + 12].tolist())) for n in (0, 12, 24)] == [1, 1, 1]
    assert len(set(places.tolist())) == 3
    np.testing.assert_allclose(novelty, [0.25] * 12 + [1.0] * 24)
    assert kinds(vectors, vectors[:0], config)[1].tolist() == [0.0] * 36


def test_identical_embeddings_make_no_trouble():
    same = np.ones((30, 4), np.float32)
    places, novelty = kinds(same, same[:2])
    assert len(places) == 30 and np.isfinite(novelty).all()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Ten films: 0–4 are one kind, 5–9 another; two systems disagree on film 2; film 7 is unsure."""
    made = create_project(tmp_path / "project")
    infos = [
        ImageInfo(Path(f"/i/{n}.png"), f"{n:064x}", "png", 8, 8, modality=Modality.CHEST) for n in range(10)
    ]
    made.import_images(infos)
    said = []
    for n, instance in enumerate(made.instances_of(made.case_ids())):
        kind = np.array([0.0 if n < 5 else 9.0, n / 100], np.float32)
        mass = n / 10
        other = (9 - n) / 10 if n in (2, 7) else mass
        second = 0.9 * mass if n == 7 else 0.0
        labels = (LabelScore("Mass", mass), LabelScore("Edema", second), LabelScore("Hernia", -0.2))
        said.append((instance.id, Prediction(FIRST, labels=labels, embedding=kind)))
        said.append((instance.id, Prediction(SECOND, labels=(LabelScore("Mass", other),))))
    made.add_predictions(said)
    return made


def test_a_queue_of_a_project(project: Project):
    ids = project.case_ids()
    found = {c.case_id: c for c in candidates(project, Modality.CHEST)}
    assert set(found) == set(ids)
    kind = [found[i].cluster for i in ids]
    assert kind[:5] == [kind[0]] * 5 and kind[5:] == [kind[5]] * 5 and kind[0] != kind[5]
    assert max(found.values(), key=lambda c: c.disagreement).case_id in (ids[2], ids[7])
    project.close()
    said = named("next_cases")(project=str(project.root), modality="chest", limit=4)
    assert said["weighed"] == 10 and len(said["queue"]) == 4
    assert {found[row[0]].cluster for row in said["queue"][:2]} == {kind[0], kind[5]}
    assert {row[2] for row in said["queue"]} <= {"uncertain", "systems disagree", "new kind"}


def test_what_is_reviewed_is_not_queued_and_makes_its_kind_less_new(project: Project):
    ids = project.case_ids()
    for case_id in ids[:3]:
        project.record(
            [Correction(case_id, None, CorrectionKind.STATE, "", None, CaseState.ACCEPTED.value, "A")]
        )
    found = {c.case_id: c for c in candidates(project, Modality.CHEST)}
    assert set(found) == set(ids[3:])
    assert found[ids[3]].novelty == pytest.approx(0.25)
    assert found[ids[9]].novelty == 1.0
    project.close()


def test_an_empty_project_has_an_empty_queue(tmp_path: Path):
    create_project(tmp_path / "empty").close()
    assert next_cases(str(tmp_path / "empty"), "fundus") == {"queue": [], "weighed": 0}

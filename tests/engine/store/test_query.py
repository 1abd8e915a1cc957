"""Filters and sorts against a slow version in Python, on random cases."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import WrongUsage
from engine.records import (
    CaseState,
    Correction,
    CorrectionKind,
    GradeScores,
    ImageInfo,
    LabelScore,
    Modality,
    ModelVersion,
    Prediction,
)
from engine.store.project import Project, create_project
from engine.store.rows import CaseQuery, CaseRow

K = CorrectionKind
CHEST = ModelVersion("cxr_ml_gzsl", "v1", "0" * 64)
GRADER = ModelVersion("zoom_in_net", "v1", "0" * 64)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """60 cases: 30 chest, 20 of them ranked; 30 fundus pairs, 20 of them graded; some reviewed."""
    project = create_project(tmp_path_factory.mktemp("query") / "p")
    rng = np.random.default_rng(5)
    names = [(f"chest {n}", Modality.CHEST) for n in range(30)]
    names += [(f"P{n}_{eye}", Modality.FUNDUS) for n in range(30) for eye in ("left", "right")]
    images = [
        ImageInfo(Path(f"/i/{name}.png"), f"{n:064x}", "png", 10, 10, modality=modality)
        for n, (name, modality) in enumerate(names)
    ]
    ids = project.import_images(images).case_ids
    for case_id in ids[:20]:
        scores = rng.choice(8, 2, replace=False) / 4
        labels = (LabelScore("Mass", float(scores[0])), LabelScore("100%_sure", float(scores[1])))
        instance = project.case(case_id).instances[0].id
        project.add_predictions([(instance, Prediction(CHEST, labels=labels))])
    for case_id in ids[30:50]:
        for instance in project.case(case_id).instances:
            p = rng.dirichlet(np.ones(5))
            grade = GradeScores(int(p.argmax()), tuple(p.tolist()))
            project.add_predictions([(instance.id, Prediction(GRADER, grade=grade))])
    for case_id in ids[::4]:
        reader = "A" if case_id % 2 else "B"
        case = project.case(case_id)
        after = CaseState.ACCEPTED if case_id % 3 else CaseState.REJECTED
        project.record([Correction(case_id, None, K.STATE, "", "", after, reader)])
        if case.modality is Modality.FUNDUS:
            project.record([Correction(case_id, case.instances[0].id, K.GRADE, "dr", None, 4, reader)])
    return project


def rows(project: Project, **query: Any) -> list[CaseRow]:
    return project.case_rows(project.case_ids(CaseQuery(**query)))


def best(project: Project, row: CaseRow, label: str) -> float | None:
    """Highest score of a label over the images of a case, straight from the predictions."""
    found = [
        score.score
        for instance in project.case(row.id).instances
        for stored in project.predictions(instance.id).values()
        for score in stored.prediction.labels
        if score.name == label
    ]
    return max(found, default=None)


def referable(project: Project, row: CaseRow) -> float | None:
    found = [
        sum(stored.prediction.grade.probabilities[2:])
        for instance in project.case(row.id).instances
        for stored in project.predictions(instance.id).values()
        if stored.prediction.grade
    ]
    return max(found, default=None)


def test_names_sort_as_people_count(filled: Project) -> None:
    names = [row.name for row in rows(filled)]
    assert names == [f"chest {n}" for n in range(30)] + [f"P{n}" for n in range(30)]
    assert [row.name for row in rows(filled, descending=True)] == names[::-1]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["score:Mass", "score:referable"])
def test_sort_by_score(filled: Project, sort: str, descending: bool) -> None:
    found = rows(filled, sort=sort, descending=descending)
    assert len({row.id for row in found}) == 60
    scores = [best(filled, r, "Mass") if sort.endswith("Mass") else referable(filled, r) for r in found]
    there = [s for s in scores if s is not None]
    assert len(there) == 20
    assert there == sorted(there, reverse=descending)
    assert scores[20:] == [None] * 40, "cases without a score come last"
    names = [row.name for row in rows(filled)]
    assert [names.index(r.name) for r in found[20:]] == sorted(names.index(r.name) for r in found[20:])


@pytest.mark.parametrize("descending", [False, True])
def test_sort_by_uncertainty(filled: Project, descending: bool) -> None:
    found = [r.uncertainty for r in rows(filled, sort="uncertainty", descending=descending)]
    there = [u for u in found if not math.isnan(u)]
    assert len(there) == 40
    assert there == sorted(there, reverse=descending)
    assert all(math.isnan(u) for u in found[40:])


@pytest.mark.parametrize(
    "sort", ["name", "added", "state", "uncertainty", "severity", "reviewed", "score:none"]
)
@pytest.mark.parametrize("descending", [False, True])
def test_every_sort_shows_every_case_once(filled: Project, sort: str, descending: bool) -> None:
    found = filled.case_ids(CaseQuery(sort=sort, descending=descending))
    assert sorted(found) == sorted(filled.case_ids())


def test_sort_by_state_follows_the_order_of_states(filled: Project) -> None:
    order = list(CaseState)
    found = [order.index(r.state) for r in rows(filled, sort="state")]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"modality": Modality.CHEST}, lambda p, r: r.modality is Modality.CHEST),
        ({"states": frozenset({CaseState.ACCEPTED})}, lambda p, r: r.state is CaseState.ACCEPTED),
        (
            {"states": frozenset({CaseState.NEW, CaseState.REJECTED})},
            lambda p, r: r.state in (CaseState.NEW, CaseState.REJECTED),
        ),
        ({"text": "p2"}, lambda p, r: "p2" in r.name.lower()),
        ({"text": " CHEST 1 "}, lambda p, r: "chest 1" in r.name.lower()),
        ({"text": "100%"}, lambda p, r: r.top == "100%_sure"),
        ({"text": "%"}, lambda p, r: r.top == "100%_sure"),
        ({"text": "_"}, lambda p, r: r.top == "100%_sure"),
        ({"label": "mass"}, lambda p, r: r.top == "Mass"),
        ({"label": "as"}, lambda p, r: False),
        ({"reader": "A"}, lambda p, r: any(e.reader == "A" for e in p.events(r.id))),
        ({"reader": "nobody"}, lambda p, r: False),
        (
            {"score_label": "Mass", "score_range": (0.5, 1.0)},
            lambda p, r: (s := best(p, r, "Mass")) is not None and 0.5 <= s <= 1.0,
        ),
        ({"score_label": "Mass"}, lambda p, r: best(p, r, "Mass") is not None),
        ({"score_label": "unheard of"}, lambda p, r: False),
    ],
)
def test_filters(filled: Project, query: dict[str, Any], holds: Callable[[Project, CaseRow], bool]) -> None:
    wanted = [r.id for r in rows(filled) if holds(filled, r)]
    assert filled.case_ids(CaseQuery(**query)) == wanted
    by_score = filled.case_ids(CaseQuery(**query, sort="score:Mass", descending=True))
    assert sorted(by_score) == sorted(wanted)


def grades(project: Project, row: CaseRow) -> set[int]:
    review = project.review(row.id)
    found = set()
    for instance in project.case(row.id).instances:
        said = project.predictions(instance.id).get("zoom_in_net")
        model = said.prediction.grade.grade if said and said.prediction.grade else None
        human = review.instances[instance.id].grade
        found.add(human if human is not None else model)
    return {g for g in found if g is not None}


def test_grades_are_the_readers_else_the_models(filled: Project) -> None:
    wanted = [r.id for r in rows(filled) if grades(filled, r) & {0, 4}]
    assert wanted
    assert filled.case_ids(CaseQuery(grades=frozenset({0, 4}))) == wanted


def test_disagreement_is_between_reader_and_model_too(filled: Project) -> None:
    wanted = set()
    for row in rows(filled, modality=Modality.FUNDUS):
        review = filled.review(row.id)
        for instance in filled.case(row.id).instances:
            said = filled.predictions(instance.id).get("zoom_in_net")
            human = review.instances[instance.id].grade
            if said and said.prediction.grade and human not in (None, said.prediction.grade.grade):
                wanted.add(row.id)
    assert wanted
    assert set(filled.case_ids(CaseQuery(disagreement=True))) == wanted


def test_filters_combine(filled: Project) -> None:
    query = CaseQuery(modality=Modality.FUNDUS, states=frozenset({CaseState.PREDICTED}), text="P4")
    assert [r.name for r in filled.case_rows(filled.case_ids(query))] == [
        r.name
        for r in rows(filled)
        if r.modality is Modality.FUNDUS and r.state is CaseState.PREDICTED and "p4" in r.name.lower()
    ]


def test_scores_of_two_systems_are_not_mixed(project: Project, image: Callable[..., ImageInfo]) -> None:
    images = [image(str(n), modality=Modality.CHEST) for n in range(3)]
    ids = project.import_images(images).case_ids
    one, two, three = (i.id for i in project.instances_of(ids))
    other = ModelVersion("cm_dml_gzsl", "v1", "0" * 64)

    def said(model: ModelVersion, score: float) -> Prediction:
        return Prediction(model, labels=(LabelScore("Mass", score),))

    project.add_predictions([(one, said(CHEST, 0.5)), (two, said(CHEST, 0.9))])
    project.add_predictions([(two, said(other, -9.0)), (three, said(other, -7.0))])
    sort = CaseQuery(sort="score:Mass", descending=True)
    assert project.case_ids(sort) == [ids[2], ids[1], ids[0]], "the system that spoke last"
    by_first = CaseQuery(sort="score:Mass@cxr_ml_gzsl", descending=True)
    assert project.case_ids(by_first) == [ids[1], ids[0], ids[2]]


def test_unknown_sorts_are_refused(filled: Project) -> None:
    with pytest.raises(WrongUsage, match="luck"):
        filled.case_ids(CaseQuery(sort="luck"))


def test_rows_of_cases_that_are_gone_are_left_out(filled: Project) -> None:
    first = filled.case_ids()[0]
    assert [r.id for r in filled.case_rows([999, first])] == [first]

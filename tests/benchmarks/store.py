"""How long the case store takes with many cases: ``python -m tests.benchmarks.store [CASES]``.

Prints milliseconds (median and worst of several runs) beside the budgets: open 3 s, filter or sort 100 ms.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

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
from engine.store.project import Project, create_project, open_project
from engine.store.rows import CaseQuery

LABELS = [f"finding {n}" for n in range(14)]


def info(number: int) -> ImageInfo:
    """A record of a file that need not exist: every third case a fundus photograph."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    modality = Modality.FUNDUS if number % 3 == 0 else Modality.CHEST
    return ImageInfo(Path(f"/images/patient {number:06}.png"), digest, "png", 1024, 1024, modality=modality)


def predictions(first: int, count: int) -> Iterator[tuple[int, Prediction]]:
    """Random rankings and grades."""
    rng = np.random.default_rng(0)
    for number in range(count):
        if number % 3 == 0:
            p = rng.dirichlet(np.ones(5))
            model = ModelVersion("zoom_in_net", "v1", "0" * 64)
            yield first + number, Prediction(model, grade=GradeScores(int(p.argmax()), tuple(p.tolist())))
        else:
            scores = rng.normal(size=len(LABELS)).tolist()
            labels = tuple(LabelScore(n, s) for n, s in zip(LABELS, scores, strict=True))
            yield first + number, Prediction(ModelVersion("cxr_ml_gzsl", "v1", "0" * 64), labels=labels)


def show(name: str, call: Callable[[], Any], runs: int = 7) -> None:
    """Print how long a call takes."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"{name:48} {np.median(times):9.1f} {max(times):9.1f} ms", flush=True)


def fill(root: Path, count: int) -> None:
    """Make the project; prints what import and predictions cost a case."""
    with create_project(root) as project:
        start = time.perf_counter()
        project.import_images(info(n) for n in range(count))
        imported = time.perf_counter()
        project.add_predictions(predictions(1, count))
        predicted = time.perf_counter()
        print(f"import {(imported - start) / count * 1e3:.3f} ms a case", end=", ")
        print(f"predictions {(predicted - imported) / count * 1e3:.3f} ms each", flush=True)


def questions() -> dict[str, CaseQuery]:
    """Every sort and filter that is measured."""
    found = {}
    for sort in ("name", "added", "state", "uncertainty", "severity", "reviewed", "score:finding 3"):
        for descending in (False, True):
            name = f"sort {sort}{' descending' if descending else ''}"
            found[name] = CaseQuery(sort=sort, descending=descending)
    filters = {
        "modality": CaseQuery(modality=Modality.CHEST),
        "state predicted": CaseQuery(states=frozenset({CaseState.PREDICTED})),
        "state accepted": CaseQuery(states=frozenset({CaseState.ACCEPTED})),
        "text '0123'": CaseQuery(text="0123"),
        "label": CaseQuery(label="finding 3"),
        "grades 3, 4, by severity": CaseQuery(grades=frozenset({3, 4}), sort="severity", descending=True),
        "score >= 1": CaseQuery(score_label="finding 3", score_range=(1.0, 99.0)),
        "score >= 1 by it": CaseQuery(
            score_label="finding 3", score_range=(1.0, 99.0), sort="score:finding 3", descending=True
        ),
        "disagreement": CaseQuery(disagreement=True),
        "reader": CaseQuery(reader="A"),
        "second reader": CaseQuery(second_reader="B"),
    }
    return found | {f"filter {name}": query for name, query in filters.items()}


def browse(project: Project) -> None:
    """Sorts, filters, pages."""
    for name, query in questions().items():
        show(name, lambda q=query: project.case_ids(q))
    show("counts by state", project.counts)
    ids = project.case_ids(CaseQuery(sort="uncertainty"))
    show("page of 200 rows", lambda: project.case_rows(ids[5000:5200]))
    show("case + review + predictions", lambda: _open(project, ids[100]))


def _open(project: Project, case_id: int) -> None:
    case = project.case(case_id)
    project.review(case_id)
    for instance in case.instances:
        project.predictions(instance.id)


def edit(project: Project) -> None:
    """A finding, durable; a stroke on a mask with a thousand strokes before it."""
    ids = iter(project.case_ids(CaseQuery(modality=Modality.CHEST)))

    def accept() -> None:
        case = project.case(next(ids))
        finding, state = CorrectionKind.FINDING, CorrectionKind.STATE
        project.record(
            [
                Correction(case.id, case.instances[0].id, finding, "finding 3", None, True, "A"),
                Correction(case.id, None, state, "", case.state.value, CaseState.ACCEPTED.value, "A"),
            ]
        )

    show("record a finding and accept", accept, 30)
    from engine.imaging.masks import delta_between

    case = project.case(project.case_ids(CaseQuery(modality=Modality.FUNDUS))[0])
    instance = case.instances[0].id
    mask, rng = np.zeros((1024, 1024), np.bool_), np.random.default_rng(1)

    def stroke() -> None:
        before = mask.copy()
        y, x = rng.integers(0, 960, 2)
        mask[y : y + 64, x : x + 64] = rng.random() < 0.7
        delta = delta_between(before, mask)
        correction = Correction(case.id, instance, CorrectionKind.MASK, "MA", None, None, "A")
        if delta.tiles:
            project.record_mask(correction, delta)

    show("record a stroke (1024² mask), first 100", stroke, 100)
    for _ in range(900):
        stroke()
    show("record a stroke after 1,000", stroke, 100)
    show("open the mask after 1,100 strokes", lambda: project.mask(instance, "MA"))
    show("undoable, 200 newest", lambda: project.undoable("A", 200))
    show("undo a stroke", lambda: project.undo(project.undoable("A", 1)[0].id, "A"), 30)
    show("review of a case with 1,100 events", lambda: project.review(case.id))
    show("reviewed_images", lambda: project.reviewed_images(Modality.CHEST))


def main() -> None:
    """Fill, reopen, measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    base = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=base) as folder:
        root = Path(folder) / "project"
        fill(root, count)
        start = time.perf_counter()
        with open_project(root) as project:
            ids = project.case_ids()
            project.case_rows(ids[:100])
            opened = (time.perf_counter() - start) * 1e3
            print(f"open {len(ids)} cases, first page: {opened:.0f} ms")
            print(f"database {(root / 'lynceus.sqlite').stat().st_size / count / 1e3:.2f} kB a case")
            browse(project)
            edit(project)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()

"""The queue of runs: one JSON line and one file of scores a finished run; a rerun does what is missing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.chest_set import ChestSet
from engine.errors import WrongUsage
from engine.evaluation.zero_shot import end_to_end, selection
from engine.evaluation.zero_shot.encoding import Features
from engine.evaluation.zero_shot.methods import METHODS
from engine.evaluation.zero_shot.settings import HeadSettings, Settings
from engine.evaluation.zero_shot.stages import TEXT, Stage
from engine.evaluation.zero_shot.tasks import scores
from engine.metrics.auroc import mean_auroc, per_class_auroc
from engine.progress import Progress

RUNS, SCORES = "runs.jsonl", "scores"


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A run that was done, with what it said of which test images."""

    stage: Stage
    semantics: str
    method: str
    scores: NDArray[np.float32]
    targets: NDArray[np.float32]
    labels: tuple[str, ...]
    patients: tuple[str, ...]
    sources: tuple[str, ...]


def work(stages: Sequence[Stage], settings: Settings, out: Path, progress: Progress) -> None:
    """Do every run that ``out/runs.jsonl`` does not hold yet.

    Raises
    ------
    WrongUsage
        When the folder holds runs of other settings.
    """
    done = finished(out, settings)
    total = sum(len(stage.jobs) for stage in stages)
    for stage in stages:
        missing = [job for job in stage.jobs if _run(stage, job) not in done]
        if not missing:
            continue
        chosen = selection.choose([method for _, method in missing], settings, out, progress)
        task = stage.prepare(progress)
        _keep_test(out, stage, task.test)
        for semantics, method in missing:
            progress(len(done), total, f"{stage.name} {semantics} {method}")
            head = chosen[method]
            if semantics != TEXT or head.style not in task.words:
                style = semantics if semantics in task.words else next(iter(task.words))
                head = replace(head, style=style)
            began = time.process_time()
            if isinstance(task, end_to_end.Pictures):
                found = end_to_end.scores(task, METHODS[method], head, stage.seed)
            else:
                found = scores(task, METHODS[method], head, stage.seed)
            run = _run(stage, (semantics, method))
            np.save(_file(out, run), found.astype(np.float32), allow_pickle=False)
            _append(
                out, settings, run, head, _summary(found, task.test, task.seen), time.process_time() - began
            )
            done.add(run)
    progress(total, total, "all runs are done")


def finished(out: Path, settings: Settings) -> set[str]:
    """Names of the runs in ``out/runs.jsonl``; a last line that was cut off counts as not done.

    Raises
    ------
    WrongUsage
        When one was made with other settings.
    """
    path = out / RUNS
    found = set()
    for line in path.read_text("utf-8").splitlines() if path.is_file() else []:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if row["settings"] != settings.digest:
            raise WrongUsage("it holds runs of other settings", path, "Choose another folder for --out.")
        found.add(row["run"])
    return found


def results(stages: Sequence[Stage], settings: Settings, out: Path) -> Iterator[Finished]:
    """All finished runs of the stages, in their order."""
    done = finished(out, settings)
    for stage in stages:
        jobs = [job for job in stage.jobs if _run(stage, job) in done]
        if not jobs:
            continue
        with np.load(_test_file(out, stage), allow_pickle=False) as test:
            about = {name: test[name] for name in ("targets", "labels", "patients", "sources")}
        for semantics, method in jobs:
            yield Finished(
                stage,
                semantics,
                method,
                np.load(_file(out, _run(stage, (semantics, method))), allow_pickle=False),
                about["targets"].astype(np.float32),
                *(tuple(map(str, about[name])) for name in ("labels", "patients", "sources")),
            )


def _run(stage: Stage, job: tuple[str, str]) -> str:
    return "-".join((stage.name, *job))


def _file(out: Path, run: str) -> Path:
    return out / SCORES / f"{run}.npy"


def _test_file(out: Path, stage: Stage) -> Path:
    return out / SCORES / f"{stage.name}.npz"


def _keep_test(out: Path, stage: Stage, test: Features | ChestSet) -> None:
    path = _test_file(out, stage)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        targets=test.targets.astype(np.uint8),
        labels=np.array(test.labels),
        patients=np.array(test.patients),
        sources=np.array(test.sources),
    )


def _summary(found: NDArray[np.float32], test: Features | ChestSet, seen: int) -> dict[str, float | None]:
    each = per_class_auroc(found, test.targets)
    values = {"seen": mean_auroc(each[:seen]), "unseen": mean_auroc(each[seen:])}
    return {name: None if np.isnan(value) else round(value, 4) for name, value in values.items()}


def _append(
    out: Path,
    settings: Settings,
    run: str,
    head: HeadSettings,
    auroc: dict[str, float | None],
    seconds: float,
) -> None:
    """One line, on the disk before the run counts as done."""
    row = {"run": run, "settings": settings.digest, **auroc, "seconds": round(seconds, 2)}
    row |= {"style": head.style, "lr": head.lr, "word_dropout": head.word_dropout}
    path = out / RUNS
    cut_off = path.is_file() and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as stream:
        stream.write("\n" * cut_off + json.dumps(row) + "\n")
        stream.flush()
        os.fsync(stream.fileno())

"""How each method's free numbers are chosen: by labels that are seen but kept from the training.

No unseen label and no test image has a part in it. An ablation takes its system's choice. One choice a
method, made on the phantoms of 14 findings, serves all parts of the experiment.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from engine.evaluation.zero_shot.methods import METHODS, Method
from engine.evaluation.zero_shot.settings import HeadSettings, Settings
from engine.evaluation.zero_shot.stages import pseudo_unseen
from engine.evaluation.zero_shot.tasks import Task, scores
from engine.metrics.auroc import harmonic_mean, mean_auroc, per_class_auroc
from engine.progress import Progress

FILE = "selection.json"
Choice = dict[str, HeadSettings]
Row = dict[str, Any]


def choose(names: Sequence[str], settings: Settings, out: Path, progress: Progress) -> Choice:
    """The head's settings of each method, from ``selection.json`` where it was chosen before."""
    known = tried(out)
    task: Task | None = None
    for name in dict.fromkeys(METHODS[name].chosen_as for name in names):
        if name in known:
            continue
        task = task or pseudo_unseen(settings, progress)
        known[name] = _tried(METHODS[name], task, settings, progress)
        _write(out / FILE, known)
    return {name: HeadSettings(**known[METHODS[name].chosen_as][0]["head"]) for name in names}


def tried(out: Path) -> dict[str, list[Row]]:
    """All candidates of each method in ``selection.json``, the chosen one first; empty before any choice."""
    path = out / FILE
    found: dict[str, list[Row]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _tried(method: Method, task: Task, settings: Settings, progress: Progress) -> list[Row]:
    """All candidates with what they reached, the best first.

    The style is chosen first, then the rate, then the dropout, each with the best of what went before.
    """
    rows: list[Row] = []
    axes: dict[str, Sequence[Any]] = {
        "style": settings.styles,
        "lr": settings.rates,
        "word_dropout": settings.dropouts,
    }
    best = settings.head
    for name, values in axes.items():
        if method.build(1, torch.zeros(1, 1)).closed_form and name != "style":
            continue  # it has neither rate nor batches
        for value in values:
            head = replace(best, **{name: value})
            if any(row["head"] == asdict(head) for row in rows):
                continue
            rows.append(_measured(method, task, head, progress))
        rows.sort(key=lambda row: -row["worth"])
        best = HeadSettings(**rows[0]["head"])
    return rows


def _measured(method: Method, task: Task, head: HeadSettings, progress: Progress) -> Row:
    """One candidate; a method that has no word for unseen labels is judged by the seen ones."""
    each = per_class_auroc(scores(task, method, head, 0, progress), task.test.targets)
    seen, unseen = mean_auroc(each[: task.seen]), mean_auroc(each[task.seen :])
    worth = seen if math.isnan(unseen) else harmonic_mean(seen, unseen)
    return {"head": asdict(head), "seen": seen, "pseudo_unseen": unseen, "worth": worth}


def _write(path: Path, known: dict[str, list[Row]]) -> None:
    """All at once: a run that is killed leaves the old file or the new one."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(known, indent=1), encoding="utf-8")
    unfinished.replace(path)

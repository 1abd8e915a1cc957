"""Files of a grading protocol beside ``metrics.json``: csv tables, plots where matplotlib is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.evaluation.fundus_files import Answers
from engine.evaluation.nih_files import NO_PLOTS, write_csv
from engine.store.database import translated


def write_files(metrics: Mapping[str, Any], answers: Answers, out: Path) -> str:
    """Write ``predictions.csv``, ``kappa.csv`` and the plots; what the reader should know of it.

    Raises
    ------
    StoreUnavailable
        When the folder cannot be written.
    """
    with translated(out):
        out.mkdir(parents=True, exist_ok=True)
        _predictions(answers, out / "predictions.csv")
        rows = [[name, f["value"], *f["interval"]] for name, f in metrics.get("kappa", {}).items()]
        write_csv(out / "kappa.csv", ["part", "kappa", "low", "high"], rows)
        if importlib.util.find_spec("matplotlib") is None:
            return NO_PLOTS
        from engine.evaluation.grading_plots import write_plots

        names = write_plots(metrics, answers, out)
    return f"Plots: {', '.join(names)}."


def _predictions(answers: Answers, path: Path) -> None:
    """One row an image, with the mean probabilities over the models."""
    chances = answers.final.mean(axis=0)
    head = ["file", "person", "truth", "grade", *(f"p{k}" for k in range(5)), "ungradable", "boxes"]
    rows = [
        [
            file.path.name,
            file.person,
            file.grade,
            int(chances[n].argmax()),
            *(round(float(p), 6) for p in chances[n]),
            int(answers.ungradable[n]),
            " ".join(f"{b.x0:.1f},{b.y0:.1f},{b.x1:.1f},{b.y1:.1f}" for b in answers.boxes[n]),
        ]
        for n, file in enumerate(answers.files)
    ]
    write_csv(path, head, rows)

"""Files of the NIH protocol beside ``metrics.json``: csv tables, and plots where matplotlib is installed."""

from __future__ import annotations

import csv
import importlib.util
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.store.database import translated

if TYPE_CHECKING:
    from engine.evaluation.nih import Measured

NO_PLOTS = "No plots: matplotlib is not installed (pip install 'lynceus[plots]')."


def write_tables(measured: Measured, metrics: Mapping[str, Any], out: Path) -> list[str]:
    """Write ``per_class.csv``, ``scores.csv`` and the plots; what the reader should know of it.

    Raises
    ------
    StoreUnavailable
        When the folder cannot be written.
    """
    with translated(out):
        _per_class(metrics, out / "per_class.csv")
        _scores(measured, out / "scores.csv")
        if importlib.util.find_spec("matplotlib") is None:
            return [NO_PLOTS]
        from engine.evaluation.nih_plots import write_plots

        names = write_plots(measured, metrics, out)
    return [f"Plots: {', '.join(names)}."]


def _per_class(metrics: Mapping[str, Any], path: Path) -> None:
    papers = metrics["papers"]
    head = ["label", "seen", "positives", "negatives", "auroc", "low", "high"]
    rows = [
        [
            name,
            int(figure["seen"]),
            figure["positives"],
            figure["negatives"],
            figure["value"],
            *figure["interval"],
            *(row["per_class"].get(name, "") for row in papers),
        ]
        for name, figure in metrics["per_class"].items()
    ]
    write_csv(path, [*head, *(row["title"] for row in papers)], rows)


def _scores(measured: Measured, path: Path) -> None:
    """One row an image: file, patient, source, then score and truth of each label (empty where unknown)."""
    scored = measured.scored
    head = ["file", "patient", "source"]
    head += [f"{kind} {name}" for name in scored.labels for kind in ("score", "present")]
    rows = []
    for line, row in enumerate(measured.rows):
        cells: list[Any] = [row.path.name, row.patient, row.source_repo]
        for c in range(len(scored.labels)):
            truth = int(scored.targets[line, c]) if scored.known[line, c] else ""
            cells += [float(scored.scores[line, c]), truth]
        rows.append(cells)
    write_csv(path, head, rows)


def write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A csv with a header; NaN is an empty cell, floats have six digits."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return value

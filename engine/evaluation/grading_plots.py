"""Plots of the grading protocols with matplotlib (extra ``plots``), drawn without a screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from engine.evaluation.fundus_files import Answers
from engine.evaluation.localisation import KINDS
from engine.metrics.roc import curve
from engine.vocabulary import COLOURS

DPI = 110
BINS = 10


def write_plots(metrics: Mapping[str, Any], answers: Answers, out: Path) -> list[str]:
    """Write ``roc.png``, ``reliability.png``, ``confusion.png``, ``recall.png`` where lesions are known."""
    drawn = {"roc.png": roc(answers), "reliability.png": reliability(answers)}
    if "confusion" in metrics:
        drawn["confusion.png"] = confusion_matrix(metrics)
    if metrics.get("localisation", {}).get("curves"):
        drawn["recall.png"] = recall(metrics["localisation"])
    for name, figure in drawn.items():
        figure.savefig(out / name)  # no pyplot: a figure of its own is drawn by Agg, without a screen
    return list(drawn)


def _figure(width: float = 5.5, height: float = 5.0) -> Figure:
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def roc(answers: Answers) -> Figure:
    """Referable and abnormal, by summed probabilities."""
    figure = _figure()
    axes = figure.subplots()
    chances = answers.final.mean(axis=0)
    for place, (name, least) in enumerate((("referable (≥ 2)", 2), ("abnormal (≥ 1)", 1))):
        alarms, hits = curve(answers.grades >= least, chances[:, least:].sum(axis=1))
        if not (np.isnan(alarms).any() or np.isnan(hits).any()):
            axes.plot(alarms, hits, color=COLOURS[place], label=name)
            axes.legend()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8)
    axes.set(xlabel="1 − specificity", ylabel="sensitivity", title="ROC")
    return figure


def confusion_matrix(metrics: Mapping[str, Any]) -> Figure:
    """Counts, shaded by the share of their true grade."""
    counts = np.array(metrics["confusion"])
    figure = _figure()
    axes = figure.subplots()
    axes.imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        axes.text(column, row, str(count), ha="center", va="center")
    axes.set(xlabel="predicted grade", ylabel="true grade", title="Confusion")
    return figure


def reliability(answers: Answers) -> Figure:
    """Share of right answers against the probability of the most probable grade, in ten bins."""
    chances = answers.final.mean(axis=0)
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == answers.grades
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    used = [b for b in range(BINS) if (place == b).any()]
    figure = _figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8)
    sizes = [20 + 200 * (place == b).mean() for b in used]
    axes.scatter(
        [sure[place == b].mean() for b in used],
        [right[place == b].mean() for b in used],
        s=sizes,
        color=COLOURS[0],
    )
    axes.set(xlabel="probability given", ylabel="share right", xlim=(0, 1), ylim=(0, 1), title="Reliability")
    return figure


def recall(table: Mapping[str, Any]) -> Figure:
    """Recall against the IoM threshold, as the paper's figure, with blind windows beside."""
    figure = _figure(7.5, 4.5)
    axes = figure.subplots()
    for place, kind in enumerate(KINDS):
        for what, style in (("person", "-"), ("box", "--")):
            axes.plot(
                table["thresholds"],
                table["curves"][kind][what],
                style,
                color=COLOURS[place],
                label=f"{kind}, per {what}",
            )
    axes.set(xlabel="IoM threshold", ylabel="recall", ylim=(0, 1.02), title="Four windows")
    axes.legend(fontsize=8)
    return figure

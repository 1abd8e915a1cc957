"""Plots of the NIH protocol with matplotlib (extra ``plots``), drawn without a screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from engine.metrics.roc import curve
from engine.vocabulary import COLOURS

if TYPE_CHECKING:
    from engine.evaluation.nih import Measured

MOST_POINTS = 2000  # of the latent map; ours
MOST_BOXES = 12
DPI = 110


def write_plots(measured: Measured, metrics: Mapping[str, Any], out: Path) -> list[str]:
    """Write what the material allows: ``roc.png``, ``per_class.png``, ``latent.png``, ``boxes.png``."""
    drawn = {"roc.png": _roc(measured), "per_class.png": _bars(metrics)}
    if measured.said.latent.shape[1] and len(measured.rows) > 10:
        drawn["latent.png"] = _latent(measured)
    if measured.boxes and measured.chest is not None:
        drawn["boxes.png"] = _boxes(measured)
    for name, figure in drawn.items():
        figure.savefig(out / name)  # no pyplot: a figure of its own is drawn by Agg, without a screen
    return list(drawn)


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _roc(measured: Measured) -> Figure:
    """ROC curves: solid for seen, dashed for unseen labels."""
    figure = _figure(8.5, 6)
    axes = figure.subplots()
    scored = measured.scored
    for c, name in enumerate(scored.labels):
        rows = scored.known[:, c]
        alarms, hits = curve(scored.targets[rows, c] > 0.5, scored.scores[rows, c])
        if np.isnan(alarms).any() or np.isnan(hits).any():
            continue
        style = "-" if scored.seen[c] else "--"
        width = 1.6 if c < len(COLOURS) else 0.9
        axes.plot(alarms, hits, style, color=_colour(c), linewidth=width, label=name)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8)
    axes.set(xlabel="1 − specificity", ylabel="sensitivity", title="ROC; dashed: unseen labels")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
    return figure


def _bars(metrics: Mapping[str, Any]) -> Figure:
    """AUROC of each class with its interval, the system's own paper as ticks."""
    names = list(metrics["per_class"])
    figure = _figure(9, 4.8)
    axes = figure.subplots()
    values = np.array([metrics["per_class"][name]["value"] for name in names])
    ends = np.array([metrics["per_class"][name]["interval"] for name in names]).reshape(-1, 2)
    spread = np.nan_to_num(np.abs(ends - values[:, None])).T
    seen = [metrics["per_class"][name]["seen"] for name in names]
    colours = [COLOURS[4] if one else COLOURS[0] for one in seen]
    axes.bar(range(len(names)), np.nan_to_num(values), color=colours, yerr=spread, capsize=2)
    paper = next((row for row in metrics["papers"] if row["system"] == metrics["system"]), None)
    if paper is not None:
        heights = [paper["per_class"].get(name, np.nan) for name in names]
        axes.plot(range(len(names)), heights, "k_", markersize=14, label=paper["title"])
        axes.legend(fontsize=8)
    axes.axhline(0.5, color="0.5", linewidth=0.8)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=8)
    axes.set(ylabel="AUROC", ylim=(0, 1), title="AUROC with 95 % intervals; orange: unseen labels")
    return figure


def _latent(measured: Measured) -> Figure:
    """Images with one finding in the latent and in the feature space (paper 001, figure 2), by t-SNE."""
    truth = measured.scored.targets > 0.5
    single = np.flatnonzero(truth.sum(1) == 1)
    chosen = single if len(single) > 10 else np.flatnonzero(truth.any(1))
    chosen = np.random.default_rng(0).permutation(chosen)[:MOST_POINTS]
    names = truth[chosen].argmax(1)
    figure = _figure(11, 5)
    left, right = figure.subplots(1, 2)
    _scatter(left, measured.said.latent[chosen], names, measured, "latent space")
    _scatter(right, measured.said.pooled[chosen], names, measured, "visual features")
    right.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=7, markerscale=1.5)
    return figure


def _scatter(
    axes: Axes, vectors: NDArray[np.float32], names: NDArray[np.intp], measured: Measured, title: str
) -> None:
    axes.set(title=f"{title} (t-SNE)", xticks=[], yticks=[])
    if len(vectors) < 4:
        return
    places = _flat(vectors)
    for c in np.unique(names):
        first = int(c) < len(COLOURS)  # colours come round: the mark tells those of one colour apart
        mark = ("o" if first else "s") if measured.scored.seen[c] else ("^" if first else "v")
        some = places[names == c]
        label = measured.scored.labels[int(c)]
        axes.scatter(some[:, 0], some[:, 1], 9, color=_colour(int(c)), marker=mark, label=label)


def _flat(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Two dimensions ``[N, 2]`` by t-SNE."""
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(vectors) - 1) / 3)
    return np.asarray(TSNE(2, perplexity=perplexity, random_state=0, init="pca").fit_transform(vectors))


def _boxes(measured: Measured) -> Figure:
    """Evidence and Grad-CAM over the film, the radiologist's box in white (paper 001, figure 7)."""
    cases = measured.boxes[:MOST_BOXES]
    figure = _figure(2.6 * len(cases), 5.6) if len(cases) < 4 else _figure(10.4, 2.8 * -(-len(cases) // 2))
    columns = min(len(cases), 2) * 2 if len(cases) >= 4 else 2
    panels = np.atleast_1d(figure.subplots(-(-len(cases) * 2 // columns), columns)).reshape(-1)
    assert measured.chest is not None
    for panel in panels:
        panel.set_axis_off()
    for place, case in enumerate(cases):
        film = measured.chest.tensor([case.place])[0, 0].numpy()
        for column, (view, values) in enumerate(case.maps.items()):
            _over(panels[2 * place + column], film, values, case.finding, view)
            size, box = len(film), case.box
            corner = (box.x0 * size, box.y0 * size)
            sides = ((box.x1 - box.x0) * size, (box.y1 - box.y0) * size)
            panels[2 * place + column].add_patch(Rectangle(corner, *sides, fill=False, edgecolor="w"))
    return figure


def _over(
    axes: Axes, film: NDArray[np.float32], values: NDArray[np.float32], finding: str, view: str
) -> None:
    size = len(film)
    axes.imshow(film, cmap="gray", vmin=0, vmax=1)
    axes.imshow(values, cmap="inferno", alpha=0.4, extent=(0, size, size, 0), interpolation="bilinear")
    axes.set_title(f"{finding}: {view}", fontsize=8)

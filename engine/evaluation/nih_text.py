"""The table of the NIH protocol as it is printed: ours with intervals, then the papers' figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

NAMES = {"seen": "mean, seen", "unseen": "mean, unseen", "harmonic_mean": "harmonic mean"}
SHORT = 12  # characters of a column of a paper


def table(metrics: Mapping[str, Any]) -> str:
    """All parts, each under its heading."""
    papers = metrics["papers"]
    who = f"{metrics['system']} {metrics['model']} ({metrics['weights_sha256'][:12]})"
    parts = [
        f"{who}: {metrics['images']} images of {metrics['patients']} patients, crops: {metrics['crops']}.\n"
        f"Measured on {metrics['measured_on']}.",
        _aurocs(metrics, papers),
        _at_k(metrics, "at_k", "Top labels"),
        _at_k(metrics, "at_k_as_shown", "Top labels as the window ranks them (untrained labels shifted)"),
        _sources(metrics),
        _boxes(metrics),
        "The papers' figures are of other images, and of ten seen and four unseen labels:\n"
        + "\n".join(f"  {row['title']}: {row['source']}" for row in papers),
    ]
    return "\n\n".join(part for part in parts if part)


def _aurocs(metrics: Mapping[str, Any], papers: Sequence[Mapping[str, Any]]) -> str:
    head = f"{'AUROC':22}{'ours (95 % interval)':>24}{'pos.':>7}" + "".join(
        f"{row['title'][:SHORT]:>{SHORT + 2}}" for row in papers
    )
    lines = [head]
    for name, figure in metrics["per_class"].items():
        mark = "" if figure["seen"] else " *"
        others = "".join(f"{_plain(row['per_class'].get(name)):>{SHORT + 2}}" for row in papers)
        lines.append(f"{name + mark:22}{_figure(figure):>24}{figure['positives']:>7}{others}")
    for key, title in NAMES.items():
        others = "".join(f"{_plain(row.get(key)):>{SHORT + 2}}" for row in papers)
        lines.append(f"{title:22}{_figure(metrics[key]):>24}{'':>7}{others}")
    return "\n".join([*lines, "* unseen: never trained" if metrics["unseen_labels"] else ""]).rstrip()


def _at_k(metrics: Mapping[str, Any], key: str, title: str) -> str:
    if not metrics.get(key):
        return ""
    lines = [f"{title:30}{'precision':>22}{'recall':>22}{'F1':>22}"]
    for k, values in metrics[key].items():
        for average in ("micro", "macro"):
            cells = "".join(
                f"{_figure(values[f'{average}_{name}']):>22}" for name in ("precision", "recall", "f1")
            )
            lines.append(f"{f'k = {k}, {average}':30}{cells}")
    if key == "at_k":
        for row in metrics["papers"]:
            for k, said in row.get("at_k", {}).items():
                cells = "".join(f"{_plain(said[name]):>22}" for name in ("precision", "recall", "f1"))
                lines.append(f"{row['title'] + f', k = {k}':30}{cells}")
    return "\n".join(lines)


def _sources(metrics: Mapping[str, Any]) -> str:
    if "within_source" not in metrics:
        return ""
    lines = [f"{'Within a source':44}{'seen':>22}{'unseen':>22}"]
    for name, inside in metrics["within_source"].items():
        title = f"{name} ({inside['images']} images)"
        lines.append(f"{title:44}{_figure(inside['seen']):>22}{_figure(inside['unseen']):>22}")
    alone = metrics["source_alone"]
    title = "source alone, no picture"
    lines.append(f"{title:44}{_plain(alone['seen']):>22}{_plain(alone['unseen']):>22}")
    return "\n".join(lines)


def _boxes(metrics: Mapping[str, Any]) -> str:
    found = metrics.get("boxes")
    if not found:
        return ""
    lines = [
        f"Maps against {found['boxes']} boxes in {found['images']} images "
        f"(hit rate of a random place {found['hit_by_area']:.2f}, of the finding's usual place "
        f"{found['hit_by_usual_place']:.2f})",
        f"{'':22}{'hit rate':>12}{'mean IoM':>12}{'mean IoU':>12}",
    ]
    for view in ("evidence", "gradcam"):
        cells = "".join(f"{_plain(found[view][key]):>12}" for key in ("hit_rate", "mean_iom", "mean_iou"))
        lines.append(f"{view:22}{cells}")
    return "\n".join(lines)


def _figure(figure: Mapping[str, Any]) -> str:
    low, high = figure["interval"]
    if math.isnan(figure["value"]):
        return "–"
    return f"{figure['value']:.3f} ({low:.3f}–{high:.3f})"


def _plain(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.3f}".rstrip("0").ljust(4, "0")

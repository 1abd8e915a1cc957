"""The rows of the experiment as Markdown, csv and JSON values."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.evaluation.zero_shot import prose
from engine.evaluation.zero_shot.figures import Estimate, difference
from engine.evaluation.zero_shot.methods import METHODS, RIVAL, SYSTEM
from engine.evaluation.zero_shot.rows import Row
from engine.evaluation.zero_shot.settings import Settings
from engine.evaluation.zero_shot.stages import COMPOSED, PARTS


def as_values(rows: Sequence[Row], settings: Settings) -> dict[str, Any]:
    """Everything as JSON values."""
    return {"settings": asdict(settings), "rows": [_values(row) for row in rows]}


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """One line a figure: long form, for a spreadsheet or a plot."""
    head = ("part", "semantics", "seen_labels", "population", "method", "measure", "value",
            "low", "high", "seed_low", "seed_high", "runs")  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        for row in rows:
            about = (row.part, row.semantics, row.seen_labels, row.population, row.method)
            for name, e in row.figures.measures.items():
                ends = (e.value, e.low, e.high, e.seed_low, e.seed_high)
                writer.writerow((*about, name, *map(_cell, ends), row.figures.runs))
            for label, value in zip(row.labels, row.figures.per_class, strict=False):
                writer.writerow((*about, label, _cell(float(value)), "", "", "", "", row.figures.runs))


def markdown(rows: Sequence[Row], settings: Settings) -> str:
    """All tables with their conditions."""
    parts = [prose.HEAD.format(**asdict(settings.dictionary), **asdict(settings.head))]
    for part in PARTS:
        mine = [row for row in rows if row.part == part]
        if not mine:
            continue
        parts.append(prose.CONDITIONS[part].format(**asdict(settings)))
        most = max(row.seen_labels for row in mine)
        for semantics in dict.fromkeys(row.semantics for row in mine):
            for population in dict.fromkeys(row.population for row in mine):
                same = [r for r in mine if (r.semantics, r.population) == (semantics, population)]
                parts += _table([row for row in same if row.seen_labels == most])
        if part == COMPOSED:
            parts += _curve(mine)
    return "\n".join(parts).rstrip() + "\n"


def choices(tried: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """What pseudo-unseen labels chose among, as a section; the chosen row of a method comes first."""
    if not tried:
        return ""
    columns = ["method", "prompt style", "learning rate", "word dropout", "seen", "pseudo-unseen"]
    lines = ["", prose.CHOICES, "", _line(columns), _line(["---"] * len(columns))]
    for method, rows in tried.items():
        for row in rows:
            head = row["head"]
            about = [METHODS[method].title, head["style"], f"{head['lr']:g}", f"{head['word_dropout']:g}"]
            lines.append(_line([*about, _number(row["seen"]), _number(row["pseudo_unseen"])]))
    return "\n".join(lines) + "\n"


def likeness(found: Mapping[str, Any]) -> str:
    """What `diagnosis.likeness` says, as a section."""
    kinds = list(next(iter(found["nearest"].values())))
    lines = ["", prose.LIKENESS, "", _line(["unseen label", *kinds]), _line(["---"] * (len(kinds) + 1))]
    for label, near in found["nearest"].items():
        lines.append(_line([label, *(", ".join(near[kind]) for kind in kinds)]))
    agreement = [f"{found['agreement'][kind]:+.2f}" if kind in found["agreement"] else "" for kind in kinds]
    lines.append(_line(["**agreement with pictures**", *agreement]))
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row]) -> list[str]:
    """One table, then both systems against each rival on the same resamples."""
    if not rows:
        return []
    unseen = rows[0].labels[rows[0].seen_labels :]
    lines = ["", f"**{prose.title(rows[0].part, rows[0].semantics, rows[0].population)}**", ""]
    columns = ["method", "seeds", "seen", "unseen", "over seeds", "harmonic mean", *unseen]
    lines += [_line(columns), _line(["---"] * len(columns))]
    for row in rows:
        measures = row.figures.measures
        each = [_number(float(v)) for v in row.figures.per_class[row.seen_labels :]] if unseen else []
        across = measures["unseen"]
        lone = math.isnan(across.seed_low)
        seeds = "–" if lone else f"{across.seed_low:.3f} to {across.seed_high:.3f}"
        figures = (_text(measures["seen"]), _text(across), seeds, _text(measures["harmonic_mean"]))
        lines.append(_line([row.title, str(row.figures.runs), *figures, *each]))
    return lines + _against(rows)


def _against(rows: Sequence[Row]) -> list[str]:
    systems = [row for row in rows if row.method in METHODS and METHODS[row.method].kind == SYSTEM]
    rivals = [row for row in rows if row.method in METHODS and METHODS[row.method].kind == RIVAL]
    if not systems or not rivals:
        return []
    lines = ["", "Unseen AUROC less that of each rival (95 % interval, same resamples):", ""]
    lines += [_line(["", *(row.title for row in rivals)]), _line(["---"] * (len(rivals) + 1))]
    for system in systems:
        cells = []
        for rival in rivals:
            value, low, high = difference(system.figures.measures["unseen"], rival.figures.measures["unseen"])
            cells.append(f"{value:+.3f} ({low:+.3f} to {high:+.3f})")
        lines.append(_line([system.title, *cells]))
    return lines


def _curve(rows: Sequence[Row]) -> list[str]:
    """Unseen AUROC against how many findings were seen."""
    counts = sorted({row.seen_labels for row in rows})
    if len(counts) < 2:
        return []
    lines = [
        "",
        "**Unseen AUROC over the number of seen findings** (mean over seeds, interval over phantoms)",
        "",
    ]
    lines += [_line(["words", "method", *map(str, counts)]), _line(["---"] * (len(counts) + 2))]
    for semantics, method in dict.fromkeys((row.semantics, row.method) for row in rows):
        mine = {r.seen_labels: r for r in rows if (r.semantics, r.method) == (semantics, method)}
        if len(mine) > 1:
            cells = [_text(mine[n].figures.measures["unseen"]) if n in mine else "–" for n in counts]
            lines.append(_line([semantics, METHODS[method].title, *cells]))
    return lines


def _values(row: Row) -> dict[str, Any]:
    about = {
        name: getattr(row, name) for name in ("part", "semantics", "seen_labels", "population", "method")
    }
    measures = {
        name: {"value": e.value, "interval": [e.low, e.high], "over_seeds": [e.seed_low, e.seed_high]}
        for name, e in row.figures.measures.items()
    }
    each = dict(zip(row.labels, row.figures.per_class.tolist(), strict=False))
    return about | measures | {"per_class": each, "runs": row.figures.runs}


def _text(estimate: Estimate) -> str:
    if math.isnan(estimate.value):
        return "–"
    return f"{estimate.value:.3f} ({_number(estimate.low)}–{_number(estimate.high)})"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

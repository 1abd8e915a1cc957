"""From finished runs to tables: which runs make a row, what stands in it, and how it is written."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.zero_shot import prose
from engine.evaluation.zero_shot.figures import Estimate, Figures, Run, difference, figures
from engine.evaluation.zero_shot.methods import METHODS, RIVAL, SYSTEM
from engine.evaluation.zero_shot.queue import Finished
from engine.evaluation.zero_shot.settings import Settings
from engine.evaluation.zero_shot.stages import COMPOSED, PHANTOMS, REAL

ALL = "all"
SOURCE_ALONE = "source_alone"
PARTS = (PHANTOMS, COMPOSED, REAL)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Figures of one method on one part, semantics, number of seen labels and population."""

    part: str
    semantics: str
    seen_labels: int
    population: str
    method: str
    labels: tuple[str, ...]
    figures: Figures

    @property
    def title(self) -> str:
        """As in the table."""
        return METHODS[self.method].title if self.method in METHODS else prose.SOURCE_ALONE


def tables(done: Sequence[Finished], settings: Settings) -> list[Row]:
    """All rows, in the order of the methods."""
    groups: dict[tuple[str, str, int, str], list[Finished]] = defaultdict(list)
    for one in done:
        groups[one.stage.part, one.semantics, one.stage.seen, one.method].append(one)
    rows: list[Row] = []
    for (part, semantics, seen, method), finished in groups.items():
        populations = _by_source(finished) if part == REAL else {ALL: _runs(finished)}
        labels = finished[0].labels if part != COMPOSED else ()  # each seed has other findings there
        rows += [
            Row(part, semantics, seen, population, method, labels, figures(runs, settings.rounds))
            for population, runs in populations.items()
        ]
    rows += _source_alone([one for one in done if one.stage.part == REAL], settings)
    order = [*METHODS, SOURCE_ALONE]
    return sorted(
        rows,
        key=lambda r: (PARTS.index(r.part), -r.seen_labels, r.semantics != "text", order.index(r.method)),
    )


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


def likeness(found: Mapping[str, Any]) -> str:
    """What `diagnosis.likeness` says, as a section."""
    kinds = list(next(iter(found["nearest"].values())))
    lines = ["", prose.LIKENESS, "", _line(["unseen label", *kinds]), _line(["---"] * (len(kinds) + 1))]
    for label, near in found["nearest"].items():
        lines.append(_line([label, *(", ".join(near[kind]) for kind in kinds)]))
    agreement = [f"{found['agreement'][kind]:+.2f}" if kind in found["agreement"] else "" for kind in kinds]
    lines.append(_line(["**agreement with pictures**", *agreement]))
    return "\n".join(lines) + "\n"


def _runs(finished: Sequence[Finished]) -> list[Run]:
    """One run a seed: the folds of a seed together."""
    seeds: dict[int, list[Finished]] = defaultdict(list)
    for one in finished:
        seeds[one.stage.seed].append(one)
    return [_joined(parts) for parts in seeds.values()]


def _joined(parts: Sequence[Finished]) -> Run:
    """Folds are scored by different heads, so each label's scores are standardised within a fold."""
    scores = [one.scores if len(parts) == 1 else _standard(one.scores) for one in parts]
    return Run(
        np.concatenate(scores),
        np.concatenate([one.targets for one in parts]),
        parts[0].stage.seen,
        tuple(patient for one in parts for patient in one.patients),
    )


def _standard(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = scores.std(0)
    return np.asarray((scores - scores.mean(0)) / np.where(spread > 0, spread, 1), np.float32)


def _by_source(finished: Sequence[Finished]) -> dict[str, list[Run]]:
    """All images, and those of each source alone."""
    seeds: dict[int, list[Finished]] = defaultdict(list)
    for one in finished:
        seeds[one.stage.seed].append(one)
    sources = {seed: np.concatenate([np.array(o.sources) for o in parts]) for seed, parts in seeds.items()}
    runs = {seed: _joined(parts) for seed, parts in seeds.items()}
    found = {ALL: list(runs.values())}
    for source in sorted({name for names in sources.values() for name in names.tolist()}):
        found[source] = [runs[seed].subset(sources[seed] == source) for seed in runs]
    return found


def _source_alone(done: Sequence[Finished], settings: Settings) -> list[Row]:
    """What knowing an image's source alone would reach: each label's best guess, in hindsight."""
    first = [o for o in done if o.stage.seed == 0 and o.method == next(iter(METHODS))]
    if not first:
        return []
    run = _joined(first)
    sources = np.array([source for one in first for source in one.sources])
    shares = np.zeros_like(run.targets)
    for source in np.unique(sources):
        rows = sources == source
        shares[rows] = run.targets[rows].mean(0)
    alone = Run(shares, run.targets, run.seen, run.patients)
    seen = first[0].stage.seen
    return [Row(REAL, "text", seen, ALL, SOURCE_ALONE, first[0].labels, figures([alone], settings.rounds))]


def _table(rows: Sequence[Row]) -> list[str]:
    """One table, then both systems against each rival on the same resamples."""
    if not rows:
        return []
    unseen = rows[0].labels[rows[0].seen_labels :]
    lines = ["", f"**{prose.title(rows[0].part, rows[0].semantics, rows[0].population)}**", ""]
    columns = ["method", "seen", "unseen", "over seeds", "harmonic mean", *unseen]
    lines += [_line(columns), _line(["---"] * len(columns))]
    for row in rows:
        measures = row.figures.measures
        each = [_number(float(v)) for v in row.figures.per_class[row.seen_labels :]] if unseen else []
        across = measures["unseen"]
        lone = math.isnan(across.seed_low)
        seeds = "–" if lone else f"{across.seed_low:.3f} to {across.seed_high:.3f}"
        lines.append(
            _line(
                [
                    row.title,
                    _text(measures["seen"]),
                    _text(across),
                    seeds,
                    _text(measures["harmonic_mean"]),
                    *each,
                ]
            )
        )
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

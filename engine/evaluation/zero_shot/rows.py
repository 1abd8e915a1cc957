"""From finished runs to rows of tables: which runs belong together, and who is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.zero_shot import prose
from engine.evaluation.zero_shot.figures import Figures, Run, figures
from engine.evaluation.zero_shot.methods import METHODS
from engine.evaluation.zero_shot.queue import Finished
from engine.evaluation.zero_shot.settings import Settings
from engine.evaluation.zero_shot.stages import COMPOSED, COMPOSED_END, PARTS, REAL

ALL = "all"
SOURCE_ALONE = "source_alone"


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
        labels = (
            () if part in (COMPOSED, COMPOSED_END) else finished[0].labels
        )  # each seed has other findings there
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

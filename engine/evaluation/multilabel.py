"""Figures of a multi-label ranking (papers 001 and 004), with intervals that resample patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import TooFewSamples
from engine.metrics.auroc import harmonic_mean, per_class_auroc
from engine.metrics.ranking_at_k import at_k
from engine.metrics.weighted import ends, resamples, weighted_auroc

Figure = dict[str, Any]
MEANS = ("seen", "unseen", "harmonic_mean")
KS = (2, 3)  # paper 004, table 1
AVERAGES = ("micro_precision", "micro_recall", "micro_f1", "macro_precision", "macro_recall", "macro_f1")


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What a system said of a test set.

    Attributes
    ----------
    scores, targets, known
        ``[N, L]``: relevance, 1 where present, whether the label is known of the image.
    seen
        ``[L]``, labels that the system was trained with.
    patients, sources
        N names.
    """

    labels: tuple[str, ...]
    seen: NDArray[np.bool_]
    scores: NDArray[np.float32]
    targets: NDArray[np.float32]
    known: NDArray[np.bool_]
    patients: tuple[str, ...]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.scores)

    def of(self, rows: NDArray[np.bool_]) -> Scored:
        """Those images."""
        kept = np.flatnonzero(rows)
        return replace(
            self,
            scores=self.scores[kept],
            targets=self.targets[kept],
            known=self.known[kept],
            patients=tuple(self.patients[k] for k in kept),
            sources=tuple(self.sources[k] for k in kept),
        )


def figures(scored: Scored, *, rounds: int = 1000, seed: int = 0) -> dict[str, Any]:
    """``seen``, ``unseen``, ``harmonic_mean``, ``per_class`` and ``at_k``, each ``{"value", "interval"}``.

    A class without positives or without negatives has NaN and is left out of the means.

    Raises
    ------
    TooFewSamples
        When no class has both.
    """
    each = per_class_auroc(scored.scores, scored.targets, scored.known)
    if np.isnan(each).all():
        raise TooFewSamples(
            "no label has both images with it and images without it, so there is no AUROC",
            ", ".join(scored.labels[:4]) + (" …" if len(scored.labels) > 4 else ""),
            "Evaluate on a set with several labels.",
        )
    value = _aurocs(scored, np.ones((1, len(scored))))
    chunks = [_aurocs(scored, weights) for weights in resamples(scored.patients, rounds, seed)]
    drawn = {name: np.concatenate([one[name] for one in chunks or [value]]) for name in value}
    found: dict[str, Any] = {name: _figure(value[name][0], drawn[name]) for name in MEANS}
    found["per_class"] = {
        name: _figure(each[c], drawn["each"][:, c])
        | {
            "positives": int((scored.targets[:, c] > 0.5)[scored.known[:, c]].sum()),
            "negatives": int((scored.targets[:, c] <= 0.5)[scored.known[:, c]].sum()),
            "seen": bool(scored.seen[c]),
        }
        for c, name in enumerate(scored.labels)
    }
    found["at_k"] = ranked(scored, rounds=rounds, seed=seed)
    return found


def _aurocs(scored: Scored, weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Under each weighting ``[R, N]``: ``each`` ``[R, L]`` and the three means ``[R]``."""
    columns = []
    for c in range(len(scored.labels)):
        rows = scored.known[:, c]
        columns.append(weighted_auroc(scored.scores[rows, c], scored.targets[rows, c], weights[:, rows]))
    each = np.stack(columns, axis=1)
    seen, unseen = _means(each[:, scored.seen]), _means(each[:, ~scored.seen])
    both = np.array([harmonic_mean(s, u) for s, u in zip(seen, unseen, strict=True)])
    return {"each": each, "seen": seen, "unseen": unseen, "harmonic_mean": both}


def _means(each: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the classes that have one; NaN where none has."""
    there = ~np.isnan(each)
    total = np.where(there, each, 0).sum(1)
    return np.asarray(np.divide(total, there.sum(1), out=np.full(len(each), np.nan), where=there.any(1)))


def ranked(scored: Scored, *, rounds: int = 1000, seed: int = 0) -> dict[str, dict[str, Figure]]:
    """Precision, recall and F1 of the top 2 and 3 labels, micro and macro (paper 004, table 1).

    Images without a positive label are left out, as in the paper.
    """
    found = {}
    for k in KS:
        if k > scored.scores.shape[1]:
            continue
        value = at_k(scored.scores, scored.targets, k)
        drawn = np.concatenate(
            [_at_k(scored, k, weights) for weights in resamples(scored.patients, rounds, seed)]
            or [np.full((1, len(AVERAGES)), np.nan)]
        )
        found[str(k)] = {
            name: _figure(getattr(value, name), drawn[:, place]) for place, name in enumerate(AVERAGES)
        }
    return found


def _at_k(scored: Scored, k: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The six averages ``[R, 6]`` under each weighting ``[R, N]``; see `engine.metrics.ranking_at_k`."""
    truth = scored.targets > 0.5
    top = np.argsort(-scored.scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(truth, top, axis=1).sum(1).astype(np.float64)
    positives = truth.sum(1).astype(np.float64)
    kept = (positives > 0).astype(np.float64)
    filled = np.maximum(positives, 1)
    sums = weights @ np.stack(
        [hits, k * kept, positives, kept * hits / k, kept * hits / filled, 2 * hits / (k + filled), kept], 1
    )
    with np.errstate(invalid="ignore", divide="ignore"):  # a round without any positive image gives NaN
        precision, recall = sums[:, 0] / sums[:, 1], sums[:, 0] / sums[:, 2]
        f1 = np.where(sums[:, 0] > 0, 2 * precision * recall / (precision + recall), 0.0)
        macro = sums[:, 3:6] / sums[:, 6:7]
    return np.column_stack([precision, recall, f1, macro])


def by_source(scored: Scored, *, rounds: int = 1000, seed: int = 0) -> dict[str, Any]:
    """Seen, unseen and per-class AUROC within each source: origin cannot pass for disease there.

    A source without any class that has both kinds is left out; nothing is given for a set of one source.
    """
    names = sorted(set(scored.sources))
    found: dict[str, Any] = {}
    for name in names if len(names) > 1 else ():
        part = scored.of(np.array([source == name for source in scored.sources]))
        if np.isnan(per_class_auroc(part.scores, part.targets, part.known)).all():
            continue
        inside = figures(part, rounds=rounds, seed=seed)
        found[name] = {"images": len(part)} | {key: inside[key] for key in (*MEANS, "per_class")}
    return found


def source_alone(scored: Scored, others: Scored | None) -> Mapping[str, Any]:
    """AUROC of a baseline that knows nothing but where an image comes from: the label's share there.

    Parameters
    ----------
    others
        Images that are not evaluated, from which the shares are taken; None takes them from the evaluated
        ones, which flatters the baseline.
    """
    base = others if others is not None and len(others) else scored
    shares = {}
    for name in sorted(set(scored.sources)):
        rows = np.array([source == name for source in base.sources], bool)
        total = base.known[rows].sum(0) + 2
        shares[name] = ((base.targets[rows] > 0.5) & base.known[rows]).sum(0) + 1.0
        shares[name] = shares[name] / total
    said = np.array([shares[source] for source in scored.sources]).reshape(len(scored), len(scored.labels))
    each = per_class_auroc(said, scored.targets, scored.known)
    return {
        "shares_from": "images that are not evaluated" if base is not scored else "the evaluated images",
        "seen": float(_means(each[None, scored.seen])[0]),
        "unseen": float(_means(each[None, ~scored.seen])[0]),
        "per_class": {name: float(each[c]) for c, name in enumerate(scored.labels)},
    }


def _figure(value: float, drawn: NDArray[np.float64]) -> Figure:
    return {"value": float(value), "interval": list(ends(drawn))}

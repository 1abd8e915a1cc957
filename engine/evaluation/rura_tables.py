"""Tables 2 to 6 of paper 000 as text: ours with intervals over seeds, the paper's beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from engine.evaluation import rura_paper

Figures = Mapping[int, Mapping[str, Any]]
"""Seed -> part -> figures (`engine.evaluation.rura_phantoms.run`)."""
SCORES = ("accuracy", "precision", "recall", "f1", "auc")


def spread(values: Sequence[float], level: float = 0.95) -> str:
    """Mean of seeds with Student's interval within 0–1, such as ``0.81 (0.75–0.87)``; one seed has none."""
    found = np.array([v for v in values if v is not None and not math.isnan(v)])
    if not len(found):
        return "–"
    mean = float(found.mean())
    if len(found) < 2:
        return f"{mean:.3f}"
    half = float(student.ppf((1 + level) / 2, len(found) - 1) * found.std(ddof=1) / math.sqrt(len(found)))
    return f"{mean:.3f} ({max(mean - half, 0):.3f}–{min(mean + half, 1):.3f})"


def table(
    head: str,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    paper: Mapping[str, rura_paper.Row],
    columns: Sequence[str] = SCORES,
) -> str:
    """Markdown: a row a name, a column a score; ``paper: v`` stands behind ours, alone where ours is missing.

    Parameters
    ----------
    rows
        Name -> figures of each seed.
    """
    lines = [f"### {head}", "", "| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in dict.fromkeys([*rows, *paper]):
        printed = paper.get(name, {})
        cells = []
        for column in columns:
            ours = spread([seed[column] for seed in rows.get(name, ()) if column in seed])
            beside = f"paper {printed[column]:.3f}" if column in printed else ""
            cells.append("; ".join(part for part in (ours if ours != "–" else "", beside) if part) or "–")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def text(found: Figures, size: str) -> str:
    """What ``lynceus-engine evaluate rura phantoms`` prints."""
    seeds = list(found.values())
    chains = [seed["chain"] for seed in seeds]
    parts = [
        f"RURA-Net on fundus phantoms: {len(seeds)} seeds, {size} Ours: mean over seeds with its 95 % "
        "interval (Student). The paper's figures are of LCFP-14M and EyePACS: another task, beside it for "
        "the shape of the comparison alone.",
        _ranking(chains),
        table(
            "Table 3: twin networks, same or another disease",
            {"compact": [c["pairs"] for c in chains]} | _named(seeds, "siamese "),
            rura_paper.SIAMESE,
            ("accuracy", "recall", "f1", "precision_at_1", "precision_at_5"),
        ),
        table(
            "Table 2: 36 labelled images (few-shot) against none (ZSL)",
            {f"{n}": rows for n, rows in _named(seeds, "few-shot ").items()}
            | {"ZSL": [c["clusterings"]["AGG burden source"] for c in chains]},
            rura_paper.FEW_SHOT,
        ),
    ]
    for features, said in (("burden", "lesion areas"), ("masked", "encoder features of masked images")):
        for where, fitted in (("source", "phantoms of the source disease"), ("given", "the test images")):
            rows = {
                name: [c["clusterings"][f"{name} {features} {where}"] for c in chains]
                for name in rura_paper.CLUSTERINGS
            }
            parts.append(
                table(
                    f"Table 5: clusterings of {said}, fitted on {fitted}, named by lesion burden",
                    rows,
                    rura_paper.CLUSTERINGS,
                    (*SCORES, "hungarian"),
                )
            )
    parts.append(
        table(
            "Table 6: ablations (encoder features of masked images, AGG)",
            {name: [c["ablations"][name] for c in chains] for name in rura_paper.ABLATIONS},
            rura_paper.ABLATIONS,
        )
    )
    parts.append(
        "*hungarian*: accuracy had the clusters been named by the truth; no other figure sees it. Table 4 "
        "compares ImageNet backbones, which are not here: `rura_net --set features=masked backbone=NAME` "
        "runs each of the ten."
    )
    return "\n\n".join(parts)


def _named(seeds: Sequence[Mapping[str, Any]], prefix: str) -> dict[str, list[Mapping[str, Any]]]:
    """Name behind the prefix -> figures of each seed."""
    names = dict.fromkeys(n.removeprefix(prefix) for seed in seeds for n in seed if n.startswith(prefix))
    return {name: [seed[prefix + name] for seed in seeds if prefix + name in seed] for name in names}


def _ranking(chains: Sequence[Mapping[str, Any]]) -> str:
    first = spread([c["ranking"]["first"] for c in chains])
    reciprocal = spread([c["ranking"]["reciprocal"] for c in chains])
    lines = [
        "### Ranking of known diseases",
        "",
        f"Unseen diseases made of a known one by taking a sign away: it is ranked first among "
        f"{chains[0]['ranking']['of']} in {first}, mean reciprocal rank {reciprocal}.",
        "",
        "| unseen disease | rank of what it was made of, by seed |",
        "|---|---|",
    ]
    for name in chains[0]["ranking"]["places"]:
        lines.append(f"| {name} | {', '.join(str(c['ranking']['places'][name]) for c in chains)} |")
    tops = [", ".join(f"{n} {s:.2f}" for n, s in c["target"][:3]) for c in chains]
    lines += ["", "The target's most similar diseases, by seed: " + "; ".join(tops) + ".", ""]
    lines.append("Source taken, by seed: " + ", ".join(c["source"] for c in chains) + ".")
    return "\n".join(lines)

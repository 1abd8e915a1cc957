"""Tables of Zoom-in-Net's protocols as text, the paper's figures beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.evaluation.localisation import PAPER


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of left-aligned columns in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report_text(metrics: Mapping[str, Any]) -> str:
    """What `engine.evaluation.zoom_experiment` prints."""
    head = [
        f"{metrics['seeds']} seeds, {metrics['training images']} training and {metrics['test images']} test "
        f"phantoms of both eyes; grades of a person differ by at most 1 in "
        f"{metrics['grades apart by at most 1']:.1%}.",
        "",
        "Quadratic kappa: mean over seeds with its 95 % interval over persons.",
        "",
        kappa_text(metrics["kappa"]),
        "",
        f"Both eyes less each eye alone, Zoom-in-Net: {metrics['kappa']['both eyes less each eye alone']}",
    ]
    parts = [
        f"\nLocalisation, {name}:\n\n{recall_text(table)}" for name, table in metrics["localisation"].items()
    ]
    return "\n".join(head + parts)


def kappa_text(table: Mapping[str, Any]) -> str:
    """Rows of `zoom_experiment.kappa_table`."""
    rows = [
        [
            name,
            row["mean"],
            ", ".join(f"{v:.3f}" for v in row["seeds"]),
            row["less M-Net (phase 1)"],
            row["ensemble"],
        ]
        for name, row in table.items()
        if isinstance(row, Mapping)
    ]
    return grid(["network", "kappa", "seeds", "less M-Net (phase 1)", "ensemble"], rows)


def recall_text(table: Mapping[str, Any]) -> str:
    """Recall at IoM 0.3 of the network's windows beside random and fixed ones."""
    if not table["persons"]:
        return "no image with a lesion"
    rows = [
        [f"{count} {kind}", f"{at[kind]['box']:.3f}", f"{at[kind]['person']:.3f}"]
        for count, at in table["at_0.3"].items()
        for kind in at
    ]
    rows += [[name, row["box"], row["person"]] for name, row in table["intervals_at_0.3"].items()]
    rows.append(["paper 003, 4 regions, EyePACS", f"{PAPER['box']:.2f}", f"{PAPER['person']:.2f}"])
    said = f"{table['lesions']} lesions of {table['persons']} persons; recall at IoM 0.3"
    return f"{said}\n\n{grid(['windows', 'per lesion', 'per person'], rows)}"

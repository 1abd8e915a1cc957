"""``lynceus-engine evaluate lesions``: masks by pixel and by lesion (paper 000, section 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.data.lesion_masks import read_rgb, row_masks, row_unlabelled
from engine.data.lesion_sets import lesion_rows
from engine.data.manifest import ManifestRow, split_by_patient
from engine.data.set_files import MASK_TASK
from engine.errors import TooFewSamples, WrongUsage
from engine.evaluation import lesion_folds, rura_paper
from engine.evaluation.protocols import Report, Request
from engine.inference import loading
from engine.inference.segmentation import SegmentationPredictor
from engine.metrics.froc import FrocCounts
from engine.metrics.segmentation import ProbabilityHistogram, pooled, summary
from engine.progress import Progress, silent

FULL_TASK = "full_resolution"
WHOLE = 512
"""Field of view in pixels of the whole-image path (paper 000: the image at 512)."""
COLUMNS = ("miou", "lesion_iou", "mpa", "accuracy", "dice", "aupr")


@dataclass(slots=True)
class Counts:
    """Of one lesion: a histogram an image, and single lesions."""

    images: list[ProbabilityHistogram] = field(default_factory=list)
    froc: FrocCounts = field(default_factory=FrocCounts)


def run(request: Request, progress: Progress = silent) -> Report:
    """The protocol.

    Raises
    ------
    WrongUsage
        For folds of one.
    TooFewSamples
        When no masked photograph is left to measure on.
    """
    rows = lesion_rows(request.data)
    task = FULL_TASK if request.options["full"] else MASK_TASK
    masked = [row for row in rows if row.task == task and (row.masks or row.labelled)]
    folds = int(request.options["folds"])
    if folds == 1:
        raise WrongUsage("one fold leaves nothing to learn from", remedy="Ask for two or more, or for none.")
    parts: list[lesion_folds.Part]
    if folds:
        parts = lesion_folds.trained(masked, rows, folds, request, progress)
    else:
        weights_file = request.weights
        loaded = loading.load(
            "lesion_unet", (lambda _: weights_file) if weights_file else loading.shipped, request.device
        )
        assert isinstance(loaded, SegmentationPredictor)  # the table of systems says so
        parts = [(loaded, _part(masked, str(request.options["part"]), loaded))]
    if not any(held for _, held in parts):
        raise TooFewSamples(
            "no photograph with masks is left to measure on", request.data, "Choose --part all."
        )
    ways: dict[str, dict[str, Any]] = {}
    for name in ("tiles",) if request.options["no_whole"] else ("tiles", f"whole at {WHOLE} px"):
        ways[name] = measured([(p if name == "tiles" else whole(p), held) for p, held in parts], progress)
    metrics = {"images": sum(len(held) for _, held in parts), "folds": folds, **ways}
    return Report(metrics, _text(ways, metrics, parts[0][0]))


def measured(
    parts: Sequence[tuple[SegmentationPredictor, Sequence[ManifestRow]]], progress: Progress = silent
) -> dict[str, Any]:
    """Figures by lesion code over photographs that their predictor has not learnt from.

    Several networks are pooled pixel by pixel at their own thresholds' mean.
    """
    counts: dict[str, Counts] = {}
    thresholds: dict[str, list[float]] = {}
    for predictor, held in parts:
        codes = [c for c in predictor.card.labels if c not in predictor.card.config["phantom_only"]]
        for done, row in enumerate(held):
            progress(done, len(held), f"measuring {row.path.name}")
            _add(counts, predictor, row, codes)
        for code in codes:
            thresholds.setdefault(code, []).append(float(predictor.card.config["thresholds"][code]))
    return {
        code: summary(found.images, float(np.mean(thresholds[code])))
        | {"best_dice": _best_dice(found.images), "froc": found.froc.table()}
        for code, found in counts.items()
    }


def whole(predictor: SegmentationPredictor, diameter: int = WHOLE) -> SegmentationPredictor:
    """The same network on the whole image at once, its field of view ``diameter`` pixels wide."""
    config = dict(predictor.card.config) | {"diameter": diameter, "tile": 4 * diameter, "overlap": 0}
    card = replace(predictor.card, config=config)
    return SegmentationPredictor(predictor.network, card, predictor.version, predictor.device)


def _add(
    counts: dict[str, Counts], predictor: SegmentationPredictor, row: ManifestRow, codes: Sequence[str]
) -> None:
    """Count one photograph; a lesion that nobody looked for there is left out."""
    maps = predictor.maps(read_rgb(row.path))
    unlabelled = row_unlabelled(row)
    known = None if unlabelled is None else ~unlabelled
    masks = row_masks(row, codes)
    for code in codes:
        if code in masks:
            histogram = ProbabilityHistogram()
            histogram.add(maps[code], masks[code], known)
            found = counts.setdefault(code, Counts())
            found.images.append(histogram)
            found.froc.add(maps[code], masks[code], known)


def _part(
    masked: Sequence[ManifestRow], part: str, predictor: SegmentationPredictor
) -> Sequence[ManifestRow]:
    if part == "all":
        return masked
    if part == "test":
        return [row for row in masked if row.split == "test"]
    training = dict(predictor.card.config).get("training", {})
    return split_by_patient(masked, float(training.get("held_back", 0.2)), predictor.card.seed)[1]


def _best_dice(images: Sequence[ProbabilityHistogram]) -> float:
    total = pooled(images)
    return round(total.at(total.best_threshold()).dice, 5) if total.lesion.any() else 0.0


def _text(ways: dict[str, dict[str, Any]], metrics: dict[str, Any], predictor: SegmentationPredictor) -> str:
    how = (
        f"{metrics['folds']}-fold cross-validation by patient"
        if metrics["folds"]
        else (f"lesion_unet {predictor.version.version}, photographs that it has not learnt from")
    )
    head = ("lesion", "way", *COLUMNS, "best Dice", "AUPR 95 %", "FROC")
    lines = [
        f"{metrics['images']} photographs; {how}. Pixels of all images are pooled; mIoU is the mean of "
        "lesion and background IoU. FROC: mean share of single lesions found at 1/8 to 8 false findings an "
        "image.",
        "",
        "| " + " | ".join(head) + " |",
        "|---" * len(head) + "|",
    ]
    for code in next(iter(ways.values())):
        for way, table in ways.items():
            row = table[code]
            cells = [f"{row[c]:.4f}" if c in row else "–" for c in COLUMNS]
            low, high = row.get("aupr_interval", (None, None))
            cells += [f"{row['best_dice']:.4f}", "–" if low is None else f"{low:.3f}–{high:.3f}"]
            score = row["froc"].get("score")
            lines.append(
                f"| {code} | {way} | " + " | ".join([*cells, "–" if score is None else f"{score:.3f}"]) + " |"
            )
        paper = rura_paper.LESIONS.get(code)
        if paper:
            cells = [f"{paper[c]:.4f}" if c in paper else "–" for c in COLUMNS]
            lines.append(f"| {code} | paper 000 | " + " | ".join(cells) + " | – | – | – |")
    return "\n".join(lines)

"""Attention against radiologists' boxes (paper 001, figure 7): pointing game, IoM and IoU.

The paper shows pictures only; the figures are ours. A map's region is the bounding box of the connected
places around its highest one that are among the highest ``SHARE`` of the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine import devices
from engine.data.chest_set import ChestSet
from engine.data.nih import BOX_SIDE, FindingBox
from engine.inference.chest_findings import ChestPredictor
from engine.inference.evidence import evidence_maps, grad_cam
from engine.inference.predictor import Options
from engine.metrics.localisation import intersection_over_minimum
from engine.records import Box

FINE = 64  # places along a side of a map that is compared; ours
SHARE = 0.1  # of the frame that a region may take; ours
VIEWS = {"evidence": evidence_maps, "gradcam": grad_cam}


@dataclass(frozen=True, slots=True, eq=False)
class BoxCase:
    """One box with the maps of its finding over the frame ``[FINE, FINE]``; the box in 0–1 of the frame."""

    place: int
    finding: str
    box: Box
    maps: Mapping[str, NDArray[np.float32]]


@torch.inference_mode()
def box_cases(
    predictor: ChestPredictor, chest: ChestSet, boxes: Sequence[Sequence[FindingBox]]
) -> list[BoxCase]:
    """Maps of every box's finding, whole frames.

    Parameters
    ----------
    boxes
        Of each image of the set.
    """
    found = []
    device = next(predictor.network.parameters()).device
    for place, here in enumerate(boxes):
        if not here:
            continue
        names = tuple(dict.fromkeys(one.finding for one in here))
        asked = predictor.asked(Options(labels=names))
        latent = asked.latent[[asked.names.index(name) for name in names]]
        with devices.autocast(device):
            features = predictor.network.features(chest.tensor([place]).to(device))[0]
        maps = {
            view: [_fine(one) for one in make(predictor.network, features, latent, predictor.grid)]
            for view, make in VIEWS.items()
        }
        for one in here:
            where = names.index(one.finding)
            found.append(
                BoxCase(place, one.finding, unit_box(one.box), {view: maps[view][where] for view in maps})
            )
    return found


def unit_box(box: Box) -> Box:
    """A box of the published 1024 px image in 0–1 of the frame."""
    return Box(box.x0 / BOX_SIDE, box.y0 / BOX_SIDE, box.x1 / BOX_SIDE, box.y1 / BOX_SIDE)


def region(values: NDArray[np.float32], share: float = SHARE) -> Box:
    """The region of a map ``[h, w]``, in 0–1 of the frame."""
    rows, columns = values.shape
    high = (values >= np.quantile(values, 1 - share)).astype(np.uint8)
    _, parts = cv2.connectedComponents(high, connectivity=8)
    top = np.unravel_index(int(values.argmax()), values.shape)
    ys, xs = np.nonzero(parts == parts[top])
    return Box(xs.min() / columns, ys.min() / rows, (xs.max() + 1) / columns, (ys.max() + 1) / rows)


def points(values: NDArray[np.float32], box: Box) -> bool:
    """Whether the highest place of a map lies in a box (the pointing game, Zhang et al., ECCV 2016).

    Places that share the maximum count by their middle.
    """
    rows, columns = values.shape
    y, x = np.argwhere(values == values.max()).mean(0) + 0.5
    return bool(box.x0 <= x / columns < box.x1 and box.y0 <= y / rows < box.y1)


def localisation(cases: Sequence[BoxCase]) -> dict[str, Any]:
    """Hit rate, mean IoM and IoU of each view, and what blind guesses would give.

    ``hit_by_area`` is the mean area of the boxes: the hit rate of a random place. ``hit_by_usual_place``
    points at the middle of the boxes of the same finding in the other images: what is known without looking.
    """
    found: dict[str, Any] = {"boxes": len(cases), "images": len({case.place for case in cases})}
    if not cases:
        return found
    found["hit_by_area"] = float(np.mean([case.box.area for case in cases]))
    found["hit_by_usual_place"] = float(np.mean([_usual(case, cases) for case in cases]))
    for view in VIEWS:
        regions = [region(case.maps[view]) for case in cases]
        hits = [points(case.maps[view], case.box) for case in cases]
        pairs = list(zip(cases, regions, strict=True))
        by_finding: dict[str, list[bool]] = {}
        for case, hit in zip(cases, hits, strict=True):
            by_finding.setdefault(case.finding, []).append(hit)
        found[view] = {
            "hit_rate": float(np.mean(hits)),
            "mean_iom": float(np.mean([_iom(case.box, r) for case, r in pairs])),
            "mean_iou": float(np.mean([iou(case.box, r) for case, r in pairs])),
            "hits": {name: [sum(each), len(each)] for name, each in sorted(by_finding.items())},
        }
    return found


def iou(first: Box, second: Box) -> float:
    """Intersection over union of two boxes, 0–1."""
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    shared = max(width, 0.0) * max(height, 0.0)
    union = first.area + second.area - shared
    return shared / union if union else 0.0


def _iom(first: Box, second: Box) -> float:
    boxes = [[[b.x0, b.y0, b.x1, b.y1]] for b in (first, second)]
    return float(intersection_over_minimum(*boxes)[0, 0])


def _usual(case: BoxCase, cases: Sequence[BoxCase]) -> bool:
    others = [one.box for one in cases if one.finding == case.finding and one.place != case.place]
    if not others:
        return False
    x = float(np.mean([(b.x0 + b.x1) / 2 for b in others]))
    y = float(np.mean([(b.y0 + b.y1) / 2 for b in others]))
    return case.box.x0 <= x < case.box.x1 and case.box.y0 <= y < case.box.y1


def _fine(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(values, (FINE, FINE), interpolation=cv2.INTER_LINEAR), np.float32)

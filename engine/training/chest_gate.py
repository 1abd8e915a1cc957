"""Fit and measure the gate of a chest model: *no finding*, *child*, *not a chest*.

All choices ours. The encoder stays as it is; three small models are fitted on its pooled features of whole
frames, by Newton's method, so that the same images always give the same gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import devices
from engine.data.image_rows import ImageRows
from engine.errors import TooFewSamples
from engine.inference.chest_gate import CHILD, NOT_CHEST, GateModel
from engine.metrics.auroc import auroc
from engine.metrics.bootstrap import interval
from engine.models.zero_shot import ZeroShotNet

BATCH = 32


@dataclass(frozen=True, slots=True)
class GateConfig:
    """How the gate is fitted.

    Attributes
    ----------
    components
        Directions of largest variance that are kept.
    ridge
        Weight of the squared weights against the mean log-likelihood.
    inside
        Share of the adults' training images that lie on the right side of the distance, and of *child*.
    fewest
        Images of each kind that a logistic model needs.
    """

    components: int = 64
    ridge: float = 0.1
    inside: float = 0.98
    fewest: int = 20


@torch.inference_mode()
def pooled_features(network: ZeroShotNet, images: ImageRows) -> Tensor:
    """The encoder's averaged features ``[N, C]`` of whole frames, float32 on the CPU."""
    network.eval()
    device = next(network.parameters()).device
    parts = [torch.zeros(0, network.encoder.channels[-1])]
    for start in range(0, len(images), BATCH):
        chosen = np.arange(start, min(start + BATCH, len(images)))
        batch = torch.from_numpy(images.grey(chosen)).unsqueeze(1).to(device)
        with devices.autocast(device):
            pooled = network.pooled(batch)
        parts.append(pooled.float().cpu())
    return torch.cat(parts)


def fit_gate(
    adults: Tensor,
    normal: NDArray[np.bool_],
    children: Tensor,
    sources: tuple[str, ...],
    config: GateConfig = GateConfig(),
) -> GateModel:
    """The gate from pooled features of training images.

    Parameters
    ----------
    adults
        ``[N, C]`` of frontal chest images of adults.
    normal
        ``[N]``, those without any finding.
    children
        ``[M, C]`` of chest images of children; none gives a gate that calls nobody a child.
    sources
        Where the adults' images come from: within each, images with and without findings weigh alike, so
        that origin is not learnt instead of health.

    Raises
    ------
    TooFewSamples
        When there are too few images with or without findings.
    """
    if min(int(normal.sum()), int((~normal).sum())) < config.fewest:
        raise TooFewSamples(
            f"the gate needs {config.fewest} images with and {config.fewest} without findings",
            "",
            "Add images of both kinds.",
        )
    mean, whitening = _whitening(adults, config.components)
    white = (adults - mean) @ whitening
    away = white.norm(dim=1).clamp_min(1e-9).log()
    edge = torch.quantile(away, config.inside)
    spread = (edge - away.median()).clamp_min(1e-3) / 4
    no_finding = _logistic(white, normal, _balanced(normal, sources), config.ridge)
    child = torch.zeros(whitening.shape[1] + 1)
    child[-1] = -20.0
    if len(children) >= config.fewest:
        both = torch.cat([white, (children - mean) @ whitening])
        young = np.r_[np.zeros(len(white), bool), np.ones(len(children), bool)]
        child = _logistic(both, young, _balanced(young, ("",) * len(young)), config.ridge)
        child[-1] -= torch.quantile(white @ child[:-1] + child[-1], config.inside)
    return GateModel(mean, whitening, torch.stack([edge, spread]), no_finding, child)


def measured(
    gate: GateModel,
    adults: Tensor,
    normal: NDArray[np.bool_],
    patients: tuple[str, ...],
    sources: tuple[str, ...],
    others: dict[str, Tensor],
) -> dict[str, Any]:
    """Figures of a gate on images that it was not fitted on.

    Parameters
    ----------
    others
        Name -> features of images out of scope: ``children``, ``fundus`` …; each is told from the adults by
        the score of *child* if its name says children, else of *not a chest*.

    Returns
    -------
    dict
        ``no_finding_auroc`` overall and within each source with intervals by patient; for each of `others`
        the AUROC and the share flagged; ``adults_flagged``.
    """
    scores = {name: values.numpy() for name, values in gate.scores(adults).items()}
    wrong = (scores[CHILD] > 0.5) | (scores[NOT_CHEST] > 0.5)
    found: dict[str, Any] = {
        "adults": len(adults),
        "adults_flagged": float(wrong.mean()) if len(adults) else float("nan"),
        "no_finding_auroc": _auc(normal, scores["no_finding"], patients),
        "no_finding_auroc_within": {},
    }
    for source in sorted(set(sources)):
        rows = np.array([one == source for one in sources])
        part = tuple(p for p, kept in zip(patients, rows, strict=True) if kept)
        found["no_finding_auroc_within"][source] = _auc(normal[rows], scores["no_finding"][rows], part)
    for name, features in others.items():
        said = {key: values.numpy() for key, values in gate.scores(features).items()}
        key = CHILD if "child" in name else NOT_CHEST
        truth = np.r_[np.zeros(len(adults), bool), np.ones(len(features), bool)]
        flagged = (said[CHILD] > 0.5) | (said[NOT_CHEST] > 0.5)
        found[name] = {
            "images": len(features),
            "auroc": auroc(np.r_[scores[key], said[key]], truth),
            "flagged": float(flagged.mean()) if len(features) else float("nan"),
        }
    return found


def _auc(truth: NDArray[np.bool_], scores: NDArray[np.float32], patients: tuple[str, ...]) -> dict[str, Any]:
    figure = interval(lambda rows: auroc(scores[rows], truth[rows]), patients, rounds=500)
    return {"value": figure.value, "interval": [figure.low, figure.high]}


def _whitening(features: Tensor, components: int) -> tuple[Tensor, Tensor]:
    """Mean ``[C]`` and ``[C, K]`` that whitens the directions of largest variance."""
    mean = features.mean(0)
    _, sizes, directions = torch.linalg.svd((features - mean).double(), full_matrices=False)
    kept = min(components, int((sizes > sizes[0] * 1e-6).sum()))
    deviation = sizes[:kept] / max(len(features) - 1, 1) ** 0.5
    return mean, (directions[:kept].T / deviation).float()


def _balanced(positive: NDArray[np.bool_], sources: tuple[str, ...]) -> NDArray[np.float64]:
    """Weights of mean 1: within each source both kinds weigh alike; a source of one kind weighs nothing."""
    names = np.asarray(sources)
    weights = np.zeros(len(positive))
    for name in np.unique(names):
        for value in (False, True):
            rows, other = (names == name) & (positive == value), (names == name) & (positive != value)
            if rows.any() and other.any():
                weights[rows] = (rows.sum() + other.sum()) / (2 * rows.sum())
    return weights / weights.mean() if weights.any() else np.ones(len(positive))


def _logistic(
    white: Tensor, positive: NDArray[np.bool_], weights: NDArray[np.float64], ridge: float
) -> Tensor:
    """Weights and bias ``[K + 1]`` of a ridge logistic regression, by Newton's method."""
    inputs = torch.cat([white.double(), torch.ones(len(white), 1, dtype=torch.float64)], 1)
    truth, weight = torch.from_numpy(positive).double(), torch.from_numpy(weights).double()
    shrink = torch.full((inputs.shape[1],), ridge, dtype=torch.float64)
    shrink[-1] = 0.0
    beta = torch.zeros(inputs.shape[1], dtype=torch.float64)
    for _ in range(30):
        said = (inputs @ beta).sigmoid()
        slope = inputs.T @ (weight * (said - truth)) / len(inputs) + shrink * beta
        curve = (inputs.T * (weight * said * (1 - said))) @ inputs / len(inputs) + torch.diag(shrink + 1e-9)
        step = torch.linalg.solve(curve, slope)
        beta = beta - step * min(1.0, 4.0 / float(step.norm().clamp_min(1e-12)))
        if float(step.norm()) < 1e-8:
            break
    return beta.float()

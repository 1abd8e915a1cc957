"""One training step of either zero-shot system: a batch in the latent space, and what its losses sum to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from engine.losses.logistic import logistic_loss
from engine.losses.patient_facts import facts_loss
from engine.models import zero_shot
from engine.models.zero_shot.features import pooled
from engine.training.loop import Batch, LossFunction
from engine.training.recipes.chest_config import ChestConfig


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A batch with its projections, all float32.

    Attributes
    ----------
    network
        The network, for what else a loss projects.
    embeddings
        Text embeddings ``[S, d]`` of the seen labels.
    pooled
        Visual features ρ(x) ``[B, C]``.
    visual, labels, scores
        ψ(x) ``[B, D]``, φ(w) ``[S, D]`` and their relevance ``[B, S]``.
    targets, known
        ``[B, S]``.
    epoch
        Passes over the data done before.
    """

    network: zero_shot.ZeroShotNet
    embeddings: Tensor
    pooled: Tensor
    visual: Tensor
    labels: Tensor
    scores: Tensor
    targets: Tensor
    known: Tensor
    epoch: int


Terms = Callable[[Step], Mapping[str, tuple[float, Tensor]]]
"""Step -> named terms with their weights: what a system's paper minimises."""


def objective(config: ChestConfig, embeddings: Tensor, terms: Terms) -> LossFunction:
    """Loss function of the loop: the weighted sum of a system's terms, and of the logistic one (ours).

    A batch holds ``images`` ``[B, 1, H, W]``, or in their place ``features`` of a frozen encoder, ``[B, C]``
    or ``[B, C, h, w]``; ``targets`` and ``known`` ``[B, S]``; ``epoch``; ``weight`` for the logistic term,
    ``facts`` ``[B, 3]`` for the side tasks.

    Parameters
    ----------
    embeddings
        Text embeddings ``[S, d]`` of the seen labels.
    """

    def compute(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        step = _step(as_zero_shot(module), embeddings, batch)
        parts = dict(terms(step))
        if config.bce_weight:
            logits = step.network.logits(step.scores)
            loss = logistic_loss(logits, step.targets, batch["weight"], config.smoothing)
            parts["logistic"] = config.bce_weight, loss
        if config.side_weight and step.network.side is not None:
            parts["side"] = config.side_weight, facts_loss(step.network.side(step.pooled), batch["facts"])
        total = sum((weight * value for weight, value in parts.values()), step.scores.new_zeros(()))
        return {"loss": total} | {name: value for name, (_, value) in parts.items()}

    return compute


def as_zero_shot(network: nn.Module) -> zero_shot.ZeroShotNet:
    """The loop passes modules; ours are zero-shot networks."""
    assert isinstance(network, zero_shot.ZeroShotNet)
    return network


def _step(network: zero_shot.ZeroShotNet, embeddings: Tensor, batch: Batch) -> Step:
    frozen = batch.get("features")
    features = network.pooled(batch["images"]) if frozen is None else pooled(frozen)
    visual = network.visual(features)
    labels = network.embed_labels(embeddings).float()
    return Step(
        network,
        embeddings,
        features.float(),
        visual.float(),
        labels,
        network.scores(visual.float(), labels),
        batch["targets"],
        batch["known"],
        int(batch["epoch"]),
    )

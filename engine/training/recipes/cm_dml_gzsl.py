"""CM-DML-GZSL (paper 001): the weighted focused metric loss on distances between images and labels."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from engine.losses import weighted_focused_metric as metric
from engine.training.loop import LossFunction
from engine.training.recipes.chest_config import COMPACT, ChestConfig
from engine.training.recipes.chest_objective import Step, objective
from engine.training.recipes.chest_recipe import ChestRecipe

SYSTEM = "cm_dml_gzsl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(ChestConfig):
    """Paper 001, sections 3 and 4.2.

    Attributes
    ----------
    latent, activation
        100, LeakyReLU.
    relevance
        A distance of `engine.models.zero_shot.distances` (its table 3).
    lr, weight_decay, decay_every_epochs
        Adam 1e-4, 3e-4, a tenth every ten epochs, 40 epochs of batches of 32.
    alpha, beta
        α = 2 and β = 0.03 of the loss; 0 switches either off (its tables 4 to 6).
    margin
        δ = 0.5 (ours: the paper names no value).
    """

    latent: int = 100
    activation: str = "leaky_relu"
    relevance: str = "weighted_euclidean"
    epochs: int = 40
    weight_decay: float = 3e-4
    schedule: str = "step"
    decay_every_epochs: int = 10
    alpha: float = metric.ALPHA
    beta: float = metric.BETA


def loss(config: Config, embeddings: Tensor, unseen: Tensor | None = None) -> LossFunction:
    """The weighted focused metric loss.

    Parameters
    ----------
    embeddings
        Text embeddings ``[S, d]`` of the seen labels; those of the unseen ones take no part.
    """

    def terms(step: Step) -> dict[str, tuple[float, Tensor]]:
        value = metric.weighted_focused_metric_loss(
            -step.scores,
            step.targets,
            step.known,
            epoch=step.epoch,
            alpha=config.alpha,
            beta=config.beta,
            margin=config.margin,
        )
        return {"metric": (1.0, value)}

    return objective(config, embeddings, terms)


PAPER = Config(held_back=0.2, validation=0.125)
"""Sections 4.1 and 4.2; the paper names no rule by which it chooses a model, so the last weights are kept."""

SHIPPED = Config(**COMPACT, epochs=25, lr=1e-3)
"""The shipped weights: a compact network on few real images; all choices ours."""

CONFIGS = {"shipped": SHIPPED, "paper": PAPER}

RECIPE = ChestRecipe(SYSTEM, CONFIGS, loss)
train, fine_tune = RECIPE.train, RECIPE.fine_tune

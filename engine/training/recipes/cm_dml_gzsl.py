"""CM-DML-GZSL (paper 001): the weighted focused metric loss on distances between images and labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from engine.data.chest_set import Augmentation
from engine.inference.predictor import Picture
from engine.losses import weighted_focused_metric as metric
from engine.losses.logistic import logistic_loss
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.training.loop import Batch, LossFunction
from engine.training.recipes import chest_common, chest_tuning
from engine.training.recipes.chest_common import as_zero_shot
from engine.training.recipes.chest_config import NIH, ChestConfig

SYSTEM = "cm_dml_gzsl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(ChestConfig):
    """Paper 001, sections 3 and 4.2.

    Attributes
    ----------
    latent, activation
        100, LeakyReLU.
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


SHIPPED = Config(
    backbone="resnet18",
    backbone_options={"channels": [32, 64, 96, 160]},
    encoder="minilm",
    prompt_style="ensemble",
    seen=NIH,
    unseen=(),
    inductive=False,
    keep_no_finding=True,
    image_size=144,
    augmentation=Augmentation(crop=128, rotate=7, zoom=0.1, stretch=0.05, gamma=0.15, contrast=0.1),
    bce_weight=12.0,
    source_balance=0.25,
    dropout=0.1,
    phantom_share=0.15,
    batch=16,
    epochs=30,
    lr=1.5e-3,
    optimizer="adamw",
    weight_decay=0.05,
    schedule="cosine",
    warmup=100,
)
"""The shipped weights: a compact network on few real images; all choices ours."""

CONFIGS = {"shipped": SHIPPED, "paper": Config()}


def train(
    data_root: Path | None, out: Path, config: Config = Config(), progress: Progress = silent
) -> ModelCard:
    """Train on a folder that `engine.data.nih.read_rows` reads; see `chest_common.train`."""
    return chest_common.train(SYSTEM, lambda labels: loss(config, labels), data_root, out, config, progress)


def fine_tune(
    base: Path,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    out: Path,
    config: ChestConfig = SHIPPED,
    progress: Progress = silent,
) -> ModelCard:
    """Learn from reviewed cases; see `chest_tuning.fine_tune`."""
    return chest_tuning.fine_tune(SYSTEM, base, examples, pictures, out, config, progress)


def loss(config: Config, embeddings: Tensor) -> LossFunction:
    """The weighted focused metric loss, and the logistic term where it has weight.

    Parameters
    ----------
    embeddings
        Text embeddings ``[S, d]`` of the seen labels.
    """

    def compute(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        network = as_zero_shot(module)
        targets, known = batch["targets"], batch["known"]
        visual = network.embed_images(batch["images"]).float()
        scores = network.scores(visual, network.embed_labels(embeddings).float())
        total = metric.weighted_focused_metric_loss(
            -scores,
            targets,
            known,
            epoch=int(batch["epoch"]),
            alpha=config.alpha,
            beta=config.beta,
            margin=config.margin,
        )
        parts = {"metric": total}
        if config.bce_weight:
            logits = network.logits(scores)
            parts["logistic"] = logistic_loss(logits, targets, batch["weight"], config.smoothing)
            total = total + config.bce_weight * parts["logistic"]
        return {"loss": total, **parts}

    return compute

"""CXR-ML-GZSL (paper 004): ranking, alignment and consistency losses on cosine relevance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from engine.data.chest_set import Augmentation
from engine.inference.predictor import Picture
from engine.losses.alignment import alignment_loss, mean_positive
from engine.losses.consistency import consistency_loss
from engine.losses.logistic import logistic_loss
from engine.losses.ranking import ranking_loss
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.training.loop import Batch, LossFunction
from engine.training.recipes import chest_common, chest_tuning
from engine.training.recipes.chest_common import as_zero_shot
from engine.training.recipes.chest_config import NIH, ChestConfig

SYSTEM = "cxr_ml_gzsl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(ChestConfig):
    """Paper 004, sections 3 and 4.2.

    Attributes
    ----------
    margin
        δ = 0.5.
    gamma_align, gamma_con
        γ1 and γ2, chosen among 0.1, 0.05 and 0.01.
    lr
        Chosen among 1e-4, 5e-5 and 1e-5.
    """

    latent: int = 128
    activation: str = "relu"
    relevance: str = "cosine"
    epochs: int = 100
    gamma_align: float = 0.1
    gamma_con: float = 0.01


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
    epochs=50,
    lr=2e-3,
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
    """``L = L_rank + γ1 L_align + γ2 L_con`` (equation 3), and the logistic term where it has weight.

    Parameters
    ----------
    embeddings
        Text embeddings ``[S, d]`` of the seen labels.
    """

    def compute(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        network = as_zero_shot(module)
        targets, known = batch["targets"], batch["known"]
        visual = network.embed_images(batch["images"]).float()
        labels = network.embed_labels(embeddings).float()
        mean = network.embed_labels(mean_positive(embeddings, targets, known)).float()
        scores = network.scores(visual, labels)
        rank = ranking_loss(scores, targets, known, config.margin)
        align = alignment_loss(visual, mean, targets, known)
        con = consistency_loss(embeddings, labels)
        total = rank + config.gamma_align * align + config.gamma_con * con
        parts = {"rank": rank, "align": align, "consistency": con}
        if config.bce_weight:
            logits = network.logits(scores)
            parts["logistic"] = logistic_loss(logits, targets, batch["weight"], config.smoothing)
            total = total + config.bce_weight * parts["logistic"]
        return {"loss": total, **parts}

    return compute

"""Recipe of the Siamese disease similarity (paper 000, section 3.1, eq. 1) and of its gallery."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine import devices, weights
from engine.data.disease_pairs import (
    DiseaseSet,
    PairBatches,
    disease_set,
    draw_pairs,
    manifest_diseases,
    phantom_diseases,
)
from engine.data.manifest import read_manifest, split_by_patient
from engine.errors import TooFewSamples
from engine.imaging.phantoms.fundus_diseases import DISEASES
from engine.inference import gallery
from engine.inference.predictor import Picture
from engine.losses.contrastive import contrastive_loss
from engine.metrics.pairs import pair_scores
from engine.metrics.retrieval import precision_at_k
from engine.models import siamese
from engine.models.backbones import load_imagenet
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.training.cards import write_markdown
from engine.training.loop import Batch, LoopConfig, fit

SYSTEM = "disease_similarity"
RETRIEVED = (1, 5, 10)
TEST_PHANTOMS = 1_000_000  # added to the seed: phantoms that no training has seen
LIMITS = (
    "Not for clinical use. Trained on synthetic photographs: there is no openly licensed set of many fundus "
    "diseases here. Off by default on real images."
)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a run depends on. Defaults: paper 000, section 3.1; `COMPACT` is what is shipped.

    Attributes
    ----------
    size
        Side of the input in pixels.
    margin, bce_weight
        m of eq. 1, and the weight of the sigmoid head's cross-entropy beside it (both ours).
    tasks
        Tasks of a manifest whose rows carry a disease; none: phantoms alone.
    diseases, phantoms
        Which diseases synthetic photographs show, and how many; training photographs a disease.
    gallery
        Photographs a disease whose embeddings are stored with the weights.
    test_phantoms
        Synthetic photographs a disease for the card's metrics.
    """

    network: siamese.SiameseConfig = field(default_factory=siamese.SiameseConfig)
    size: int = 224
    pairs: int = 16
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=20_000, lr=1e-4, warmup=500))
    margin: float = 1.0
    bce_weight: float = 1.0
    tasks: tuple[str, ...] = ("fundus_disease",)
    diseases: tuple[str, ...] = tuple(DISEASES)
    phantoms: int = 0
    gallery: int = 24
    test_phantoms: int = 20
    held_back: float = 0.2
    pretrained: str = "cached"
    seed: int = 0
    version: str = "1"
    command: str = ""
    device: str = "auto"
    tuning: LoopConfig = field(default_factory=lambda: LoopConfig(steps=60, lr=3e-4, warmup=6))
    tuning_phantoms: int = 12


COMPACT = Config(
    network=siamese.COMPACT,
    size=192,
    pairs=16,
    loop=LoopConfig(steps=400, lr=2e-3, weight_decay=1e-3, warmup=40, clip_norm=1.0),
    tasks=(),
    phantoms=70,
    pretrained="never",
)
"""Ours, the shipped model: ten synthetic diseases at 192 px."""

CONFIGS = {"shipped": COMPACT, "paper": Config()}


def train(data: Path | None, out: Path, config: Config, progress: Progress = silent) -> ModelCard:
    """Train on a manifest's diseases and phantoms; write weights, gallery and card.

    Raises
    ------
    TooFewSamples
        With fewer than two diseases of two images.
    """
    torch.manual_seed(config.seed)
    network = siamese.SiameseNetwork(config.network)
    start = load_imagenet(network.backbone, config.pretrained)
    training, held = _sets(data, config, progress)
    _learn(network, training, config, config.loop, out.with_suffix(".checkpoint"), progress)
    device = devices.pick(config.device)
    metrics = {"pairs": evaluate(network, held, device, config.seed)} if len(held.labels) else {}
    card = ModelCard(
        SYSTEM,
        config.version,
        _card_config(config),
        training.names,
        real_images=bool(config.tasks) and not config.phantoms,
        data=f"{len(training.labels)} photographs of {len(training.names)} diseases, of which "
        f"{config.phantoms * len(config.diseases)} synthetic. {start}",
        licence="Weights: Apache-2.0; trained on Lynceus' own synthetic images unless said otherwise.",
        seed=config.seed,
        command=config.command or f"lynceus-engine train {SYSTEM}",
        metrics=metrics,
        limits=LIMITS,
    )
    return _save(out, network, card, training, device)


def fine_tune(
    base: Path,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    out: Path,
    config: Config | None = None,
    progress: Progress = silent,
) -> ModelCard:
    """Learn from reviewed diseases and add them to the gallery; phantoms are replayed against forgetting.

    An image counts with its one finding that is present, else with its grade (0: normal). A disease that
    the gallery lacks becomes a new label.

    Raises
    ------
    TooFewSamples
        When no example outside the held-back part has a disease.
    """
    config = config or COMPACT
    tensors, card = weights.load(base, SYSTEM)
    network = siamese.build(card.config)
    network.load_state_dict(weights.of_network(tensors))
    found = [(e, disease_of(e)) for e in examples if not e.held_back]
    usable = [(example, disease) for example, disease in found if disease]
    if not usable:
        raise TooFewSamples("no reviewed image has one disease", remedy="Set a finding or a grade first.")
    size = int(card.config["size"])
    rgbs = [pictures(example).pixels for example, _ in usable]
    patients = [example.patient_key for example, _ in usable]
    reviewed = disease_set(rgbs, [disease for _, disease in usable], size, card.labels, patients)
    known = [name for name in card.labels if name in DISEASES]
    replay = phantom_diseases(known, config.tuning_phantoms, size, config.seed + 1, progress)
    images = reviewed.joined(replay)
    _learn(network, images, config, config.tuning, None, progress)
    card = replace(
        card,
        version=_next(card.version),
        labels=images.names,
        data=f"{card.data} Fine-tuned on {len(usable)} reviewed images.",
        parent=weights.file_sha256(base),
        metrics={},
        created="",
    )
    return _save(out, network, card, images, devices.pick(config.device))


def disease_of(example: ReviewedImage) -> str:
    """Lower-case disease of a reviewed image; empty where it has none or several."""
    present = [name.lower() for name, there in example.findings.items() if there]
    if len(present) == 1:
        return present[0]
    if present or example.grade is None:
        return ""
    return "normal" if example.grade == 0 else "diabetic retinopathy"


def evaluate(
    network: siamese.SiameseNetwork, images: DiseaseSet, device: torch.device, seed: int, pairs: int = 2000
) -> dict[str, Any]:
    """Accuracy, recall, F1 on balanced random pairs of images that were not trained on (paper's table 3).

    Beside them the share of the 1, 5 and 10 most similar images that show the same disease (ours).
    """
    embedded = gallery.embed(network, images.images, device)
    rng = np.random.default_rng(seed)
    first, second, same = draw_pairs(images.labels, pairs, rng, images.patients)
    scores = asdict(pair_scores(gallery.probability(network, embedded[first], embedded[second]), same))
    for k in RETRIEVED:
        scores[f"precision_at_{k}"] = precision_at_k(embedded, images.labels, k, images.patients)
    return scores


def _sets(data: Path | None, config: Config, progress: Progress) -> tuple[DiseaseSet, DiseaseSet]:
    """Training and held-back photographs."""
    rows = [row for row in read_manifest(data) if row.task in config.tasks] if data and config.tasks else []
    kept, held = split_by_patient(rows, config.held_back, config.seed)
    parts = []
    for part, each, seed in (
        (kept, config.phantoms, config.seed),
        (held, config.test_phantoms if config.phantoms else 0, config.seed + TEST_PHANTOMS),
    ):
        drawn = phantom_diseases(config.diseases if each else (), each, config.size, seed, progress)
        parts.append(drawn.joined(manifest_diseases(part, config.size, progress)))
    return parts[0], parts[1]


def _learn(
    network: siamese.SiameseNetwork,
    images: DiseaseSet,
    config: Config,
    loop: LoopConfig,
    checkpoint: Path | None,
    progress: Progress,
) -> None:
    # says at once when there are too few
    draw_pairs(images.labels, 1, np.random.default_rng(0), images.patients)
    fit(
        network,
        PairBatches(images, config.pairs, config.seed),
        loss_of(config),
        replace(loop, seed=config.seed),
        device=devices.pick(config.device),
        checkpoint=checkpoint,
        progress=progress,
        text="training disease similarity",
    )


def loss_of(config: Config) -> Callable[[nn.Module, Batch], Mapping[str, Tensor]]:
    """Contrastive loss (paper 000, eq. 1) and the sigmoid head's cross-entropy, of a batch of pairs."""

    def loss(network: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
        assert isinstance(network, siamese.SiameseNetwork)
        first, second = network.embed(torch.cat([batch["first"], batch["second"]])).chunk(2)
        contrastive = contrastive_loss(first, second, batch["same"], config.margin)
        logits = network.compare(first, second).float()
        entropy = nn.functional.binary_cross_entropy_with_logits(logits, batch["same"])
        right = ((logits > 0) == (batch["same"] > 0)).float().mean()
        return {
            "loss": contrastive + config.bce_weight * entropy,
            "contrastive": contrastive,
            "accuracy": right,
        }

    return loss


def _save(
    out: Path, network: siamese.SiameseNetwork, card: ModelCard, images: DiseaseSet, device: torch.device
) -> ModelCard:
    each = int(card.config["gallery"])
    stored = gallery.build(network, images, each, device)
    tensors = weights.half({**network.state_dict(), **stored.tensors()})
    card = weights.save(out, tensors, card)
    write_markdown(card, out.with_suffix(".md"))
    return card


def _card_config(config: Config) -> dict[str, Any]:
    elsewhere = ("network", "tuning", "device", "command")
    return config.network.as_dict() | {
        "size": config.size,
        "gallery": config.gallery,
        "training": {k: v for k, v in asdict(config).items() if k not in elsewhere},
    }


def _next(version: str) -> str:
    """The version after that one: its trailing number plus one."""
    head = version.rstrip("0123456789")
    return f"{head}{int(version[len(head) :] or 0) + 1}"

"""Recipe of Zoom-in-Net (paper 003, section 4): M-Net; A-Net with M-Net frozen; then all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine import devices, weights
from engine.data.fundus_grades import BatchConfig, FundusSet, GradeBatches, manifest_set, phantom_set
from engine.data.manifest import read_manifest, split_by_patient
from engine.errors import TooFewSamples
from engine.inference.predictor import Picture
from engine.losses.classification import cross_entropy, mean_over_known
from engine.losses.ordinal import cumulative_cross_entropy
from engine.models.backbones import load_imagenet, normalise
from engine.models.zoom_in_net import NetworkConfig, ZoomInNet, as_dict, build
from engine.models.zoom_in_net.network import split
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.training.cards import write_markdown
from engine.training.loop import LoopConfig, fit
from engine.training.recipes.zoom_in_net_replay import replay_tensors
from engine.training.recipes.zoom_in_net_report import CALIBRATION_IMAGES, answer, report
from engine.training.recipes.zoom_in_net_tuning import TuningConfig, tune

SYSTEM = "zoom_in_net"
TASK = "dr_grade"
TEST_PHANTOMS = 1_000_000  # added to the seed: phantoms that no training has seen
LABELS = ("0 no DR", "1 mild", "2 moderate", "3 severe", "4 proliferative")
LICENCE = (
    "Weights: Apache-2.0. Trained on IDRiD images, (c) Prasanna Porwal, Samiksha Pachade, Manesh Kokare, "
    "CC BY 4.0 (doi 10.21227/H25W98), resized; and on procedural phantoms of Lynceus."
)
LIMITS = (
    "Not for clinical use. Photographs of one camera and one hospital, few of them, so intervals are wide. "
    "IDRiD does not tell which images are fellow eyes: that path learned from phantoms, and from images of "
    "other people with a similar grade that stood for a fellow eye. The regions come from image-level "
    "grades alone."
)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a run depends on. Defaults: paper 003, section 4; `COMPACT` is what is shipped.

    Attributes
    ----------
    main_loop
        Phase 1. Paper: SGD, learning rate from 1e-5 with ImageNet weights, × 0.1 every 20,000, momentum 0.9.
    attention_loop
        Phase 2, on stored feature maps of the frozen M-Net.
    whole_loop
        Phase 3. Paper: an update every 12 mini-batches.
    batch, whole_batch
        Images a mini-batch in phases 1 and 2, and in phase 3; paper, phase 3: one pair of eyes.
    views
        Augmented views of each image that phase 2 stores the feature maps of (ours).
    ordinal
        Weight of the cumulative loss beside the paper's softmax cross-entropy (ours; 0: paper).
    dme
        Weight of the macular oedema head (ours).
    helpers
        Weight of M-Net's and A-Net's own losses in phase 3 (ours).
    smoothing
        Label smoothing (ours; 0: paper).
    phantom_pairs, phantom_share
        Persons whose phantoms join, and their share of each batch (ours).
    held_back
        Share of the patients that is kept for the card's metrics and the temperature.
    replay
        Training images whose features go into the weights file, for `fine_tune` (ours).
    tuning
        How `fine_tune` follows corrections (ours).
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    main_loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(60_000, 1e-5, "sgd", schedule="step", decay_every=20_000)
    )
    attention_loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(20_000, 1e-5, "sgd", schedule="step", decay_every=20_000)
    )
    whole_loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            60_000, 1e-5, "sgd", schedule="step", decay_every=20_000, accumulate=12
        )
    )
    batch: int = 24
    whole_batch: int = 2
    views: int = 8
    balance: tuple[float, float] = (1.0, 1.0)
    quarter_turns: bool = True
    colour: float = 0.0
    surrogate: float = 0.0
    ordinal: float = 0.0
    dme: float = 0.5
    helpers: float = 0.5
    smoothing: float = 0.0
    phantom_pairs: int = 0
    phantom_share: float = 0.0
    held_back: float = 0.15
    test_phantom_pairs: int = 60
    replay: int = 200
    tuning: TuningConfig = field(default_factory=TuningConfig)
    pretrained: str = "cached"
    seed: int = 0
    version: str = "1"
    command: str = ""
    device: str = "auto"

    @property
    def sizes(self) -> tuple[int, int]:
        """Input and high-resolution size in pixels."""
        return self.network.input_size, self.network.high_size


COMPACT = Config(
    network=NetworkConfig(
        input_size=320,
        high_size=800,
        window=130,
        patch_size=224,
        main="resnet18",
        main_options={"channels": [32, 64, 128, 216], "stem_type": "deep", "stem_width": 12},
        crop="resnet10t",
        crop_options={"channels": [24, 48, 96, 192], "stem_type": "deep", "stem_width": 8},
        hidden=48,
        dropout=0.3,
    ),
    main_loop=LoopConfig(480, 2e-3, weight_decay=0.02, warmup=40, clip_norm=1.0),
    attention_loop=LoopConfig(300, 2e-3, weight_decay=1e-3, warmup=20),
    whole_loop=LoopConfig(240, 7e-4, weight_decay=0.02, warmup=20, clip_norm=1.0),
    batch=24,
    whole_batch=16,
    views=3,
    balance=(0.8, 0.4),
    quarter_turns=False,
    colour=1.0,
    surrogate=0.2,
    ordinal=1.0,
    phantom_pairs=300,
    phantom_share=0.25,
    pretrained="never",
)
"""Ours, the shipped model: slim ResNets; sizes keep the paper's proportions (s / input, high / input)."""

CONFIGS = {"shipped": COMPACT, "paper": Config()}


def train(data_root: Path | None, out: Path, config: Config, progress: Progress = silent) -> ModelCard:
    """Train and write weights with their card (and the card as Markdown beside them).

    Parameters
    ----------
    data_root
        Folder with a manifest; None trains on phantoms alone.

    Raises
    ------
    TooFewSamples
        When there is neither a graded image nor a phantom.
    Cancelled
        The same call goes on from the last checkpoint beside ``out``.
    """
    rows = [row for row in read_manifest(data_root, TASK) if row.dr_grade is not None] if data_root else []
    training, held = split_by_patient(rows, config.held_back, config.seed)
    real = manifest_set(training, config.sizes, progress)
    phantoms = phantom_set(config.phantom_pairs, config.sizes, config.seed, progress)
    if not len(real) and not len(phantoms):
        raise TooFewSamples(
            "there is no graded image to train on", data_root or "", "Add images or phantoms."
        )
    torch.manual_seed(config.seed)
    network = build(as_dict(config.network))
    start = " ".join(load_imagenet(part.backbone, config.pretrained) for part in (network.main, network.crop))
    progress(0, 0, start)
    shares = [(real, 1 - config.phantom_share), (phantoms, config.phantom_share if len(real) else 1.0)]
    _phases(network, shares, config, out, progress)
    card = _card(network, manifest_set(held, config.sizes, progress), real, start, config, progress)
    tensors = dict(network.state_dict()) | replay_tensors(
        network, real if len(real) else phantoms, config.replay
    )
    card = weights.save(out, weights.half(tensors), card)
    for name in PHASES:
        _finished(out, name).unlink(missing_ok=True)
    write_markdown(card, out.with_suffix(".md"))
    return card


def fine_tune(
    base: Path,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    out: Path,
    config: Config = COMPACT,
    progress: Progress = silent,
) -> ModelCard:
    """Weights that follow reviewed grades, in seconds; see `zoom_in_net_tuning.tune`."""
    tuning = replace(
        config.tuning, seed=config.seed, version=config.version, command=config.command, device=config.device
    )
    return tune(base, examples, pictures, out, tuning, progress)


PHASES = ("main", "attention", "whole")


def _phases(
    network: ZoomInNet,
    sets: Sequence[tuple[FundusSet, float]],
    config: Config,
    out: Path,
    progress: Progress,
) -> None:
    """The three phases in order; those that an interrupted run finished are read from beside ``out``."""
    device = devices.pick(config.device)
    runs: dict[str, Callable[[Path], object]] = {
        "main": lambda path: fit(
            network.main,
            GradeBatches(sets, _batches(config, config.batch, config.main_loop), high=False),
            lambda main, batch: main_loss(main, batch, config),
            replace(config.main_loop, seed=config.seed),
            device=device,
            checkpoint=path,
            progress=progress,
            text="phase 1 of 3: M-Net",
        ),
        "attention": lambda path: _fit_attention(network, sets, config, path, device, progress),
        "whole": lambda path: _fit_whole(network, sets, config, path, device, progress),
    }
    for name, run in runs.items():
        finished = _finished(out, name)
        if finished.is_file():
            network.load_state_dict(weights.load(finished, SYSTEM)[0])
            continue
        run(out.with_suffix(f".{name}.checkpoint"))
        card = ModelCard(SYSTEM, f"unfinished, after phase {name}", as_dict(config.network), seed=config.seed)
        weights.save(finished, network.state_dict(), card)


def _finished(out: Path, phase: str) -> Path:
    return out.with_suffix(f".{phase}.phase")


def _fit_attention(
    network: ZoomInNet,
    sets: Sequence[tuple[FundusSet, float]],
    config: Config,
    checkpoint: Path,
    device: torch.device,
    progress: Progress,
) -> None:
    """Phase 2: M-Net is frozen, so its feature maps are computed once for some views of the images."""
    images = sum(len(s) for s, _ in sets)
    count = -(-config.views * images // config.batch)
    source = GradeBatches(
        sets,
        replace(_batches(config, config.batch, config.attention_loop), steps=count, seed=config.seed + 1),
        high=False,
    )
    maps: list[dict[str, Tensor]] = []
    network.to(device).eval()
    for step in range(count):
        batch = source(step)
        with torch.inference_mode(), devices.autocast(device):
            features = network.main.backbone(normalise(batch["images"].to(device)))
        maps.append({"maps": features.to(torch.bfloat16).cpu(), "grade": batch["grade"]})
        progress(step + 1, count, "phase 2 of 3: feature maps of the frozen M-Net")
    fit(
        network.attention,
        lambda step: {k: v.clone() for k, v in maps[(step * 7919 + config.seed) % count].items()},
        lambda attention, batch: {
            "loss": grade_loss(attention(batch["maps"].float()).logits, batch["grade"], config)
        },
        replace(config.attention_loop, seed=config.seed),
        device=device,
        checkpoint=checkpoint,
        progress=progress,
        text="phase 2 of 3: A-Net",
    )


def _fit_whole(
    network: ZoomInNet,
    sets: Sequence[tuple[FundusSet, float]],
    config: Config,
    checkpoint: Path,
    device: torch.device,
    progress: Progress,
) -> None:
    """Phase 3: C-Net with the other two."""
    network.crop.start_from(network.main.classifier)
    fit(
        network,
        GradeBatches(sets, _batches(config, config.whole_batch, config.whole_loop), high=True),
        lambda whole, batch: whole_loss(whole, batch, config),
        replace(config.whole_loop, seed=config.seed),
        device=device,
        checkpoint=checkpoint,
        progress=progress,
        text="phase 3 of 3: all of Zoom-in-Net",
    )


def grade_loss(logits: Tensor, grades: Tensor, config: Config) -> Tensor:
    """Softmax cross-entropy (paper), with the cumulative loss beside it where that is asked for (ours)."""
    loss = mean_over_known(lambda x, y: cross_entropy(x, y, config.smoothing), logits, grades)
    if config.ordinal:
        loss = loss + config.ordinal * mean_over_known(cumulative_cross_entropy, logits, grades)
    return loss


def main_loss(main: nn.Module, batch: Mapping[str, Tensor], config: Config) -> dict[str, Tensor]:
    """Phase 1: M-Net's grade and macular oedema."""
    _, _, logits = main(normalise(batch["images"]), batch["fellow"])
    grade, dme = split(logits)
    return _with_dme(grade_loss(grade, batch["grade"], config), dme, batch, config)


def whole_loss(whole: nn.Module, batch: Mapping[str, Tensor], config: Config) -> dict[str, Tensor]:
    """Phase 3: the final grade, with M-Net's and A-Net's own as helpers."""
    out = whole(batch["images"], batch["high"], batch["fellow"])
    helped = grade_loss(out.main_logits, batch["grade"], config)
    helped = helped + grade_loss(out.evidence.logits, batch["grade"], config)
    final = grade_loss(out.logits, batch["grade"], config)
    losses = _with_dme(final, out.dme, batch, config)
    losses["loss"] = losses["loss"] + config.helpers * helped
    return losses


def _with_dme(grade: Tensor, dme: Tensor, batch: Mapping[str, Tensor], config: Config) -> dict[str, Tensor]:
    if not dme.shape[1] or not config.dme:
        return {"loss": grade, "grade_loss": grade}
    oedema = mean_over_known(cross_entropy, dme, batch["dme"])
    return {"loss": grade + config.dme * oedema, "grade_loss": grade, "dme_loss": oedema}


def _batches(config: Config, batch: int, loop: LoopConfig) -> BatchConfig:
    return BatchConfig(
        batch,
        loop.steps * loop.accumulate,
        config.balance,
        config.quarter_turns,
        config.colour,
        surrogate=config.surrogate,
        seed=config.seed,
    )


def _card(
    network: ZoomInNet, held: FundusSet, real: FundusSet, start: str, config: Config, progress: Progress
) -> ModelCard:
    """Metrics on what was held back and on unseen phantoms, and the temperature where it can be fitted."""
    device = devices.pick(config.device)
    metrics: dict[str, Any] = {
        "training images": len(real),
        "phantoms": 2 * config.phantom_pairs,
        "start": start,
    }
    shape = config.network
    if len(held):
        answers = answer(network, held, device, progress)
        metrics["real, held back by patient"], temperature = report(answers, calibrate=True)
        shape = replace(shape, temperature=temperature)
        metrics["calibrated"] = len(held) >= CALIBRATION_IMAGES
    if config.test_phantom_pairs:
        unseen = phantom_set(config.test_phantom_pairs, config.sizes, config.seed + TEST_PHANTOMS, progress)
        metrics["phantoms, unseen"], _ = report(answer(network, unseen, device, progress), calibrate=False)
        alone = replace_fellow(unseen)
        both = report(answer(network, alone, device, progress), calibrate=False)[0]
        metrics["phantoms, unseen, each eye alone"] = both
    data = (
        f"{len(real)} graded photographs (IDRiD, CC BY 4.0) and {2 * config.phantom_pairs} procedural "
        f"phantoms; {len(held)} photographs held back by patient."
    )
    return ModelCard(
        SYSTEM,
        config.version,
        as_dict(shape),
        LABELS,
        real_images=len(real) > 0,
        data=data,
        licence=LICENCE,
        seed=config.seed,
        command=config.command,
        metrics=metrics,
        limits=LIMITS,
    )


def replace_fellow(images: FundusSet) -> FundusSet:
    """The same images, each eye for itself."""
    return replace(images, fellow=np.full(len(images), -1))

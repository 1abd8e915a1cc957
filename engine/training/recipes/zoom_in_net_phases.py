"""The three phases in which Zoom-in-Net is trained, and their losses (paper 003, section 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from engine import devices, weights
from engine.data.fundus_grades import BatchConfig, FundusSet, GradeBatches
from engine.losses.classification import cross_entropy, mean_over_known
from engine.losses.ordinal import cumulative_cross_entropy, expected_grade_error
from engine.models.backbones import normalise
from engine.models.zoom_in_net import ZoomInNet, as_dict
from engine.models.zoom_in_net.network import split
from engine.progress import Progress
from engine.records import ModelCard
from engine.training.growing import Growing
from engine.training.loop import LoopConfig, fit
from engine.training.recipes.zoom_in_net_config import Config
from engine.training.time_left import TimeLeft

SYSTEM = "zoom_in_net"


def run_phases(
    network: ZoomInNet,
    sets: Sequence[tuple[FundusSet, float]],
    config: Config,
    out: Path,
    progress: Progress,
) -> None:
    """The three phases in order; those that an interrupted run finished are read from beside ``out``.

    Progress tells the phase, and the time that is left of it once that can be told.
    """
    device = devices.pick(config.device)
    progress = TimeLeft(progress)
    runs: dict[str, Callable[[Path], object]] = {
        "main": lambda path: fit(
            network.main,
            Growing(
                GradeBatches(sets, _batches(config, config.batch, config.main_loop), high=False),
                config.grow,
                config.main_loop.steps * config.main_loop.accumulate,
            ),
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
        finished = out.with_suffix(f".{name}.phase")
        if _fits(finished, config):
            network.load_state_dict(weights.load(finished, SYSTEM)[0])
            continue
        run(out.with_suffix(f".{name}.checkpoint"))
        card = ModelCard(
            SYSTEM, f"unfinished, after phase {name}", as_dict(config.network), data=repr(config)
        )
        weights.save(finished, network.state_dict(), card)


def forget_phases(out: Path) -> None:
    """Remove what `run_phases` keeps beside ``out`` between its phases."""
    for finished in out.parent.glob(f"{out.stem}.*.phase"):
        finished.unlink()


def _fits(finished: Path, config: Config) -> bool:
    """Whether a phase was finished by a run with the very same settings."""
    return finished.is_file() and weights.read_card(finished).data == repr(config)


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
    if config.regression:
        loss = loss + config.regression * mean_over_known(expected_grade_error, logits, grades)
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

"""The training tool that all recipes share: steps, schedule, checkpoint, cancel, exact resume.

A batch is a function of its step number and every step reseeds torch, so a run that is killed at any
step and resumed ends with the weights of an uninterrupted one (same device, deterministic mode).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from engine import devices
from engine.errors import WrongUsage
from engine.progress import Progress, silent
from engine.training import checkpoints

Batch = Mapping[str, Tensor]
BatchSource = Callable[[int], Batch]
"""Step number -> batch of CPU tensors; must depend on nothing but the step number."""
LossFunction = Callable[[nn.Module, Batch], Mapping[str, Tensor]]
"""Network and batch (on the device) -> named losses, of which ``loss`` is minimised."""


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """How long and how fast to learn.

    Attributes
    ----------
    steps
        Optimiser updates.
    accumulate
        Batches whose gradients make one update (paper 003, phase 3: 12).
    schedule
        ``cosine`` with warm-up, ``step`` (× ``decay`` every ``decay_every`` updates) or ``constant``.
    """

    steps: int
    lr: float
    optimizer: str = "adamw"
    weight_decay: float = 0.0
    momentum: float = 0.9
    schedule: str = "cosine"
    warmup: int = 0
    decay: float = 0.1
    decay_every: int = 0
    accumulate: int = 1
    clip_norm: float = 0.0
    mixed_precision: bool = True
    seed: int = 0
    checkpoint_every: int = 100


@dataclass(slots=True)
class History:
    """What a run measured: one row of numbers a report."""

    rows: list[dict[str, float]] = field(default_factory=list)

    def last(self, name: str) -> float:
        """The newest value of that name; NaN when none was measured."""
        return next((row[name] for row in reversed(self.rows) if name in row), math.nan)


class Monitor(Protocol):
    """Looks at the network while it learns; what it remembers stands in the checkpoint, so resume is exact.

    Attributes
    ----------
    rate_factor
        The learning rate of the schedule is multiplied by it.
    """

    rate_factor: float

    def after_step(self, network: nn.Module, step: int) -> Mapping[str, float]:
        """Called after each update with its number from 1; may validate; returns numbers to report."""
        ...

    def state(self) -> dict[str, Tensor]:
        """All that the following updates depend on."""
        ...

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state`."""
        ...


def fit(
    network: nn.Module,
    batches: BatchSource,
    loss_function: LossFunction,
    config: LoopConfig,
    *,
    device: torch.device | None = None,
    checkpoint: Path | None = None,
    progress: Progress = silent,
    text: str = "training",
    monitor: Monitor | None = None,
    identity: str = "",
) -> History:
    """Train in place; resumes from ``checkpoint`` where that file holds an unfinished run.

    Parameters
    ----------
    monitor
        Validates, slows down and keeps the best, where a recipe wants that (`engine.training.validation`).
    identity
        What tells this run from others (settings, labels): a checkpoint of another one is refused.

    Raises
    ------
    Cancelled
        From ``progress``; the checkpoint, when asked for, holds the last saved step.
    IncompatibleModel
        When the checkpoint is damaged, or of another run.
    WrongUsage
        When the loss is no finite number any more: such weights would be saved and shown.
    """
    device = device or devices.pick()
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = make_optimizer(network, config)
    start = checkpoints.resume(checkpoint, network, optimizer, monitor, identity) if checkpoint else 0
    history = History()
    for step, parts in _prefetched(batches, start, config):
        torch.manual_seed(config.seed * 1_000_003 + step)
        _set_rate(optimizer, rate(step, config) * (monitor.rate_factor if monitor else 1.0))
        row = _update(network, parts, loss_function, optimizer, config, device)
        if not math.isfinite(row["loss"]):
            raise WrongUsage(
                f"the loss is no finite number any more at update {step + 1}",
                remedy="Lower the learning rate, or look for images without content.",
            )
        if monitor is not None:
            row |= monitor.after_step(network, step + 1)
        history.rows.append(row)
        if checkpoint and (step + 1) % config.checkpoint_every == 0:
            checkpoints.save(checkpoint, network, optimizer, step + 1, monitor, identity)
        progress(step + 1, config.steps, text, **row)
    if checkpoint:
        checkpoint.unlink(missing_ok=True)
    return history


def make_optimizer(network: nn.Module, config: LoopConfig) -> torch.optim.Optimizer:
    """Optimiser over the parameters that are not frozen."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    if config.optimizer == "sgd":
        return torch.optim.SGD(
            parameters, config.lr, momentum=config.momentum, weight_decay=config.weight_decay
        )
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[config.optimizer]
    return kind(parameters, config.lr, weight_decay=config.weight_decay, foreach=True)


def rate(step: int, config: LoopConfig) -> float:
    """Learning rate of an update, counted from 0."""
    if step < config.warmup:
        return config.lr * (step + 1) / config.warmup
    if config.schedule == "step" and config.decay_every:
        return config.lr * config.decay ** (step // config.decay_every)
    if config.schedule == "cosine":
        done = (step - config.warmup) / max(config.steps - config.warmup, 1)
        return config.lr * 0.5 * (1 + math.cos(math.pi * done))
    return config.lr


def _prefetched(batches: BatchSource, start: int, config: LoopConfig) -> Iterator[tuple[int, list[Batch]]]:
    """Steps with their batches, the next one made in a thread while this one trains."""

    def make(step: int) -> list[Batch]:
        return [batches(step * config.accumulate + k) for k in range(config.accumulate)]

    with ThreadPoolExecutor(1, "batches") as pool:
        waiting = pool.submit(make, start) if start < config.steps else None
        for step in range(start, config.steps):
            assert waiting is not None
            parts = waiting.result()
            waiting = pool.submit(make, step + 1) if step + 1 < config.steps else None
            yield step, parts


def _update(
    network: nn.Module,
    parts: list[Batch],
    loss_function: LossFunction,
    optimizer: torch.optim.Optimizer,
    config: LoopConfig,
    device: torch.device,
) -> dict[str, float]:
    network.train()
    optimizer.zero_grad(set_to_none=True)
    row: dict[str, float] = {}
    for part in parts:
        batch = {name: _to(value, device) for name, value in part.items()}
        with torch.autocast(
            device.type,
            dtype=torch.bfloat16,
            enabled=config.mixed_precision and devices.fast_bf16(device.type),
        ):
            losses = loss_function(network, batch)
        (losses["loss"] / len(parts)).backward()  # type: ignore[no-untyped-call]
        for name, value in losses.items():
            row[name] = row.get(name, 0.0) + float(value.detach()) / len(parts)
    if config.clip_norm:
        torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm)
    optimizer.step()
    return row


def _to(value: Tensor, device: torch.device) -> Tensor:
    layout: dict[str, Any] = {"memory_format": torch.channels_last} if value.ndim == 4 else {}
    return value.to(device, non_blocking=True, **layout)


def _set_rate(optimizer: torch.optim.Optimizer, value: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = value

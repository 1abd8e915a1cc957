"""How a zero-shot chest run learns: with images to validate on, by the rule of its config, resumable.

The papers choose their model by the harmonic mean of seen and unseen AUROC on validation images, which needs
labels that training has not met. Using the unseen ones would be choosing on what is to be shown, so some seen
labels stand for them (ours; the class splits of Xian et al., TPAMI 2018): a first run leaves out those labels
and, where the setting is inductive, the images that carry them; the number of epochs at which it is best is
then learnt with all seen labels from the start. A run whose rule is ``seen_auroc`` needs no second one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine import devices
from engine.data.chest_set import ChestSet, batch_source, batches_an_epoch, independence_weights
from engine.data.manifest import is_held_back
from engine.errors import TooFewSamples
from engine.metrics.auroc import harmonic_mean, mean_auroc, per_class_auroc
from engine.models import zero_shot
from engine.progress import Progress
from engine.training.loop import LossFunction, fit
from engine.training.recipes.chest_config import ChestConfig, jsonable, loop_config
from engine.training.recipes.chest_objective import as_zero_shot
from engine.training.recipes.chest_scoring import EVALUATION_BATCH, score
from engine.training.validation import Validation

SALT = 500_000  # added to the seed: validation patients are drawn anew among those not held back

MakeLoss = Callable[[Any, Tensor, Tensor | None], LossFunction]
"""Config, text embeddings of the seen ``[S, d]`` and of the unseen labels ``[U, d]`` -> loss function."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What learning needs beside images and config.

    Attributes
    ----------
    network
        A network before its first step, the same at every call, and what it starts from in one sentence.
    seen, unseen
        Text embeddings ``[S, d]`` and ``[U, d]``.
    out
        The weights file that comes of it; unfinished work lies beside it.
    """

    system: str
    make_loss: MakeLoss
    network: Callable[[], tuple[zero_shot.ZeroShotNet, str]]
    seen: Tensor
    unseen: Tensor
    out: Path
    progress: Progress


def split(chest: ChestSet, share: float, seed: int) -> tuple[ChestSet, ChestSet]:
    """Training and validation part; no patient is in both.

    Raises
    ------
    TooFewSamples
        When either part is empty although a share is asked for.
    """
    kept_aside = np.array([is_held_back(p, share, seed + SALT) for p in chest.patients], np.bool_)
    if share and (kept_aside.all() or not kept_aside.any()):
        raise TooFewSamples("too few patients for a validation part", "", "Add images, or set validation=0.")
    return chest.subset(~kept_aside), chest.subset(kept_aside)


def learn(
    run: Run, training: ChestSet, validation: ChestSet, config: ChestConfig
) -> tuple[zero_shot.ZeroShotNet, dict[str, Any]]:
    """Train by the config's rules.

    Returns
    -------
    network
    chosen
        For the card: ``start``, what the encoder started from, and ``selection``: rule, epochs and figures.
    """
    chosen: dict[str, Any] = {"rule": config.selection, "validation_images": len(validation)}
    if config.selection == "harmonic_mean":
        chosen |= _search(run, training, validation, config)
        config = replace(config, epochs=chosen["epochs"])
    network, start = run.network()
    run.progress(0, 0, start)
    monitor = _fit(run, network, training, validation, config, range(len(config.seen)), "run")
    if config.selection == "seen_auroc":
        assert monitor is not None
        monitor.keep_best(network)
        chosen |= {"epochs": monitor.best_measurement, "seen_auroc": monitor.best_value}
    return network, {"start": start} | ({"selection": chosen} if len(validation) else {})


def _search(run: Run, training: ChestSet, validation: ChestSet, config: ChestConfig) -> dict[str, Any]:
    """Epochs at which a run without the pseudo-unseen labels has its best harmonic mean; kept on disk."""
    found = run.out.with_suffix(".search.json")
    settings = jsonable(config)
    if found.is_file():
        former = json.loads(found.read_text(encoding="utf-8"))
        if former["settings"] == json.loads(json.dumps(settings)):
            return dict(former["result"])
    columns = [k for k, name in enumerate(config.seen) if name not in config.pseudo_unseen]
    others = [k for k in range(len(config.seen)) if k not in columns]
    if config.inductive:
        training = training.subset(np.asarray((training.targets[:, others] <= 0.5).all(1), np.bool_))
    if not len(training):
        raise TooFewSamples("every training image has a pseudo-unseen label", "", "Choose other labels.")
    network, _ = run.network()
    monitor = _fit(run, network, training, validation, config, columns, "search")
    assert monitor is not None
    result = {
        "epochs": monitor.best_measurement,
        "harmonic_mean": monitor.best_value,
        "pseudo_unseen": [config.seen[k] for k in others],
    }
    unfinished = found.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"settings": settings, "result": result}), encoding="utf-8")
    unfinished.replace(found)
    return result


def _fit(
    run: Run,
    network: zero_shot.ZeroShotNet,
    training: ChestSet,
    validation: ChestSet,
    config: ChestConfig,
    columns: Sequence[int],
    name: str,
) -> Validation | None:
    """Learn the labels of those columns; the other seen ones are unseen to this run."""
    device = devices.pick(config.device)
    others = [k for k in range(len(config.seen)) if k not in columns]
    seen = run.seen[list(columns)].to(device)
    unseen = torch.cat([run.seen[others], run.unseen]).to(device)
    loss = run.make_loss(config, seen, unseen)
    part = labelled(training, columns)
    weights = independence_weights(part, config.source_balance)
    per_epoch = batches_an_epoch(part, config.batch)
    monitor = None
    select = "seen_auroc" if config.selection == "seen_auroc" else ""
    select = "harmonic_mean" if name == "search" else select
    if len(validation):
        monitor = Validation(
            lambda model: figures(as_zero_shot(model), validation, run.seen, columns, loss),
            per_epoch,
            patience=config.plateau_patience,
            decay=config.plateau_decay,
            select=select,
        )
    fit(
        network,
        batch_source(part, config.batch, config.augmentation, config.seed, weights),
        loss,
        loop_config(config, per_epoch),
        device=device,
        checkpoint=run.out.with_suffix(f".{name}.safetensors"),
        progress=run.progress,
        text=f"training {run.system}" if name == "run" else f"choosing epochs of {run.system}",
        monitor=monitor,
        identity=_identity(config, part, seen),
    )
    return monitor


def _identity(config: ChestConfig, chest: ChestSet, embeddings: Tensor) -> str:
    """Hash of what makes a run this one: settings, labels with their texts' vectors, number of images."""
    digest = hashlib.sha256(json.dumps([jsonable(config), chest.labels, len(chest)]).encode())
    digest.update(embeddings.float().cpu().numpy().tobytes())
    return digest.hexdigest()


def labelled(chest: ChestSet, columns: Sequence[int]) -> ChestSet:
    """The same images with some of their labels."""
    chosen = list(columns)
    return replace(
        chest,
        targets=chest.targets[:, chosen],
        known=chest.known[:, chosen],
        labels=tuple(chest.labels[k] for k in chosen),
    )


def figures(
    network: zero_shot.ZeroShotNet,
    validation: ChestSet,
    embeddings: Tensor,
    columns: Sequence[int],
    loss: LossFunction,
) -> dict[str, float]:
    """Figures of a validation part on whole frames.

    Parameters
    ----------
    embeddings
        Text embeddings ``[S, d]`` of the part's labels.
    columns
        Which of them are trained; the others are unseen to the network.

    Returns
    -------
    dict
        ``loss`` of the trained labels as in the first epoch, ``seen_auroc``, ``unseen_auroc`` and
        ``harmonic_mean``; NaN where there is no such label.
    """
    scores = score(network, validation, embeddings)
    each = per_class_auroc(scores, validation.targets, validation.known)
    trained = np.isin(np.arange(len(each)), list(columns))
    seen, unseen = mean_auroc(each[trained]), mean_auroc(each[~trained])
    return {
        "loss": _mean_loss(network, labelled(validation, columns), loss),
        "seen_auroc": seen,
        "unseen_auroc": unseen,
        "harmonic_mean": harmonic_mean(seen, unseen),
    }


@torch.inference_mode()
def _mean_loss(network: nn.Module, chest: ChestSet, loss: LossFunction) -> float:
    network.eval()
    device = next(network.parameters()).device
    weights, facts = chest.known.astype(np.float32), chest.every_fact()
    total = 0.0
    for start in range(0, len(chest), EVALUATION_BATCH):
        chosen = np.arange(start, min(start + EVALUATION_BATCH, len(chest)))
        batch: Mapping[str, Tensor] = {
            "images": chest.tensor(chosen).to(device),
            "targets": torch.from_numpy(chest.targets[chosen]).to(device),
            "known": torch.from_numpy(chest.known[chosen]).to(device),
            "weight": torch.from_numpy(weights[chosen]).to(device),
            "facts": torch.from_numpy(facts[chosen]).to(device),
            "epoch": torch.tensor(0),
        }
        with devices.autocast(device):
            total += float(loss(network, batch)["loss"]) * len(chosen)
    return total / len(chest)

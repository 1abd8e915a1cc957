"""A task, and how one method learns it: stored features, words, and a training of seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.evaluation.zero_shot.encoding import Features
from engine.evaluation.zero_shot.heads import CmDmlGzsl
from engine.evaluation.zero_shot.methods import Method
from engine.evaluation.zero_shot.settings import HeadSettings
from engine.models.zero_shot.rivals import Rival
from engine.progress import Progress, silent
from engine.training.loop import Batch, LoopConfig, fit

LEAST_SPREAD = 1e-6  # of words: labels may have the same
CPU = torch.device("cpu")  # a head learns in a second there, and the same everywhere


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What every method gets, the same for all.

    Attributes
    ----------
    train
        Targets of the seen labels, which come first in ``test``.
    words
        Prompt style or ``attributes`` -> float32 ``[L, d]``, one row a label of ``test``.
    """

    train: Features
    test: Features
    words: Mapping[str, NDArray[np.float32]]

    @property
    def seen(self) -> int:
        """How many labels are trained."""
        return len(self.train.labels)


def scores(
    task: Task, method: Method, settings: HeadSettings, seed: int, progress: Progress = silent
) -> NDArray[np.float32]:
    """Train a method on a task and let it rank all labels of every test image.

    Returns
    -------
    NDArray
        ``[N, L]``, higher is nearer; NaN where the method has no word for a label.
    """
    words = torch.from_numpy(standard_words(task.words[settings.style], task.seen))
    features, asked = (_tensor(part, method.spatial) for part in (task.train, task.test))
    seen, targets = words[: task.seen], torch.from_numpy(task.train.targets)
    torch.manual_seed(seed)
    model = method.build(features.shape[1], seen)
    if model.closed_form:
        model.solve(features, seen, targets)
    else:
        _learn(model, features, seen, targets, settings, seed, progress)
    with torch.inference_mode():
        found: NDArray[np.float32] = model.eval()(asked, words).float().numpy()
    return found


def standard_words(words: NDArray[np.float32], seen: int) -> NDArray[np.float32]:
    """Words less the mean of the seen ones, over their spread: only differences are left, of unit size.

    Sentence embeddings of findings all point much the same way and have length 1, so that their features
    are tiny beside the biases of a linear layer; unseen words have no part in mean or spread.
    """
    apart = words - words[:seen].mean(0)
    spread = float(np.sqrt(np.square(apart[:seen]).mean()))
    return np.asarray(apart / max(spread, LEAST_SPREAD), np.float32)


def _tensor(features: Features, spatial: bool) -> Tensor:
    return torch.from_numpy(features.maps.astype(np.float32) if spatial else features.vectors)


def _learn(
    model: Rival,
    features: Tensor,
    words: Tensor,
    targets: Tensor,
    settings: HeadSettings,
    seed: int,
    progress: Progress,
) -> None:
    """Train a head in place on the labels' words."""
    size = min(settings.batch, len(features))
    per_pass = -(-len(features) // size)
    steps = min(settings.steps, settings.passes * per_pass)

    def batch(step: int) -> Mapping[str, Tensor]:
        turn, place = divmod(step, per_pass)
        order = np.random.default_rng((seed, 1, turn)).permutation(len(features))
        chosen = torch.from_numpy(np.take(order, np.arange(place * size, (place + 1) * size), mode="wrap"))
        epoch = torch.tensor(step * settings.epochs // steps)
        return {"features": features[chosen], "targets": targets[chosen], "epoch": epoch}

    def loss(module: nn.Module, one: Batch) -> Mapping[str, Tensor]:
        assert isinstance(module, Rival)
        if isinstance(module, CmDmlGzsl):
            module.epoch = int(one["epoch"])
        said = nn.functional.dropout(words, settings.word_dropout)
        return module.loss(one["features"], said, one["targets"])

    config = LoopConfig(
        steps=steps,
        lr=settings.lr,
        weight_decay=settings.weight_decay,
        warmup=steps // 10,
        seed=seed,
    )
    fit(model, batch, loss, config, device=CPU, progress=progress, text="training a head")

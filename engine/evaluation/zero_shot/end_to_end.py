"""A compact convolutional encoder and a method's head, learnt together from pixels as in the papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.data.chest_set import Augmentation, ChestSet, batch_source, batches_an_epoch
from engine.evaluation.zero_shot.heads import CmDmlGzsl
from engine.evaluation.zero_shot.methods import Method
from engine.evaluation.zero_shot.settings import HeadSettings, NetworkSettings
from engine.evaluation.zero_shot.tasks import CPU, standard_words
from engine.models.backbones import Backbone
from engine.models.zero_shot.features import pooled
from engine.models.zero_shot.network import MEAN, STD
from engine.models.zero_shot.rivals import Rival
from engine.progress import Progress, silent
from engine.training.loop import Batch, LoopConfig, fit

BATCH = 50  # of images that are only asked


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """A task in pixels; other attributes as of `engine.evaluation.zero_shot.tasks.Task`.

    Attributes
    ----------
    images
        How many images are looked at in learning, all passes together.
    """

    train: ChestSet
    test: ChestSet
    words: Mapping[str, NDArray[np.float32]]
    network: NetworkSettings
    images: int

    @property
    def seen(self) -> int:
        """How many labels are trained."""
        return len(self.train.labels)


class EndToEnd(nn.Module):
    """An encoder from scratch below a method's head."""

    def __init__(self, settings: NetworkSettings, method: Method, seen: Tensor) -> None:
        super().__init__()
        self.encoder = Backbone(settings.backbone, settings.options, in_channels=1)
        self.head = method.build(self.encoder.channels[-1], seen)

    def features(self, images: Tensor) -> Tensor:
        """Feature maps ``[B, C, h, w]`` of grey images ``[B, 1, H, W]`` in 0–1."""
        maps: Tensor = self.encoder((images - MEAN) / STD)
        return maps


def scores(
    task: Pictures, method: Method, head: HeadSettings, seed: int, progress: Progress = silent
) -> NDArray[np.float32]:
    """Train a method on a task from scratch and let it rank all labels of every test image.

    Returns
    -------
    NDArray
        ``[N, L]``, as of `tasks.scores`.
    """
    words = torch.from_numpy(standard_words(task.words[head.style], task.seen))
    torch.manual_seed(seed)
    network = EndToEnd(task.network, method, words[: task.seen])
    _learn(network, task, words[: task.seen], head, seed, progress)
    return _asked(network, task.test, words)


def _learn(
    network: EndToEnd, task: Pictures, words: Tensor, head: HeadSettings, seed: int, progress: Progress
) -> None:
    one = task.network
    per_pass = batches_an_epoch(task.train, one.batch)
    steps = -(-task.images // one.batch)
    weights = np.ones_like(task.train.targets)
    batches = batch_source(task.train, one.batch, Augmentation(crop=one.crop), seed, weights)

    def loss(module: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
        assert isinstance(module, EndToEnd)
        if isinstance(module.head, CmDmlGzsl):
            module.head.epoch = int(batch["epoch"]) * per_pass * head.epochs // steps
        return rival_loss(module.head, module.features(batch["images"]), words, batch["targets"])

    config = LoopConfig(steps, one.lr, weight_decay=one.weight_decay, warmup=steps // 10, seed=seed)
    fit(network, batches, loss, config, device=CPU, progress=progress, text="training from scratch")


def rival_loss(head: Rival, features: Tensor, words: Tensor, targets: Tensor) -> Mapping[str, Tensor]:
    """A head's loss on feature maps, which those that do not look at regions get pooled."""
    return head.loss(features if head.spatial else pooled(features), words, targets)


@torch.inference_mode()
def _asked(network: EndToEnd, test: ChestSet, words: Tensor) -> NDArray[np.float32]:
    network.eval()
    parts = []
    for first in range(0, len(test), BATCH):
        maps = network.features(test.tensor(np.arange(first, min(first + BATCH, len(test)))))
        parts.append(network.head(maps, words).float().numpy())
    return np.concatenate(parts)

"""Retraining Zoom-in-Net from a reviewer's corrections, in seconds.

Only the classifiers of M-Net and C-Net learn (ours): from some augmented views of the reviewed images, mixed
with the replayed features of the original training images, and held near their former answers. Score maps,
attention and feature maps stay as they were; the regions follow A-Net as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine import devices, weights
from engine.data.augmentation import dihedral
from engine.data.fundus_grades import UNKNOWN, draw_chances
from engine.data.fundus_square import SquareConfig, fundus_square
from engine.errors import TooFewSamples
from engine.inference.predictor import Picture
from engine.losses.classification import cross_entropy, mean_over_known
from engine.losses.ordinal import cumulative_cross_entropy
from engine.models.zoom_in_net import ZoomInNet, build
from engine.models.zoom_in_net.network import split
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.training.loop import LoopConfig, fit
from engine.training.recipes.zoom_in_net_replay import PREFIX, Features, embed, replay_features

SYSTEM = "zoom_in_net"
SPREAD_FLOOR = 0.05  # least deviation of a feature, as a share of their root mean square: below it is noise


@dataclass(frozen=True, slots=True)
class TuningConfig:
    """How the classifiers follow corrections; all of it ours.

    Attributes
    ----------
    views
        Most augmented views of an image (flips and quarter turns, at most 8).
    forwards
        Most images put through the network: with many examples there are fewer views of each.
    examples
        Share of the reviewed images in each batch; the rest is replayed.
    anchor
        Weight of the squared size of the corrections.
    """

    loop: LoopConfig = field(default_factory=lambda: LoopConfig(300, 3e-3, warmup=10))
    views: int = 8
    forwards: int = 400
    batch: int = 64
    examples: float = 0.5
    anchor: float = 0.02
    seed: int = 0
    version: str = ""
    command: str = ""
    device: str = "auto"


class Heads(nn.Module):
    """The former classifiers of M-Net and C-Net, frozen, and a linear correction of each that learns.

    Corrections see features of the eye itself and its patches, standardised so that every feature learns at
    one pace; `fold` turns former classifier and correction into one linear layer again.
    """

    main_shift: Tensor
    main_scale: Tensor
    crop_shift: Tensor
    crop_scale: Tensor
    absent: Tensor

    def __init__(self, network: ZoomInNet, main: Tensor, crop: Tensor) -> None:
        super().__init__()
        self.main, self.crop = network.main.classifier, network.crop.classifier
        self.requires_grad_(False)
        outputs = self.main.out_features
        self.main_change = nn.Linear(main.shape[1], outputs)
        self.crop_change = nn.Linear(main.shape[1] + crop.shape[1], outputs)
        for change in (self.main_change, self.crop_change):
            nn.init.zeros_(change.weight)
            nn.init.zeros_(change.bias)
        self.register_buffer("absent", network.main.absent.detach().clone())
        for name, features in (("main", main), ("crop", crop)):
            floor = SPREAD_FLOOR * features.square().mean().sqrt() + 1e-6
            self.register_buffer(f"{name}_shift", features.mean(dim=0))
            self.register_buffer(f"{name}_scale", features.std(dim=0, correction=0).clamp(min=floor))

    def forward(self, main: Tensor, crop: Tensor, other: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of M-Net and of the whole: features of an eye, its patches, and its fellow if there."""
        pair = torch.cat((main, other.where(there.unsqueeze(1), self.absent)), dim=1)
        own = (main - self.main_shift) / self.main_scale
        both = torch.cat((own, (crop - self.crop_shift) / self.crop_scale), dim=1)
        first = self.main(pair) + self.main_change(own)
        return first, self.crop(torch.cat((pair, crop), dim=1)) + self.crop_change(both)

    def drift(self) -> Tensor:
        """Squared size of the corrections."""
        changes = (self.main_change, self.crop_change)
        return torch.stack([change.weight.square().sum() for change in changes]).sum()

    @torch.no_grad()
    def fold(self) -> None:
        """Put the corrections into the classifiers, which then answer as this module did."""
        width = len(self.main_shift)
        _add(self.main, self.main_change, self.main_shift, self.main_scale, [slice(0, width)])
        shift = torch.cat((self.main_shift, self.crop_shift))
        scale = torch.cat((self.main_scale, self.crop_scale))
        _add(self.crop, self.crop_change, shift, scale, [slice(0, width), slice(2 * width, None)])


def _add(whole: nn.Linear, change: nn.Linear, shift: Tensor, scale: Tensor, columns: list[slice]) -> None:
    """Add a layer on standardised features to those columns of one on plain features."""
    weight = change.weight / scale
    start = 0
    for part in columns:
        size = whole.weight[:, part].shape[1]
        whole.weight[:, part] += weight[:, start : start + size]
        start += size
    whole.bias.add_(change.bias - weight @ shift)
    change.weight.zero_()
    change.bias.zero_()


def tune(
    base: Path,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    out: Path,
    config: TuningConfig = TuningConfig(),
    progress: Progress = silent,
) -> ModelCard:
    """Weights that follow the reviewed grades, from weights that did not.

    Parameters
    ----------
    base
        Weights to start from.
    examples
        Reviewed images; those held back, and those without a DR or oedema grade, take no part.
    pictures
        Decodes one of them.

    Returns
    -------
    ModelCard
        Its metrics say how many of the examples, and of the replayed images, agree before and after.

    Raises
    ------
    TooFewSamples
        When no example has a grade.
    IncompatibleModel
        When the base is no sound Zoom-in-Net.
    """
    used = [e for e in examples if not e.held_back and (e.grade is not None or e.dme is not None)]
    if not used:
        raise TooFewSamples("no reviewed image with a grade can be learned from", remedy="Grade some images.")
    tensors, card = weights.load(base, SYSTEM)
    network = build(card.config)
    network.load_state_dict(weights.of_network(tensors))
    device = devices.pick(config.device)
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    features = _features(network, used, pictures, config, progress)
    replay = replay_features(tensors, network)
    seen = (torch.cat((features.main, replay.main)), torch.cat((features.crop, replay.crop)))
    heads = Heads(network, *seen).to(device)
    before = _agreement(heads, features, replay, len(used))
    fit(
        heads,
        lambda step: _batch(features, replay, config, step),
        lambda module, batch: _loss(module, batch, config),
        replace(config.loop, seed=config.seed, mixed_precision=False),
        device=device,
        progress=progress,
        text="following the corrections",
    )
    heads.fold()
    after = _agreement(heads, features, replay, len(used))
    kept = {k: v for k, v in tensors.items() if k.startswith(PREFIX)}
    new = replace(
        card,
        version=config.version or f"{card.version}+{len(used)}",
        parent=f"{card.system} {card.version} {card.content_sha256[:12]}",
        data=f"{card.data} Retrained on {len(used)} reviewed images.",
        command=config.command,
        seed=config.seed,
        created="",
        metrics={"reviewed images": len(used), "before": before, "after": after},
        config=dict(card.config) | {"temperature": 1.0},
    )
    return weights.save(out, weights.half(dict(network.cpu().state_dict()) | kept), new)


def _features(
    network: ZoomInNet,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    config: TuningConfig,
    progress: Progress,
) -> Features:
    """Features of some views of each image: view after view, each over all images."""
    views = min(max(config.forwards // len(examples), 1), config.views, 8)
    sizes = network.config.input_size, network.config.high_size
    how = SquareConfig(network.config.fit, network.config.illumination)
    main, crop = [], []
    for index, example in enumerate(examples):
        square = fundus_square(pictures(example).pixels, sizes[1], how).pixels
        small = np.asarray(cv2.resize(square, (sizes[0], sizes[0]), interpolation=cv2.INTER_AREA), np.uint8)
        seen = embed(network, _views(small, views), _views(square, views))
        main.append(seen[0])
        crop.append(seen[1])
        progress(index + 1, len(examples), "looking at the reviewed images")
    other = fellows(examples)
    order = torch.arange(views).view(-1, 1) * len(examples)
    return Features(
        torch.stack(main, 1).flatten(0, 1),
        torch.stack(crop, 1).flatten(0, 1),
        torch.tensor([UNKNOWN if e.grade is None else e.grade for e in examples]).repeat(views),
        torch.tensor([UNKNOWN if e.dme is None else e.dme for e in examples]).repeat(views),
        torch.where(other >= 0, other + order, torch.full_like(other + order, -1)).flatten(),
    )


def fellows(examples: Sequence[ReviewedImage]) -> Tensor:
    """Index of the other eye of the same case among the examples, -1 for none; int64 ``[n]``."""
    places = {(e.instance.case_id, e.instance.info.laterality): k for k, e in enumerate(examples)}
    found = []
    for example in examples:
        side = example.instance.info.laterality
        opposite = {"R": "L", "L": "R"}.get(side.value)
        match = [
            k for (case, eye), k in places.items() if case == example.instance.case_id and eye == opposite
        ]
        found.append(match[0] if match else -1)
    return torch.tensor(found)


def _views(image: NDArray[np.uint8], count: int) -> Tensor:
    turned = np.stack([np.ascontiguousarray(dihedral(image, k)) for k in range(count)])
    return torch.from_numpy(turned).permute(0, 3, 1, 2)


def _batch(features: Features, replay: Features, config: TuningConfig, step: int) -> dict[str, Tensor]:
    """A batch of features, drawn by the step alone: the reviewed ones first."""
    rng = np.random.default_rng([config.seed, step])
    count = round(config.batch * config.examples) if len(replay) else config.batch
    parts = [(features, count), (replay, config.batch - count)]
    columns: dict[str, list[Tensor]] = {}
    for source, size in parts:
        if not size:
            continue
        chances = draw_chances(source.grade.numpy(), 0.5)
        chosen = torch.from_numpy(rng.choice(len(source), size, p=chances))
        fellow = source.fellow[chosen]
        seen = torch.from_numpy(rng.random(size) < 0.5) & (fellow >= 0)
        row: Mapping[str, Tensor] = {
            "main": source.main[chosen],
            "crop": source.crop[chosen],
            "other": source.main[fellow.clamp(min=0)],
            "there": seen,
            "grade": source.grade[chosen],
            "dme": source.dme[chosen],
        }
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return {name: torch.cat(values) for name, values in columns.items()}


def _loss(heads: nn.Module, batch: Mapping[str, Tensor], config: TuningConfig) -> dict[str, Tensor]:
    both = heads(batch["main"], batch["crop"], batch["other"], batch["there"])
    total = torch.zeros((), device=batch["main"].device)
    for logits in both:
        grade, dme = split(logits)
        total = total + mean_over_known(cross_entropy, grade, batch["grade"])
        total = total + mean_over_known(cumulative_cross_entropy, grade, batch["grade"])
        if dme.shape[1]:
            total = total + 0.5 * mean_over_known(cross_entropy, dme, batch["dme"])
    drift = heads.drift()  # type: ignore[operator]
    return {"loss": total + config.anchor * drift, "grade_loss": total, "drift": drift}


def _agreement(heads: Heads, features: Features, replay: Features, images: int) -> dict[str, Any]:
    """Share of the grades that the whole network gives as the reviewer did, each eye alone."""
    heads.eval()
    device = heads.main.weight.device
    shares: dict[str, Any] = {}
    for name, source, count in (("examples", features, images), ("replay", replay, len(replay))):
        part = slice(0, count)
        known = source.grade[part] >= 0
        if not bool(known.any()):
            continue
        main, crop = source.main[part].to(device), source.crop[part].to(device)
        with torch.inference_mode():
            _, logits = heads(main, crop, main, torch.zeros(len(main), dtype=torch.bool, device=device))
        same = split(logits)[0].argmax(dim=1).cpu() == source.grade[part]
        shares[name] = round(float(same[known].float().mean()), 3)
    return shares

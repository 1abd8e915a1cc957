"""Learning from a few reviewed chest cases, for both zero-shot systems, without forgetting the others.

The visual encoder stays as it is; both mappings learn on the pooled features of the reviewed images, each
seen in several crops. What keeps the model from forgetting: labels that nobody touched keep the base
model's score, so do all labels on points between the stored feature vectors of training images, and the
mappings are drawn to where they started (ours; no paper speaks of it).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine import devices, vocabulary, weights
from engine.data.chest_input import standardise, to_uint16
from engine.data.chest_labels import reviewed_targets
from engine.data.chest_set import Augmentation, augment
from engine.data.chest_split import MET
from engine.errors import TooFewSamples, UnknownLabel
from engine.inference.predictor import Picture
from engine.losses.logistic import logistic_loss
from engine.losses.ranking import ranking_loss
from engine.models import zero_shot
from engine.models.zero_shot.features import pooled
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.semantics.labels import embed_typed, label_embeddings
from engine.training.cards import write_markdown
from engine.training.loop import Batch, LoopConfig, fit
from engine.training.recipes.chest_config import ChestConfig, TuningConfig
from engine.training.recipes.chest_objective import as_zero_shot

CARRIED = ("aux.gate.", MET)  # of the encoder and its training, which stay as they are
VARIED = Augmentation(rotate=5, zoom=0.1, stretch=0.05, gamma=0.1, contrast=0.1)


@dataclass(frozen=True, slots=True, eq=False)
class _Material:
    """Pooled features ``[N, C]`` of reviewed views with targets and known ``[N, L]``; stored ``[R, C]``."""

    features: Tensor
    targets: Tensor
    known: Tensor
    rehearsed: Tensor


def fine_tune(
    system: str,
    base: Path,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    out: Path,
    config: ChestConfig,
    progress: Progress = silent,
) -> ModelCard:
    """Make a new version of a model that follows the corrections of its reviewers.

    A finding that the model had not been trained on becomes a seen label of the new version.

    Parameters
    ----------
    examples
        Reviewed images; those held back or without any decided finding are left out.

    Raises
    ------
    TooFewSamples
        When none is left.
    MissingExtra
        When a typed label needs a language model that is not here.
    """
    usable = [one for one in examples if one.findings and not one.held_back]
    if not usable:
        raise TooFewSamples("no reviewed chest case has a decided finding", "", "Accept or change findings.")
    tuning = replace(config.tuning, seed=config.seed)
    tensors, card = weights.load(base, system)
    network = zero_shot.build(card.config)
    network.load_state_dict(weights.of_network(tensors))
    labels = _labels(card, usable)
    new_words = _embed(labels[len(card.labels) :], card, tuning.descriptions)
    embeddings = torch.cat([tensors["aux.label_embeddings"], *new_words])
    device = devices.pick(config.device)
    network.to(device).eval()
    material = _material(
        network, tensors, usable, labels, pictures, int(card.config["image_size"]), tuning, progress
    )
    _learn(network, embeddings.to(device), material, tuning, device, progress)
    kept = weights.half(network.cpu().state_dict()) | {
        "aux.label_embeddings": embeddings.half(),
        "aux.replay_features": material.rehearsed.half(),
    }
    kept |= {name: value for name, value in tensors.items() if name.startswith(CARRIED)}
    new = replace(
        card,
        labels=labels,
        parent=weights.file_sha256(base),
        metrics={"reviewed_images": len(usable), "tuning": asdict(tuning)},
        created="",
        seed=config.seed,
        version=config.version,
        command=config.command,
        data=f"{card.data} Then {len(usable)} reviewed images of this project.",
    )
    new = weights.save(out, kept, new)
    write_markdown(new, out.with_suffix(".md"))
    return new


def _labels(card: ModelCard, examples: Sequence[ReviewedImage]) -> tuple[str, ...]:
    """The card's labels, then what reviewers decided beyond them, in the order met."""
    names = dict.fromkeys(card.labels)
    for one in examples:
        names |= dict.fromkeys(_plain(name) for name in one.findings)
    return tuple(names)


def _plain(name: str) -> str:
    try:
        return vocabulary.term(name).name
    except UnknownLabel:
        return name


def _embed(names: Sequence[str], card: ModelCard, descriptions: Mapping[str, str]) -> list[Tensor]:
    encoder, style = card.config["encoder"], card.config["prompt_style"]
    vectors = []
    for name in names:
        try:
            vectors.append(label_embeddings([name], encoder, style).vectors)
        except UnknownLabel:
            vectors.append(embed_typed(name, descriptions.get(name, ""), encoder, style).unsqueeze(0))
    return vectors


def _material(
    network: zero_shot.ZeroShotNet,
    tensors: Mapping[str, Tensor],
    examples: Sequence[ReviewedImage],
    labels: Sequence[str],
    pictures: Callable[[ReviewedImage], Picture],
    size: int,
    config: TuningConfig,
    progress: Progress,
) -> _Material:
    parts = []
    for place, one in enumerate(examples):
        progress(place, len(examples), "reading reviewed images")
        parts.append(_views(network, pictures(one), size, config, place))
    targets, known = (torch.from_numpy(a) for a in reviewed_targets([e.findings for e in examples], labels))
    times = config.views + 1
    return _Material(
        features=torch.cat(parts),
        targets=targets.repeat_interleave(times, 0),
        known=known.repeat_interleave(times, 0),
        rehearsed=tensors["aux.replay_features"],
    )


@torch.inference_mode()
def _views(
    network: zero_shot.ZeroShotNet, picture: Picture, size: int, config: TuningConfig, place: int
) -> Tensor:
    """Visual features ``[1 + views, C]``: as a prediction has them, and of varied crops, one by one."""
    whole = standardise(picture.pixels, size)
    rng = np.random.default_rng((config.seed, place))
    crop = replace(VARIED, crop=size * 7 // 8)
    varied = np.stack([augment(to_uint16(whole), crop, rng) for _ in range(config.views)])
    device = next(network.parameters()).device
    asked = network.pooled(torch.from_numpy(whole)[None, None].to(device))
    others = pooled(network.features(torch.from_numpy(varied)[:, None].to(device)))
    return torch.cat([asked, others]).float().cpu()


def _learn(
    network: zero_shot.ZeroShotNet,
    embeddings: Tensor,
    material: _Material,
    config: TuningConfig,
    device: torch.device,
    progress: Progress,
) -> None:
    """Train both mappings in place."""
    base = copy.deepcopy(network).requires_grad_(False)
    network.requires_grad_(False)
    network.visual.requires_grad_(True)
    network.semantic.requires_grad_(True)

    def batch(number: int) -> Batch:
        rng = np.random.default_rng((config.seed, 4, number))
        rows = torch.from_numpy(rng.integers(0, len(material.features), config.batch))
        return {
            "features": material.features[rows],
            "targets": material.targets[rows],
            "known": material.known[rows],
            "rehearsed": _mixed(material.rehearsed, config.replay, rng),
        }

    def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        model, known = as_zero_shot(module), batch["known"]
        scores, before = (_scores(m, batch["features"], embeddings) for m in (model, base))
        logits = model.logits(scores)
        decided = config.bce_weight * logistic_loss(logits, batch["targets"], known)
        ranked = config.rank_weight * ranking_loss(scores, batch["targets"], known)
        gap = (scores - before).square() * ~known
        now, then = (_scores(m, batch["rehearsed"], embeddings) for m in (model, base))
        kept = config.keep * (gap.sum() / (~known).sum().clamp_min(1) + functional.mse_loss(now, then))
        way = config.anchor * _squared_way(model, base)
        return {"loss": decided + ranked + kept + way, "corrections": decided + ranked, "rehearsal": kept}

    loop = LoopConfig(config.steps, config.lr, warmup=config.steps // 10, seed=config.seed)
    fit(network, batch, loss, loop, device=device, progress=progress, text="learning corrections")
    network.requires_grad_(True).eval()


def _scores(model: zero_shot.ZeroShotNet, features: Tensor, embeddings: Tensor) -> Tensor:
    visual, labels = model.visual(features).float(), model.embed_labels(embeddings).float()
    return model.scores(visual, labels)


def _mixed(features: Tensor, count: int, rng: np.random.Generator) -> Tensor:
    """Random points between pairs of stored features: more of the space than the stored ones alone."""
    first, second = (features[torch.from_numpy(rng.integers(0, len(features), count))] for _ in range(2))
    share = torch.from_numpy(rng.random((count, 1), np.float32))
    return first.lerp(second, share)


def _squared_way(model: nn.Module, base: nn.Module) -> Tensor:
    pairs = zip(model.parameters(), base.parameters(), strict=True)
    return torch.stack([(new - old).square().sum() for new, old in pairs if new.requires_grad]).sum()

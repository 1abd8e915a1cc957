"""What both zero-shot chest recipes share: config, data, evaluation, checkpoint and card."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine import devices, weights
from engine.data import chest_phantoms, nih
from engine.data.chest_facts import FACTS
from engine.data.chest_rows import read_rows
from engine.data.chest_set import ChestSet, from_rows
from engine.data.chest_split import MET, met
from engine.data.manifest import split_by_patient
from engine.errors import IncompatibleModel, TooFewSamples
from engine.metrics.auroc import bootstrap_auroc, mean_auroc, per_class_auroc
from engine.metrics.ranking_at_k import at_k
from engine.models import zero_shot
from engine.models.backbones import load_imagenet
from engine.progress import Progress
from engine.records import ModelCard
from engine.semantics.labels import label_embeddings
from engine.training.cards import write_markdown
from engine.training.recipes.chest_config import ChestConfig, check, jsonable, network_config
from engine.training.recipes.chest_scoring import EVALUATION_BATCH, score
from engine.training.recipes.chest_validation import MakeLoss, Run, learn, split

UNSEEN_PHANTOMS = 1_000_000  # added to the seed for measuring
REPLAY = 128  # stored feature vectors of training images; ours
LICENCE = "NIH ChestX-ray14: unrestricted use with link, acknowledgement and citation (see data)"
DATA = (
    "NIH ChestX-ray14, provided by the NIH Clinical Center (https://nihcc.app.box.com/v/ChestXray-NIHCC); "
    "X. Wang, Y. Peng, L. Lu, Z. Lu, M. Bagheri, R. M. Summers, CVPR 2017; resized. Labels are text-mined."
)
PHANTOMS_ONLY = "Procedural phantoms of this package alone; never shown a real image."
LIMITS = (
    "Not for clinical use. Relevance scores are no probabilities. Trained on few images of an enriched "
    "subset, whose origin correlates with its labels: compare the figures within a source. Labels marked "
    "unseen were never trained: their ranking rests on the text alone. Frontal images of adults only."
)


def train(
    system: str,
    make_loss: MakeLoss,
    data_root: Path | None,
    out: Path,
    config: ChestConfig,
    progress: Progress,
) -> ModelCard:
    """Train on a folder of NIH images, score the held-back patients, write weights and card.

    Parameters
    ----------
    make_loss
        Config, text embeddings of the seen ``[S, d]`` and of the unseen labels ``[U, d]``, on the device ->
        loss function of the loop.

    Raises
    ------
    WrongUsage, TooFewSamples, BadTable, UnreadableImage, MissingExtra, Cancelled
    """
    check(config)
    training, held = load_sets(data_root, config, progress)
    every = label_embeddings(
        (*config.seen, *config.unseen), config.encoder, config.prompt_style, config.encoder_folder
    )
    seen, unseen = every.vectors[: len(config.seen)], every.vectors[len(config.seen) :]
    training, validation = split(training, config.validation, config.seed)
    run = Run(system, make_loss, lambda: _network(config, seen.shape[1]), seen, unseen, out, progress)
    network, chosen = learn(run, training, validation, config)
    network.side = None  # a side task of learning alone
    metrics = evaluate(network, held, every.vectors, len(config.seen), config.seed)
    fresh = chest_phantoms.draw(
        config.test_phantoms, held.labels, config.image_size, UNSEEN_PHANTOMS + config.seed, progress
    )
    metrics |= {"phantoms": evaluate(network, fresh, every.vectors, len(config.seen), config.seed)}
    metrics |= {"training_images": _counts(training)} | chosen
    extra = replay_tensors(network, training, config.seed)
    extra[MET] = torch.from_numpy(met([*training.patients, *validation.patients]))
    extra["aux.label_embeddings"] = seen.half()
    tensors = weights.half(network.cpu().state_dict()) | extra
    card = ModelCard(
        system=system,
        version=config.version,
        config=network_config(config, seen.shape[1]) | {"training": jsonable(config)},
        labels=every.names[: len(config.seen)],
        real_images=data_root is not None,
        data=DATA if data_root else PHANTOMS_ONLY,
        licence=LICENCE if data_root else "Weights: Apache-2.0.",
        seed=config.seed,
        command=config.command or f"lynceus-engine train {system}",
        metrics=metrics,
        limits=LIMITS,
    )
    card = weights.save(out, tensors, card)
    out.with_suffix(".search.json").unlink(missing_ok=True)
    write_markdown(card, out.with_suffix(".md"))
    return card


def _counts(chest: ChestSet) -> dict[str, int]:
    return {source: chest.sources.count(source) for source in sorted(set(chest.sources))}


def _network(config: ChestConfig, semantic_size: int) -> tuple[zero_shot.ZeroShotNet, str]:
    """The network before its first step, and what its visual encoder starts from."""
    torch.manual_seed(config.seed)
    network = zero_shot.build(network_config(config, semantic_size))
    if config.side_weight:
        network.side = nn.Linear(network.encoder.channels[-1], len(FACTS))
    return network, _start(network, config)


def _start(network: zero_shot.ZeroShotNet, config: ChestConfig) -> str:
    """Give the visual encoder its first weights; says in one sentence which."""
    if not config.start_from:
        return load_imagenet(network.encoder, config.pretrained)
    tensors, card = weights.load(Path(config.start_from), ("cxr_ml_gzsl", "cm_dml_gzsl"))
    prefix = "encoder."
    try:
        network.encoder.load_state_dict(
            {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        )
    except RuntimeError as error:
        raise IncompatibleModel("its visual encoder is another one", config.start_from) from error
    return f"The visual encoder starts from {card.system} {card.version} ({card.content_sha256[:12]})."


def load_sets(data_root: Path | None, config: ChestConfig, progress: Progress) -> tuple[ChestSet, ChestSet]:
    """Training and held-back images; the training labels are the seen ones, the held-back ones all.

    Phantoms join the training part; without a folder it is made of ``config.phantoms`` phantoms alone.

    Raises
    ------
    TooFewSamples
        When nothing is left to train on.
    """
    rows = read_rows(data_root) if data_root else []
    training, held = split_by_patient(rows, config.held_back, config.seed)
    training = [row for row in training if _wanted(nih.labels_of([row])[0], config)]
    phantoms = round(len(training) * config.phantom_share / (1 - config.phantom_share))
    phantoms = phantoms if data_root else config.phantoms
    if len(training) + phantoms < 2:
        raise TooFewSamples(
            "fewer than two images are left to train on", data_root or "", "Add labelled images."
        )
    size = config.image_size
    drawn = chest_phantoms.draw(phantoms, config.seen, size, config.seed, progress)
    return (
        from_rows(training, config.seen, size, progress, rows, whole=True).joined(drawn),
        from_rows(held, (*config.seen, *config.unseen), size, progress, rows, whole=True),
    )


def _wanted(names: frozenset[str], config: ChestConfig) -> bool:
    """Whether an image with these findings is trained on."""
    if config.inductive and names & set(config.unseen):
        return False
    return config.keep_no_finding or bool(names)


def evaluate(
    network: zero_shot.ZeroShotNet, chest: ChestSet, embeddings: Tensor, seen: int, seed: int
) -> dict[str, Any]:
    """Figures for the card: AUROC overall and within each source with 95 % intervals, and at k.

    Parameters
    ----------
    embeddings
        Text embeddings ``[L, d]`` of the set's labels, of which the first ``seen`` were trained.
    """
    if not len(chest):
        return {"held_back_images": 0}
    scores = score(network, chest, embeddings)
    figures = {"all": _aurocs(scores, chest, seen, seed)}
    for source in sorted(set(chest.sources)):
        rows = np.asarray(chest.sources) == source
        figures[source] = _aurocs(scores[rows], chest.subset(rows), seen, seed)
    ranked = [asdict(at_k(scores, chest.targets, k)) for k in (2, 3) if k <= scores.shape[1]]
    return {"held_back_images": len(chest), "auroc": figures, "at_k": ranked}


def _aurocs(scores: NDArray[np.float32], chest: ChestSet, seen: int, seed: int) -> dict[str, Any]:
    each = per_class_auroc(scores, chest.targets)
    ends, mean_ends = bootstrap_auroc(scores, chest.targets, chest.patients, seed=seed)
    return {
        "images": len(chest),
        "patients": len(set(chest.patients)),
        "mean": mean_auroc(each),
        "mean_interval": list(mean_ends),
        "mean_seen": mean_auroc(each[:seen]),
        "mean_unseen": mean_auroc(each[seen:]),
        "classes": {
            name: {
                "auroc": float(each[c]),
                "interval": ends[c].tolist(),
                "positives": int(chest.targets[:, c].sum()),
            }
            for c, name in enumerate(chest.labels)
        },
    }


@torch.inference_mode()
def replay_tensors(network: zero_shot.ZeroShotNet, chest: ChestSet, seed: int) -> dict[str, Tensor]:
    """Visual features of some training images, so that fine-tuning can rehearse what the model says of them.

    ``aux.replay_features`` float16 ``[R, C]``, of the encoder, which fine-tuning leaves as it is; no image
    can be made of them.
    """
    network.eval()
    device = next(network.parameters()).device
    chosen = np.random.default_rng((seed, 3)).permutation(len(chest))[:REPLAY]
    parts = []
    for start in range(0, len(chosen), EVALUATION_BATCH):
        with devices.autocast(device):
            parts.append(network.pooled(chest.tensor(chosen[start : start + EVALUATION_BATCH]).to(device)))
    return {"aux.replay_features": torch.cat(parts).float().cpu().half()}

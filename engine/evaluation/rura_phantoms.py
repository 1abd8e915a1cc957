"""RURA-Net on fundus phantoms of ten diseases: every table of paper 000 at a size that two cores can train.

One seed after the other, and within a seed one part after the other; a part that lies in the folder of the
results is not computed again. The target disease is known to no network by label: the twin network never
sees it, the U-Net sees lesion masks only (as in the paper, whose masks are of diabetic eyes).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine import devices
from engine.clustering.estimators import ESTIMATORS
from engine.clustering.naming import hungarian
from engine.data.disease_pairs import PairBatches, disease_set, phantom_diseases, phantom_image
from engine.data.fundus_square import fundus_square
from engine.data.lesion_crops import CropConfig, LesionCrops, Pool
from engine.data.lesion_masks import draw_phantoms, phantom_samples, phantom_side
from engine.evaluation import few_shot, variants
from engine.imaging.phantoms.fundus_diseases import DISEASES
from engine.inference import gallery
from engine.inference.approximate_diagnosis import HEALTHY, RuraPredictor
from engine.inference.diagnosis_config import DiagnosisConfig
from engine.inference.diagnosis_result import Diagnosed
from engine.inference.predictor import Picture
from engine.inference.segmentation import SegmentationPredictor
from engine.inference.similarity import SimilarityPredictor
from engine.io.files import write_whole
from engine.metrics.clustering import diagnosis_scores
from engine.metrics.segmentation import pooled
from engine.models import siamese, unet
from engine.progress import Progress, silent
from engine.records import ImageInfo, Modality, ModelCard, ModelVersion
from engine.training.lesion_measure import histograms
from engine.training.loop import LoopConfig, fit
from engine.training.recipes import disease_similarity, lesion_unet

SLIM: dict[str, Any] = {"channels": [24, 48, 96, 128], "stem_type": "deep", "stem_width": 12}
COMPACT = siamese.SiameseConfig("resnet10t", SLIM, 64)
UNET = unet.UNetConfig(
    "tu-resnet10t", {"channels": [16, 32, 64, 96]}, (48, 32, 24, 16, 8), ("MA", "HE", "SE", "EX")
)
TEST, QUERY, THRESHOLD = 1_000_000, 2_000_000, 3_000_000  # added to the seed: images of different use
FULL = "full"


@dataclass(frozen=True, slots=True)
class PhantomConfig:
    """Sizes of the experiment (ours).

    Attributes
    ----------
    target
        The disease that is diagnosed without its labels.
    size, side, diameter
        Input of the twin network, longer side of the photographs, field of view of the U-Net; pixels.
    each, held
        Photographs a known disease to train on and to measure pairs on.
    queries
        Photographs of the target, or of a variant, that are ranked.
    masked
        Photographs with masks that the U-Net learns from.
    reference, test
        Photographs of each class that clusters are fitted on, and that are diagnosed.
    backbones
        Of the twin network, beside the compact one (its table 3), by the paper's names.
    few
        Of the few-shot baselines (its table 2), beside the compact one.
    """

    target: str = "diabetic retinopathy"
    size: int = 112
    side: int = 256
    diameter: int = 224
    each: int = 14
    held: int = 8
    queries: int = 8
    masked: int = 28
    reference: int = 20
    test: int = 30
    pairs: int = 16
    similarity: LoopConfig = field(
        default_factory=lambda: LoopConfig(steps=140, lr=2e-3, weight_decay=1e-3, warmup=14, clip_norm=1.0)
    )
    segmentation: LoopConfig = field(
        default_factory=lambda: LoopConfig(steps=140, lr=3e-3, weight_decay=1e-4, warmup=14, clip_norm=1.0)
    )
    backbones: tuple[str, ...] = ()
    few: tuple[str, ...] = ()


def run(
    seeds: Sequence[int],
    config: PhantomConfig,
    folder: Path | None = None,
    device: str = "auto",
    progress: Progress = silent,
) -> dict[int, dict[str, Any]]:
    """Parts of every seed: ``chain``, ``few-shot NAME``, ``siamese NAME``; those in ``folder`` are read.

    Returns
    -------
    dict
        Seed -> part -> figures.
    """
    place = devices.pick(device)
    found: dict[int, dict[str, Any]] = {}
    for seed in seeds:
        parts: dict[str, Callable[[], Any]] = {"chain": partial(_chain, seed, config, place, progress)}
        for name in ("compact", *config.few):
            parts[f"few-shot {name}"] = partial(_few_shot, name, seed, config, place, progress)
        for name in config.backbones:
            parts[f"siamese {name}"] = partial(_other_backbone, name, seed, config, place, progress)
        found[seed] = {
            name: _once(folder, f"seed-{seed} {name}", config, make) for name, make in parts.items()
        }
    return found


def _once(folder: Path | None, name: str, config: PhantomConfig, make: Callable[[], Any]) -> Any:
    """The figures of a part, from its file where that was made with the same sizes."""
    sizes = json.loads(json.dumps({k: v for k, v in asdict(config).items() if k not in ("backbones", "few")}))
    file = folder / "parts" / f"{name}.json" if folder else None
    if file and file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["sizes"] == sizes:
            return kept["figures"]
    figures = make()
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps({"sizes": sizes, "figures": figures}, indent=1).encode())
    return figures


def _chain(seed: int, config: PhantomConfig, device: torch.device, progress: Progress) -> dict[str, Any]:
    """Twin network, ranking, U-Net, all clusterings, both ablations."""
    similarity, pairs = twin(COMPACT, seed, config, device, progress)
    rura = RuraPredictor(similarity, lesions(seed, config, device, progress))
    images, truth = test_pictures(seed, config)
    figures: dict[str, Any] = {
        "pairs": pairs,
        "ranking": ranking(similarity, seed, config),
        "target": [
            [s.name, s.score]
            for s in rura.chain(config.target, target_pictures(seed, config), base(config)).similar
        ],
    }
    figures["clusterings"], figures["source"] = _clusterings(rura, images, truth, seed, config, progress)
    figures["ablations"] = _ablations(rura, images, truth, seed, config, progress)
    return figures


def twin(
    network: siamese.SiameseConfig, seed: int, config: PhantomConfig, device: torch.device, progress: Progress
) -> tuple[SimilarityPredictor, dict[str, Any]]:
    """A twin network that has not seen the target, and its figures on unseen photographs."""
    known = tuple(name for name in DISEASES if name != config.target)
    recipe = disease_similarity.Config(network=network, size=config.size, pairs=config.pairs, seed=seed)
    training = phantom_diseases(known, config.each, config.size, seed, progress)
    torch.manual_seed(seed)
    net = siamese.SiameseNetwork(network)
    fit(
        net,
        PairBatches(training, config.pairs, seed),
        disease_similarity.loss_of(recipe),
        replace(config.similarity, seed=seed),
        device=device,
        progress=progress,
        text=f"seed {seed}: disease similarity, {network.backbone}",
    )
    held = phantom_diseases(known, config.held, config.size, seed + TEST, progress)
    figures = disease_similarity.evaluate(net, held, device, seed)
    card = ModelCard("disease_similarity", str(seed), network.as_dict() | {"size": config.size}, known)
    version = ModelVersion("disease_similarity", f"{network.backbone} {seed}", "")
    stored = gallery.build(net, training, config.each, device)
    return SimilarityPredictor(net, stored, card, version, device), figures


def ranking(similarity: SimilarityPredictor, seed: int, config: PhantomConfig) -> dict[str, Any]:
    """Where the disease that an unseen one was constructed from stands among the known ones, from 1."""
    places = {}
    for name, (parent, disease) in variants.VARIANTS.items():
        if parent == config.target:
            continue
        with variants.shown(name, disease):
            pictures = [
                picture(phantom_image(name, seed + QUERY, k, config.side).rgb) for k in range(config.queries)
            ]
        scores = np.mean([_by_name(p.similar) for p in similarity.predict(pictures)], axis=0)
        names = [n for n in sorted(similarity.gallery.names) if n != HEALTHY]
        kept = [s for n, s in zip(sorted(similarity.gallery.names), scores, strict=True) if n != HEALTHY]
        order = [names[k] for k in np.argsort(-np.array(kept), kind="stable")]
        places[name] = order.index(parent) + 1
    found = np.array(list(places.values()))
    return {
        "places": places,
        "first": float((found == 1).mean()),
        "reciprocal": float((1 / found).mean()),
        "of": len(similarity.gallery.names) - 1,
    }


def lesions(
    seed: int, config: PhantomConfig, device: torch.device, progress: Progress
) -> SegmentationPredictor:
    """A small U-Net of phantoms of diabetic retinopathy, with thresholds of its own."""
    torch.manual_seed(seed)
    net = unet.LesionUNet(UNET)
    recipe = lesion_unet.Config(network=UNET, focal_weight=40.0, dice_weight=1.0)
    samples = phantom_samples(config.masked, seed, UNET.lesions, config.diameter, progress)
    fit(
        net,
        LesionCrops([Pool(samples, 1.0)], UNET.lesions, CropConfig(size=128), 8, seed),
        lesion_unet.loss_of(recipe),
        replace(config.segmentation, seed=seed),
        device=device,
        progress=progress,
        text=f"seed {seed}: lesion masks",
    )
    shape = {"diameter": config.diameter, "tile": 32 * (config.side // 32 + 1), "overlap": 32}
    card = ModelCard(
        "lesion_unet",
        str(seed),
        UNET.as_dict() | shape | {"thresholds": dict.fromkeys(UNET.lesions, 0.5), "phantom_only": []},
        UNET.lesions,
    )
    predictor = SegmentationPredictor(net, card, ModelVersion("lesion_unet", f"small {seed}", ""), device)
    side = phantom_side(config.diameter)
    drawn = histograms(
        predictor,
        lambda: ((p.rgb, p.masks) for p in draw_phantoms(10, seed + THRESHOLD, side)),
        UNET.lesions,
        progress,
    )
    best = {code: pooled(images).best_threshold() for code, images in drawn.items()}
    predictor.card = replace(card, config=dict(card.config) | {"thresholds": best})
    return predictor


def test_pictures(seed: int, config: PhantomConfig) -> tuple[list[Picture], NDArray[np.bool_]]:
    """Photographs of the target and of healthy eyes in turn, and which are diseased."""
    truth = np.arange(2 * config.test) % 2 == 0
    names = [config.target if ill else HEALTHY for ill in truth]
    images = [picture(phantom_image(n, seed + TEST + 1, k, config.side).rgb) for k, n in enumerate(names)]
    return images, truth


def target_pictures(seed: int, config: PhantomConfig) -> list[Picture]:
    """Photographs of the target without labels, for the ranking of known diseases."""
    drawn = (phantom_image(config.target, seed + QUERY + 1, k, config.side) for k in range(config.queries))
    return [picture(phantom.rgb) for phantom in drawn]


def picture(rgb: NDArray[np.uint8]) -> Picture:
    """An image that is no file."""
    rows, columns = rgb.shape[:2]
    return Picture(ImageInfo(Path("phantom"), "", "png", rows, columns, modality=Modality.FUNDUS), rgb)


def base(config: PhantomConfig) -> DiagnosisConfig:
    """The chain's switches here."""
    return DiagnosisConfig(reference=config.reference, side=config.side)


def _clusterings(
    rura: RuraPredictor,
    images: Sequence[Picture],
    truth: NDArray[np.bool_],
    seed: int,
    config: PhantomConfig,
    progress: Progress,
) -> tuple[dict[str, Any], str]:
    """Every algorithm on lesion burden and on masked images; clusters of the source and of the images."""
    table: dict[str, Any] = {}
    chain = rura.chain(config.target, target_pictures(seed, config), base(config), progress)
    for features in ("burden", "masked"):
        looks = replace(base(config), features=features, seed=seed)
        looked = rura.look(images, chain, looks, progress)
        for name in ESTIMATORS:
            for where in ("source", "given"):
                asked = replace(looks, clustering=name, fit=where)
                table[f"{name} {features} {where}"] = scores(
                    rura.decide(looked, chain, asked, progress), truth
                )
    return table, chain.source


def _ablations(
    rura: RuraPredictor,
    images: Sequence[Picture],
    truth: NDArray[np.bool_],
    seed: int,
    config: PhantomConfig,
    progress: Progress,
) -> dict[str, Any]:
    """Table 6: the chain, without similarity, without segmentation."""
    table = {}
    for name, asked in ablations(replace(base(config), features="masked", seed=seed)).items():
        queries = target_pictures(seed, config) if asked.similarity else ()
        chain = rura.chain(config.target, queries, asked, progress)
        looked = rura.look(images, chain, asked, progress)
        table[name] = scores(rura.decide(looked, chain, asked, progress), truth)
    return table


def ablations(config: DiagnosisConfig) -> dict[str, DiagnosisConfig]:
    """The rows of table 6."""
    return {
        "without similarity": replace(config, similarity=False),
        "without segmentation": replace(config, segmentation=False),
        FULL: config,
    }


def scores(found: Diagnosed, truth: NDArray[np.bool_]) -> dict[str, float]:
    """Figures of a diagnosis; ``hungarian`` is the accuracy had the clusters been named by the truth."""
    margins = found.margins()
    table = {k: float(v) for k, v in asdict(diagnosis_scores(margins, margins > 0, truth)).items()}
    labels = found.clusters.predict(found.features)
    named = hungarian(labels, truth.astype(np.int64))
    return table | {
        "hungarian": float(np.mean([named.get(int(c), -1) == t for c, t in zip(labels, truth, strict=True)]))
    }


def _few_shot(
    name: str, seed: int, config: PhantomConfig, device: torch.device, progress: Progress
) -> dict[str, float]:
    """A classifier of 36 photographs, half of the target, half healthy."""
    order = np.arange(few_shot.SHOTS) % 2 == 0
    drawn = [
        phantom_image(config.target if ill else HEALTHY, seed, k, config.side).rgb
        for k, ill in enumerate(order)
    ]
    backbone = {"backbone": COMPACT.backbone, "options": SLIM} if name == "compact" else {"backbone": name}
    shots = disease_set(drawn, ["x"] * len(drawn), config.size).images
    trained = few_shot.train(
        shots, order, few_shot.FewShotConfig(seed=seed, pretrained="never", **backbone), device, progress
    )
    images, truth = test_pictures(seed, config)
    squares = np.stack([fundus_square(one.pixels, config.size).pixels for one in images])
    found = few_shot.logits(trained, squares, device)
    return {k: float(v) for k, v in asdict(diagnosis_scores(found, found > 0, truth)).items()}


def _other_backbone(
    name: str, seed: int, config: PhantomConfig, device: torch.device, progress: Progress
) -> dict[str, Any]:
    return twin(siamese.SiameseConfig(backbone=name, embedding=64), seed, config, device, progress)[1]


def _by_name(similar: Sequence[Any]) -> list[float]:
    return [score.score for score in sorted(similar, key=lambda s: str(s.name))]

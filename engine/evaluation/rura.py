"""``lynceus-engine evaluate rura``: paper 000's tables, on phantoms or on graded photographs."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import devices
from engine.clustering.estimators import ESTIMATORS
from engine.data.disease_pairs import disease_set
from engine.data.lesion_masks import read_rgb
from engine.data.lesion_sets import lesion_rows
from engine.data.manifest import ManifestRow, split_by_patient
from engine.errors import TooFewSamples
from engine.evaluation import few_shot, rura_paper, rura_phantoms, rura_tables
from engine.evaluation.protocols import Report, Request
from engine.inference import loading
from engine.inference.approximate_diagnosis import RuraPredictor
from engine.inference.diagnosis_config import DiagnosisConfig
from engine.inference.diagnosis_result import Looked
from engine.inference.predictor import Picture
from engine.metrics.bootstrap import interval
from engine.metrics.clustering import diagnosis_scores
from engine.progress import Progress, silent
from engine.records import ImageInfo, Modality

PHANTOMS = "phantoms"
HELD_BACK, SPLIT_SEED = 0.2, 0  # as the shipped lesion U-Net was trained: it has not seen these patients
SIDE = 192  # of the few-shot baselines' input
TARGET = "diabetic retinopathy"


def run(request: Request, progress: Progress = silent) -> Report:
    """The protocol.

    Raises
    ------
    TooFewSamples
        When the folder has too few graded photographs of either class.
    """
    if str(request.data) == PHANTOMS:
        return _phantoms(request, progress)
    return _photographs(request, progress)


def _phantoms(request: Request, progress: Progress) -> Report:
    config = rura_phantoms.PhantomConfig(
        backbones=tuple(request.options["backbones"]), few=tuple(request.options["few_shot"])
    )
    seeds = range(int(request.options["seeds"]))
    found = rura_phantoms.run(seeds, config, request.out, request.device, progress)
    size = (
        f"photographs of {config.side} px, networks from scratch; the target, {config.target}, has no label "
        f"anywhere; {2 * config.test} test images a seed."
    )
    return Report({"config": asdict(config), "seeds": found}, rura_tables.text(found, size))


def _photographs(request: Request, progress: Progress) -> Report:
    """DR against no DR on held-back photographs with the shipped weights, beside 36 labelled ones."""
    graded = [row for row in lesion_rows(request.data) if row.task == "dr_grade" and row.dr_grade is not None]
    training, held = split_by_patient(graded, HELD_BACK, SPLIT_SEED)
    held = held[: int(request.options["images"]) or len(held)]
    truth = np.array([bool(row.dr_grade) for row in held])
    if truth.all() or not truth.any():
        raise TooFewSamples(
            f"{len(held)} held-back photographs, {int(truth.sum())} of them ill: both classes are needed",
            request.data,
            "Give a folder with photographs of grade 0 and of others.",
        )
    rura = loading.load("rura_net", loading.shipped, request.device)
    assert isinstance(rura, RuraPredictor)  # the table of systems says so
    groups = [row.patient for row in held]
    rows = _diagnoses(rura, held, truth, groups, progress)
    rows |= _few_shots(training, held, truth, groups, request, progress)
    text = _photograph_text(rows, held, truth, rura)
    return Report({"images": len(held), "diseased": int(truth.sum()), "rows": rows}, text)


def _diagnoses(
    rura: RuraPredictor,
    held: list[ManifestRow],
    truth: NDArray[np.bool_],
    groups: list[str],
    progress: Progress,
) -> dict[str, Any]:
    """Every clustering, fitted on phantoms of the source and on the given photographs; both ablations."""
    plans = {name: (rura.chain(TARGET, (), config), config) for name, config in _configs().items()}
    looked: dict[str, list[Looked]] = {name: [] for name in plans}
    for done, row in enumerate(held):
        progress(done, len(held), f"looking at {row.path.name}")
        for name, (one,) in zip(plans, rura.look_for([_picture(row)], list(plans.values())), strict=True):
            looked[name].append(one)
    table: dict[str, Any] = {}
    for name, (chain, config) in plans.items():
        for clustering in ESTIMATORS if name == "full" else ("AGG",):
            for fit in ("source", "given") if config.segmentation else ("source",):
                asked = replace(config, clustering=clustering, fit=fit)
                margins = rura.decide(looked[name], chain, asked, progress).margins()
                table[f"{name}, {clustering}, fitted on {_fitted(fit, chain.source)}"] = _scored(
                    margins, margins > 0, truth, groups
                )
    return table


def _configs() -> dict[str, DiagnosisConfig]:
    return {
        "full": DiagnosisConfig(),
        "without similarity": DiagnosisConfig(similarity=False),
        "without segmentation": DiagnosisConfig(segmentation=False),
    }


def _fitted(fit: str, source: str) -> str:
    return f"phantoms of {source}" if fit == "source" else "the photographs themselves"


def _picture(row: ManifestRow) -> Picture:
    rgb = read_rgb(row.path)
    rows, columns = rgb.shape[:2]
    info = ImageInfo(row.path, row.sha256, "jpeg", rows, columns, modality=Modality.FUNDUS)
    return Picture(info, rgb)


def _few_shots(
    training: list[ManifestRow],
    held: list[ManifestRow],
    truth: NDArray[np.bool_],
    groups: list[str],
    request: Request,
    progress: Progress,
) -> dict[str, Any]:
    """Classifiers of 36 labelled photographs of other patients, half of each class."""
    half = few_shot.SHOTS // 2
    ill = [row for row in training if row.dr_grade][:half]
    well = [row for row in training if row.dr_grade == 0][:half]
    if len(ill) < half or len(well) < half:
        return {}
    shots = disease_set([read_rgb(row.path) for row in ill + well], ["x"] * len(ill + well), SIDE).images
    tests = disease_set([read_rgb(row.path) for row in held], ["x"] * len(held), SIDE).images
    device = devices.pick(request.device)
    table = {}
    for name in ("compact", *request.options["few_shot"]):
        slim = {"backbone": rura_phantoms.COMPACT.backbone, "options": rura_phantoms.SLIM}
        config = few_shot.FewShotConfig(**(slim if name == "compact" else {"backbone": name}))
        network = few_shot.train(shots, np.arange(len(shots)) < half, config, device, progress)
        found = few_shot.logits(network, tests, device)
        table[f"supervised on {few_shot.SHOTS} photographs, {name}"] = _scored(
            found, found > 0, truth, groups
        )
    return table


def _scored(
    score: NDArray[np.float64], positive: NDArray[np.bool_], truth: NDArray[np.bool_], groups: list[str]
) -> dict[str, Any]:
    """Figures with 95 % intervals over patients."""

    def of(name: str, pick: NDArray[np.int64]) -> float:
        return float(getattr(diagnosis_scores(score[pick], positive[pick], truth[pick]), name))

    table: dict[str, Any] = {}
    for name in rura_tables.SCORES:
        found = interval(partial(of, name), groups, rounds=500)
        table[name] = found.value
        table[f"{name}_interval"] = [found.low, found.high]
    return table


def _photograph_text(
    rows: dict[str, Any], held: list[ManifestRow], truth: NDArray[np.bool_], rura: RuraPredictor
) -> str:
    lines = [
        f"{TARGET} or none on {len(held)} held-back photographs ({int(truth.sum())} diseased) with "
        f"{rura.version.version} (similarity+masks); 95 % intervals over patients. Clusters are named by "
        "lesion burden, without a label of the target; the twin network knows phantoms only.",
        "",
        "| | " + " | ".join(rura_tables.SCORES) + " |",
        "|---" * (len(rura_tables.SCORES) + 1) + "|",
    ]
    for name, row in rows.items():
        cells = [
            f"{row[c]:.3f} ({row[f'{c}_interval'][0]:.3f}–{row[f'{c}_interval'][1]:.3f})"
            for c in rura_tables.SCORES
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    paper = rura_paper.ABLATIONS["full"]
    lines.append(
        "| paper 000 (EyePACS) | " + " | ".join(f"{paper[c]:.3f}" for c in rura_tables.SCORES) + " |"
    )
    return "\n".join(lines)

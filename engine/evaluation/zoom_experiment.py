"""Zoom-in-Net on phantom eye pairs: what A-Net, C-Net and the fellow eye add (paper 003, tables 1 and 2).

Phantoms have what no open set has: both eyes of a person with grades that agree as real ones do, and the true
place of every lesion. Small inputs in the paper's proportions (s / input, high / input, patch / window).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from engine import devices, weights
from engine.data.fundus_grades import FundusSet, phantom_set
from engine.data.fundus_square import fundus_square
from engine.evaluation.localisation import (
    Located,
    fixed_windows,
    lesion_boxes,
    oracle_windows,
    random_windows,
    recall_table,
)
from engine.evaluation.protocols import Report, Request
from engine.evaluation.zoom_tables import report_text
from engine.imaging.phantoms.fundus import fundus, sample_pair
from engine.metrics.bootstrap import interval
from engine.metrics.kappa import quadratic_kappa
from engine.models.zoom_in_net import ZoomInNet, as_dict, build
from engine.models.zoom_in_net.regions import windows
from engine.progress import Progress
from engine.records import Box
from engine.training.loop import LoopConfig
from engine.training.recipes.zoom_in_net_config import COMPACT, Config
from engine.training.recipes.zoom_in_net_phases import run_phases

SYSTEM = "zoom_in_net"
POOL, TEST = 7, 1_000_007  # seeds of the training and of the test persons
BATCH = 16
ROWS = {
    "main": "M-Net (phase 1)",
    "attention": "M-Net + A-Net (phase 2)",
    "main after": "M-Net within the whole (phase 3)",
    "whole": "Zoom-in-Net",
}
EYES = ("each eye alone", "both eyes")

EXPERIMENT = replace(
    COMPACT,
    network=replace(COMPACT.network, input_size=160, high_size=400, window=65, patch_size=112),
    main_loop=LoopConfig(560, 2e-3, weight_decay=0.02, warmup=30, clip_norm=1.0, checkpoint_every=40),
    attention_loop=LoopConfig(200, 2e-3, weight_decay=1e-3, warmup=20, checkpoint_every=100),
    whole_loop=LoopConfig(320, 1e-3, weight_decay=0.02, warmup=20, clip_norm=1.0, checkpoint_every=20),
    views=2,
    surrogate=0.0,
    phantom_pairs=400,
    test_phantom_pairs=150,
)
"""Half the sizes of the shipped model, and phantoms alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one trained network says of the test images.

    Attributes
    ----------
    probabilities
        (row of `ROWS`, one of `EYES`) -> ``[n, 5]``.
    regions
        Windows in input pixels, best first; fewer than four where no more responded.
    """

    probabilities: dict[tuple[str, str], NDArray[np.float64]]
    regions: list[NDArray[np.float64]]


def run(request: Request, progress: Progress) -> Report:
    """Train and measure ``seeds`` networks; each finished seed is kept in the work folder and not made again.

    Raises
    ------
    Cancelled
        The same call goes on where it stopped.
    """
    seeds = range(int(request.options["seeds"]))
    network = replace(EXPERIMENT.network, spacing=float(request.options["spacing"]))
    config = replace(EXPERIMENT, network=network, device=request.device)
    training = phantom_set(config.phantom_pairs, config.sizes, POOL, progress)
    test = phantom_set(config.test_phantom_pairs, config.sizes, TEST, progress)
    lesions = phantom_lesions(config.test_phantom_pairs, config.sizes, TEST, request.data, progress)
    found = [_one(seed, training, test, config, request.data, progress) for seed in seeds]
    metrics = {
        "training images": len(training),
        "test images": len(test),
        "grades apart by at most 1": _close_pairs(test),
        "seeds": len(found),
        "kappa": kappa_table(found, test),
        "localisation": _localisation(found, lesions, test, config),
    }
    return Report(metrics, report_text(metrics))


def _one(
    seed: int, training: FundusSet, test: FundusSet, config: Config, folder: Path, progress: Progress
) -> Answers:
    """Answers of the network of one seed, from its file where it is finished."""
    config = replace(config, seed=seed)
    file = folder / f"{_key(config)}-{seed}.npz"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(seed)
        network = build(as_dict(config.network))
        out = folder / f"seed-{seed}.safetensors"

        def labelled(done: int, total: int, text: str = "", **values: float) -> None:
            progress(done, total, f"seed {seed}, {text}", **values)

        run_phases(network, [(training, 1.0)], config, out, labelled)
        save_answers(file, answers(network, test, out.with_suffix(".attention.phase"), config))
    return load_answers(file)


def answers(network: ZoomInNet, test: FundusSet, frozen: Path, config: Config) -> Answers:
    """Ask the finished network, and the one that phases 1 and 2 left in ``frozen``."""
    early = build(as_dict(config.network))
    early.load_state_dict(weights.load(frozen, SYSTEM)[0])
    said: dict[tuple[str, str], NDArray[np.float64]] = {}
    regions: list[NDArray[np.float64]] = []
    for eyes in EYES:
        fellow = test.fellow if eyes == "both eyes" else np.full(len(test), -1)
        before = _logits(early, test, fellow, config, whole=False)
        after = _logits(network, test, fellow, config, whole=True)
        main, attention = (softmax(before[name], axis=1) for name in ("main", "attention"))
        said["main", eyes] = main
        said["attention", eyes] = (main + attention) / 2
        said["main after", eyes] = softmax(after["main"], axis=1)
        said["whole", eyes] = softmax(after["whole"], axis=1)
        regions = after["regions"]
    return Answers(said, regions)


def _logits(
    network: ZoomInNet, test: FundusSet, fellow: NDArray[np.int64], config: Config, *, whole: bool
) -> dict[str, Any]:
    """Grade logits ``[n, 5]`` by part, and the windows of each image where C-Net runs."""
    device = devices.pick(config.device)
    network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    columns: dict[str, list[Any]] = {"main": [], "attention": [], "whole": [], "regions": []}
    for start in range(0, len(test), BATCH):
        part = slice(start, min(start + BATCH, len(test)))
        other = np.where(fellow[part] >= 0, fellow[part] - start, -1)
        low, high = (torch.from_numpy(np.array(a[part])).permute(0, 3, 1, 2) for a in (test.low, test.high))
        with torch.inference_mode(), devices.autocast(device):
            out = network(low.to(device), high.to(device) if whole else None, torch.from_numpy(other))
        columns["main"].append(out.main_logits.cpu().numpy())
        columns["attention"].append(out.evidence.logits.cpu().numpy())
        columns["whole"].append(out.logits.cpu().numpy())
        if whole:
            boxes = windows(out.regions.centers, config.network.window).cpu().numpy().astype(float)
            valid = out.regions.valid.cpu().numpy()
            columns["regions"] += [b[v] for b, v in zip(boxes, valid, strict=True)]
    parts = {name: np.concatenate(columns[name]) for name in ("main", "attention", "whole")}
    return {**parts, "regions": columns["regions"]}


def kappa_table(found: Sequence[Answers], test: FundusSet) -> dict[str, Any]:
    """Quadratic kappa of each row and of its ensemble, with intervals over persons of the mean over seeds."""
    table: dict[str, Any] = {}
    for eyes in EYES:
        mains = [_grades(a, "main", eyes) for a in found]
        for row, title in ROWS.items():
            grades = [_grades(a, row, eyes) for a in found]
            mean = np.mean([a.probabilities[row, eyes] for a in found], axis=0).argmax(axis=1)
            table[f"{title}, {eyes}"] = {
                "seeds": [quadratic_kappa(test.grades, g) for g in grades],
                "mean": str(interval(lambda k, g=grades: _mean_kappa(test, g, k), test.patients)),  # type: ignore[misc]
                "less M-Net (phase 1)": str(
                    interval(
                        lambda k, g=grades, m=mains: _mean_kappa(test, g, k) - _mean_kappa(test, m, k),  # type: ignore[misc]
                        test.patients,
                    )
                ),
                "ensemble": str(
                    interval(lambda k, g=mean: quadratic_kappa(test.grades[k], g[k]), test.patients)  # type: ignore[misc]
                ),
            }
    alone, both = ([_grades(a, "whole", eyes) for a in found] for eyes in EYES)
    table["both eyes less each eye alone"] = str(
        interval(lambda k: _mean_kappa(test, both, k) - _mean_kappa(test, alone, k), test.patients)
    )
    return table


def _mean_kappa(test: FundusSet, grades: Sequence[NDArray[np.int64]], chosen: NDArray[np.int64]) -> float:
    return float(np.mean([quadratic_kappa(test.grades[chosen], g[chosen]) for g in grades]))


def _grades(said: Answers, row: str, eyes: str) -> NDArray[np.int64]:
    return np.asarray(said.probabilities[row, eyes].argmax(axis=1), np.int64)


def _localisation(
    found: Sequence[Answers], lesions: Sequence[NDArray[np.float64]], test: FundusSet, config: Config
) -> dict[str, Any]:
    """`recall_table` of all images, and of those graded 1 and 2, where lesions are few; seeds pooled."""
    located = [
        (int(test.grades[k]), located_of(f"{seed}-{k}", lesions[k], said.regions[k], config, [seed, k]))
        for seed, said in enumerate(found)
        for k in range(len(test))
    ]
    named = {"all grades": (1, 2, 3, 4), "grade 1": (1,), "grade 2": (2,)}
    return {
        name: recall_table([image for grade, image in located if grade in grades])
        for name, grades in named.items()
    }


def located_of(
    person: str,
    lesions: NDArray[np.float64],
    regions: NDArray[np.float64],
    config: Config,
    seed: Sequence[int],
) -> Located:
    """An image of the input frame beside windows that look at nothing."""
    size, window = config.network.input_size, config.network.window
    blind = random_windows(size, window, np.random.default_rng(list(seed)))
    return Located(
        person, lesions, regions, blind, fixed_windows(size, window), oracle_windows(lesions, size, window)
    )


def phantom_lesions(
    pairs: int, sizes: tuple[int, int], seed: int, folder: Path, progress: Progress
) -> list[NDArray[np.float64]]:
    """Boxes of the drawn lesions of `phantom_set`'s images in input pixels, ``[n, 4]`` each; kept on disk."""
    file = folder / f"lesions-{seed}-{pairs}-{sizes[0]}-{sizes[1]}.json"
    if file.is_file():
        return [np.array(b, np.float64).reshape(-1, 4) for b in json.loads(file.read_text())]
    found = []
    for index in range(2 * pairs):
        phantom = fundus(sample_pair(np.random.default_rng([seed, index // 2]))[index % 2], sizes[1])
        square = fundus_square(phantom.rgb, sizes[0])
        boxes = np.concatenate([lesion_boxes(mask) for mask in phantom.masks.values()])
        turned = [square.box_in(Box(*box)) for box in boxes.tolist()]
        found.append([[b.x0, b.y0, b.x1, b.y1] for b in turned])
        progress(index + 1, 2 * pairs, "lesions of the test phantoms")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found))
    return [np.array(b, np.float64).reshape(-1, 4) for b in found]


def save_answers(file: Path, said: Answers) -> None:
    """Write answers as plain arrays (no pickle)."""
    arrays = {f"{row}|{eyes}": p for (row, eyes), p in said.probabilities.items()}
    counts = np.array([len(r) for r in said.regions])
    with file.with_suffix(".unfinished").open("wb") as stream:
        np.savez(stream, allow_pickle=False, counts=counts, regions=np.concatenate(said.regions), **arrays)
    file.with_suffix(".unfinished").replace(file)


def load_answers(file: Path) -> Answers:
    """Undo `save_answers`."""
    with np.load(file, allow_pickle=False) as arrays:
        cuts = np.cumsum(arrays["counts"])[:-1]
        regions = np.split(arrays["regions"], cuts)
        said = {(row, eyes): arrays[f"{row}|{eyes}"] for row in ROWS for eyes in EYES}
    return Answers(said, regions)


def _close_pairs(test: FundusSet) -> float:
    """Share of the persons whose eyes' grades differ by at most 1."""
    return float((np.abs(test.grades - test.grades[test.fellow]) <= 1).mean())


def _key(config: Config) -> str:
    """A name for the settings that differ from the defaults: a field that joins later renames nothing."""
    changed = _changed(replace(config, device="", seed=0), Config())
    return hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()[:12]


def _changed(config: Any, default: Any) -> dict[str, Any]:
    values = {f.name: (getattr(config, f.name), getattr(default, f.name)) for f in fields(config)}
    return {
        name: _changed(new, old) if is_dataclass(new) else new
        for name, (new, old) in values.items()
        if new != old
    }

"""Does the review queue teach more than random order? ``python -m tests.benchmarks.next_cases [FILE]``.

Phantoms, of which a quarter come from a camera that the shipped weights never saw, are looked at once by the
shipped Zoom-in-Net; FILE keeps what it said, so that a run can be cut off. Then k cases are "reviewed": their
true grade is taken, chosen by the queue (`engine.operations.next_cases`, rounds of eight, as a reader works)
or at random, and the classifier learns a linear correction of its own answer on its stored features, held
near it: the form of correction that retraining learns (`engine.training.recipes.zoom_in_net_tuning`), without
views and replay. Agreement is measured on images that nobody reviewed. One system looks at the phantoms, so
the queue's second reason, disagreement between systems, is not at work here.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import torch
from numpy.typing import NDArray

from engine.imaging.phantoms import fundus
from engine.inference.grading import GradingPredictor
from engine.inference.predictor import Options, Picture
from engine.metrics.kappa import accuracy, quadratic_kappa
from engine.operations.next_cases import Candidate, kinds, ordered
from engine.records import ImageInfo, Modality
from engine.store.digest import entropy_uncertainty
from engine.systems import system

IMAGES, SIDE, NEW_SHARE = 128, 640, 0.25
POOL = 80  # the rest is measured on
BUDGETS = (8, 16, 32)
ROUND = 8
SPLITS, RANDOM_ORDERS = 6, 4
ANCHOR = 512.0  # weight of the squared correction over the number of reviewed images; set on random orders
STEPS, RATE = 120, 0.02

Floats = NDArray[np.float64]


def looked_at(file: Path) -> tuple[NDArray[np.int64], Floats, NDArray[np.float32]]:
    """True grades, the model's probabilities and its embeddings of the phantoms; kept in a file."""
    if file.is_file():
        kept = np.load(file)
        return kept["grades"], kept["chances"], kept["embeddings"]
    predictor = GradingPredictor.load(system("zoom_in_net").shipped_weights, "cpu")
    rng = np.random.default_rng(7)
    grades, chances, embeddings = [], [], []
    while len(grades) < IMAGES:
        camera = "new camera" if rng.random() < NEW_SHARE else None
        phantom = fundus.fundus(fundus.sample_fundus(rng, camera=camera), SIDE)
        name = Path(f"{len(grades)}.png")
        info = ImageInfo(name, "0", "png", *phantom.rgb.shape[:2], samples=3, modality=Modality.FUNDUS)
        (said,) = predictor.predict([Picture(info, phantom.rgb)], Options(evidence=False))
        scores = said.grade or said.withheld
        if scores is None or said.embedding is None:
            continue
        grades.append(phantom.grade)
        chances.append(scores.probabilities)
        embeddings.append(said.embedding)
        print(f"\rlooked at {len(grades)} of {IMAGES}", end="", file=sys.stderr, flush=True)
    kept_arrays = (np.array(grades), np.array(chances, np.float64), np.array(embeddings, np.float32))
    np.savez(file, grades=kept_arrays[0], chances=kept_arrays[1], embeddings=kept_arrays[2])
    return kept_arrays


def by_queue(chances: Floats, embeddings: NDArray[np.float32], count: int) -> list[int]:
    """The first cases of the queue, made anew after every round."""
    taken: list[int] = []
    while len(taken) < count:
        left = [n for n in range(len(chances)) if n not in taken]
        places, novel = kinds(embeddings[left], embeddings[taken])
        found = [
            Candidate(n, entropy_uncertainty(list(chances[n])) or 0.0, 0.0, float(new), int(place))
            for n, place, new in zip(left, places, novel, strict=True)
        ]
        taken += [case.case_id for case in ordered(found)[: min(ROUND, count - len(taken))]]
    return taken


def corrected(
    grades: NDArray[np.int64],
    chances: Floats,
    embeddings: NDArray[np.float32],
    reviewed: Sequence[int],
    measured: Sequence[int],
) -> Floats:
    """Probabilities of the measured images after learning from the reviewed ones."""
    features = torch.from_numpy((embeddings - embeddings.mean(axis=0)) / (embeddings.std(axis=0) + 1e-6))
    base = torch.from_numpy(np.log(np.clip(chances, 1e-6, 1.0))).float()
    change = torch.nn.Linear(features.shape[1], chances.shape[1])
    torch.nn.init.zeros_(change.weight)
    torch.nn.init.zeros_(change.bias)
    optimizer = torch.optim.Adam(change.parameters(), RATE)
    told, truth = list(reviewed), torch.from_numpy(grades[list(reviewed)])
    for _ in range(STEPS):
        optimizer.zero_grad()
        logits = base[told] + change(features[told])
        drift = change.weight.square().sum() + change.bias.square().sum()
        loss = torch.nn.functional.cross_entropy(logits, truth) + ANCHOR / len(told) * drift
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        rest = list(measured)
        logits = base[rest] + change(features[rest])
        return torch.softmax(logits, dim=1).double().numpy()


def measure(grades: NDArray[np.int64], chances: Floats) -> tuple[float, float, float]:
    """Quadratic kappa, accuracy and mean negative log likelihood."""
    said = chances.argmax(axis=1)
    likelihood = chances[np.arange(len(grades)), grades]
    return quadratic_kappa(grades, said), accuracy(grades, said), float(-np.log(likelihood + 1e-9).mean())


def main() -> None:
    """Look, choose, learn, measure; one line an order and budget."""
    torch.set_num_threads(1)
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "phantoms.npz"
    grades, chances, embeddings = looked_at(file)
    found: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for split in range(SPLITS):
        rng = np.random.default_rng(split)
        order = rng.permutation(len(grades))
        pool, measured = order[:POOL], order[POOL:]
        found.setdefault(("not retrained", 0), []).append(measure(grades[measured], chances[measured]))
        orders = {"queue": [by_queue(chances[pool], embeddings[pool], max(BUDGETS))]}
        orders["random"] = [list(rng.permutation(POOL)) for _ in range(RANDOM_ORDERS)]
        for name, choices in orders.items():
            for budget in BUDGETS:
                for choice in choices:
                    reviewed = pool[list(choice[:budget])]
                    after = corrected(grades, chances, embeddings, reviewed, measured)
                    found.setdefault((name, budget), []).append(measure(grades[measured], after))
    print(f"\n{'order':14} {'reviewed':>8}   {'kappa':>15} {'accuracy':>15} {'log loss':>15}")
    for (name, budget), values in found.items():
        columns = [f"{mean(v):8.3f} ± {stdev(v):.3f}" for v in zip(*values, strict=True)]
        print(f"{name:14} {budget:8}   " + " ".join(columns))
    print(f"{SPLITS} splits of {len(grades)} phantoms, {RANDOM_ORDERS} random orders each; mean ± deviation")


if __name__ == "__main__":
    main()

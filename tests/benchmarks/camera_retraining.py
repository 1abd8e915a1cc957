"""What five corrected cases of a new camera are worth: ``tests/benchmarks/camera_retraining.py [SEEDS]``.

For each seed: phantoms of a camera that no training draws (`NEW_CAMERA`), five of them corrected (their
masks are the truth), the shipped network retrained on them as the window does, and Dice by lesion on ten
unseen phantoms of that look before and after, with the time. The shipped weights stay as they are.
Budget of a retraining: 3 minutes of CPU, which an idle machine of two cores turns into less.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from engine import memory, weights
from engine.imaging.phantoms.fundus import FundusPhantom, fundus, sample_fundus
from engine.imaging.phantoms.fundus_camera import NEW_CAMERA
from engine.inference import loading
from engine.inference.predictor import Picture
from engine.inference.segmentation import SegmentationPredictor
from engine.metrics.segmentation import ProbabilityHistogram
from engine.records import ImageInfo, Instance, Modality, ReviewedImage
from engine.training.recipes import lesion_unet

CASES, UNSEEN, SIDE = 5, 10, 1024
BUDGET = 180.0
CODES = ("MA", "HE", "SE", "EX")


def phantoms(seed: int, count: int) -> list[FundusPhantom]:
    """Eyes with retinopathy of grade 2–4 through the new camera."""
    rngs = (np.random.default_rng([seed, number]) for number in range(count))
    specs = (sample_fundus(r, grade=2 + n % 3, camera=NEW_CAMERA) for n, r in enumerate(rngs))
    return [fundus(spec, SIDE) for spec in specs]


def dice(predictor: SegmentationPredictor, cases: list[FundusPhantom]) -> dict[str, float]:
    """Pooled Dice by lesion at the network's thresholds, and their mean."""
    counts = {code: ProbabilityHistogram() for code in CODES}
    for case in cases:
        maps = predictor.maps(case.rgb)
        for code in CODES:
            counts[code].add(maps[code], np.asarray(case.masks[code], bool))
    thresholds = predictor.card.config["thresholds"]
    found = {code: counts[code].at(float(thresholds[code])).dice for code in CODES}
    return found | {"mean": float(np.nanmean(list(found.values())))}


def retrained(base: Path, corrected: list[FundusPhantom], out: Path) -> tuple[float, float]:
    """Learn from corrected cases as the window does; seconds, and seconds of CPU."""
    examples, pictures = [], {}
    for number, case in enumerate(corrected):
        rows, columns = case.rgb.shape[:2]
        info = ImageInfo(Path(f"case {number}.png"), "", "png", rows, columns, modality=Modality.FUNDUS)
        masks = {code: np.asarray(case.masks[code], bool) for code in CODES}
        examples.append(ReviewedImage(Instance(number, number, info), f"patient {number}", masks=masks))
        pictures[number] = Picture(info, case.rgb)
    start, work = time.perf_counter(), time.process_time()
    lesion_unet.fine_tune(base, examples, lambda e: pictures[e.instance.id], out)
    return time.perf_counter() - start, time.process_time() - work


def main(seeds: int = 1) -> int:
    """Print the table; 1 where a retraining is too slow, makes Dice worse or touches the old model."""
    memory.keep_freed()  # as the worker does
    base = loading.shipped("lesion_unet")
    before_bytes = weights.file_sha256(base)
    failed = False
    for seed in range(seeds):
        cases = phantoms(1000 + seed, CASES + UNSEEN)
        unseen = cases[CASES:]
        old = dice(SegmentationPredictor.load(base), unseen)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "retrained.safetensors"
            seconds, work = retrained(base, cases[:CASES], out)
            new = dice(SegmentationPredictor.load(out), unseen)
        for code in (*CODES, "mean"):
            print(
                f"seed {seed} {code:5} Dice on {UNSEEN} unseen: {old[code]:.3f} → {new[code]:.3f}", flush=True
            )
        print(f"seed {seed} {seconds:.0f} s, {work:.0f} s of CPU, budget {BUDGET:.0f} s", flush=True)
        failed |= work > BUDGET or not new["mean"] > old["mean"]
    return int(failed or weights.file_sha256(base) != before_bytes)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))

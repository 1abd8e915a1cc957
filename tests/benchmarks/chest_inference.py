"""Ten crops of every image: the plain way (PIL, one image at a time, float32) beside ours, in one run.

``python -m tests.benchmarks.chest_inference [FOLDER] [--weights FILE] [--images 64]``: images a second of
both ways at equal crops, and by how much the AUROC of each label changes. Ours decodes with OpenCV into a
memory map, which is not there yet: building it counts, once.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import TenCrop
from torchvision.transforms.functional import pil_to_tensor

from engine import memory, systems, weights
from engine.data import nih
from engine.data.chest_rows import read_rows
from engine.data.chest_set import from_rows
from engine.evaluation.nih_scores import zero_shot_scores
from engine.inference.chest_findings import ChestPredictor
from engine.inference.predictor import Options
from engine.metrics.auroc import per_class_auroc
from engine.models import zero_shot
from engine.models.zero_shot.features import pooled
from engine.progress import silent


@torch.inference_mode()
def plain(predictor: ChestPredictor, paths: list[Path], labels: tuple[str, ...], size: int, crop: int):
    """Scores ``[N, L]``: PIL, resize, percentiles, ten crops, float32, an image at a time."""
    asked = predictor.asked(Options(labels=labels))
    places = [asked.names.index(name) for name in labels]
    found = []
    for path in paths:
        film = Image.open(path).convert("L").resize((size, size), Image.Resampling.BOX)
        small = pil_to_tensor(film).float() / 255
        low, high = (torch.quantile(small, q) for q in (0.005, 0.995))
        crops = torch.stack(TenCrop(crop)(((small - low) / (high - low)).clamp(0, 1)))
        visual = predictor.network.visual(pooled(predictor.network.features(crops)))
        found.append(predictor.network.scores(visual, asked.latent).mean(0)[places].numpy())
    return np.stack(found)


def as_trained(path: Path) -> zero_shot.ZeroShotNet:
    """The network with its batch norms, in the layout of tensors that is usual."""
    tensors, card = weights.load(path, ("cxr_ml_gzsl", "cm_dml_gzsl"))
    network = zero_shot.build(card.config)
    network.load_state_dict(weights.of_network(tensors))
    return network.eval()


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--weights", type=Path, default=systems.system("cxr_ml_gzsl").shipped_weights)
    parser.add_argument("--images", type=int, default=64)
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"no images: {arguments.data} is absent")
        return
    card = weights.read_card(arguments.weights)
    predictor = ChestPredictor.load(arguments.weights, "cpu")
    contiguous = ChestPredictor.load(arguments.weights, "cpu")
    contiguous.network = as_trained(arguments.weights)
    rows = [row for row in read_rows(arguments.data, partial=True) if nih.labels_of([row])[0]]
    rows = [rows[k] for k in np.random.default_rng(0).permutation(len(rows))[: arguments.images]]
    labels, size = card.labels, int(card.config["image_size"])
    crop = int(card.config["training"]["augmentation"]["crop"])
    start = time.perf_counter()
    slow = plain(contiguous, [row.path for row in rows], labels, size, crop)
    memory.keep_freed()  # as the command and the worker do
    middle = time.perf_counter()
    chest = from_rows(rows, labels, size)
    cached = time.perf_counter()
    fast = zero_shot_scores(predictor, chest, labels, "ten", crop, silent).scores
    end = time.perf_counter()
    each = [per_class_auroc(scores, chest.targets) for scores in (slow, fast)]
    said = {
        "images": len(rows),
        "plain_per_s": len(rows) / (middle - start),
        "ours_per_s": len(rows) / (end - middle),
        "ours_per_s_from_the_cache": len(rows) / (end - cached),
        "times": (middle - start) / (end - middle),
        "change_of_mean_auroc": float(np.nanmean(each[1] - each[0])),
        "mean_change_of_a_label": float(np.nanmean(np.abs(each[1] - each[0]))),
        "largest_score_change": float(np.abs(slow - fast).max()),
    }
    print(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()

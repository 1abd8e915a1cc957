"""Training steps of CXR-ML-GZSL: ours beside a plain float32 loop of the same network, in one run.

``python -m tests.benchmarks.chest_training [FOLDER] [--backbone densenet121]``: images a second of

- ``plain``: PIL decodes and crops every image of every step, float32, losses in Python loops;
- ``ours``: the recipe's loop, end to end from its cached images;
- ``ours_tensors_ready``: the same loop on one batch that lies on the device already, which bounds it.

The plain loop runs first, in a process as it is; the others as the command and the worker do, which keep
the memory that they free.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from torchvision.transforms import RandomCrop, RandomHorizontalFlip
from torchvision.transforms.functional import pil_to_tensor

from engine import devices, memory
from engine.data.chest_rows import read_rows
from engine.data.chest_set import batch_source, from_rows, independence_weights
from engine.models import zero_shot
from engine.models.zero_shot import ZeroShotNet
from engine.semantics.labels import label_embeddings
from engine.training.loop import LoopConfig, fit
from engine.training.recipes import cxr_ml_gzsl
from engine.training.recipes.chest_config import network_config

MARGIN, GAMMA_ALIGN, GAMMA_CON = 0.5, 0.1, 0.01


def looped(network: ZeroShotNet, images: Tensor, words: Tensor, targets: Tensor) -> Tensor:
    """The losses of paper 004 pair by pair."""
    visual, labels = network.embed_images(images), network.embed_labels(words)
    rank, align, consistency = images.new_zeros(()), images.new_zeros(()), images.new_zeros(())
    for row, latent in zip(targets, visual, strict=True):
        scores = functional.cosine_similarity(latent.unsqueeze(0), labels)
        positive, negative = torch.nonzero(row > 0.5)[:, 0], torch.nonzero(row <= 0.5)[:, 0]
        for p in positive:
            for n in negative:
                rank = rank + (MARGIN + scores[n] - scores[p]).clamp_min(0) / len(row)
        if len(positive):
            mean = network.embed_labels(words[positive].mean(0, keepdim=True))
            align = align + 1 - functional.cosine_similarity(latent.unsqueeze(0), mean)[0]
    for i in range(len(words)):
        for j in range(len(words)):
            if i != j:
                before = functional.cosine_similarity(words[i : i + 1], words[j : j + 1])
                after = functional.cosine_similarity(labels[i : i + 1], labels[j : j + 1])
                consistency = consistency + (before - after).abs()[0]
    return rank / len(images) + GAMMA_ALIGN * align / len(images) + GAMMA_CON * consistency


def plain(network: ZeroShotNet, paths: list[Path], targets: Tensor, words: Tensor, size: int, crop: int):
    """One step after another: decode, crop, mirror, forward, loop, Adam."""
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), 1e-4)
    vary = torch.nn.Sequential(RandomCrop(crop), RandomHorizontalFlip())

    def step(chosen: np.ndarray) -> None:
        films = [Image.open(paths[k]).convert("L").resize((size, size)) for k in chosen]
        images = torch.stack([vary(pil_to_tensor(film).float() / 255) for film in films])
        optimizer.zero_grad()
        looped(network, images, words, targets[chosen]).backward()
        optimizer.step()

    return step


def timed(work: Callable[[], None], images: int) -> float:
    """Images a second."""
    start = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return images / (time.perf_counter() - start)


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--backbone", default="densenet121")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=4, help="of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--device", default="auto")
    asked = parser.parse_args()
    if not asked.data.is_dir():
        print(f"no images to learn from: {asked.data} is absent")
        return
    paper, batch, device = cxr_ml_gzsl.CONFIGS["paper"], asked.batch, devices.pick(asked.device)
    config = replace(paper, backbone=asked.backbone, encoder="minilm", batch=batch)
    size, crop = config.image_size, config.augmentation.crop
    rows = read_rows(asked.data, partial=True)[: 4 * batch]
    chest = from_rows(rows, config.seen, size)
    words = label_embeddings(config.seen, config.encoder).vectors
    torch.manual_seed(0)
    networks = [zero_shot.build(network_config(config, words.shape[1])) for _ in range(3)]
    source = batch_source(chest, batch, config.augmentation, 0, independence_weights(chest, 0))
    ready = {name: value.to(device) for name, value in source(0).items()}
    loss = cxr_ml_gzsl.loss(config, words.to(device))
    loop = LoopConfig(steps=asked.steps, lr=1e-4, optimizer="adam", schedule="constant")
    step = plain(networks[0], [row.path for row in rows], torch.from_numpy(chest.targets), words, size, crop)
    orders = np.random.default_rng(0).integers(0, len(rows), (asked.steps, batch))
    ways = {
        "plain": lambda: [step(chosen) for chosen in orders],
        "ours": lambda: fit(networks[1], source, loss, loop, device=device),
        "ours_tensors_ready": lambda: fit(networks[2], lambda _: ready, loss, loop, device=device),
    }
    speeds = {}
    for name, way in ways.items():
        if name != "plain":
            memory.keep_freed()
        way()  # once unmeasured: memory, kernels
        speeds[name] = [timed(way, asked.steps * batch) for _ in range(asked.turns)]
    middle = {name: median(values) for name, values in speeds.items()}
    said = {
        "device": str(device),
        "threads": torch.get_num_threads(),
        "backbone": asked.backbone,
        "batch": batch,
        "images_per_s": {name: round(value, 2) for name, value in middle.items()},
        "ours_times_plain": round(
            median(o / p for o, p in zip(speeds["ours"], speeds["plain"], strict=True)), 2
        ),
        "end_to_end_of_tensors_ready": round(middle["ours"] / middle["ours_tensors_ready"], 2),
    }
    print(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()

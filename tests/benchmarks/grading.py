"""Grading of 4288×2848 JPEG files, end to end with boxes, beside the networks' forward pass alone.

``python -m tests.benchmarks.grading [--images 8] [--turns 3] [--device auto] [--weights FILE | --paper]``.
``--paper``: the paper's networks (Inception-ResNet v2 at 492 pixels, Inception v3 on four patches) with
random weights, whose speed is that of trained ones.

End to end is what ``lynceus-engine predict`` does: sandboxed decoding, quality gate, squares, networks, boxes
in stored pixels. Forward alone is the same networks on the same squares, kept in memory. Images a second need
a quiet machine; CPU seconds an image (those of the decoder's process too) stand a busy one. Peak memory is
that of this process after so many files, at least a batch, and after ``turns`` times more.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from engine import devices, memory, weights
from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.inference import loading
from engine.inference.grading import BATCH, GradingPredictor
from engine.inference.predictor import Picture
from engine.inference.preprocessing_fundus import prepare, to_batch
from engine.models.zoom_in_net import NetworkConfig, as_dict, build
from engine.operations.files import predict_files
from engine.records import ImageInfo, ModelCard

ROWS, COLUMNS = 2848, 4288


def photographs(folder: Path, count: int) -> list[Path]:
    """Phantoms enlarged to the size of an IDRiD photograph, with noise, so that the files are as large."""
    files = []
    for seed in range(count):
        rgb = fundus(sample_fundus(np.random.default_rng(seed), camera="standard"), 1024).rgb
        large = cv2.resize(rgb, (COLUMNS, ROWS), interpolation=cv2.INTER_CUBIC)
        noise = np.random.default_rng(seed).integers(0, 6, (ROWS, COLUMNS, 1), np.uint8)
        files.append(folder / f"{seed:03d}.jpg")
        assert cv2.imwrite(str(files[-1]), cv2.add(large, np.repeat(noise, 3, 2))[..., ::-1])
    return files


def cpu() -> float:
    """CPU seconds so far of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def end_to_end(files: list[Path], weights: Path | None, device: str) -> tuple[float, float]:
    """Images a second, and CPU seconds an image."""
    start, before = time.perf_counter(), cpu()
    rows = list(predict_files(files, "zoom_in_net", weights=weights, device=device))
    assert all(row.get("boxes") is not None for row in rows), rows
    return len(rows) / (time.perf_counter() - start), (cpu() - before) / len(rows)


def forward(predictor: GradingPredictor, files: list[Path], rounds: int) -> tuple[float, float]:
    """Images a second, and CPU seconds an image, of the networks alone."""
    config = predictor.network.config
    eyes = []
    for file in files[:BATCH]:
        rgb = np.asarray(cv2.imread(str(file), cv2.IMREAD_COLOR_RGB), np.uint8)
        info = ImageInfo(file, "", "jpeg", ROWS, COLUMNS, samples=3)
        eyes.append(prepare(Picture(info, rgb), config.input_size, config.high_size))
    low = to_batch([eye.low for eye in eyes]).to(predictor.device)
    high = to_batch([eye.square.pixels for eye in eyes]).to(predictor.device)
    alone = torch.full((len(eyes),), -1, device=predictor.device)
    with torch.inference_mode(), devices.autocast(predictor.device):
        predictor.network(low, high, alone).logits.cpu()
        start, before = time.perf_counter(), cpu()
        for _ in range(rounds):
            predictor.network(low, high, alone).logits.cpu()
    images = rounds * len(eyes)
    return images / (time.perf_counter() - start), (cpu() - before) / images


def papers_networks(folder: Path) -> Path:
    """Weights of the paper's networks, as they are before training."""
    torch.manual_seed(0)
    network = build(as_dict(NetworkConfig()))
    torch.nn.init.constant_(network.attention.part_one.bias, 0.5)  # four regions in every image, as trained
    file = folder / "paper.safetensors"
    weights.save(file, network.state_dict(), ModelCard("zoom_in_net", "random", as_dict(NetworkConfig())))
    return file


def peak() -> float:
    """Most memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--paper", action="store_true")
    arguments = parser.parse_args()
    memory.keep_freed()  # as the command does
    with tempfile.TemporaryDirectory() as made:
        if arguments.paper:
            arguments.weights = papers_networks(Path(made))
        measure(arguments, Path(made))


def measure(arguments: argparse.Namespace, folder: Path) -> None:
    """Print the figures."""
    chosen = (lambda _: arguments.weights) if arguments.weights else loading.shipped
    predictor = loading.load("zoom_in_net", chosen, arguments.device)
    assert isinstance(predictor, GradingPredictor)
    files = photographs(folder, arguments.images)
    end_to_end(files[:1], arguments.weights, arguments.device)
    first = end_to_end(files, arguments.weights, arguments.device)
    after_first = peak()
    others = [file.with_name(f"{turn}-{file.name}") for turn in range(arguments.turns) for file in files]
    for other in others:
        other.hardlink_to(files[int(other.stem.split("-")[1])])
    second = end_to_end(others, arguments.weights, arguments.device)
    alone = forward(predictor, files, arguments.rounds)
    size = sum(file.stat().st_size for file in files) / len(files) / 1e6
    print(f"{len(files)} JPEG files of {COLUMNS}×{ROWS}, {size:.1f} MB each; {predictor.device}")
    best = max(first[0], second[0])
    print(f"end to end {best:.2f}, forward alone {alone[0]:.2f} images/s: {best / alone[0]:.2f}")
    print(f"end to end {second[1]:.2f}, forward alone {alone[1]:.2f} CPU seconds an image")
    few, many = len(files), (1 + arguments.turns) * len(files)
    print(f"peak memory {after_first:.0f} MiB after {few} files, {peak():.0f} MiB after {many}")


if __name__ == "__main__":
    main()

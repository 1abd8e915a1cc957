"""Lesion masks of fundus photographs: a U-Net over tiles at one field-of-view diameter (paper 000, 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine import devices, weights
from engine.data.fundus_input import fundus_input
from engine.data.lesion_crops import network_input
from engine.errors import WrongModality
from engine.imaging import geometry
from engine.inference import tiling
from engine.inference.predictor import Options, Picture
from engine.models import unet
from engine.progress import Progress, silent
from engine.records import Modality, ModelCard, ModelVersion, Prediction

SYSTEM = "lesion_unet"
INCLUDE = "lesions"
"""`Options.extra` key: codes to report also where only phantoms could train them."""


PLAIN = Options()


class SegmentationPredictor:
    """A loaded lesion U-Net.

    The card's config states ``diameter`` (field of view in pixels at which it runs), ``tile``,
    ``overlap``, ``thresholds`` and ``phantom_only`` (codes not reported unless asked for).
    """

    least = 0

    def __init__(
        self, network: unet.LesionUNet, card: ModelCard, version: ModelVersion, device: torch.device
    ) -> None:
        self.network = network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        self.card, self.version, self.device = card, version, device

    @classmethod
    def load(cls, weights_file: Path, device: str = "auto") -> Self:
        """Read verified weights (`engine.weights.load`)."""
        tensors, card = weights.load(weights_file, SYSTEM)
        network = unet.build(card.config)
        network.load_state_dict(weights.of_network(tensors))
        version = ModelVersion(SYSTEM, card.version, weights.file_sha256(weights_file))
        return cls(network, card, version, devices.pick(device))

    def predict(
        self,
        pictures: Sequence[Picture],
        options: Options = PLAIN,
        progress: Progress = silent,
    ) -> list[Prediction]:
        """Probability maps at the stored size, in the stored frame.

        Raises
        ------
        WrongModality
            For an image that is not a fundus photograph.
        """
        found = []
        for done, picture in enumerate(pictures):

            def tick(done: int = done, name: str = picture.info.path.name) -> None:
                progress(done, len(pictures), f"lesions of {name}")

            tick()
            found.append(self._one(picture, options, tick))
        progress(len(pictures), len(pictures), "lesions")
        return found

    def maps(
        self, rgb: NDArray[np.uint8], tick: Callable[[], None] = lambda: None
    ) -> dict[str, NDArray[np.uint8]]:
        """Code -> uint8 probability map of an upright photograph ``[H, W, 3]``, at its size; every output."""
        config = self.card.config
        working = fundus_input(rgb, config["diameter"])
        values = tiling.tiled(
            working.pixels,
            lambda pixels: probabilities(self.network, pixels, self.device),
            config["tile"],
            config["overlap"],
            tick=tick,
        )
        values[:, ~working.field] = 0
        return {code: working.map_out(values[i]) for i, code in enumerate(self.card.labels)}

    def _one(self, picture: Picture, options: Options, tick: Callable[[], None]) -> Prediction:
        if picture.info.modality is Modality.CHEST:
            raise WrongModality(
                "lesions are sought in fundus photographs only", picture.info.path, "Set its modality."
            )
        wanted, notes = self.reported(options)
        maps = self.maps(picture.pixels, tick)
        thresholds = self.card.config["thresholds"]
        return Prediction(
            self.version,
            masks={
                code: np.ascontiguousarray(geometry.stored(maps[code], picture.info.orientation))
                for code in wanted
            },
            thresholds={code: float(thresholds[code]) for code in wanted},
            notes=notes,
        )

    def reported(self, options: Options) -> tuple[list[str], tuple[str, ...]]:
        """Codes to report, and the sentences that say what is kept back or unproven."""
        phantom_only = [code for code in self.card.config["phantom_only"] if code in self.card.labels]
        asked = set(options.extra.get(INCLUDE, ()))
        wanted = [code for code in self.card.labels if code not in phantom_only or code in asked]
        notes = tuple(
            f"{code} was trained on synthetic images only: "
            + ("its mask is unproven on photographs." if code in asked else "no mask is given.")
            for code in phantom_only
        )
        return wanted, notes


def probabilities(
    network: unet.LesionUNet, pixels: NDArray[np.uint8], device: torch.device
) -> NDArray[np.float32]:
    """Sigmoid outputs float32 ``[n, L, h, w]`` of working-scale pixels uint8 ``[n, h, w, 3]``."""
    images = network_input(pixels).to(device, memory_format=torch.channels_last)
    with torch.inference_mode(), devices.autocast(device):
        logits = network(images)
    return np.asarray(logits.float().sigmoid().cpu().numpy(), np.float32)

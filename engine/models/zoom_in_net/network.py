"""Zoom-in-Net: M-Net, A-Net and C-Net in one (paper 003)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import WrongUsage
from engine.models.backbones import normalise
from engine.models.zoom_in_net.attention import AttentionNet, Evidence
from engine.models.zoom_in_net.crop import CropNet, cut_patches, max_over_patches
from engine.models.zoom_in_net.main import MainNet
from engine.models.zoom_in_net.regions import Regions, resize_map, response_map, select_regions, windows

GRADES = 5
DME_RISKS = 3


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Shape of the network; the defaults are the paper's (section 4, Implementation details).

    Attributes
    ----------
    input_size, high_size
        Side of the whole image and of its high-resolution version: 492 and 1230.
    window
        s, side of a suspicious region in input pixels: 200.
    regions
        N, regions an image: 4.
    patch_size
        What a patch of ``window * high_size / input_size`` (500) pixels is resized to: 384. The paper may
        also be read as cutting 384 pixels without resizing.
    main, crop
        timm backbones: Inception-ResNet, and "a structure similar to" Inception v3 for the patches.
    hidden
        Width of A-Net's part II (ours).
    dme
        Whether a second head grades the risk of macular oedema 0–2 (ours).
    temperature
        Divides the final logits; 1 unless it was fitted on held-out images.
    thresholds
        On the expected grade, where the grade is read from it (regression with thresholds); empty: the most
        probable grade (paper).
    fit, illumination
        How a photograph becomes a square (`engine.data.fundus_square.SquareConfig`).
    spacing
        Least distance of two regions in units of s: 0.5 (paper); 1 keeps them from overlapping (ours).
    """

    input_size: int = 492
    high_size: int = 1230
    window: int = 200
    regions: int = 4
    patch_size: int = 384
    main: str = "inception_resnet_v2"
    main_options: Mapping[str, Any] = field(default_factory=dict)
    crop: str = "inception_v3"
    crop_options: Mapping[str, Any] = field(default_factory=dict)
    hidden: int = 256
    dropout: float = 0.0
    dme: bool = True
    temperature: float = 1.0
    thresholds: tuple[float, ...] = ()
    fit: str = "radius"
    illumination: str = "even"
    spacing: float = 0.5

    @property
    def high_window(self) -> int:
        """Side of a window in pixels of the high-resolution image."""
        return round(self.window * self.high_size / self.input_size)


class Outputs(NamedTuple):
    """All that the network says of a batch; parts that were not run are None.

    Attributes
    ----------
    main_logits, logits
        ``[B, 5]`` of M-Net alone and of the whole.
    main_dme, dme
        ``[B, 3]``, or ``[B, 0]`` without that head.
    evidence
        A-Net's maps.
    regions
        The suspicious windows.
    embedding
        d_M of both eyes, and d̂_C when C-Net ran: ``[B, D]``.
    without
        Grade logits of the whole without one region, ``[B, N, 5]``; None while training.
    at_regions
        M at the top response of each region, ``[B, N, C]`` (paper 003, section 3); None while training.
    """

    main_logits: Tensor
    main_dme: Tensor
    evidence: Evidence | None
    regions: Regions | None
    logits: Tensor
    dme: Tensor
    embedding: Tensor
    without: Tensor | None = None
    at_regions: Tensor | None = None


class ZoomInNet(nn.Module):
    """The whole network; raw uint8 or 0–255 images in, so that preprocessing cannot differ from training."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        outputs = GRADES + (DME_RISKS if config.dme else 0)
        self.main = MainNet(config.main, dict(config.main_options), outputs, config.dropout)
        self.attention = AttentionNet(self.main.width, GRADES, config.hidden)
        self.crop = CropNet(
            config.crop, dict(config.crop_options), 2 * self.main.width, outputs, config.dropout
        )

    def forward(self, images: Tensor, high: Tensor | None = None, fellow: Tensor | None = None) -> Outputs:
        """Grade a batch.

        Parameters
        ----------
        images
            ``[B, 3, input_size, input_size]``, 0–255.
        high
            The same at ``[B, 3, high_size, high_size]``; None stops after M-Net and A-Net.
        fellow
            int64 ``[B]``: which image of the batch is the other eye of the same person, -1 for none.
        """
        if fellow is None:
            fellow = torch.full((len(images),), -1, device=images.device)
        maps, pair, main = self.main(normalise(images), fellow)
        evidence = self.attention(maps)
        if high is None:
            return Outputs(*split(main), evidence, None, *split(main), pair)
        regions = self.choose(evidence)
        features = self.crop.features(self.patches(high, regions))
        pooled = max_over_patches(features, regions.valid)
        final = self.crop.classify(pair, pooled)
        without = at_regions = None
        if not self.training:
            without = self.crop.without_each(features, regions.valid, pair)[..., :GRADES].float()
            at_regions = at_places(maps, regions.places, self.config.input_size)
        embedding = torch.cat((pair, pooled), dim=1)
        return Outputs(*split(main), evidence, regions, *split(final), embedding, without, at_regions)

    def choose(self, evidence: Evidence) -> Regions:
        """Suspicious regions on the map of the grade that A-Net predicts."""
        response = response_map(evidence.gated.detach(), evidence.logits.detach())
        return select_regions(
            resize_map(response, self.config.input_size),
            self.config.window,
            self.config.regions,
            self.config.spacing,
        )

    def patches(self, high: Tensor, regions: Regions) -> Tensor:
        """The regions cut from the high-resolution images, normalised: ``[B, N, 3, p, p]``."""
        scale = self.config.high_size / self.config.input_size
        cut = self.config.high_window
        starts = windows(regions.centers, self.config.window)[..., :2]
        starts = (starts * scale).round().long().clamp(0, self.config.high_size - cut)
        patches = cut_patches(high, starts, cut, self.config.patch_size)
        return normalise(patches.flatten(0, 1)).view(patches.shape)


def at_places(maps: Tensor, places: Tensor, size: int) -> Tensor:
    """Features ``[B, N, C]`` of maps ``[B, C, h, w]`` at places ``[B, N, 2]`` (x, y) of a square input."""
    rows, columns = maps.shape[2:]
    cells = places[..., 1] * rows // size * columns + places[..., 0] * columns // size
    index = cells.unsqueeze(1).expand(-1, maps.shape[1], -1)
    return maps.flatten(2).gather(2, index).transpose(1, 2).float()


def split(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Grade logits ``[B, 5]`` and the rest, in float32."""
    return logits[:, :GRADES].float(), logits[:, GRADES:].float()


def shrink(high: Tensor, size: int) -> Tensor:
    """High-resolution images ``[B, 3, H, H]`` as float32 at the input's size, area-true."""
    return functional.interpolate(
        high.float(), size=(size, size), mode="bilinear", align_corners=False, antialias=True
    )


def build(config: Mapping[str, Any]) -> ZoomInNet:
    """The network of a model card's config; names it does not know are an error.

    Raises
    ------
    WrongUsage
        When the config names an unknown field or a backbone that cannot be built.
    """
    unknown = set(config) - {f.name for f in fields(NetworkConfig)}
    if unknown:
        raise WrongUsage(
            f"Zoom-in-Net has no setting {min(unknown)!r}", remedy="Use the fields of NetworkConfig."
        )
    thresholds = tuple(float(limit) for limit in config.get("thresholds", ()))
    return ZoomInNet(NetworkConfig(**{**config, "thresholds": thresholds}))


def as_dict(config: NetworkConfig) -> dict[str, Any]:
    """The config as JSON values for a model card."""
    return asdict(config) | {"thresholds": list(config.thresholds)}

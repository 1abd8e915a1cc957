"""Lesion U-Net (Ronneberger 2015; paper 000, section 3.2): one sigmoid channel a lesion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import segmentation_models_pytorch as smp
from torch import Tensor, nn

from engine.errors import IncompatibleModel

STRIDE = 32
"""Sides of the input must be multiples of this: the encoder halves five times."""


@dataclass(frozen=True, slots=True)
class UNetConfig:
    """A U-Net.

    Attributes
    ----------
    encoder
        Name of segmentation-models-pytorch; ``tu-`` before any timm name. Paper 000: ResNet-50.
    encoder_options
        Passed to a timm encoder, such as narrower ``channels``.
    decoder_channels
        From the bottleneck up; five numbers (smp's default for the paper's net).
    lesions
        Codes of the outputs in order.
    """

    encoder: str = "resnet50"
    encoder_options: Mapping[str, Any] = field(default_factory=dict)
    decoder_channels: tuple[int, ...] = (256, 128, 64, 32, 16)
    lesions: tuple[str, ...] = ("MA", "HE", "SE", "EX", "NV")

    def as_dict(self) -> dict[str, Any]:
        """For a model card."""
        return asdict(self)


COMPACT = UNetConfig(
    encoder="tu-resnet18",
    encoder_options={"channels": [32, 48, 96, 192], "stem_type": "deep", "stem_width": 16},
    decoder_channels=(96, 64, 32, 16, 16),
)
"""Ours: 2 million parameters, 4.2 MB as float16, about eight megapixels a second on two CPU cores."""


class LesionUNet(nn.Module):
    """Image ``[N, 3, H, W]`` float, H and W multiples of 32 -> logits ``[N, lesions, H, W]``."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in config.encoder_options.items()}
        self.config = config
        self.unet = smp.Unet(
            encoder_name=config.encoder,
            encoder_weights=None,
            decoder_channels=tuple(config.decoder_channels),
            in_channels=3,
            classes=len(config.lesions),
            **options,
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits at the size of the input."""
        return self.unet(images)

    def features(self, images: Tensor) -> Tensor:
        """Bottleneck averaged over space, ``[N, C]``; C is 2048 for ResNet-50."""
        return self.unet.encoder(images)[-1].mean(dim=(2, 3))


def build(config: Mapping[str, Any]) -> LesionUNet:
    """The network that a model card's config describes; keys of others are ignored.

    Raises
    ------
    IncompatibleModel
        When a value makes no network.
    """
    names = UNetConfig.__dataclass_fields__
    values: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in config.items() if k in names
    }
    try:
        return LesionUNet(UNetConfig(**values))
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise IncompatibleModel(
            f"no U-Net can be built of {values} ({error})", remedy="See `lynceus-engine models`."
        ) from error

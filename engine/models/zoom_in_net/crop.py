"""C-Net: zooms into the suspicious regions on a high-resolution image (paper 003, section 2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.models.backbones import Backbone


class CropNet(nn.Module):
    """A network for patches, the element-wise maximum of their features, and the final classifier.

    Parameters
    ----------
    main_width
        Width of the features that come from M-Net (both eyes).
    """

    def __init__(
        self, backbone: str, options: dict[str, Any], main_width: int, outputs: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.backbone = Backbone(backbone, options)
        self.width = self.backbone.channels[-1]
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(main_width + self.width, outputs)

    def forward(self, patches: Tensor, valid: Tensor, pair: Tensor) -> tuple[Tensor, Tensor]:
        """Classify images by their patches and M-Net's features.

        Parameters
        ----------
        patches
            Normalised, ``[B, N, 3, p, p]``.
        valid
            bool ``[B, N]``; patches that are False take no part.
        pair
            d_M of both eyes, ``[B, main_width]``.

        Returns
        -------
        pooled
            d̂_C, ``[B, width]``; zeros where an image has no valid patch.
        logits
            ``[B, outputs]``.
        """
        pooled = max_over_patches(self.features(patches), valid)
        return pooled, self.classify(pair, pooled)

    def features(self, patches: Tensor) -> Tensor:
        """Pooled features of each patch, ``[B, N, 3, p, p]`` to ``[B, N, width]``."""
        flat = patches.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        return self.backbone(flat).mean((2, 3)).view(*patches.shape[:2], self.width)

    def classify(self, pair: Tensor, pooled: Tensor) -> Tensor:
        """Logits ``[B, outputs]`` of d_M and d̂_C."""
        return self.classifier(self.dropout(torch.cat((pair, pooled), dim=1)))

    def without_each(self, features: Tensor, valid: Tensor, pair: Tensor) -> Tensor:
        """What the answer would be without one of the patches: logits ``[B, N, outputs]``."""
        count = valid.shape[1]
        answers = []
        for left_out in range(count):
            kept = valid.clone()
            kept[:, left_out] = False
            answers.append(self.classify(pair, max_over_patches(features, kept)))
        return torch.stack(answers, dim=1)

    def start_from(self, main: nn.Linear) -> None:
        """Begin with M-Net's answer: its classifier's weights, and zeros for the patches (ours)."""
        with torch.no_grad():
            self.classifier.weight.zero_()
            self.classifier.weight[:, : main.in_features].copy_(main.weight)
            self.classifier.bias.copy_(main.bias)


def max_over_patches(features: Tensor, valid: Tensor) -> Tensor:
    """Element-wise maximum over the valid patches: ``[B, N, D]``, ``[B, N]`` to ``[B, D]``; 0 without any."""
    hidden = features.masked_fill(~valid.unsqueeze(2), -torch.inf).amax(dim=1)
    return hidden.where(valid.any(dim=1, keepdim=True), torch.zeros_like(hidden))


def cut_patches(high: Tensor, starts: Tensor, window: int, size: int) -> Tensor:
    """Cut the same windows from a high-resolution image and bring them to one size.

    Parameters
    ----------
    high
        ``[B, C, H, H]``, any dtype.
    starts
        int64 ``[B, N, 2]``, (x, y) of the windows' first pixel in ``high``; windows lie inside it.
    window, size
        Sides before and after, in pixels.

    Returns
    -------
    Tensor
        ``[B, N, C, size, size]`` float32.
    """
    images, count, _ = starts.shape
    places = starts.tolist()
    cut = torch.stack(
        [high[b, :, y : y + window, x : x + window] for b in range(images) for x, y in places[b]]
    )
    patches = functional.interpolate(
        cut.float(), size=(size, size), mode="bilinear", align_corners=False, antialias=True
    )
    return patches.view(images, count, high.shape[1], size, size)

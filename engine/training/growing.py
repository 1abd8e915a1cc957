"""Progressive input size: small images first, full ones at the end (EyePACS winners)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from engine.training.loop import Batch


class Growing:
    """A batch source whose ``images`` begin small and grow to their own size in equal shares of the steps.

    Still a function of the step number alone, so that a run resumes exactly.

    Parameters
    ----------
    source
        Gives ``images`` uint8 ``[B, C, n, n]``.
    sizes
        Sides in pixels before n, in order; those that are not smaller than n change nothing.
    steps
        Batches of the whole run.
    """

    def __init__(self, source: Callable[[int], Batch], sizes: Sequence[int], steps: int) -> None:
        self.source, self.sizes, self.steps = source, tuple(sizes), steps

    def size(self, step: int) -> int | None:
        """Side of a step's images; None for their own."""
        stage = step * (len(self.sizes) + 1) // max(self.steps, 1)
        return self.sizes[stage] if stage < len(self.sizes) else None

    def __call__(self, step: int) -> Mapping[str, Tensor]:
        """The batch of a step, its images at that step's size."""
        batch, size = self.source(step), self.size(step)
        images = batch["images"]
        if size is None or size >= images.shape[-1]:
            return batch
        small = functional.interpolate(
            images.float(), size=(size, size), mode="bilinear", align_corners=False, antialias=True
        )
        return {**batch, "images": small.round().clamp(0, 255).to(torch.uint8)}

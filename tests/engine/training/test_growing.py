from __future__ import annotations

import pytest
import torch

from engine.training.growing import Growing


def source(step: int) -> dict[str, torch.Tensor]:
    images = torch.full((2, 3, 32, 32), step, dtype=torch.uint8)
    images[..., :16] = 0
    return {"images": images, "grade": torch.tensor([step, 0])}


def test_sizes_grow_in_equal_shares() -> None:
    growing = Growing(source, (8, 16), 9)
    sides = [growing(step)["images"].shape[-1] for step in range(9)]
    assert sides == [8] * 3 + [16] * 3 + [32] * 3


def test_what_is_seen_stays_the_same() -> None:
    batch = Growing(source, (8,), 4)(1)
    assert batch["images"].dtype == torch.uint8
    assert torch.equal(batch["grade"], source(1)["grade"])
    assert batch["images"][0, 0, 0].tolist() == pytest.approx([0, 0, 0, 0, 1, 1, 1, 1], abs=1)


@pytest.mark.parametrize("sizes", [(), (32,), (64,)])
def test_never_larger_than_the_images(sizes: tuple[int, ...]) -> None:
    assert Growing(source, sizes, 5)(0)["images"].shape[-1] == 32

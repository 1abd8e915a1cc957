from __future__ import annotations

import pytest
import torch
from torchvision.transforms import TenCrop

from engine.data.chest_crops import crops
from engine.errors import WrongUsage


def test_ten_crops_are_those_of_torchvision():
    images = torch.rand(2, 1, 16, 16)
    found, n = crops(images, "ten", 11)
    assert (found.shape, n) == ((20, 1, 11, 11), 10)
    for k in range(2):
        assert torch.equal(found[10 * k : 10 * k + 10], torch.stack(TenCrop(11)(images[k])))


def test_centre_and_whole():
    images = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert crops(images, "centre", 2)[0].flatten().tolist() == [5, 6, 9, 10]
    assert crops(images, "whole", 99)[0] is images


@pytest.mark.parametrize(("kind", "side"), [("five", 2), ("ten", 5), ("centre", 0)])
def test_what_does_not_fit(kind, side):
    with pytest.raises(WrongUsage):
        crops(torch.zeros(1, 1, 4, 4), kind, side)

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.inference.lesion_features import (
    areas,
    burden_features,
    encoded,
    encoder,
    masked_square,
    whole_square,
)
from engine.models import unet


def test_areas_count_pixels_from_the_threshold_on():
    maps = {"MA": np.array([[0, 127, 128, 255]], np.uint8), "EX": np.zeros((1, 4), np.uint8)}
    found = areas(maps, {"MA": 0.5, "EX": 0.0}, ("EX", "MA"))
    assert found.tolist() == [0, 500_000]
    assert burden_features(found).tolist() == [0, pytest.approx(np.log10(500_001))]


def test_masked_features_see_nothing_but_the_lesions():
    torch.manual_seed(0)
    network = unet.LesionUNet(unet.COMPACT).eval()
    phantom = fundus(sample_fundus(np.random.default_rng(1), grade=4), 384)
    rows, columns = phantom.rgb.shape[:2]
    mask = np.zeros((rows, columns), np.uint8)
    mask[rows // 3 : rows // 2, columns // 3 : columns // 2] = 255
    squares = [masked_square(phantom.rgb, {"EX": m}, {"EX": 0.5}, ("EX",)) for m in (mask, mask * 0)]
    assert (squares[1] == 128).all()
    assert 0 < (squares[0] != 128).any(axis=2).mean() < 0.2
    encode, said = encoder(network, "")
    found, none = encoded(np.stack(squares), encode, torch.device("cpu"))
    assert found.shape == (192,)
    assert not np.allclose(found, none)
    assert "U-Net" in said
    assert (whole_square(phantom.rgb) != 128).any(axis=2).mean() > 0.5


def test_a_named_backbone_is_always_the_same_one():
    before = torch.random.get_rng_state()
    (encode, said), (again, _) = encoder(None, "ResNet18"), encoder(None, "resnet18")
    assert torch.equal(before, torch.random.get_rng_state())
    squares = np.random.default_rng(0).integers(0, 255, (1, 64, 64, 3), np.uint8)
    first, second = (encoded(squares, e, torch.device("cpu")) for e in (encode, again))
    assert first.shape == (1, 512)
    assert np.array_equal(first, second)
    assert "scratch" in said

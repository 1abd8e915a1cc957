from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.inference.lesion_features import areas, burden_features, masked_features
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
    device, thresholds = torch.device("cpu"), {"EX": 0.5}
    found = masked_features(network, phantom.rgb, {"EX": mask}, thresholds, ("EX",), device)
    assert found.shape == (192,)
    none = masked_features(network, phantom.rgb, {"EX": mask * 0}, thresholds, ("EX",), device)
    flat = masked_features(network, phantom.rgb, {"EX": mask * 0}, thresholds, ("EX",), device)
    assert np.array_equal(none, flat)
    assert not np.allclose(found, none)

from __future__ import annotations

import json

import pytest
import torch

from engine.errors import IncompatibleModel
from engine.models import unet


def test_compact_gives_a_logit_a_pixel_and_fits_its_budget():
    network = unet.build(unet.COMPACT.as_dict()).eval()
    with torch.inference_mode():
        assert network(torch.zeros(2, 3, 64, 96)).shape == (2, 5, 64, 96)
        assert network.features(torch.zeros(2, 3, 64, 96)).shape == (2, 192)
    assert sum(p.numel() for p in network.parameters()) * 2 <= 4.5e6  # bytes as float16


def test_paper_size_has_a_16_by_16_by_2048_bottleneck():
    with torch.device("meta"):
        network = unet.build({"encoder": "tu-resnet50"})
        deepest = network.unet.encoder(torch.zeros(1, 3, 512, 512))[-1]
        assert deepest.shape == (1, 2048, 16, 16)
        assert network(torch.zeros(1, 3, 512, 512)).shape == (1, 5, 512, 512)


def test_a_config_survives_json_and_ignores_other_keys():
    config = json.loads(json.dumps(unet.COMPACT.as_dict() | {"thresholds": {"MA": 0.4}}))
    with torch.device("meta"):
        names = unet.build(config).state_dict().keys()
        assert names == unet.LesionUNet(unet.COMPACT).state_dict().keys()


@pytest.mark.parametrize(
    "config",
    [
        {"encoder": "no_such_encoder"},
        {"encoder": "tu-resnet18", "encoder_options": {"nonsense": 1}},
        {"decoder_channels": [8, 8]},
    ],
)
def test_a_config_that_makes_no_network_is_refused(config):
    with pytest.raises(IncompatibleModel):
        unet.build(config)

"""Ten views: which pixels they show, and what a network makes of them when asked and when it learns."""

from __future__ import annotations

import pytest
import torch

from engine.errors import WrongUsage
from engine.models import zero_shot
from engine.models.zero_shot.views import ten_crops

CONFIG = {
    "backbone": "resnet18",
    "backbone_options": {"channels": [4, 4, 8, 8]},
    "semantic_size": 6,
    "hidden": [8],
    "latent": 4,
    "activation": "relu",
    "relevance": "cosine",
    "dropout": 0.5,
}


def test_views_are_corners_and_centre_with_their_mirror_images() -> None:
    image = torch.arange(30.0).reshape(1, 1, 5, 6)
    views = list(ten_crops(image, 3))
    assert [int(view[0, 0, 0, 0]) for view in views[::2]] == [0, 3, 12, 15, 7]
    for plain, mirrored in zip(views[::2], views[1::2], strict=True):
        assert plain.shape == (1, 1, 3, 3)
        torch.testing.assert_close(mirrored, plain.flip(3))


@pytest.mark.parametrize("side", [0, 6])
def test_views_that_do_not_fit_are_refused(side: int) -> None:
    with pytest.raises(WrongUsage):
        list(ten_crops(torch.zeros(1, 1, 5, 8), side))


def test_features_are_averaged_over_views_only_when_asked() -> None:
    torch.manual_seed(0)
    network = zero_shot.build(CONFIG | {"views": 32}).eval()
    images = torch.rand(2, 1, 40, 40)
    with torch.inference_mode():
        expected = torch.stack([network.features(v).mean((2, 3)) for v in ten_crops(images, 32)]).mean(0)
        torch.testing.assert_close(network.pooled(images), expected)
        described, maps = network.described(images)
        torch.testing.assert_close(described, expected)
        torch.testing.assert_close(maps, network.features(images))
        mirrored = network.pooled(images.flip(3))
        torch.testing.assert_close(mirrored, expected, rtol=1e-4, atol=1e-5)
        network.train()
        network.encoder.eval()
        torch.testing.assert_close(network.pooled(images), network.features(images).mean((2, 3)))


def test_without_views_the_whole_frame_counts() -> None:
    network = zero_shot.build(CONFIG).eval()
    images = torch.rand(1, 1, 40, 40)
    with torch.inference_mode():
        described, maps = network.described(images)
        torch.testing.assert_close(described, maps.mean((2, 3)))
        torch.testing.assert_close(network.pooled(images), described)

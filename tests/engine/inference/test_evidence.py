from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.chest_input import standardise
from engine.imaging.phantoms import chest
from engine.inference.cell_grid import CellGrid, cell_grid, over_frame
from engine.inference.evidence import evidence_maps, grad_cam
from engine.models.zero_shot import build

CONFIG = {
    "backbone": "resnet10t",
    "backbone_options": {"channels": [8, 8, 8, 16]},
    "semantic_size": 8,
    "hidden": [12],
    "latent": 6,
    "activation": "relu",
    "dropout": 0.0,
}


@pytest.fixture(params=["cosine", "weighted_euclidean"])
def network(request):
    torch.manual_seed(3)
    return build(CONFIG | {"relevance": request.param}).eval()


def test_grad_cam_is_the_gradient_of_the_maps_themselves(network):
    features, labels = torch.rand(16, 3, 3), torch.randn(4, 6)
    grid = CellGrid(3, 96, 0.0, 32.0)
    expected = []
    for k in range(4):
        maps = features.clone().requires_grad_()
        network.scores(network.visual(maps.mean((1, 2))[None]), labels)[0, k].backward()
        weights = maps.grad.mean((1, 2))
        expected.append((weights[:, None, None] * features).sum(0).relu())
    expected = over_frame(torch.stack(expected).numpy(), grid)
    with torch.inference_mode():  # as the predictor calls it
        found = grad_cam(network, features, labels, grid)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert grad_cam(network, features, labels[:0], grid).shape == (0, 6, 6)


def test_evidence_is_the_relevance_of_each_place_alone(network):
    features, labels = torch.rand(16, 3, 3), torch.randn(4, 6)
    found = evidence_maps(network, features, labels, CellGrid(3, 96, 15.5, 32.0))
    assert found.shape == (4, 6, 6)
    place = network.scores(network.visual(features[:, 1, 2][None]), labels)[0]
    exact = over_frame(
        network.evidence(features[None], labels)[0].detach().numpy(), CellGrid(3, 96, 15.5, 32.0), out=3
    )
    np.testing.assert_allclose(exact[:, 1, 2], place.detach().numpy(), atol=1e-5)


def test_what_a_finding_adds_to_the_features_lies_in_its_box():
    """A phantom with and without a mass: what changes in the feature maps is put back into the known box.

    The frame is wider than high, so that undoing the resize counts; the answer is good to half a cell.
    """
    size = 160
    torch.manual_seed(0)
    network = build(CONFIG | {"relevance": "cosine"}).eval()
    grid = cell_grid(network.encoder, size)
    found = chest.chest(chest.sample_chest(np.random.default_rng(5), ["Mass"]), 320)
    box = found.boxes["Mass"]
    inside = slice(int(box.y0), int(box.y1)), slice(int(box.x0), int(box.x1))
    bright = found.pixels.astype(np.float32)
    plain = bright.copy()
    plain[inside] = np.median(bright)
    wide = [np.pad(image, ((0, 0), (0, 80)), mode="edge") for image in (plain, bright)]
    with torch.inference_mode():
        inputs = torch.from_numpy(np.stack([standardise(image, size) for image in wide]))[:, None]
        features = network.features(inputs)
    change = (features[1] - features[0]).square().sum(0).sqrt()[None].numpy()
    there = over_frame(change, grid, out=80)[0]
    row, column = np.argwhere(there == there.max()).mean(0)
    rows, columns = wide[0].shape
    y, x = (row + 0.5) / 80 * rows, (column + 0.5) / 80 * columns
    reach_y, reach_x = grid.stride / size * rows / 2, grid.stride / size * columns / 2
    assert box.y0 - reach_y <= y <= box.y1 + reach_y
    assert box.x0 - reach_x <= x <= box.x1 + reach_x

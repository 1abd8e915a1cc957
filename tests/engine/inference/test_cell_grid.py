from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from engine.inference.cell_grid import CellGrid, Crop, cell_grid, over_frame
from engine.models.backbones import Backbone


def seen_by(encoder: nn.Module, size: int, cell: int) -> float:
    """Middle of the pixels along a side that a cell depends on, found by trying: the slow way."""
    encoder = encoder.double().eval()
    # A maximum sees one pixel at a time: the sum over channels and chance shows all that are ever seen.
    images = torch.randn(60, 1, size, size, dtype=torch.double, requires_grad=True)
    encoder(images)[:, :, cell, cell].abs().sum().backward()
    touched = np.flatnonzero(images.grad.abs().sum((0, 1, 2)).numpy() > 0)
    return float((touched[0] + touched[-1]) / 2)


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Conv2d(1, 2, 7, 2, 3), nn.MaxPool2d(3, 2, 1), nn.Conv2d(2, 2, 3, 2, 1)],
        [nn.Conv2d(1, 2, 7, 2, 3), nn.AvgPool2d(2, 2), nn.Conv2d(2, 2, 3, 1, 1), nn.AvgPool2d(2, 2)],
        [nn.Conv2d(1, 2, 3, 2), nn.Conv2d(2, 2, 3), nn.MaxPool2d(3, 2)],
    ],
    ids=["resnet", "densenet", "inception"],
)
def test_centres_are_those_of_the_receptive_fields(layers):
    torch.manual_seed(0)
    encoder = nn.Sequential(*layers)
    grid = cell_grid(encoder, 64)
    middle = grid.cells // 2
    assert grid.offset + grid.stride * middle == seen_by(encoder, 64, middle)
    assert grid.stride == seen_by(encoder, 64, middle + 1) - seen_by(encoder, 64, middle)


def test_named_backbones():
    slim = Backbone("resnet18", {"channels": [4, 4, 4, 4]}, in_channels=1)
    assert cell_grid(slim, 96) == CellGrid(3, 96, 0, 32)
    assert cell_grid(slim, 144) == CellGrid(5, 144, 0, 32)


def test_a_network_that_shrinks_by_other_means_tiles():
    patches = nn.Sequential(nn.Conv2d(1, 2, 3, 1, 1), nn.PixelUnshuffle(8))
    assert cell_grid(patches, 64) == CellGrid(8, 64, 3.5, 8)


def test_a_map_of_pixel_positions_comes_back_as_positions():
    """Values that are linear in the place are put back exactly, with and without a crop."""
    grid = CellGrid(5, 144, 0.0, 32.0)
    centres = grid.offset + grid.stride * np.arange(5)
    ramp = np.broadcast_to(centres, (1, 5, 5)).astype(np.float32)
    found = over_frame(ramp, grid, out=18)
    middles = (np.arange(18) + 0.5) * 8 - 0.5
    np.testing.assert_allclose(found[0, 3], np.minimum(middles, 128), atol=1e-4)
    cropped = over_frame(ramp, CellGrid(5, 144, 0.0, 32.0), Crop(176, top=8, left=16), out=22)
    places = (np.arange(22) + 0.5) * 8 - 0.5
    inside = (places - 16 >= -0.5) & (places - 16 <= 143.5)
    np.testing.assert_allclose(cropped[0, 10, inside], np.clip(places[inside] - 16, 0, 128), atol=1e-4)
    assert np.isnan(cropped[0, 10, ~inside]).all()
    assert np.isnan(cropped[0, 0]).all()  # rows 0 to 7 lie above the crop


@pytest.mark.parametrize("cell", [(0, 0), (1, 3), (4, 4)])
def test_a_lit_cell_is_found_again_at_its_pixel(cell):
    grid = CellGrid(5, 144, 14.0, 32.0)
    lit = np.zeros((1, 5, 5), np.float32)
    lit[0][cell] = 1
    fine = over_frame(lit, grid, out=144)[0]
    row, column = np.argwhere(fine == fine.max()).mean(0)
    expected = [14 + 32 * k for k in cell]
    edge = [143 if k == 4 else 0 if k == 0 else e for k, e in zip(cell, expected, strict=True)]
    low, high = np.minimum(expected, edge), np.maximum(expected, edge)
    assert low[0] <= row <= high[0]
    assert low[1] <= column <= high[1]


def test_one_cell_covers_the_frame():
    assert (over_frame(np.full((2, 1, 1), 3, np.float32), CellGrid(1, 32, 0.0, 32.0)) == 3).all()

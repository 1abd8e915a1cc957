from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.models.zoom_in_net.regions import response_map, select_regions, windows


def plain_loop(
    response: np.ndarray, window: int, count: int, spacing: float = 0.5
) -> list[tuple[int, int, float]]:
    """The paper's greedy algorithm for one image, pixel by pixel, with windows clipped inside."""
    rows, columns = response.shape
    half, other = window // 2, window - window // 2

    def clip(value: int, size: int) -> int:
        return min(max(value, half), size - other)

    left, found = response.copy(), []
    for _ in range(count):
        y, x = np.unravel_index(left.argmax(), left.shape)
        if left[y, x] <= 0:
            break
        cx, cy = clip(int(x), columns), clip(int(y), rows)
        found.append((cx, cy, float(left[y, x])))
        for v in range(rows):
            for u in range(columns):
                distance = max(abs(clip(u, columns) - cx), abs(clip(v, rows) - cy))
                if distance < spacing * window:
                    left[v, u] = -np.inf
    return found


@pytest.mark.parametrize("window", [7, 8])
@pytest.mark.parametrize("shift", [0.0, -0.8, -2.0])
@pytest.mark.parametrize("spacing", [0.5, 0.75, 1.0])
def test_agrees_with_a_plain_loop(window: int, shift: float, spacing: float) -> None:
    maps = torch.rand(6, 20, 20, generator=torch.Generator().manual_seed(window)) + shift
    regions = select_regions(maps, window, 4, spacing)
    for image in range(6):
        expected = plain_loop(maps[image].numpy(), window, 4, spacing)
        valid = regions.valid[image]
        assert valid.tolist() == [True] * len(expected) + [False] * (4 - len(expected))
        got = zip(regions.centers[image].tolist(), regions.responses[image].tolist(), strict=True)
        assert [(*c, r) for (c, r), v in zip(got, valid, strict=True) if v] == expected


def test_windows_lie_inside_and_never_closer_than_half_a_window() -> None:
    generator = torch.Generator().manual_seed(1)
    maps = torch.rand(40, 32, 32, generator=generator)
    maps[:20, 3:29, 3:29] = 0.001  # responses along the edge, where clipping draws windows together
    window = 12
    regions = select_regions(maps, window, 4)
    boxes = windows(regions.centers, window)
    assert int(boxes.min()) >= 0
    assert int(boxes.max()) <= 32
    for centers, valid in zip(regions.centers, regions.valid, strict=True):
        kept = centers[valid].double()
        distances = torch.cdist(kept, kept, p=torch.inf) + window * torch.eye(len(kept))
        assert float(distances.min()) >= window / 2


def test_windows_a_whole_window_apart_do_not_overlap() -> None:
    maps = torch.rand(20, 48, 48, generator=torch.Generator().manual_seed(2))
    regions = select_regions(maps, 12, 4, spacing=1.0)
    for boxes in windows(regions.centers, 12):
        covered = torch.zeros(48, 48)
        for x0, y0, x1, y1 in boxes.tolist():
            covered[y0:y1, x0:x1] += 1
        assert float(covered.max()) == 1
    assert regions.valid.all()


def test_the_box_is_the_window_around_the_top_response() -> None:
    response = torch.zeros(1, 50, 50)
    response[0, 20, 31] = 2.0
    regions = select_regions(response, 10, 4)
    assert regions.valid.tolist() == [[True, False, False, False]]
    assert windows(regions.centers, 10)[0, 0].tolist() == [26, 15, 36, 25]
    assert float(regions.responses[0, 0]) == 2.0


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_no_positive_response_gives_no_region(value: float) -> None:
    assert not select_regions(torch.full((2, 16, 16), value), 5, 4).valid.any()


def test_a_window_as_large_as_the_image() -> None:
    regions = select_regions(torch.rand(1, 16, 16), 16, 4)
    assert regions.valid.tolist() == [[True, False, False, False]]
    assert windows(regions.centers, 16)[0, 0].tolist() == [0, 0, 16, 16]


def test_a_window_larger_than_the_image_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        select_regions(torch.rand(1, 16, 16), 17, 4)


def test_the_map_searched_is_that_of_the_predicted_grade() -> None:
    gated = torch.randn(3, 5, 4, 4)
    logits = torch.eye(5)[[3, 0, 1]]
    searched = response_map(gated, logits)
    assert torch.equal(searched[0], gated[0, 3])
    assert torch.equal(searched[1], gated[1, 1:].max(dim=0).values)
    assert torch.equal(searched[2], gated[2, 1])

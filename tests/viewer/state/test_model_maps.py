from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.geometry import upright
from viewer.jobs.images import thresholded
from viewer.state.mask_edit import MaskEdit
from viewer.state.model_maps import ModelMaps, level_of

VALUES = np.random.default_rng(2).integers(0, 256, (30, 50), np.uint8)


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(("old", "new"), [(0.5, 0.3), (0.3, 0.5), (0.5, 0.5), (0.01, 0.99), (1.0, 0.0)])
def test_a_moved_threshold_changes_the_mask_to_that_of_the_new_one(
    old: float, new: float, orientation: int
) -> None:
    maps = ModelMaps({"HE": VALUES}, {"HE": old}, orientation)
    edit = MaskEdit(30, 50, orientation)
    edit.set_plane("HE", thresholded(VALUES, old))
    edit.begin_stroke("HE")
    rect, inside, becomes = maps.crossing("HE", old, new)
    edit.paint_region(rect, inside, becomes)
    assert np.array_equal(edit.plane("HE") > 0, thresholded(VALUES, new))


def test_what_a_reader_painted_stays_where_the_threshold_does_not_pass() -> None:
    maps = ModelMaps({"HE": VALUES}, {"HE": 0.5})
    before = thresholded(VALUES, 0.5)
    painted = before.copy()
    painted[:, :10] ^= True
    edit = MaskEdit(30, 50)
    edit.set_plane("HE", painted)
    edit.begin_stroke("HE")
    edit.paint_region(*maps.crossing("HE", 0.5, 0.4)[:2], 1)
    passed = (level_of(0.4) <= VALUES) & (level_of(0.5) > VALUES)
    assert np.array_equal(edit.plane("HE")[~passed] > 0, painted[~passed])
    assert edit.plane("HE")[passed].all()


def test_lesions_are_found_at_the_threshold_in_the_upright_frame() -> None:
    stored = np.zeros((40, 60), np.uint8)
    stored[10:20, 30:35] = 140
    maps = ModelMaps({"HE": stored}, {"HE": 0.5}, 6)
    shown = upright(stored, 6)
    y, x = (int(v[0]) for v in np.nonzero(shown))
    rect, inside = maps.lesion_at("HE", x + 0.5, y + 0.5)
    assert inside.sum() == 50
    assert (shown[rect.slices] > 0).all()
    maps.thresholds["HE"] = 0.6
    assert maps.lesion_at("HE", x + 0.5, y + 0.5)[0].empty
    assert "HE" in maps
    assert "MA" not in maps


def test_only_the_maps_in_use_are_held() -> None:
    reads: list[str] = []

    class Lazy(dict[str, np.ndarray]):
        def __getitem__(self, code: str) -> np.ndarray:
            reads.append(code)
            return super().__getitem__(code)

    maps = ModelMaps(Lazy(dict.fromkeys(("A", "B", "C"), VALUES)), {})
    for code in ("A", "A", "B", "C", "C", "A"):
        maps.upright(code)
    assert reads == ["A", "B", "C", "A"]

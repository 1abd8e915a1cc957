from __future__ import annotations

import numpy as np

from engine.imaging.phantoms.fundus_vessels import DISC, Vessel, VesselLook, grow, quadrant


def _tree(seed: int = 0, **look: object) -> list[Vessel]:
    return grow(np.random.default_rng(seed), VesselLook(**look))  # type: ignore[arg-type]


def test_trunks_leave_the_disc_into_every_quadrant() -> None:
    trunks = [v for v in _tree() if v.order == 0]
    assert len(trunks) >= 8
    assert all(np.hypot(*(v.points[0] - DISC)) < 0.4 for v in trunks)
    for vein in (True, False):
        ends = np.array([v.points[-1] for v in trunks if v.vein is vein])
        assert set(quadrant(ends)) == {0, 1, 2, 3}


def test_branches_spare_the_avascular_zone() -> None:
    for seed in range(5):
        points = np.concatenate([v.points for v in _tree(seed) if v.order > 0])
        assert np.hypot(*points.T).min() > 0.2


def test_veins_are_wider_than_arteries_and_branches_thinner_than_trunks() -> None:
    tree = _tree(3)
    mean = {
        vein: np.mean([v.widths.mean() for v in tree if v.vein is vein and v.order == 0])
        for vein in (True, False)
    }
    assert mean[True] > 1.2 * mean[False]
    assert np.mean([v.widths.mean() for v in tree if v.order >= 2]) < 0.5 * mean[False]
    assert all((v.widths > 0).all() for v in tree)


def test_a_look_changes_widths_only_where_it_should() -> None:
    plain = _tree(1)
    narrow = _tree(1, artery_width=0.5)
    beaded = _tree(1, beading=(0,))
    nicked = _tree(1, nicking=0.8)
    for a, b, c, d in zip(plain, narrow, beaded, nicked, strict=True):
        assert np.array_equal(a.points, b.points)
        assert np.allclose(b.widths, a.widths * (1.0 if a.vein else 0.5))
        elsewhere = ~np.isin(quadrant(a.points), [0])
        assert np.allclose(c.widths[elsewhere], a.widths[elsewhere])
        assert (d.widths <= a.widths + 1e-12).all()
    assert any(not np.allclose(a.widths, c.widths) for a, c in zip(plain, beaded, strict=True))
    assert any((d.widths < 0.5 * a.widths).any() for a, d in zip(plain, nicked, strict=True))


def test_quadrants_about_the_fovea() -> None:
    corners = np.array([[-1.0, -1.0], [-1.0, 1.0], [2.0, -1.0], [2.0, 1.0]])
    assert quadrant(corners).tolist() == [0, 1, 2, 3]

"""Devices of chest phantoms: each shows, dense, where it belongs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.imaging.phantoms import chest_devices
from engine.imaging.phantoms.chest_spec import DEVICES, ChestSpec

SIZE = 256
SPEC = ChestSpec(seed=9)


def drawn(name: str) -> np.ndarray:
    return chest_devices.draw(replace(SPEC, devices=(name,)), SIZE, np.random.default_rng(1))


def test_every_device_has_a_drawer() -> None:
    assert set(chest_devices.DRAWERS) == set(DEVICES)
    assert not chest_devices.draw(SPEC, SIZE, np.random.default_rng(1)).any()


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_is_dense_and_thin(name: str) -> None:
    opacity = drawn(name)
    assert opacity.min() >= 0 and opacity.max() > 0.05
    assert 0.0005 < (opacity > 0.03).mean() < 0.06


def test_devices_lie_where_they_belong() -> None:
    pacemaker = np.nonzero(drawn("pacemaker") > 0.4)
    assert pacemaker[1].mean() / SIZE > SPEC.center + 0.5 * SPEC.lung_width  # left, on the right of the film
    tube = np.nonzero(drawn("tube") > 0.05)
    assert tube[0].max() / SIZE < SPEC.lung_top + 0.345 * (SPEC.left_base - SPEC.lung_top)  # above the carina
    feeding = np.nonzero(drawn("feeding tube") > 0.05)
    assert feeding[0].max() / SIZE > SPEC.left_base
    wires = np.nonzero(drawn("sternal wires") > 0.1)
    assert np.abs(wires[1] / SIZE - SPEC.center).max() < 0.05

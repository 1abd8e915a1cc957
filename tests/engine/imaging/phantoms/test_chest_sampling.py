"""Random chest specs: what is drawn, and what findings do to the body."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import UnknownLabel
from engine.imaging.phantoms.chest_sampling import LARGEST_NORMAL_HEART, SMALLEST_LARGE_HEART, sample_chest
from engine.imaging.phantoms.chest_spec import DEVICES, FINDINGS


def test_findings_stay_in_the_ranges_of_their_attributes() -> None:
    rng = np.random.default_rng(1)
    for name, looks in FINDINGS.items():
        for _ in range(20):
            for found in sample_chest(rng, [name]).findings:
                assert found.name == name and found.side in ("right", "left")
                for key in ("zone", "lateral", "extent", "aspect", "density"):
                    low, high = getattr(looks, key)
                    assert low <= getattr(found, key) <= high


def test_both_lungs_where_the_definition_says_so() -> None:
    rng = np.random.default_rng(2)
    for name in ("Edema", "Emphysema", "Fibrosis"):
        assert [f.side for f in sample_chest(rng, [name]).findings] == ["right", "left"]
    assert len(sample_chest(rng, ["Hernia"]).findings) == 1


def test_a_heart_is_large_exactly_where_it_is_named() -> None:
    rng = np.random.default_rng(3)
    large = [sample_chest(rng, ["Cardiomegaly", "Emphysema"]).heart_ratio for _ in range(100)]
    normal = [sample_chest(rng, ["Nodule"]).heart_ratio for _ in range(100)]
    assert min(large) >= SMALLEST_LARGE_HEART > 0.5 > LARGEST_NORMAL_HEART >= max(normal)


def test_emphysema_flattens_the_diaphragm_and_darkens_the_lungs() -> None:
    for seed in range(10):
        plain, ill = (sample_chest(np.random.default_rng(seed), names) for names in ([], ["Emphysema"]))
        assert ill.dome < 0.6 * (ill.left_base - ill.lung_top) * 0.12
        assert ill.lucency > 0.66 and ill.heart_ratio <= 0.40
        assert plain.dome >= 0.11 * (plain.left_base - plain.lung_top)


def test_everything_lies_in_the_picture() -> None:
    rng = np.random.default_rng(4)
    for _ in range(300):
        spec = sample_chest(rng)
        assert 0 < spec.lung_top < spec.right_base <= spec.left_base + 0.05 < 1.02
        assert spec.center - spec.lung_width > 0.02 and spec.center + spec.lung_width < 0.98


def test_devices_can_be_left_out_and_all_occur() -> None:
    rng = np.random.default_rng(5)
    assert {d for _ in range(200) for d in sample_chest(rng).devices} == set(DEVICES)
    assert not any(sample_chest(rng, devices=False).devices for _ in range(50))


def test_an_unknown_finding_is_named() -> None:
    with pytest.raises(UnknownLabel) as caught:
        sample_chest(np.random.default_rng(0), ["Mass", "Gout"])
    assert caught.value.where == "Gout" and "Hernia" in caught.value.remedy

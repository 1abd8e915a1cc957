from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.errors import UnknownLabel, WrongUsage
from engine.imaging.phantoms.fundus import DISEASES, fundus, sample_fundus
from engine.imaging.phantoms.fundus_camera import CAMERAS, NEW_CAMERA, field_mask, named_camera
from engine.imaging.phantoms.fundus_spec import LESION_CODES, FundusPhantom, FundusSpec, LesionPlan
from engine.records import Laterality

ALL_LESIONS = LesionPlan(
    microaneurysms=12,
    haemorrhages=(3, 3, 2, 2),
    hard_clusters=2,
    dme=2,
    soft=2,
    neovessels_elsewhere=1,
)
Renderings = tuple[FundusPhantom, FundusPhantom]
CLEAN = replace(CAMERAS["standard"], noise=0.0, quality=0, blur=0.0)


def _spec(seed: int = 3, **changes: object) -> FundusSpec:
    spec = sample_fundus(np.random.default_rng(seed), grade=2, laterality=Laterality.RIGHT, camera=CLEAN)
    return replace(spec, **{"plan": ALL_LESIONS, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pair_of_renderings() -> Renderings:
    spec = _spec()
    return fundus(spec, 640), fundus(replace(spec, lesions=False), 640)


def test_the_same_spec_gives_the_same_pixels_and_masks() -> None:
    spec = sample_fundus(np.random.default_rng(11), grade=4)
    first, second = fundus(spec, 256), fundus(spec, 256)
    assert np.array_equal(first.rgb, second.rgb)
    assert all(np.array_equal(first.masks[c], second.masks[c]) for c in LESION_CODES)
    other = fundus(replace(spec, seed=spec.seed + 1), 256)
    assert not np.array_equal(first.rgb, other.rgb)


@pytest.mark.parametrize(("camera", "shape"), [("standard", (200, 300)), ("square", (300, 300))])
def test_the_longer_side_is_the_size(camera: str, shape: tuple[int, int]) -> None:
    spec = sample_fundus(
        np.random.default_rng(0), grade=3, camera=replace(named_camera(camera), aspect=shape[1] / shape[0])
    )
    phantom = fundus(spec, 300)
    assert phantom.rgb.shape == (*shape, 3)
    assert phantom.rgb.dtype == np.uint8
    assert set(phantom.masks) == set(LESION_CODES)
    assert all(mask.shape == shape and mask.dtype == np.bool_ for mask in phantom.masks.values())


def test_every_lesion_pixel_is_painted(pair_of_renderings: Renderings) -> None:
    with_lesions, without = pair_of_renderings
    difference = np.abs(with_lesions.rgb.astype(int) - without.rgb).max(axis=2)
    for code in LESION_CODES:
        mask = with_lesions.masks[code]
        assert mask.any(), code
        assert not without.masks[code].any()
        assert (difference[mask] > 0).mean() > 0.995, code


def test_nothing_else_is_painted(pair_of_renderings: Renderings) -> None:
    with_lesions, without = pair_of_renderings
    difference = np.abs(with_lesions.rgb.astype(int) - without.rgb).max(axis=2)
    union = np.any([with_lesions.masks[c] for c in LESION_CODES], axis=0).astype(np.uint8)
    reach = 2 * int(np.ceil(0.035 * 2 * with_lesions.radius * 4 + 1)) + 1  # where the softest edge ends
    near = cv2.dilate(union, np.ones((reach, reach), np.uint8)) > 0
    assert difference[~near].max() == 0


def test_lesions_have_their_tint(pair_of_renderings: Renderings) -> None:
    with_lesions, without = pair_of_renderings
    green = with_lesions.rgb[..., 1].astype(int) - without.rgb[..., 1]
    for code, sign in {"MA": -1, "HE": -1, "NV": -1, "EX": 1, "SE": 1}.items():
        alone = with_lesions.masks[code] & ~np.any(
            [with_lesions.masks[c] for c in LESION_CODES if c != code], axis=0
        )
        assert sign * green[alone].mean() > 2.0, code


def test_masks_keep_their_place_at_every_size() -> None:
    spec = _spec()
    small, large = fundus(spec, 512), fundus(spec, 1024)
    assert (small.grade, small.dme) == (large.grade, large.dme)
    assert np.allclose(np.array(small.disc) * 2, large.disc, atol=1.0)
    size = small.rgb.shape[1::-1]
    for code in ("SE", "NV"):
        shrunk = (
            cv2.resize(large.masks[code].astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 127
        )
        both, either = (shrunk & small.masks[code]).sum(), (shrunk | small.masks[code]).sum()
        assert both / either > 0.85, code


def test_masks_stay_in_the_lit_field() -> None:
    rng = np.random.default_rng(4)
    for _ in range(4):
        spec = sample_fundus(rng, grade=4)
        phantom = fundus(spec, 320)
        frame = spec.camera.frame(320, spec.gaze, spec.laterality, spec.eye.disc_size)
        lit = field_mask(spec.camera, frame) >= 0.5
        assert 0.3 < lit.mean() < 0.85
        assert not any((mask & ~lit).any() for mask in phantom.masks.values())


@pytest.mark.parametrize("side", [Laterality.RIGHT, Laterality.LEFT])
def test_the_disc_is_on_the_nasal_side_and_bright(side: Laterality) -> None:
    for seed in range(4):
        phantom = fundus(
            sample_fundus(np.random.default_rng(seed), grade=0, laterality=side, camera=CLEAN), 384
        )
        assert (phantom.disc[0] > phantom.fovea[0]) == (side is Laterality.RIGHT)
        x, y = (round(v) for v in phantom.disc)
        reach = int(phantom.radius * 0.7)
        inside = phantom.rgb[y - reach : y + reach, max(x - reach, 0) : x + reach, 1].mean()
        lit = phantom.rgb.max(axis=2) > 40
        assert inside > 1.2 * phantom.rgb[..., 1][lit].mean()


def test_the_fovea_is_darker_than_its_surround() -> None:
    eye = _spec().eye
    phantom = fundus(_spec(plan=LesionPlan(), eye=replace(eye, sheen=0.0, tessellation=0.0)), 512)
    x, y = (round(v) for v in phantom.fovea)
    dd = round(2 * phantom.radius)
    green = phantom.rgb[..., 1].astype(float)
    core = green[y - 8 : y + 8, x - 8 : x + 8].mean()
    assert core < 0.85 * green[y - dd : y + dd, x - dd : x + dd].mean()


@pytest.mark.parametrize("disease", [d for d in DISEASES if d != "diabetic retinopathy"])
def test_every_disease_renders_and_is_no_diabetic_grade(disease: str) -> None:
    spec = sample_fundus(np.random.default_rng(5), disease=disease, laterality=Laterality.LEFT, camera=CLEAN)
    phantom = fundus(spec, 256)
    assert (phantom.disease, phantom.grade, phantom.dme) == (disease, 0, 0)
    if disease != "normal":
        healthy = fundus(replace(spec, disease="normal"), 256)
        changed = np.abs(phantom.rgb.astype(int) - healthy.rgb).max(axis=2) > 12
        assert changed.mean() > 0.002, "the disease cannot be seen"


def test_there_are_enough_diseases_and_the_new_camera_is_distinct() -> None:
    assert len(DISEASES) >= 8
    spec = _spec()
    usual = fundus(replace(spec, camera=CAMERAS["square"]), 256).rgb.reshape(-1, 3)
    new = fundus(replace(spec, camera=NEW_CAMERA), 256).rgb.reshape(-1, 3)
    colours = [pixels[pixels.max(axis=1) > 40].astype(float).mean(axis=0) for pixels in (usual, new)]
    assert np.abs(colours[0] - colours[1]).max() > 20


def test_bad_requests_are_refused() -> None:
    with pytest.raises(WrongUsage, match="63 pixels"):
        fundus(_spec(), 63)
    with pytest.raises(UnknownLabel, match="trachoma"):
        fundus(_spec(disease="trachoma"), 128)

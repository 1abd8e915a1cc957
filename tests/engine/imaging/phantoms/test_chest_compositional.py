"""Composed chest findings: seeded, said in words and vectors, drawn where they say."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import WrongUsage
from engine.imaging.phantoms import chest_compositional as compositional
from engine.imaging.phantoms.chest_compositional import AXES, Composition, background, compositions, draw

SIZE = 96


@pytest.fixture(scope="module")
def behind() -> compositional.Background:
    return background(np.random.default_rng(3), SIZE)


def film(behind, finding=None, seed=0):
    pixels, weights = draw(behind, [finding] if finding else [], np.random.default_rng(seed))
    return pixels.astype(int), weights


def finding(**changes: str) -> Composition:
    plain = {axis: values[0] for axis, values in AXES.items()}
    return Composition(**(plain | changes))


def test_compositions_differ_and_follow_the_seed() -> None:
    some = compositions(40, seed=1)
    assert len(set(some)) == len({one.name for one in some}) == 40
    assert some == compositions(60, seed=1)[:40]
    assert some != compositions(40, seed=2)
    assert len(set(compositions(432))) == 432
    with pytest.raises(WrongUsage, match="433"):
        compositions(433)


def test_every_value_is_said_in_words_and_in_the_vector() -> None:
    every = compositions(432)
    assert len({one.description for one in every}) == 432
    vectors = np.array([one.vector() for one in every])
    assert vectors.shape == (432, sum(map(len, AXES.values())))
    assert (vectors.sum(1) == len(AXES)).all()
    assert len(np.unique(vectors, axis=0)) == 432
    assert "upper zone of both lungs" in finding(zone="upper", sides="both").description


def test_the_same_numbers_draw_the_same_film(behind) -> None:
    first, again, other = (film(behind, finding(), seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == (SIZE, SIZE) and first.min() >= 0 and first.max() < 2**12


@pytest.mark.parametrize("shape", AXES["shape"])
@pytest.mark.parametrize(("density", "brighter"), [("dense", True), ("hazy", True), ("dark", False)])
def test_density_is_in_its_footprint_and_nowhere_else(behind, shape, density, brighter) -> None:
    pixels, weights = film(behind, finding(shape=shape, density=density, sides="both"), 4)
    without, _ = film(behind, finding(shape=shape, density=density, sides="both"), 5)
    (weight,) = weights.values()
    assert 0 < weight.max() <= 1
    plain = np.mean([film(behind, None, seed)[0] for seed in range(6)], axis=0)
    inside, outside = weight > 0.6, weight < 0.01
    change = pixels - plain
    assert (change[inside].mean() > 0) == brighter
    assert abs(change[inside].mean()) > 4 * abs(change[outside].mean())
    assert not np.array_equal(without, pixels)


@pytest.mark.parametrize(
    ("zone", "low", "high"), [("upper", 0, 0.4), ("middle", 0.3, 0.7), ("lower", 0.6, 1)]
)
def test_zone_is_a_height_in_the_lung(behind, zone, low, high) -> None:
    _, weights = film(behind, finding(zone=zone))
    rows = np.flatnonzero((next(iter(weights.values())) > 0.5).any(1)) / SIZE
    lung = behind.anatomy.right
    share = (rows.mean() - lung.top) / (lung.base - lung.top)
    assert low < share < high


def test_place_and_sides(behind) -> None:
    middle = int(behind.spec.center * SIZE)
    away = {}
    for place in AXES["place"]:
        _, weights = film(behind, finding(place=place, sides="both", shape="round"))
        weight = next(iter(weights.values()))
        assert weight[:, :middle].max() > 0.5 and weight[:, middle:].max() > 0.5
        away[place] = np.abs(np.nonzero(weight > 0.5)[1] - middle).mean()
    assert away["peripheral"] > away["central"] + 3
    one = next(iter(film(behind, finding(sides="one"))[1].values()))
    assert (one[:, :middle].max() > 0.5) != (one[:, middle:].max() > 0.5)


def test_textures_differ_in_what_they_fill(behind) -> None:
    spread = {}
    for texture in AXES["texture"]:
        pixels, weights = film(behind, finding(texture=texture, sides="both"))
        spread[texture] = pixels[next(iter(weights.values())) > 0.9].std()
    assert spread["striped"] > 1.3 * spread["uniform"]
    assert spread["patchy"] > 1.3 * spread["uniform"]


def test_too_small_is_refused() -> None:
    with pytest.raises(WrongUsage, match="32 pixels"):
        background(np.random.default_rng(0), 32)

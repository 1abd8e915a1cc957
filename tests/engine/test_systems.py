from __future__ import annotations

import dataclasses
import inspect

import pytest

from engine.errors import WrongUsage
from engine.records import Modality
from engine.systems import SYSTEMS, load_part, system

NAMES = ("zoom_in_net", "lesion_unet", "disease_similarity", "rura_net", "cxr_ml_gzsl", "cm_dml_gzsl", "clip")


def test_the_names_that_others_script_against():
    assert tuple(SYSTEMS) == NAMES
    assert all(row.name == name for name, row in SYSTEMS.items())
    assert {row.modality for row in SYSTEMS.values()} == {Modality.FUNDUS, Modality.CHEST}


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_every_system_are_there(name):
    row = system(name)
    predictor = load_part(row.predictor)
    assert callable(predictor.predict)
    assert set(row.uses) <= set(SYSTEMS)
    if row.uses:
        assert callable(predictor.compose)
        return
    assert callable(predictor.load)
    if row.find:
        assert callable(load_part(row.find))
    else:
        assert callable(load_part(row.network))
    assert row.shipped_weights.name == f"{name}.safetensors"


@pytest.mark.parametrize("name", [name for name in NAMES if SYSTEMS[name].recipe])
def test_recipes_share_their_door(name):
    recipe = load_part(system(name).recipe)
    assert {"shipped", "paper"} <= set(recipe.CONFIGS)
    for config in recipe.CONFIGS.values():
        assert {"device", "version", "command", "seed"} <= {f.name for f in dataclasses.fields(config)}
    assert list(inspect.signature(recipe.train).parameters)[0:2] != []
    assert len(inspect.signature(recipe.fine_tune).parameters) == 6


def test_unknown_system():
    with pytest.raises(WrongUsage, match="zoom_in_net"):
        system("dragon_net")

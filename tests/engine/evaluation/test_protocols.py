from __future__ import annotations

import inspect

import pytest

from engine.errors import WrongUsage
from engine.evaluation.protocols import PROTOCOLS, Argument, Protocol, protocol
from engine.records import Modality
from engine.systems import SYSTEMS, load_part


@pytest.mark.parametrize("row", PROTOCOLS.values(), ids=list(PROTOCOLS))
def test_every_protocol_has_its_run_and_its_systems(row):
    assert list(inspect.signature(load_part(row.run)).parameters) == ["request", "progress"]
    assert row.accepted
    assert row.data
    assert len({argument.name for argument in row.arguments}) == len(row.arguments)


def test_the_stable_names_are_there():
    assert "reviewed" in PROTOCOLS
    assert set(protocol("reviewed").accepted) == {name for name, row in SYSTEMS.items() if row.recipe}


def test_accepted_systems_follow_modality_unless_named():
    chest = Protocol("x", "", "", "folder", modality=Modality.CHEST)
    assert set(chest.accepted) == {"cxr_ml_gzsl", "cm_dml_gzsl"}
    assert Protocol("x", "", "", "folder", systems=("rura_net",)).accepted == ("rura_net",)


def test_options_are_defaults_with_what_was_given():
    row = Protocol("x", "", "", "", arguments=(Argument("crops", "", "centre"), Argument("folds", "", 10)))
    assert row.options(folds=3) == {"crops": "centre", "folds": 3}
    with pytest.raises(WrongUsage, match="folds"):
        row.options(fold=3)


def test_an_unknown_protocol_names_the_known_ones():
    with pytest.raises(WrongUsage, match="reviewed"):
        protocol("everything")

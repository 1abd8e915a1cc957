"""Tiny weights in place of the shipped ones."""

from __future__ import annotations

import pytest

from engine import systems
from tests.engine.operations import tiny


@pytest.fixture(scope="session")
def tiny_resources(tmp_path_factory):
    return tiny.write_weights(tmp_path_factory.mktemp("resources"))


@pytest.fixture
def shipped(tiny_resources, monkeypatch):
    """Folder of the tiny networks, which now count as shipped."""
    monkeypatch.setattr(systems, "RESOURCES", tiny_resources)
    return tiny_resources / "weights"

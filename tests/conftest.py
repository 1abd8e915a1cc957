"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as `lynceus-engine` and the worker run

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real images beside the checkout; the test is skipped where it is absent."""
    if not (SHARED_DATA / "manifest.csv").is_file():
        pytest.skip(f"no real images: {SHARED_DATA} is absent")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches and settings of a test never touch those of the user."""
    base = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("LYNCEUS_CACHE", str(base / "cache"))
    monkeypatch.setenv("LYNCEUS_CONFIG", str(base / "config"))

"""Where the shipped resources lie and where caches go."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def cache_folder() -> Path:
    """Folder for data that can be made again; ``LYNCEUS_CACHE`` overrides the platform's."""
    chosen = os.environ.get("LYNCEUS_CACHE")
    folder = Path(chosen) if chosen else Path(platformdirs.user_cache_dir("lynceus"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder

"""Figures that papers report, for protocols to print beside ours: ``resources/papers/*.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from engine.errors import BadTable
from engine.paths import RESOURCES


def reported(protocol: str) -> list[Mapping[str, Any]]:
    """Rows of ``resources/papers/PROTOCOL.toml``: each has ``title``, ``source`` and its figures.

    Raises
    ------
    BadTable
        When a row does not say who reports it.
    """
    path = RESOURCES / "papers" / f"{protocol}.toml"
    try:
        rows: list[Mapping[str, Any]] = tomllib.loads(path.read_text("utf-8"))["row"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise BadTable(f"not a table of reported figures ({error})", path, "Get it again.") from error
    for row in rows:
        if not row.get("title") or not row.get("source"):
            raise BadTable("a row has no title or no source", path, "Say who reports these figures.")
    return rows

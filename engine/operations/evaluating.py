"""Run an evaluation protocol and keep what it found."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import systems
from engine.errors import WrongUsage
from engine.evaluation.protocols import Report, Request, protocol
from engine.progress import Progress, silent
from engine.store.database import translated

METRICS = "metrics.json"
TABLE = "table.txt"


def evaluate(name: str, request: Request, progress: Progress = silent) -> Report:
    """Run a protocol; with ``request.out`` its metrics and table are saved there too.

    Raises
    ------
    WrongUsage
        No such protocol, or it does not measure that system.
    StoreUnavailable
        At once when the folder cannot be made.
    """
    row = protocol(name)
    if request.system not in row.accepted:
        raise WrongUsage(
            f"{name} does not measure {request.system!r}", remedy=f"Use one of {', '.join(row.accepted)}."
        )
    if request.out is not None:
        with translated(request.out):
            request.out.mkdir(parents=True, exist_ok=True)
    report: Report = systems.load_part(row.run)(request, progress)
    if request.out is not None:
        _save(report, request.out)
    return report


def as_json(metrics: Mapping[str, Any]) -> str:
    """Metrics as JSON text; NaN and infinity, which JSON does not know, become null."""
    return json.dumps(_plain(metrics), indent=1, ensure_ascii=False, allow_nan=False)


def _save(report: Report, out: Path) -> None:
    with translated(out):
        (out / METRICS).write_text(as_json(report.metrics) + "\n", encoding="utf-8")
        if report.text:
            (out / TABLE).write_text(report.text.rstrip() + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "tolist"):  # arrays and numbers of NumPy
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

"""What passes between the window and the worker process: JSON lines, never pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine import errors
from engine.errors import EngineError


def encode(kind: str, job: int, **fields: Any) -> bytes:
    """A message; its kind is run, cancel, pause, resume, stop, ready, progress, done, failed or cancelled."""
    return json.dumps({"kind": kind, "job": job, **fields}).encode()


def decode(data: bytes) -> dict[str, Any]:
    """The message of those bytes."""
    message: dict[str, Any] = json.loads(data)
    return message


def error_fields(error: BaseException) -> dict[str, str]:
    """An error as JSON fields; one that the engine did not raise on purpose keeps its type's name."""
    if isinstance(error, EngineError):
        return {
            "error": type(error).__name__,
            "what": error.what,
            "where": error.where,
            "remedy": error.remedy,
        }
    return {
        "error": "EngineError",
        "what": f"{type(error).__name__}: {error}",
        "where": "",
        "remedy": "See the worker's log; the rest of your work is safe.",
    }


def error_of(fields: Mapping[str, str]) -> EngineError:
    """The error that `error_fields` described."""
    kind = getattr(errors, fields["error"], EngineError)
    error: EngineError = kind(fields["what"], fields["where"], fields["remedy"])
    return error

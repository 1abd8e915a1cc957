"""Writing files so that a crash or a full disk leaves the old one whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from engine.errors import StoreUnavailable


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there when it is complete.

    Raises
    ------
    StoreUnavailable
        The folder is missing or read-only, or the disk is full; nothing is left behind.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if temporary.exists():
            temporary.unlink()
        raise StoreUnavailable(
            f"cannot be written ({error.strerror or error})", path, "Check the folder and the free space."
        ) from error

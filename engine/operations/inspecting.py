"""What a file is, for `lynceus-engine inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import StoreUnavailable
from engine.io.sandbox import Sandbox
from engine.operations.naming import spare


def inspect_file(path: Path, pixels: Path | None = None) -> dict[str, Any]:
    """Describe a file, and write its stored pixels where asked.

    Parameters
    ----------
    pixels
        Where to write the values before modality LUT, window and polarity: ``[frames, rows, columns]``
        or ``[frames, rows, columns, 3]`` (RGB), without the frame axis for one frame.

    Raises
    ------
    UnreadableImage
    WrongUsage
        When the pixels would be written over the file itself.
    """
    if pixels is not None:
        spare(pixels, path)
    with Sandbox() as sandbox:
        info = sandbox.info(path, detect=True)
        if pixels is not None:
            stored = sandbox.stored(path)
            _write(pixels, stored[0] if len(stored) == 1 else stored)
    return {
        "file": str(path),
        "kind": info.kind,
        "rows": info.rows,
        "columns": info.columns,
        "frames": info.frames,
        "samples": info.samples,
        "bits": info.bits,
        "photometric": info.photometric,
        "transfer_syntax": info.transfer_syntax,
        "modality": info.modality.value,
        "modality_source": info.modality_source.value,
        "laterality": info.laterality.value or None,
        "view": info.view or None,
        "spacing": list(info.pixel_spacing) if info.pixel_spacing else None,
        "orientation": info.orientation,
        "sha256": info.sha256,
    }


def _write(path: Path, pixels: np.ndarray[Any, Any]) -> None:
    try:
        with path.open("wb") as stream:  # a stream: np.save would add .npy to a name without it
            np.save(stream, pixels, allow_pickle=False)
    except OSError as error:
        raise StoreUnavailable(
            f"the pixels cannot be written ({error.strerror or error})", path, "Choose another file."
        ) from error

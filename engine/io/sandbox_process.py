"""The decoding process of `engine.io.sandbox`: reads requests, decodes, answers; may be killed at any time.

Requests and answers are lines of JSON; arrays go through a file without a name that both sides hold open.
Standard output and error are closed to what C libraries print. No torch is imported here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine import errors
from engine.io import wire
from engine.io.readers import info_of, load, pixels_of
from engine.records import ImageInfo, Modality

_DETECTION_SIZE = 256

Answer = tuple[dict[str, Any], NDArray[Any] | None]


def _info(path: Path, detect: bool) -> Answer:
    source = load(path)
    info = info_of(source)
    return {"info": wire.from_info(_detected(source, info) if detect else info)}, None


def _detected(source: Any, info: ImageInfo) -> ImageInfo:
    from dataclasses import replace

    from engine.imaging.modality import detect
    from engine.io.previews import preview_of

    if info.modality is not Modality.UNKNOWN:
        return info
    return replace(info, modality=detect(preview_of(source, _DETECTION_SIZE, info))[0])


def _stored(path: Path, frame: int | None) -> Answer:
    return {}, pixels_of(load(path), frame)


def _picture(path: Path, frame: int) -> Answer:
    from engine.imaging.rendering import display_source

    source = load(path)
    info = info_of(source)
    return {"info": wire.from_info(info)}, display_source(pixels_of(source, frame), info)


def _read(path: Path, frame: int | None) -> Answer:
    source = load(path)
    return {"info": wire.from_info(info_of(source))}, pixels_of(source, frame)


def _preview(path: Path, longest: int) -> Answer:
    from engine.io.previews import preview_of

    return {}, preview_of(load(path), longest)


REQUESTS: dict[str, Callable[..., Answer]] = {
    "info": _info,
    "stored": _stored,
    "read": _read,
    "picture": _picture,
    "preview": _preview,
}
"""What may be asked, by name."""


def _answer(request: dict[str, Any]) -> Answer:
    """Do one request; every failure becomes an answer."""
    path = Path(os.fsdecode(bytes.fromhex(request["path"])))
    try:
        return REQUESTS[request["name"]](path, **request["arguments"])
    except errors.EngineError as error:
        said = {"what": error.what, "where": error.where, "remedy": error.remedy}
        return {"error": type(error).__name__, **said}, None
    except MemoryError:
        return {
            "error": "DecoderFailure",
            "what": "needs more memory than it may have",
            "where": str(path),
        }, None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # decoders written in Rust panic with a BaseException
        what = f"cannot be decoded ({type(error).__name__}: {' '.join(str(error).split())[:160]})"
        return {"error": "UnreadableImage", "what": what, "where": str(path)}, None


def _send(answer: Answer, shared: BinaryIO, out: BinaryIO) -> None:
    head, array = answer
    if array is not None:
        contiguous = np.ascontiguousarray(array)
        shared.seek(0)
        shared.truncate(contiguous.nbytes)
        shared.write(contiguous.data.cast("B") if contiguous.size else b"")
        shared.flush()
        head = {**head, "dtype": contiguous.dtype.str, "shape": contiguous.shape}
    out.write(json.dumps(head).encode() + b"\n")
    out.flush()


def main() -> None:
    """Serve until standard input closes. Arguments: descriptor of the shared file, memory limit in MB."""
    shared_fd, memory_mb = int(sys.argv[1]), int(sys.argv[2])
    limit = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with os.fdopen(shared_fd, "r+b") as shared:
        for line in sys.stdin.buffer:
            _send(_answer(json.loads(line)), shared, out)

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
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine import errors
from engine.io import wire
from engine.io.reader import Source
from engine.io.readers import info_of, load, pixels_of
from engine.records import ImageInfo, Modality

_DETECTION_SIZE = 256
_SLACK = 512 * 2**20  # libraries that are loaded on use, and their buffers
_HEADER_FACTOR = 16  # memory for a file before its pixels, in sizes of the file
_FRAME_FACTOR = 16  # memory to decode a frame, in its sizes: JPEG 2000 works in 32 bits, twice

Answer = tuple[dict[str, Any], NDArray[Any] | None]


def _allow(bytes_more: int) -> None:
    """Limit the address space to what is mapped now plus what this file may need."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # no such file on this system: the hard limit alone holds
        return
    soft = pages * resource.getpagesize() + _SLACK + bytes_more
    resource.setrlimit(resource.RLIMIT_AS, (min(soft, hard), hard))


def _opened(path: Path, hashed: bool = True) -> tuple[Source, ImageInfo]:
    """The file and its header, with memory allowed for decoding one frame of it."""
    source = load(path, hashed)
    _allow(_HEADER_FACTOR * len(source.data))
    info = info_of(source)
    frame = info.rows * info.columns * info.samples * max(1, (info.bits + 7) // 8)
    _allow(_FRAME_FACTOR * frame + _HEADER_FACTOR * len(source.data))
    return source, info


def _info(path: Path, detect: bool) -> Answer:
    source, info = _opened(path)
    return {"info": wire.from_info(_detected(source, info) if detect else info)}, None


def _opened_for(path: Path, frame: int | None) -> tuple[Source, ImageInfo]:
    """`_opened`; for all frames the full limit, since the readers bound their sum."""
    source, info = _opened(path)
    if frame is None and info.frames > 1:
        _allow(resource.getrlimit(resource.RLIMIT_AS)[1])
    return source, info


def _detected(source: Source, info: ImageInfo) -> ImageInfo:
    from engine.imaging.modality import detect
    from engine.io.previews import preview_of

    if info.modality is not Modality.UNKNOWN:
        return info
    return replace(info, modality=detect(preview_of(source, _DETECTION_SIZE, info))[0])


def _stored(path: Path, frame: int | None) -> Answer:
    return {}, pixels_of(_opened_for(path, frame)[0], frame)


def _picture(path: Path, frame: int, least: int) -> Answer:
    from engine.imaging.rendering import display_source
    from engine.io.previews import reduced_pixels

    source, info = _opened(path, hashed=False)
    return {"info": wire.from_info(info)}, display_source(reduced_pixels(source, frame, info, least), info)


def _read(path: Path, frame: int | None, least: int) -> Answer:
    from engine.io.previews import reduced_pixels

    source, info = _opened_for(path, frame)
    return {"info": wire.from_info(info)}, reduced_pixels(source, frame, info, least)


def _preview(path: Path, longest: int) -> Answer:
    from engine.io.previews import preview_of

    source, info = _opened(path)
    return {}, preview_of(source, longest, info)


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


def _warm_up() -> None:
    """Load what most files need while nobody waits for it yet."""
    import cv2  # noqa: F401

    import engine.imaging.rendering
    import engine.io.jpeg
    import engine.io.png
    import engine.io.previews  # noqa: F401


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
    out.write(b"ready\n")
    out.flush()
    _warm_up()
    with os.fdopen(shared_fd, "r+b") as shared:
        for line in sys.stdin.buffer:
            _send(_answer(json.loads(line)), shared, out)

"""JPEG photographs: baseline, extended, progressive, lossless; grey or colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.io import exif, jpeg_markers
from engine.io.codestreams import decode_jpeg
from engine.io.limits import check_size
from engine.io.rasters import only_frame
from engine.io.reader import Source
from engine.records import ImageInfo


def _header(source: Source) -> jpeg_markers.JpegHeader:
    header = jpeg_markers.parse(source.data, source.path)
    check_size(header.rows, header.columns, source.path)
    if header.components not in (1, 3):
        raise UnreadableImage(
            f"is a JPEG of {header.components} components (CMYK)", source.path, "Save it as RGB."
        )
    if not jpeg_markers.is_complete(source.data, header):
        raise UnreadableImage("is a truncated JPEG", source.path, "Copy or export it again.")
    return header


def info(source: Source) -> ImageInfo:
    """Describe a JPEG file."""
    header = _header(source)
    return ImageInfo(
        source.path,
        source.sha256,
        "jpeg",
        header.rows,
        header.columns,
        samples=header.components,
        bits=header.precision,
        photometric="RGB" if header.components == 3 else "MONOCHROME2",
        orientation=exif.orientation(header.exif),
    )


def pixels(source: Source, frame: int | None) -> NDArray[Any]:
    """Stored pixels ``[1, rows, columns(, 3)]``, RGB, not turned upright."""
    only_frame(frame, 1, source.path)
    _header(source)
    decoded = decode_jpeg(source.data, source.path, rgb_by_container=False)
    return np.ascontiguousarray(decoded)[np.newaxis]

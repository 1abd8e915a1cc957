"""Bytes of an image file to records and stored pixels, by content and not by suffix.

Files are read in place and never changed. These functions decode in the calling process; for files
that are not trusted use `engine.io.sandbox.Sandbox`, which makes the same calls in a process that it
can limit and kill.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.errors import UnreadableImage, WrongUsage
from engine.io.limits import MAX_FILE_BYTES, REMEDY
from engine.io.reader import Reader, Source
from engine.records import ImageInfo

_DICOM_FIRST_TAGS = (b"\x02\x00\x00\x00", b"\x02\x00\x01\x00", b"\x02\x00\x02\x00", b"\x02\x00\x10\x00")
_DICOM_FIRST_GROUPS = (b"\x08\x00", b"\x00\x08")


def _is_dicom(data: bytes) -> bool:
    """Part 10 by its prefix; a bare data set by a first element of group 2 or 8 with a small number."""
    if data[128:132] == b"DICM" or data[:4] in _DICOM_FIRST_TAGS:
        return True
    if data[:2] not in _DICOM_FIRST_GROUPS or len(data) < 12:
        return False
    order = "little" if data[:2] == b"\x08\x00" else "big"
    return int.from_bytes(data[2:4], order) <= 0x0070  # type: ignore[arg-type]


READERS: tuple[Reader, ...] = (
    Reader("jpeg", lambda data: data[:3] == b"\xff\xd8\xff", "engine.io.jpeg"),
    Reader("png", lambda data: data[:8] == b"\x89PNG\r\n\x1a\n", "engine.io.png"),
    Reader("tiff", lambda data: data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "engine.io.tiff"),
    Reader("bmp", lambda data: data[:2] == b"BM" and data[6:10] == bytes(4), "engine.io.bmp"),
    Reader("dicom", _is_dicom, "engine.io.dicom"),
)
"""One format a row; the first that matches reads. Signatures of two formats never match one file, but
those of files with a preamble: a DICOM file may begin with a TIFF header (PS3.10, 7.1) and is DICOM."""


def load(path: Path, hashed: bool = True) -> Source:
    """Read a file and, unless told not to, hash it.

    Raises
    ------
    UnreadableImage
        It is missing, a folder, empty, not readable for this user, or larger than 2 GiB.
    """
    try:
        if path.is_dir():
            raise UnreadableImage("is a folder, not an image", path, "Name the files in it.")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableImage(f"has {size // 2**20} MB, too much for one image", path, REMEDY)
        if not path.is_file():
            raise UnreadableImage("is no regular file", path, "Copy the image to a file.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableImage("does not exist", path, "Check the name; was it moved?") from error
    except PermissionError as error:
        raise UnreadableImage("may not be read by you", path, "Ask its owner for permission.") from error
    except (OSError, ValueError) as error:
        raise UnreadableImage(f"cannot be read ({error})", path, "Check the disk or the name.") from error
    if not data:
        raise UnreadableImage("is empty", path, REMEDY)
    return Source(path, data, hashlib.sha256(data).hexdigest() if hashed else "")


def reader_for(source: Source) -> Reader:
    """The format of a file, by its content.

    Raises
    ------
    UnreadableImage
        None of ours.
    """
    if source.data[128:132] == b"DICM":
        return READERS[-1]
    for reader in READERS:
        if reader.matches(source.data[:132]):
            return reader
    raise UnreadableImage(
        "is no JPEG, PNG, TIFF, BMP or DICOM file", source.path, "Export it as one of these."
    )


def info_of(source: Source) -> ImageInfo:
    """`read_info` of a file already in memory."""
    return reader_for(source).load().info(source)


def pixels_of(source: Source, frame: int | None = None) -> NDArray[Any]:
    """`read_stored` of a file already in memory."""
    if frame is not None and frame < 0:
        raise WrongUsage(f"frame {frame} is negative", source.path, "Frames count from 0.")
    return reader_for(source).load().pixels(source, frame)


def read_info(path: Path | str) -> ImageInfo:
    """Describe an image file: header, SHA-256, and its modality where the file states it.

    Raises
    ------
    UnreadableImage
        With the file's name and what to do about it.
    """
    return info_of(load(Path(path)))


def read_stored(path: Path | str, frame: int | None = None) -> NDArray[Any]:
    """Stored pixel values: before modality LUT, window, polarity and EXIF orientation.

    Colour is RGB whatever the file holds (YBR is converted, palette colour looked up); alpha is dropped.

    Parameters
    ----------
    frame
        Number of the only frame to decode, from 0; None: all.

    Returns
    -------
    ``[frames, rows, columns]`` or ``[frames, rows, columns, 3]``, in the smallest integer type that holds
    the stored bits; signed where the file says so.

    Raises
    ------
    UnreadableImage
        With the file's name and what to do about it.
    """
    return pixels_of(load(Path(path)), frame)

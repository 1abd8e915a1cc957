"""Image files made on the spot: rasters by Pillow (not our decoder), DICOM by pydicom."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def dicom_dataset(pixels: np.ndarray, **attributes: Any) -> Dataset:
    """A data set of ``[rows, columns]`` or ``[rows, columns, 3]`` pixels; attributes override."""
    dataset = Dataset()
    dataset.SOPClassUID = attributes.pop("SOPClassUID", SECONDARY_CAPTURE)
    dataset.SOPInstanceUID = "1.2.3.4"
    colour = pixels.ndim == 3
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = pixels.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd values are what some tests are about
        for name, value in attributes.items():
            setattr(dataset, name, value)
    if "BitsStored" in attributes and "HighBit" not in attributes:
        dataset.HighBit = dataset.BitsStored - 1
    return dataset


def save_dicom(path: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a data set as a Part 10 file."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", generate_uid())
    dataset.file_meta = meta
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(path, enforce_file_format=True)
    return path


def png_bytes(columns: int, rows: int, raw: bytes, colour: int = 2, bits: int = 8) -> bytes:
    """A PNG that declares a size and holds whatever it is given."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", columns, rows, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def scan_bomb(side: int, scans: int) -> bytes:
    """A small progressive JPEG with one refinement scan repeated: minutes of decoding."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (side, side), 77).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    starts = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xda"]
    last = data[starts[-1] : data.rindex(b"\xff\xd9")]
    return data[:-2] + last * scans + data[-2:]


@pytest.fixture
def dicom_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes ``pixels`` with attributes as a DICOM file and gives its path."""

    def write(pixels: np.ndarray, name: str = "image.dcm", **attributes: Any) -> Path:
        syntax = attributes.pop("syntax", ExplicitVRLittleEndian)
        return save_dicom(tmp_path / name, dicom_dataset(pixels, **attributes), syntax)

    return write

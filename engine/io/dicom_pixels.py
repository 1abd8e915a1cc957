"""Stored pixel values of a DICOM file, whatever its transfer syntax."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage, UnsupportedTransferSyntax
from engine.io import codestreams, jpeg_markers
from engine.io.dicom_colour import palette_to_rgb, ybr_to_rgb
from engine.io.dicom_file import DicomFile, PixelElement, pixel_element
from engine.io.dicom_frames import encapsulated_frame
from engine.io.dicom_layout import Layout
from engine.io.limits import REMEDY, check_bytes
from engine.io.rasters import only_frame

_JPEG = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (*range(50, 67), 70))
_JPEG_LS = frozenset({"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"})
_JPEG_2000 = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (90, 91, 201, 202, 203))
_LOSSLESS = 3
_RLE = "1.2.840.10008.1.2.5"
_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_NATIVE = frozenset(
    {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"}
)
READABLE = _NATIVE | _JPEG | _JPEG_LS | _JPEG_2000 | {_RLE, _DEFLATED_FRAMES}
"""Transfer syntaxes that are read: all of PS3.5 that hold single images."""


def stored_pixels(file: DicomFile, layout: Layout, frame: int | None) -> NDArray[Any]:
    """Decode one frame or all.

    Returns
    -------
    ``[frames, rows, columns]`` or RGB ``[frames, rows, columns, 3]``.

    Raises
    ------
    UnsupportedTransferSyntax
        No permissively licensed decoder reads it.
    UnreadableImage
        The pixels are damaged, truncated, or contradict the header.
    """
    if file.transfer_syntax not in READABLE:
        raise UnsupportedTransferSyntax(
            f"is encoded as {file.transfer_syntax}, which cannot be read",
            file.where,
            "Export it uncompressed.",
        )
    only_frame(frame, layout.frames, file.where)
    element = pixel_element(file)
    if (element.native is not None) != (file.transfer_syntax in _NATIVE):
        raise UnreadableImage("has pixels that contradict its transfer syntax", file.where, REMEDY)
    _check_declared(element, layout, file.where)
    chosen = range(layout.frames) if frame is None else range(frame, frame + 1)
    colour = 3 if layout.samples == 3 or layout.palette else 1
    check_bytes(len(chosen) * layout.rows * layout.columns * colour * layout.dtype.itemsize, file.where)
    first = _frame(file, element, layout, chosen[0])
    result = np.empty((len(chosen), *first.shape), first.dtype)
    result[0] = first
    for place, number in enumerate(chosen[1:], 1):
        result[place] = _frame(file, element, layout, number)
    return result


def _check_declared(element: PixelElement, layout: Layout, where: object) -> None:
    """Compare the declared size with the bytes that are there, before anything is allocated."""
    if element.native is None:
        if layout.frames > max(len(element.fragments), 1):
            raise UnreadableImage(
                f"declares {layout.frames} frames but holds {len(element.fragments)}", where, REMEDY
            )
        return
    needed = (layout.frame_bits * layout.frames + 7) // 8
    if len(element.native) < needed:
        raise UnreadableImage(
            f"is truncated: {needed} bytes of pixels are declared, {len(element.native)} are there",
            where,
            "Copy or export it again.",
        )


def _frame(file: DicomFile, element: PixelElement, layout: Layout, number: int) -> NDArray[Any]:
    """One frame as RGB or grey, in the layout's type."""
    if element.native is not None:
        view = element.native
        if layout.bits_allocated == 8 and element.words and not file.little_endian:
            view = _swapped(view)
        values = _native(view, layout, number, file.little_endian)
        return _finished(file, layout, values, needs_rgb=layout.photometric.startswith("YBR"))
    data = encapsulated_frame(file, element, layout.frames, number)
    values, is_ybr = _decompressed(file, layout, data)
    if values.shape[:2] != (layout.rows, layout.columns) or values.ndim != (3 if layout.samples == 3 else 2):
        raise UnreadableImage(
            f"declares {layout.columns}×{layout.rows}×{layout.samples} but its pixels are "
            f"{'×'.join(str(n) for n in (values.shape[1], values.shape[0], *values.shape[2:]))}",
            file.where,
            REMEDY,
        )
    return _finished(file, layout, values, needs_rgb=is_ybr)


def _finished(file: DicomFile, layout: Layout, values: NDArray[Any], needs_rgb: bool) -> NDArray[Any]:
    if layout.palette:
        return palette_to_rgb(values, file.dataset, layout, file.where)
    return ybr_to_rgb(values, layout) if needs_rgb else values


def _swapped(view: memoryview) -> memoryview:
    """Bytes that were written as big-endian words, in order (PS3.5, 8.1.1)."""
    words = np.frombuffer(view, np.uint8)[: len(view) // 2 * 2].reshape(-1, 2)
    return memoryview(words[:, ::-1].tobytes())


def _native(view: memoryview, layout: Layout, number: int, little_endian: bool) -> NDArray[Any]:
    shape = (layout.rows, layout.columns)
    if layout.bits_allocated == 1:
        return _unpacked_bits(view, layout, number)
    if layout.bits_allocated == 12:
        return _unpacked_12(view, layout, number)
    width = layout.bits_allocated // 8
    size = layout.frame_bits // 8
    part = view[number * size : (number + 1) * size]
    raw = np.frombuffer(part, np.dtype(f"{'<' if little_endian else '>'}u{width}"))
    values = raw.astype(np.dtype(f"u{width}"))
    if layout.subsampled:
        pairs = values.reshape(layout.rows, -1, 4)  # Y Y Cb Cr of two neighbours (PS3.3, C.7.6.3.1.2)
        luma = pairs[..., :2].reshape(shape)
        values = np.stack([luma, *(np.repeat(pairs[..., c], 2, axis=1) for c in (2, 3))], axis=-1)
    elif layout.samples == 3:
        planar = (3, *shape) if layout.planar else (*shape, 3)
        values = values.reshape(planar).transpose(1, 2, 0) if layout.planar else values.reshape(planar)
    else:
        values = values.reshape(shape)
    return _sign_extended(values, layout, layout.high_bit + 1 - layout.bits_stored)


def _unpacked_bits(view: memoryview | bytes, layout: Layout, number: int) -> NDArray[np.uint8]:
    """Frames of single bits follow each other without padding (PS3.5, 8.1.1)."""
    size = layout.rows * layout.columns
    first = number * size
    packed = np.frombuffer(view, np.uint8)[first // 8 : (first + size + 7) // 8]
    bits = np.unpackbits(packed, bitorder="little")[first % 8 : first % 8 + size]
    return bits.reshape(layout.rows, layout.columns)


def _unpacked_12(view: memoryview, layout: Layout, number: int) -> NDArray[Any]:
    """Two 12-bit values in three bytes, low bits first (ACR-NEMA 2.0 and early DICOM)."""
    size = layout.rows * layout.columns * layout.samples
    if size % 2:
        raise UnreadableImage("packs an odd number of 12-bit values", "", REMEDY)
    triples = np.frombuffer(view, np.uint8)[number * size * 3 // 2 :][: size * 3 // 2].reshape(-1, 3)
    low = triples[:, 0].astype(np.uint16) | (triples[:, 1].astype(np.uint16) & 0x0F) << 8
    high = triples[:, 1].astype(np.uint16) >> 4 | triples[:, 2].astype(np.uint16) << 4
    values: NDArray[Any] = np.stack([low, high], axis=-1).reshape(layout.rows, layout.columns)
    return _sign_extended(values, layout, 0)


def _sign_extended(values: NDArray[Any], layout: Layout, shift: int) -> NDArray[Any]:
    """The stored bits out of their container: overlays in unused bits dropped, two's complement kept."""
    bits = layout.bits_stored
    width = values.dtype.itemsize * 8
    if values.dtype.kind == "i":
        values = values.view(np.dtype(f"u{width // 8}"))
    if layout.signed:
        signed = np.left_shift(values, width - bits - shift).view(np.dtype(f"i{width // 8}"))
        return np.asarray(np.right_shift(signed, width - bits), layout.dtype)
    if shift or bits < width:
        values = np.right_shift(values, shift) & values.dtype.type(2**bits - 1)
    return values.astype(layout.dtype)


def _decompressed(file: DicomFile, layout: Layout, data: bytes) -> tuple[NDArray[Any], bool]:
    """One frame of a codestream, and whether its colour still is YCbCr."""
    syntax, where = file.transfer_syntax, file.where
    ybr = layout.photometric.startswith("YBR")
    if syntax == _RLE:
        return _rle(data, layout, where), ybr
    if syntax == _DEFLATED_FRAMES:
        inflated = codestreams.inflate_frame(data, where, (layout.frame_bits + 7) // 8)
        return _native(memoryview(inflated), layout, 0, True), ybr
    if syntax in _JPEG:
        values, process = _jpeg(data, layout, where)
        return _container(values, layout), ybr and process == _LOSSLESS
    if syntax in _JPEG_LS:
        _check_codestream(jpeg_markers.parse(data, where), layout, where)
        return _container(codestreams.decode_jpegls(data, where), layout), ybr
    rows, columns, _ = codestreams.jpeg2000_size(data, where)
    _check_codestream_size(rows, columns, layout, where)
    values = codestreams.decode_jpeg2000(data, where)
    own = codestreams.jpeg2000_transforms(data) or layout.photometric in ("YBR_RCT", "YBR_ICT")
    return _container(values, layout), ybr and not own


def _jpeg(data: bytes, layout: Layout, where: object) -> tuple[NDArray[Any], int]:
    """Values, and the number of the JPEG process: only the lossless one leaves YCbCr as it is."""
    if data[:3] != b"\xff\xd8\xff":
        raise UnreadableImage("has pixels that are no JPEG, as its transfer syntax says", where, REMEDY)
    header = jpeg_markers.parse(data, where)
    _check_codestream(header, layout, where)
    if not jpeg_markers.is_complete(data, header):
        raise UnreadableImage("is truncated: its JPEG pixels end early", where, "Copy or export it again.")
    values = codestreams.decode_jpeg(data, where, rgb_by_container=layout.photometric == "RGB")
    return values, header.process


def _check_codestream(header: jpeg_markers.JpegHeader, layout: Layout, where: object) -> None:
    _check_codestream_size(header.rows, header.columns, layout, where)


def _check_codestream_size(rows: int, columns: int, layout: Layout, where: object) -> None:
    if (rows, columns) != (layout.rows, layout.columns):
        raise UnreadableImage(
            f"declares {layout.columns}×{layout.rows} pixels but its codestream has {columns}×{rows}",
            where,
            REMEDY,
        )


def _container(values: NDArray[Any], layout: Layout) -> NDArray[Any]:
    """Values of a codestream in the layout's type.

    A codestream may be unsigned where the header is signed, or the reverse: the stored bits count then
    (two's complement). Values beyond the stored bits, which lossy codecs make, are kept.
    """
    kind = "i" if layout.signed else "u"
    if values.dtype.kind == kind or (kind == "u" and int(values.min(initial=0)) >= 0):
        return values.astype(layout.dtype)
    return _sign_extended(values.astype(np.dtype(f"{values.dtype.kind}{layout.dtype.itemsize}")), layout, 0)


def _rle(data: bytes, layout: Layout, where: object) -> NDArray[Any]:
    if layout.bits_allocated == 1:
        size = (layout.rows * layout.columns + 7) // 8
        return _unpacked_bits(codestreams.decode_rle(data, where, size, 1)[0].tobytes(), layout, 0)
    width = layout.bits_allocated // 8
    planes = codestreams.decode_rle(data, where, layout.rows * layout.columns, layout.samples * width)
    # segments are byte planes, the most significant first (PS3.5, G.2)
    values = planes.reshape(layout.samples, width, -1).transpose(2, 0, 1).copy().view(f">u{width}")[..., 0]
    shape = (layout.rows, layout.columns, layout.samples)[: 3 if layout.samples == 3 else 2]
    native = values.astype(np.dtype(f"u{width}")).reshape(shape)
    return _sign_extended(native, layout, layout.high_bit + 1 - layout.bits_stored)

"""DICOM pixels: every file of the shared corpus, and files made here for what the corpus lacks."""

from __future__ import annotations

import csv
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut

from engine.errors import UnreadableImage, UnsupportedTransferSyntax
from engine.io.readers import read_info, read_stored

from .conftest import dicom_dataset, save_dicom

Write = Callable[..., Path]
RNG = np.random.default_rng(5)
GREY = RNG.integers(0, 4096, (24, 30)).astype(np.uint16)
COLOUR = RNG.integers(0, 256, (24, 30, 3), np.uint8)

REFUSED = {
    "chrJapMulti.dcm": "no pixels",
    "chrJapMultiExplicitIR6.dcm": "no pixels",
    "ExplVR_BigEndNoMeta.dcm": "RT Ion Plan",
    "ExplVR_LitEndNoMeta.dcm": "RT Ion Plan",
    "JPEG2000-embedded-sequence-delimiter.dcm": "codestream",  # its SIZ marker is overwritten
    "badVR.dcm": "NumberOfFrames",
    "DICOMDIR-empty.dcm": "DICOMDIR",
    "meta_missing_tsyntax.dcm": "no image",
    "nested_priv_SQ.dcm": "no image",
    "no_meta_group_length.dcm": "no image",
    "rtstruct.dcm": "RT Structure Set",
    "waveform_ecg.dcm": "Waveform",
    "parametric_map_double_float.dcm": "64 bits",
    "parametric_map_float.dcm": "floating-point",
    "sm_annotations.dcm": "Annotations",
    "sr_document.dcm": "SR",
    "sr_document_with_multiple_groups.dcm": "SR",
    "multiframe.dcm": "codestream",  # frames at the edge are smaller than declared
    "GH1146.dcm": "truncated",
    "GH178.dcm": "no pixels",
    "GH179A.dcm": "no pixels",
    "genFile.dcm": "no JPEG",  # raw pixels in a fragment
}
"""Every file of the corpus that is no image or a broken one, and why."""

TWINS = {
    "SC_rgb_small_odd.dcm": "SC_rgb_small_odd_big_endian.dcm",
    "OBXXXX1A.dcm": "OBXXXX1A_expb.dcm",
    "liver.dcm": "liver_deflate.dcm",
    "liver_expb.dcm": "liver_rle.dcm",
    "liver_nonbyte_aligned.dcm": "liver_nonbyte_aligned_rle.dcm",
    "liver_nonbyte_aligned_j2k.dcm": "liver_nonbyte_aligned_deflate.dcm",
    "SC_rgb_jpeg_dcmd.dcm": "SC_rgb_jpeg.dcm",
    "RG2_JPLY_fixed.dcm": "RG2_JPLY.dcm",
    "JPGExtended.dcm": "JPEG-lossy.dcm",
    "693_UNCI.dcm": "693_J2KI.dcm",
    "sm_image.dcm": "sm_image_jpegls_nobot.dcm",
}
"""Files that hold the same picture in two encodings."""


def _corpus(folder: Path) -> list[Path]:
    with (folder / "manifest.csv").open(newline="") as file:
        return [folder / row["file"] for row in csv.DictReader(file) if row["task"] == "dicom"]


def _by_pydicom(path: Path) -> np.ndarray | None:
    """What pydicom makes of a file as RGB or grey, or None where it does not get through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path, force=True)
            pixels = dataset.pixel_array  # YBR becomes RGB in there
            if dataset.PhotometricInterpretation == "PALETTE COLOR":
                pixels = apply_color_lut(pixels, dataset)
        except (AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError):
            return None
        return np.asarray(pixels)


WRONG_IN_PYDICOM = {"OBXXXX1A_expb.dcm"}  # palette in big endian; its little-endian twin agrees with us


def test_the_whole_corpus_is_read_right_or_refused(
    shared_data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    agreed = 0
    paths = _corpus(shared_data)
    for path in paths:
        if path.name in REFUSED:
            with pytest.raises(UnreadableImage, match=REFUSED[path.name]) as caught:
                read_stored(path)
            assert str(path) in str(caught.value) and caught.value.remedy
            continue
        info, pixels = read_info(path), read_stored(path)
        colour = (3,) if info.samples == 3 else ()
        assert pixels.shape == (info.frames, info.rows, info.columns, *colour), path.name
        np.testing.assert_array_equal(read_stored(path, info.frames - 1)[0], pixels[-1])
        expected = None if path.name in WRONG_IN_PYDICOM else _by_pydicom(path)
        if expected is not None:
            np.testing.assert_array_equal(pixels if info.frames > 1 else pixels[0], expected, path.name)
            assert pixels.dtype == expected.dtype.newbyteorder("="), path.name
            agreed += 1
    capfd.readouterr()  # what codecs print about broken files
    assert len(paths) == 184
    assert agreed >= 145


@pytest.mark.parametrize(("one", "other"), TWINS.items(), ids=list(TWINS.values()))
def test_two_encodings_of_one_picture_agree(shared_data: Path, one: str, other: str) -> None:
    folder = shared_data / "dicom"
    np.testing.assert_array_equal(read_stored(folder / one), read_stored(folder / other))


@pytest.mark.parametrize(
    ("bits", "signed", "high"),
    [(12, False, 11), (12, True, 11), (10, False, 15), (10, True, 12), (16, True, 15)],
)
def test_stored_bits_are_taken_out_of_their_container(
    dicom_file: Write, bits: int, signed: bool, high: int
) -> None:
    low = -(2 ** (bits - 1)) if signed else 0
    values = RNG.integers(low, low + 2**bits, (9, 11))
    field = (values.astype(np.int64) & (2**bits - 1)) << (high + 1 - bits)
    overlay = RNG.integers(0, 65536, (9, 11)) & ~((2**bits - 1) << (high + 1 - bits))
    words = (field | overlay).astype(np.uint16)
    path = dicom_file(words, BitsStored=bits, HighBit=high, PixelRepresentation=int(signed))
    pixels = read_stored(path)[0]
    np.testing.assert_array_equal(pixels, values)
    assert pixels.dtype == (np.int16 if signed else np.uint16)


@pytest.mark.parametrize("bits", [1, 12])
def test_packed_bits_of_several_frames(dicom_file: Write, bits: int) -> None:
    values = RNG.integers(0, 2**bits, (3, 5, 6)).astype(np.uint16)
    flat = [(int(v) >> b) & 1 for v in values.ravel() for b in range(bits)]  # low bit first
    packed = np.packbits(flat, bitorder="little").tobytes()
    path = dicom_file(
        values[0],
        NumberOfFrames=3,
        BitsAllocated=bits,
        BitsStored=bits,
        PixelData=packed + b"\0" * (len(packed) % 2),
    )
    np.testing.assert_array_equal(read_stored(path), values)
    np.testing.assert_array_equal(read_stored(path, 2)[0], values[2])


def test_planar_colour(dicom_file: Write) -> None:
    path = dicom_file(COLOUR, PlanarConfiguration=1, PixelData=COLOUR.transpose(2, 0, 1).tobytes())
    np.testing.assert_array_equal(read_stored(path)[0], COLOUR)


def test_ybr_becomes_rgb_by_the_equations_of_the_standard(dicom_file: Write) -> None:
    pixels = read_stored(dicom_file(COLOUR, PhotometricInterpretation="YBR_FULL"))[0]
    for ybr, rgb in zip(COLOUR.reshape(-1, 3)[:200].tolist(), pixels.reshape(-1, 3).tolist(), strict=False):
        y, cb, cr = ybr[0], ybr[1] - 128, ybr[2] - 128
        exact = (y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb)
        for value, expected in zip(rgb, exact, strict=True):
            assert abs(value - min(max(expected, 0), 255)) <= 0.5 + 1e-3


@pytest.mark.parametrize("ids", [(0, 1, 2), (1, 2, 3)], ids=str)
@pytest.mark.parametrize("said", ["RGB", "YBR_FULL_422"])
def test_the_codestream_knows_its_colour_best(dicom_file: Write, ids: tuple[int, ...], said: str) -> None:
    """JFIF means YCbCr, whatever the header says: JPEG files put into DICOM as RGB are common."""
    smooth = np.dstack([np.tile(np.linspace(0, 200, 32), (32, 1))] * 3) + np.array([50.0, 10.0, 0.0])
    picture = smooth.astype(np.uint8)
    stream = imagecodecs.jpeg8_encode(picture, level=95)
    assert stream[6:10] == b"JFIF"
    path = dicom_file(
        picture,
        syntax="1.2.840.10008.1.2.4.50",
        PhotometricInterpretation=said,
        PixelData=encapsulate([stream]),
    )
    assert np.abs(read_stored(path)[0].astype(int) - picture).max() <= 6, ids


@pytest.mark.parametrize("said", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.90"])
def test_lossless_colour_follows_the_header(dicom_file: Write, said: str, syntax: str) -> None:
    if syntax.endswith(".70"):
        stream = imagecodecs.jpeg8_encode(COLOUR, lossless=True, colorspace="RGB", outcolorspace="RGB")
    else:
        stream = imagecodecs.jpeg2k_encode(COLOUR, codecformat="j2k", mct=False, reversible=True)
    data = encapsulate([bytes(stream)])
    path = dicom_file(COLOUR, syntax=syntax, PhotometricInterpretation=said, PixelData=data)
    plain = dicom_file(COLOUR, name="plain.dcm", PhotometricInterpretation=said)
    np.testing.assert_array_equal(read_stored(path), read_stored(plain))


def test_a_colour_transform_of_the_codestream_is_undone_once(dicom_file: Write) -> None:
    stream = imagecodecs.jpeg2k_encode(COLOUR, codecformat="j2k", mct=True, reversible=True)
    for said in ("YBR_RCT", "RGB", "YBR_FULL"):
        data = encapsulate([bytes(stream)])
        path = dicom_file(
            COLOUR, syntax="1.2.840.10008.1.2.4.90", PhotometricInterpretation=said, PixelData=data
        )
        np.testing.assert_array_equal(read_stored(path)[0], COLOUR)


def _encoded(codec: str, pixels: np.ndarray) -> bytes:
    if codec == "rle":
        planes = [
            np.ascontiguousarray(plane) for plane in pixels.astype(">u2").view(np.uint8).reshape(-1, 2).T
        ]
        segments = [imagecodecs.packbits_encode(plane.tobytes()) for plane in planes]
        offsets = [64, 64 + len(segments[0])]
        return struct.pack("<16I", 2, *offsets, *[0] * 13) + b"".join(segments)
    if codec == "deflate":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return packer.compress(pixels.tobytes()) + packer.flush()
    encode = {"jpegls": imagecodecs.jpegls_encode, "jpeg2000": imagecodecs.jpeg2k_encode}
    if codec in encode:
        return bytes(encode[codec](pixels))
    return bytes(imagecodecs.jpeg8_encode(pixels, lossless=True, bitspersample=16))


@pytest.mark.parametrize(
    ("codec", "syntax"),
    [
        ("rle", "1.2.840.10008.1.2.5"),
        ("deflate", "1.2.840.10008.1.2.8.1"),
        ("jpegls", "1.2.840.10008.1.2.4.80"),
        ("jpeg2000", "1.2.840.10008.1.2.4.90"),
        ("jpeg", "1.2.840.10008.1.2.4.70"),
    ],
)
@pytest.mark.parametrize("fragments", [1, 2])
def test_compressed_frames_are_read_and_told_apart(
    dicom_file: Write, codec: str, syntax: str, fragments: int
) -> None:
    frames = np.stack([GREY, GREY[::-1], 4095 - GREY])
    streams = [_encoded(codec, frame) for frame in frames]
    data = encapsulate(streams, fragments_per_frame=fragments)
    known = "1.2.840.10008.1.2.4.90"  # of the same length, for syntaxes that pydicom does not write
    path = dicom_file(GREY, NumberOfFrames=3, BitsStored=12, PixelData=data, syntax=known)
    path.write_bytes(path.read_bytes().replace(known.encode(), syntax.ljust(len(known), "\0").encode()))
    np.testing.assert_array_equal(read_stored(path), frames)
    np.testing.assert_array_equal(read_stored(path, 1)[0], frames[1])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - len(streams[-1]) // 2])
    with pytest.raises(UnreadableImage):
        read_stored(path)


def test_a_signed_header_over_an_unsigned_codestream(dicom_file: Write) -> None:
    values = RNG.integers(-2000, 2000, (16, 16)).astype(np.int16)
    stream = imagecodecs.jpegls_encode((values & 0x1FFF).astype(np.uint16))
    path = dicom_file(values, BitsStored=13, PixelData=encapsulate([stream]), syntax="1.2.840.10008.1.2.4.80")
    np.testing.assert_array_equal(read_stored(path)[0], values)


def test_segmented_palette(dicom_file: Write) -> None:
    """Four values as they are, a line to 100 in four steps, then the first segment again."""
    segments = struct.pack("<11H", 0, 4, 7, 5, 3, 10, 1, 4, 100, 2, 1) + struct.pack("<HH", 0, 0)
    attributes = {f"{c}PaletteColorLookupTableDescriptor": [12, 0, 16] for c in ("Red", "Green", "Blue")}
    attributes |= {f"Segmented{c}PaletteColorLookupTableData": segments for c in ("Red", "Green", "Blue")}
    index = np.arange(12, dtype=np.uint8).reshape(3, 4)
    path = dicom_file(index, PhotometricInterpretation="PALETTE COLOR", **attributes)
    table = [7, 5, 3, 10, 32, 55, 78, 100, 7, 5, 3, 10]  # 10 + 22.5 n, halves to even
    np.testing.assert_array_equal(read_stored(path)[0, ..., 0].ravel(), table)
    assert read_info(path).samples == 3 and read_info(path).bits == 16
    broken = attributes | {"SegmentedRedPaletteColorLookupTableData": segments[:8]}
    path = dicom_file(index, PhotometricInterpretation="PALETTE COLOR", **broken)
    with pytest.raises(UnreadableImage, match="palette"):
        read_stored(path)


def test_without_preamble_and_meta(tmp_path: Path) -> None:
    dataset = dicom_dataset(GREY, BitsStored=12)
    for implicit in (True, False):
        path = tmp_path / "bare"
        dataset.save_as(path, implicit_vr=implicit, little_endian=True)
        np.testing.assert_array_equal(read_stored(path)[0], GREY)
        assert read_info(path).kind == "dicom"


def test_deflated_data_sets_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deflated = "1.2.840.10008.1.2.1.99"
    path = save_dicom(tmp_path / "x.dcm", dicom_dataset(np.zeros((900, 900), np.uint8)), deflated)
    assert read_stored(path).shape == (1, 900, 900)
    data = path.read_bytes()
    path.write_bytes(data[:-40])
    with pytest.raises(UnreadableImage, match="truncated"):
        read_info(path)
    path.write_bytes(data)
    monkeypatch.setattr("engine.io.dicom_file.MAX_ARRAY_BYTES", 100_000)
    with pytest.raises(UnreadableImage, match="inflates"):
        read_info(path)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"Rows": 60000, "Columns": 60000}, "60000×60000"),
        ({"Rows": 0}, "30×0"),
        ({"NumberOfFrames": 1000}, "truncated"),
        ({"Rows": 25}, "truncated"),
        ({"SamplesPerPixel": 4}, "4 samples"),
        ({"BitsAllocated": 64}, "64 bits"),
        ({"BitsStored": 17}, "17 bits"),
        ({"HighBit": 16}, "high bit"),
        ({"PhotometricInterpretation": "RGB"}, "RGB"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "palette"),
        ({"syntax": "1.2.840.10008.1.2.4.50"}, "encapsulated|contradict"),
    ],
    ids=str,
)
def test_headers_that_lie_are_refused(
    dicom_file: Write, tmp_path: Path, attributes: dict[str, object], message: str
) -> None:
    attributes = dict(attributes)
    syntax = str(attributes.pop("syntax", ""))
    path = dicom_file(GREY, **attributes)
    if syntax:
        path.write_bytes(
            path.read_bytes().replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x16\x00" + syntax.encode())
        )
    with pytest.raises(UnreadableImage, match=message):
        read_stored(path)


def test_an_unknown_transfer_syntax_is_named(dicom_file: Write) -> None:
    mpeg = "1.2.840.10008.1.2.4.100"
    path = dicom_file(GREY, PixelData=encapsulate([b"\0" * 40]), syntax=mpeg)
    assert read_info(path).transfer_syntax == mpeg
    with pytest.raises(UnsupportedTransferSyntax, match=mpeg):
        read_stored(path)


def test_a_codestream_of_another_size_is_refused_before_it_is_decoded(dicom_file: Write) -> None:
    for codec, syntax in (("jpegls", ".80"), ("jpeg2000", ".90"), ("jpeg", ".70")):
        data = encapsulate([_encoded(codec, np.zeros((40, 40), np.uint16))])
        path = dicom_file(GREY, PixelData=data, syntax=f"1.2.840.10008.1.2.4{syntax}")
        with pytest.raises(UnreadableImage, match="40×40"):
            read_stored(path)


def test_damage_never_crashes(dicom_file: Write) -> None:
    path = dicom_file(GREY, BitsStored=12)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    rng = np.random.default_rng(1)
    for _ in range(150):
        data = whole.copy()
        data[rng.integers(100, 700, 4) % len(data)] = rng.integers(0, 256, 4)
        path.write_bytes(data.tobytes())
        try:
            assert read_stored(path).ndim in (3, 4)
        except UnreadableImage as error:
            assert str(path) in str(error)
    for length in range(132, len(whole) - 1, 97):
        path.write_bytes(whole[:length].tobytes())
        with pytest.raises(UnreadableImage):
            read_stored(path)

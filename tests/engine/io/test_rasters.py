"""JPEG, PNG, TIFF and BMP against Pillow, an independent reader, and what is no image."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from engine.errors import UnreadableImage, WrongUsage
from engine.io.readers import READERS, read_info, read_stored

from .conftest import png_bytes

RNG = np.random.default_rng(7)
GREY = RNG.integers(0, 256, (37, 51), np.uint8)
COLOUR = RNG.integers(0, 256, (37, 51, 3), np.uint8)
WIDE = RNG.integers(0, 65536, (37, 51)).astype(np.uint16)
ALPHA = RNG.integers(0, 256, (37, 51, 4), np.uint8)
BITS = GREY > 128
SMOOTH = np.dstack([np.tile(np.arange(0, 240, 4, np.uint8), (48, 1))] * 3)


def _bits() -> Image.Image:
    return Image.fromarray(BITS)


def _palette() -> Image.Image:
    return Image.fromarray(COLOUR).quantize(16)


def _grey_alpha() -> Image.Image:
    return Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(255 - GREY)])


LOSSLESS: list[tuple[str, Any, np.ndarray, dict[str, Any]]] = [
    ("grey.png", lambda: Image.fromarray(GREY), GREY, {}),
    ("colour.png", lambda: Image.fromarray(COLOUR), COLOUR, {}),
    ("wide.png", lambda: Image.fromarray(WIDE), WIDE, {}),
    ("alpha.png", lambda: Image.fromarray(ALPHA), ALPHA[..., :3], {}),
    ("grey_alpha.png", _grey_alpha, GREY, {}),
    ("bits.png", _bits, BITS * np.uint8(255), {}),
    ("palette.png", _palette, np.asarray(_palette().convert("RGB")), {}),
    ("transparent.png", _palette, np.asarray(_palette().convert("RGB")), {"transparency": 0}),
    ("grey.bmp", lambda: Image.fromarray(GREY), GREY, {}),
    ("colour.bmp", lambda: Image.fromarray(COLOUR), COLOUR, {}),
    ("palette.bmp", _palette, np.asarray(_palette().convert("RGB")), {}),
    ("bits.bmp", _bits, BITS * np.uint8(255), {}),
    ("grey.tif", lambda: Image.fromarray(GREY), GREY, {}),
    ("colour.tif", lambda: Image.fromarray(COLOUR), COLOUR, {"compression": "tiff_lzw"}),
    ("wide.tif", lambda: Image.fromarray(WIDE), WIDE, {"compression": "tiff_adobe_deflate"}),
    ("alpha.tif", lambda: Image.fromarray(ALPHA), ALPHA[..., :3], {"compression": "packbits"}),
    ("bits.tif", _bits, BITS * np.uint8(255), {"compression": "group4"}),
    ("palette.tif", _palette, np.asarray(_palette().convert("RGB")), {}),
]


@pytest.mark.parametrize(("name", "make", "expected", "options"), LOSSLESS, ids=[row[0] for row in LOSSLESS])
def test_lossless_files_are_read_exactly(
    tmp_path: Path, name: str, make: Any, expected: np.ndarray, options: dict[str, Any]
) -> None:
    make().save(tmp_path / name, **options)
    info, pixels = read_info(tmp_path / name), read_stored(tmp_path / name)
    np.testing.assert_array_equal(pixels, expected[np.newaxis])
    assert pixels.dtype == expected.dtype
    assert (info.frames, info.rows, info.columns) == pixels.shape[:3]
    assert info.samples == (3 if pixels.ndim == 4 else 1)
    assert info.bits == pixels.dtype.itemsize * 8
    assert info.kind == {"png": "png", "bmp": "bmp", "tif": "tiff"}[name[-3:]]


@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"progressive": True}], ids=str)
def test_jpeg_is_what_pillow_reads(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "x.jpg"
    Image.fromarray(COLOUR).save(path, **options)
    np.testing.assert_array_equal(read_stored(path)[0], np.asarray(Image.open(path)))
    Image.fromarray(GREY).save(path, **options)
    np.testing.assert_array_equal(read_stored(path)[0], np.asarray(Image.open(path)))
    assert read_info(path).samples == 1


def test_jpeg_in_tiff_is_close(tmp_path: Path) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / "x.tif", compression="jpeg")
    assert np.abs(read_stored(tmp_path / "x.tif")[0].astype(int) - SMOOTH).max() <= 8


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_told_and_not_applied(tmp_path: Path, suffix: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"x.{suffix}"
    options = {"tiffinfo": exif} if suffix == "tif" else {"exif": exif}
    Image.fromarray(GREY).save(path, **options)
    assert read_info(path).orientation == orientation
    assert read_stored(path).shape == (1, 37, 51)


def test_pages_are_frames(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    pages = [Image.fromarray(GREY), Image.fromarray(255 - GREY), Image.new("L", (9, 9))]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert read_info(path).frames == 2  # the small one is no frame
    np.testing.assert_array_equal(read_stored(path), np.stack([GREY, 255 - GREY]))
    np.testing.assert_array_equal(read_stored(path, 1), (255 - GREY)[np.newaxis])
    with pytest.raises(UnreadableImage, match="no frame 2"):
        read_stored(path, 2)
    with pytest.raises(WrongUsage):
        read_stored(path, -1)


def test_sixteen_bit_colour(tmp_path: Path) -> None:
    wide = RNG.integers(0, 65536, (9, 11, 3)).astype(np.uint16)
    for name in ("x.png", "x.tif"):
        (tmp_path / name).write_bytes(cv2.imencode(name[1:], wide[..., ::-1])[1].tobytes())
        np.testing.assert_array_equal(read_stored(tmp_path / name)[0], wide)
        assert read_info(tmp_path / name).bits == 16


def test_tiff_with_a_plane_for_each_colour(tmp_path: Path) -> None:
    """Written by hand: big endian, one strip a plane, alpha last."""
    rows, columns = ALPHA.shape[:2]
    planes = [ALPHA[..., c].tobytes() for c in range(4)]
    size = rows * columns
    entries = [
        (256, 3, 1, columns << 16),
        (257, 3, 1, rows << 16),
        (258, 3, 4, 8 + 4 * size),
        (259, 3, 1, 1 << 16),
        (262, 3, 1, 2 << 16),
        (273, 4, 4, 16 + 4 * size),
        (277, 3, 1, 4 << 16),
        (278, 3, 1, rows << 16),
        (279, 4, 4, 32 + 4 * size),
        (284, 3, 1, 2 << 16),
        (338, 3, 1, 2 << 16),
    ]
    data = struct.pack(">2sHI", b"MM", 42, 48 + 4 * size) + b"".join(planes)
    data += struct.pack(">4H", 8, 8, 8, 8)
    data += struct.pack(">4I", *(8 + c * size for c in range(4))) + struct.pack(">4I", *[size] * 4)
    data += struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *e) for e in entries) + bytes(4)
    (tmp_path / "x.tif").write_bytes(data)
    np.testing.assert_array_equal(read_stored(tmp_path / "x.tif")[0], ALPHA[..., :3])


def test_an_animation_gives_its_first_picture(tmp_path: Path) -> None:
    pages = [Image.fromarray(COLOUR), Image.fromarray(255 - COLOUR)]
    pages[0].save(tmp_path / "x.png", save_all=True, append_images=pages[1:])
    assert read_info(tmp_path / "x.png").frames == 1
    np.testing.assert_array_equal(read_stored(tmp_path / "x.png")[0], COLOUR)


def test_a_bitmap_from_the_top(tmp_path: Path) -> None:
    Image.fromarray(COLOUR).save(tmp_path / "x.bmp")
    data = bytearray((tmp_path / "x.bmp").read_bytes())
    struct.pack_into("<i", data, 22, -37)
    (tmp_path / "x.bmp").write_bytes(data)
    assert read_info(tmp_path / "x.bmp").rows == 37
    np.testing.assert_array_equal(read_stored(tmp_path / "x.bmp")[0], COLOUR[::-1])


def test_white_is_zero_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    Image.fromarray(GREY).save(path, tiffinfo={262: 0})  # Pillow inverts the values that it writes
    assert read_info(path).photometric == "MONOCHROME1"
    np.testing.assert_array_equal(read_stored(path)[0], 255 - GREY)


def test_the_content_counts_not_the_name(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").rename(tmp_path / "a.png")
    info = read_info(str(tmp_path / "a.png"))
    assert info.kind == "jpeg"
    assert len(info.sha256) == 64


@pytest.mark.parametrize("mode", ["jpg", "tif"])
def test_cmyk_is_refused(tmp_path: Path, mode: str) -> None:
    Image.fromarray(COLOUR).convert("CMYK").save(tmp_path / f"x.{mode}")
    with pytest.raises(UnreadableImage, match="CMYK"):
        read_info(tmp_path / f"x.{mode}")


def test_floating_point_tiff_is_refused(tmp_path: Path) -> None:
    Image.fromarray(GREY.astype(np.float32)).save(tmp_path / "x.tif")
    with pytest.raises(UnreadableImage, match="floating-point"):
        read_info(tmp_path / "x.tif")


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp"])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, suffix: str) -> None:
    buffer = io.BytesIO()
    kinds = {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "bmp": "BMP"}
    Image.fromarray(COLOUR).save(buffer, kinds[suffix])
    whole = buffer.getvalue()
    path = tmp_path / f"cut.{suffix}"
    for length in {1, 3, 9, 20, 33, 60, 200, len(whole) // 2, len(whole) - 20, len(whole) - 3}:
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableImage, match=r"cut\."):
            read_stored(path)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp"])
def test_damage_never_crashes(tmp_path: Path, suffix: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(COLOUR).save(buffer, {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "bmp": "BMP"}[suffix])
    rng = np.random.default_rng(3)
    path = tmp_path / f"x.{suffix}"
    for _ in range(60):
        data = np.frombuffer(buffer.getvalue(), np.uint8).copy()
        places = rng.integers(0, min(len(data), 400), 3)
        data[places] = rng.integers(0, 256, 3)
        path.write_bytes(data.tobytes())
        try:
            assert read_stored(path).size > 0
        except UnreadableImage as error:
            assert "x." in str(error)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.jpg").write_text("not an image, but long enough to look at " * 9)
    os.mkfifo(tmp_path / "pipe.png")
    for name, message in {
        "": "folder",
        "missing.png": "does not exist",
        "empty.png": "is empty",
        "text.jpg": "no JPEG, PNG",
        "pipe.png": "no regular file",
        "a\0b": "cannot be read",
    }.items():
        with pytest.raises(UnreadableImage, match=message) as caught:
            read_info(f"{tmp_path}/{name}")
        assert caught.value.remedy
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    Image.fromarray(GREY).save(path)
    path.chmod(0)
    with pytest.raises(UnreadableImage, match="may not be read"):
        read_info(path)


def test_giants_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(png_bytes(20000, 20000, b""))
    with pytest.raises(UnreadableImage, match="20000×20000"):
        read_info(path)
    path.write_bytes(png_bytes(10000, 10000, b"\0" * 99))
    with pytest.raises(UnreadableImage, match="can hold"):
        read_info(path)
    path.write_bytes(png_bytes(0, 5, b""))
    with pytest.raises(UnreadableImage, match="0×5"):
        read_info(path)
    jpeg = io.BytesIO()
    Image.fromarray(GREY).save(jpeg, "JPEG")
    data = bytearray(jpeg.getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with pytest.raises(UnreadableImage, match="65535×65535"):
        read_info(path)


def test_a_tiff_whose_pages_form_a_ring_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    Image.fromarray(GREY).save(path)
    data = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    path.write_bytes(data)
    with pytest.raises(UnreadableImage, match="ring"):
        read_info(path)


def test_a_png_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    data = bytearray(png_bytes(4, 4, bytes(13 * 4)))
    data[50] ^= 1
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(UnreadableImage, match="checksum"):
        read_info(tmp_path / "x.png")


def test_an_exif_block_that_lies_is_no_obstacle(tmp_path: Path) -> None:
    from engine.io.exif import orientation

    assert orientation(b"") == 1
    assert orientation(b"II*\0\xff\xff\xff\xff") == 1
    assert orientation(b"II*\0\x08\0\0\0\xff\xff") == 1
    entry = struct.pack("<HHHIHH", 1, 274, 3, 1, 6, 0)
    assert orientation(b"II*\0\x08\0\0\0" + entry) == 6
    assert orientation(b"II*\0\x08\0\0\0" + entry.replace(b"\x06\0\0\0", b"\x09\0\0\0")) == 1


def test_every_reader_names_a_module_that_reads() -> None:
    for reader in READERS:
        module = reader.load()
        assert callable(module.info) and callable(module.pixels)

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import DecoderFailure, UnreadableImage
from engine.imaging.rendering import display_source
from engine.io.readers import read_info, read_stored
from engine.io.sandbox import Sandbox
from engine.records import GreyTransform, Modality, Window

from .conftest import png_bytes, scan_bomb

ROOT = Path(__file__).resolve().parents[3]
PIXELS = (np.arange(40 * 50).reshape(40, 50) * 30).astype(np.uint16)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_it_gives_what_the_readers_give(sandbox: Sandbox, dicom_file: Callable[..., Path]) -> None:
    table = Window(10.0, 20.0, "bone")
    path = dicom_file(
        PIXELS,
        PhotometricInterpretation="MONOCHROME1",
        WindowCenter=table.center,
        WindowWidth=table.width,
        WindowCenterWidthExplanation=table.name,
        RescaleSlope=2,
        RescaleIntercept=-7,
        PixelPaddingValue=0,
        PixelSpacing=[0.25, 0.5],
        PatientName="Ärzt^Ünal",
        SpecificCharacterSet="ISO_IR 192",
    )
    info = read_info(path)
    assert info.grey == GreyTransform(2.0, -7.0, None, (0, 0), False)
    assert info.windows == (table,)
    assert info.patient_name == "Ärzt^Ünal"
    assert sandbox.info(path) == info
    np.testing.assert_array_equal(sandbox.stored(path), read_stored(path))
    again, stored = sandbox.read(path, 0)
    assert again == info
    seen, picture = sandbox.picture(path)
    assert seen == replace(info, sha256="")
    np.testing.assert_array_equal(picture, display_source(stored, info))
    assert picture.dtype == display_source(stored, info).dtype
    picture[0, 0] = 1  # a copy of its own, writable
    assert sandbox.preview(path, 16).shape == (13, 16)


@pytest.mark.parametrize(("least", "factor"), [(0, 1), (400, 1), (399, 1), (199, 2), (99, 4), (9, 8)])
def test_a_photograph_may_be_decoded_to_less(
    sandbox: Sandbox, tmp_path: Path, least: int, factor: int
) -> None:
    ramp = np.repeat(np.linspace(0, 255, 399).astype(np.uint8)[np.newaxis, :, np.newaxis], 201, axis=0)
    path = tmp_path / "ramp.jpg"
    Image.fromarray(np.repeat(ramp, 3, axis=2)).save(path, quality=95)
    info, stored = sandbox.read(path, 0, least)
    assert (info.rows, info.columns) == (201, 399)
    assert stored.shape == (1, -(-201 // factor), -(-399 // factor), 3)
    expected = np.linspace(0, 255, 399)[factor // 2 :: factor]
    assert np.abs(stored[0, 5, : len(expected), 0] - expected).mean() < 3
    seen, picture = sandbox.picture(path, least=least)
    assert seen == replace(info, sha256="")
    np.testing.assert_array_equal(picture, stored[0])


def test_other_files_are_decoded_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((64, 80, 3), np.uint8)).save(path)
    assert sandbox.read(path, 0, 10)[1].shape == (1, 64, 80, 3)


def test_one_process_serves_all_calls_and_threads(sandbox: Sandbox, tmp_path: Path) -> None:
    paths = []
    for number in range(8):
        path = tmp_path / f"{number}.png"
        Image.new("L", (20 + number, 10), number).save(path)
        paths.append(path)
    sandbox.start()
    pid = sandbox.pid
    with ThreadPoolExecutor(4) as pool:
        arrays = list(pool.map(sandbox.stored, paths * 3))
    for number, array in enumerate(arrays):
        assert array.shape == (1, 10, 20 + number % 8)
        assert (array == number % 8).all()
    assert sandbox.pid == pid is not None


def test_refusals_come_back_as_themselves(sandbox: Sandbox, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd \xff\n.png"))
    odd.write_bytes(b"nothing")
    for path, message in ((tmp_path, "folder"), (odd, "no JPEG"), (tmp_path / "none", "does not exist")):
        with pytest.raises(UnreadableImage, match=message) as caught:
            sandbox.info(path)
        assert not isinstance(caught.value, DecoderFailure)
        assert caught.value.remedy
    with pytest.raises(UnreadableImage):
        sandbox.stored(odd, 0)


def test_a_file_that_hangs_its_decoder_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "hangs.jpg"
    path.write_bytes(scan_bomb(4000, 20000))
    good = tmp_path / "good.png"
    Image.new("L", (4, 4), 9).save(good)
    with Sandbox(timeout_s=0.5) as box:
        box.start()
        pid = box.pid
        assert pid is not None
        with pytest.raises(DecoderFailure, match=r"hangs\.jpg: took longer than 0\.5 s"):
            box.stored(path)
        assert not _alive(pid)
        assert (box.stored(good) == 9).all()
        assert box.pid not in (None, pid)


def test_a_file_that_eats_memory_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "eats.png"
    path.write_bytes(png_bytes(9000, 9000, bytes(9000 * 27001)))
    assert path.stat().st_size < 300_000
    good = tmp_path / "good.png"
    Image.new("L", (4, 4), 9).save(good)
    with Sandbox(memory_mb=600) as box:
        with pytest.raises(DecoderFailure, match=r"eats\.png"):
            box.stored(path)
        assert (box.stored(good) == 9).all()


def test_a_decoder_that_dies_is_replaced(tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    Image.new("L", (4, 4), 9).save(good)
    with Sandbox() as box:
        box.start()
        pid = box.pid
        assert pid is not None
        os.kill(pid, 9)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert (box.stored(good) == 9).all()
        assert box.pid != pid


def test_closed_means_closed(tmp_path: Path) -> None:
    box = Sandbox()
    box.start()
    pid = box.pid
    box.close()
    box.close()
    assert pid is not None and not _alive(pid)
    with pytest.raises(DecoderFailure, match="closed"):
        box.info(tmp_path)


def test_modality_is_detected_only_when_asked(sandbox: Sandbox, shared_data: Path) -> None:
    fundus = next((shared_data / "fundus_grade" / "images").glob("*.jpg"))
    chest = next((shared_data / "cxr_nih" / "images").glob("*.jpg"))
    assert sandbox.info(fundus).modality is Modality.UNKNOWN
    assert sandbox.info(fundus, detect=True).modality is Modality.FUNDUS
    assert sandbox.info(chest, detect=True).modality is Modality.CHEST


def test_nothing_is_printed_and_no_torch_imported(tmp_path: Path, shared_data: Path) -> None:
    """C libraries write to descriptor 2; the command line may print one line only."""
    noisy = shared_data / "dicom" / "JPEG2000-embedded-sequence-delimiter.dcm"
    program = (
        "import sys\n"
        "from engine.io.sandbox import Sandbox\n"
        "from engine.errors import UnreadableImage\n"
        "with Sandbox() as box:\n"
        "    try:\n"
        f"        box.stored({str(noisy)!r})\n"
        "    except UnreadableImage as error:\n"
        "        print(error)\n"
        "assert not {'torch', 'cv2', 'pydicom', 'imagecodecs'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    program = "import engine.io.readers, engine.io.sandbox_process, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)

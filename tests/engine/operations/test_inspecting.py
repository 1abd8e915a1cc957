from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import JPEGBaseline8Bit

from engine.operations.inspecting import inspect_file
from tests.engine.io.conftest import dicom_dataset, save_dicom
from tests.engine.operations import tiny

KEYS = {
    "file", "kind", "rows", "columns", "frames", "samples", "bits", "photometric", "transfer_syntax",
    "modality", "modality_source", "laterality", "view", "spacing", "orientation", "sha256",
}  # fmt: skip


def inspected(path, tmp_path):
    out = tmp_path / "pixels.npy"
    said = inspect_file(path, out)
    assert set(said) == KEYS
    pixels = np.load(out)
    size = (said["rows"], said["columns"]) + ((3,) if said["samples"] == 3 else ())
    assert pixels.shape == (size if said["frames"] == 1 else (said["frames"], *size))
    return said, pixels


def test_jpeg_is_given_as_stored_whatever_its_orientation(tmp_path):
    path = tiny.save_jpeg(tmp_path / "turned.jpg", tiny.retina(), orientation=6)
    said, pixels = inspected(path, tmp_path)
    rows, columns = tiny.retina().shape[:2]
    assert (said["rows"], said["columns"], said["orientation"]) == (columns, rows, 6)
    assert (said["kind"], said["samples"], said["bits"], said["photometric"]) == ("jpeg", 3, 8, "RGB")
    with Image.open(path) as image:
        np.testing.assert_allclose(pixels.astype(int), np.asarray(image).astype(int), atol=4)
    assert (said["modality"], said["modality_source"]) == ("fundus", "detected")


def test_png_of_16_bits_is_exact(tmp_path):
    values = np.random.default_rng(0).integers(0, 65536, (40, 30)).astype(np.uint16)
    path = tmp_path / "deep.png"
    Image.fromarray(values).save(path)
    said, pixels = inspected(path, tmp_path)
    assert (said["kind"], said["samples"], said["bits"]) == ("png", 1, 16)
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels, values)


def test_tiff_in_colour_is_exact(tmp_path):
    path = tmp_path / "eye.tif"
    Image.fromarray(tiny.retina()).save(path)
    said, pixels = inspected(path, tmp_path)
    assert said["kind"] == "tiff"
    np.testing.assert_array_equal(pixels, tiny.retina())


def test_monochrome1_is_not_turned_around(tmp_path):
    values = tiny.film()
    data = dicom_dataset(
        values, PhotometricInterpretation="MONOCHROME1", BitsStored=12, Modality="CR",
        BodyPartExamined="CHEST", ViewPosition="AP", ImagerPixelSpacing=["0.2", "0.3"],
        RescaleSlope="2", RescaleIntercept="-7",
    )  # fmt: skip
    said, pixels = inspected(save_dicom(tmp_path / "cr.dcm", data), tmp_path)
    np.testing.assert_array_equal(pixels, values)
    assert (said["photometric"], said["bits"], said["view"]) == ("MONOCHROME1", 12, "AP")
    assert said["spacing"] == [0.2, 0.3]
    assert said["transfer_syntax"] == "1.2.840.10008.1.2.1"
    assert (said["modality"], said["modality_source"]) == ("chest", "file")


def test_ybr_comes_out_as_rgb(tmp_path):
    from pydicom.encaps import encapsulate

    rgb = tiny.retina()
    data = dicom_dataset(rgb, PhotometricInterpretation="YBR_FULL_422", ImageLaterality="L")
    data.PixelData = encapsulate([tiny.jpeg_bytes(rgb)])
    said, pixels = inspected(save_dicom(tmp_path / "op.dcm", data, JPEGBaseline8Bit), tmp_path)
    assert said["samples"] == 3
    assert np.abs(pixels.astype(int) - rgb).mean() < 4
    assert said["laterality"] == "L"


@pytest.mark.parametrize("frames", [1, 3])
def test_the_frame_axis_is_there_for_several_frames_only(frames, tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (frames, 20, 24)).astype(np.uint8)
    data = dicom_dataset(values[0], NumberOfFrames=frames)
    data.PixelData = values.tobytes()
    said, pixels = inspected(save_dicom(tmp_path / "multi.dcm", data), tmp_path)
    assert said["frames"] == frames
    np.testing.assert_array_equal(pixels, values if frames > 1 else values[0])

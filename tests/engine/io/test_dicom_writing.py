from __future__ import annotations

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from engine.io.dicom_writing import DIGITAL_XRAY, OPHTHALMIC_8_BIT, DicomIdentity, write_dicom
from engine.io.readers import read_info, read_stored
from engine.records import Laterality, Modality

EYE = DicomIdentity("Ada", "20260105", "1.2.3", Modality.FUNDUS, Laterality.LEFT)
FILM = DicomIdentity("Bob", "20260106", "1.2.4", Modality.CHEST, view="AP", pixel_spacing=(0.4, 0.3), bits=12)


@pytest.fixture
def rgb():
    return np.random.default_rng(0).integers(0, 256, (31, 21, 3)).astype(np.uint8)  # odd number of bytes


@pytest.fixture
def grey():
    return np.random.default_rng(0).integers(0, 4096, (20, 30)).astype(np.uint16)


def test_a_photograph_reads_back(rgb, tmp_path):
    write_dicom(tmp_path / "eye.dcm", rgb, EYE)
    info = read_info(tmp_path / "eye.dcm")
    np.testing.assert_array_equal(read_stored(tmp_path / "eye.dcm")[0], rgb)
    assert (info.modality, info.laterality, info.patient_id) == (Modality.FUNDUS, Laterality.LEFT, "Ada")
    assert (info.rows, info.columns, info.samples, info.bits, info.frames) == (31, 21, 3, 8, 1)
    assert (info.study_uid, info.study_date, info.sop_class) == ("1.2.3", "20260105", OPHTHALMIC_8_BIT)


def test_a_film_reads_back(grey, tmp_path):
    write_dicom(tmp_path / "film.dcm", grey, FILM)
    info = read_info(tmp_path / "film.dcm")
    np.testing.assert_array_equal(read_stored(tmp_path / "film.dcm")[0], grey)
    assert (info.modality, info.view, info.bits, info.sop_class) == (Modality.CHEST, "AP", 12, DIGITAL_XRAY)
    assert info.photometric == "MONOCHROME2"
    (window,) = info.windows
    assert (window.center, window.width) == (2048, 4096)


def test_pydicom_agrees_without_warnings(grey, tmp_path):
    write_dicom(tmp_path / "film.dcm", grey, FILM)
    data = pydicom.dcmread(tmp_path / "film.dcm")
    np.testing.assert_array_equal(data.pixel_array, grey)
    assert data.ImagerPixelSpacing == [0.4, 0.3]
    assert "PixelSpacing" not in data
    assert len(data.PixelData) % 2 == 0


def test_the_same_image_gives_the_same_bytes_and_another_other_ids(rgb, tmp_path):
    (tmp_path / "again").mkdir()
    for path in (tmp_path / "eye.dcm", tmp_path / "again" / "eye.dcm"):
        write_dicom(path, rgb, EYE)
    assert (tmp_path / "eye.dcm").read_bytes() == (tmp_path / "again" / "eye.dcm").read_bytes()
    write_dicom(tmp_path / "fellow.dcm", rgb, replace(EYE, laterality=Laterality.RIGHT))
    one, other = (read_info(tmp_path / name) for name in ("eye.dcm", "fellow.dcm"))
    assert one.study_uid == other.study_uid
    assert one.series_uid != other.series_uid
    assert one.instance_uid != other.instance_uid

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from engine.io.readers import read_info
from engine.records import Laterality, Modality, ModalitySource, Window

Write = Callable[..., Path]
PIXELS = np.arange(20 * 20, dtype=np.uint16).reshape(20, 20)
OPHTHALMIC_8 = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
CR = "1.2.840.10008.5.1.4.1.1.1"
CT = "1.2.840.10008.5.1.4.1.1.2"


def _coded(code: str, **attributes: Any) -> Sequence:
    item = Dataset()
    item.CodeValue = code
    for name, value in attributes.items():
        setattr(item, name, value)
    return Sequence([item])


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"SOPClassUID": OPHTHALMIC_8}, Modality.FUNDUS),
        ({"Modality": "OP"}, Modality.FUNDUS),
        ({"SOPClassUID": DX, "BodyPartExamined": "CHEST"}, Modality.CHEST),
        ({"SOPClassUID": CR, "BodyPartExamined": "chest "}, Modality.CHEST),
        ({"Modality": "DX", "BodyPartExamined": "THORAX"}, Modality.CHEST),
        ({"SOPClassUID": DX, "AnatomicRegionSequence": _coded("51185008")}, Modality.CHEST),
        ({"SOPClassUID": DX, "SeriesDescription": "Chest PA"}, Modality.CHEST),
        ({"SOPClassUID": DX, "SeriesDescription": "Chest and hip"}, Modality.UNKNOWN),
        ({"SOPClassUID": DX, "BodyPartExamined": "HIP", "SeriesDescription": "Chest"}, Modality.UNKNOWN),
        ({"SOPClassUID": DX}, Modality.UNKNOWN),
        ({"SOPClassUID": CT, "BodyPartExamined": "CHEST"}, Modality.UNKNOWN),
        ({"BodyPartExamined": "CHEST"}, Modality.UNKNOWN),  # a secondary capture may show anything
    ],
    ids=str,
)
def test_modality(dicom_file: Write, attributes: dict[str, Any], expected: Modality) -> None:
    info = read_info(dicom_file(PIXELS, **attributes))
    assert info.modality is expected
    stated = ModalitySource.DETECTED if expected is Modality.UNKNOWN else ModalitySource.FILE
    assert info.modality_source is stated


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"ImageLaterality": "R"}, Laterality.RIGHT),
        ({"Laterality": "L"}, Laterality.LEFT),
        ({"ImageLaterality": "L", "Laterality": "R"}, Laterality.LEFT),  # the image's word counts first
        ({"ImageLaterality": "B", "Laterality": "R"}, Laterality.UNKNOWN),
        ({"AnatomicRegionSequence": _coded("18944008")}, Laterality.RIGHT),
        (
            {"AnatomicRegionSequence": _coded("81745001", AnatomicRegionModifierSequence=_coded("7771000"))},
            Laterality.LEFT,
        ),
        ({"AnatomicRegionSequence": _coded("81745001")}, Laterality.UNKNOWN),
        ({}, Laterality.UNKNOWN),
    ],
    ids=str,
)
def test_laterality(dicom_file: Write, attributes: dict[str, Any], expected: Laterality) -> None:
    assert read_info(dicom_file(PIXELS, **attributes)).laterality is expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"ViewPosition": "PA"}, "PA"),
        ({"ViewPosition": "ap"}, "AP"),
        ({"ViewPosition": "LL"}, "LATERAL"),
        ({"ViewPosition": "what"}, ""),
        ({"ViewCodeSequence": _coded("399033003")}, "PA"),
        ({"ViewCodeSequence": _coded("R-10206"), "ViewPosition": "PA"}, "AP"),
        ({}, ""),
    ],
    ids=str,
)
def test_view(dicom_file: Write, attributes: dict[str, Any], expected: str) -> None:
    assert read_info(dicom_file(PIXELS, **attributes)).view == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"PixelSpacing": [0.2, 0.3]}, (0.2, 0.3)),
        ({"ImagerPixelSpacing": [0.4, 0.5]}, (0.4, 0.5)),
        ({"PixelSpacing": [0.2, 0.3], "ImagerPixelSpacing": [0.4, 0.5]}, (0.2, 0.3)),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.4, 0.5]}, (0.4, 0.5)),
        ({}, None),
    ],
    ids=str,
)
def test_pixel_spacing(
    dicom_file: Write, attributes: dict[str, Any], expected: tuple[float, float] | None
) -> None:
    assert read_info(dicom_file(PIXELS, **attributes)).pixel_spacing == expected


def test_patient_and_study(dicom_file: Write) -> None:
    info = read_info(
        dicom_file(
            PIXELS,
            PatientID="P7",
            PatientName="Doe^Jane",
            StudyInstanceUID="1.2.3",
            SeriesInstanceUID="1.2.3.1",
            StudyDate="20240131",
        )
    )
    assert (info.patient_id, info.patient_name, info.study_date) == ("P7", "Doe^Jane", "20240131")
    assert (info.study_uid, info.series_uid, info.instance_uid) == ("1.2.3", "1.2.3.1", "1.2.3.4")


def test_windows_in_the_order_of_the_file(dicom_file: Write) -> None:
    path = dicom_file(
        PIXELS,
        WindowCenter=[40, 300, 7],
        WindowWidth=[80, 0, 0.5],
        WindowCenterWidthExplanation=["soft", "bad", "thin"],
        VOILUTFunction="LINEAR",
    )
    assert read_info(path).windows == (
        Window(40, 80, "soft"),  # one of no width is left out
        Window(7, 0.5, "thin", "LINEAR_EXACT"),
    )


@pytest.mark.parametrize("vr", ["US", "OW"])
def test_lookup_tables(dicom_file: Write, vr: str) -> None:
    values = [0, 1000, 4095]
    item = Dataset()
    item.LUTDescriptor = [3, 5, 12]
    item.add_new("LUTData", vr, values if vr == "US" else np.array(values, "<u2").tobytes())
    path = dicom_file(
        PIXELS, ModalityLUTSequence=Sequence([item]), VOILUTSequence=Sequence([item]), RescaleSlope=9
    )
    info = read_info(path)
    assert info.grey.table is not None and info.grey.slope == 1.0  # the table stands in the rescale's place
    assert (info.grey.table.first, info.grey.table.bits) == (5, 12)
    assert info.grey.table.values.tolist() == [0, 1000, 4095]
    assert info.windows == (Window(6.5, 3.0, "VOI LUT", "LINEAR", info.grey.table),)


def test_padding_of_the_wrong_sign(dicom_file: Write) -> None:
    signed = PIXELS.astype(np.int16)
    path = dicom_file(signed, PixelPaddingValue=-2000, PixelPaddingRangeLimit=-1990)
    assert read_info(path).grey.padding == (-2000, -1990)
    assert read_info(dicom_file(PIXELS)).grey.padding is None


def test_a_header_without_pixels_is_read_quickly_and_refused(dicom_file: Write) -> None:
    from engine.errors import UnreadableImage

    path = dicom_file(PIXELS)
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"\xe0\x7f\x10\x00")])
    with pytest.raises(UnreadableImage, match="no pixels"):
        read_info(path)

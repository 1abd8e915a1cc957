"""DICOM images of any class: radiographs, ophthalmic photographs, secondary captures and the rest.

Palette colour is read as RGB through its palette, in the palette's own depth (8 or 16 bit): it is colour,
and its numbers mean nothing without the palette.
"""

from __future__ import annotations

import warnings
from typing import Any

from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.io import dicom_grey, dicom_header
from engine.io.dicom_colour import palette_bits
from engine.io.dicom_file import DicomFile, parse, pixel_element
from engine.io.dicom_layout import Layout, layout_of
from engine.io.dicom_pixels import stored_pixels
from engine.io.reader import Source
from engine.records import ImageInfo, Modality, ModalitySource

_DIRECTORY = "1.2.840.10008.1.3.10"


def _open(source: Source) -> tuple[DicomFile, Layout]:
    file = parse(source)
    sop_class = dicom_header.text(file.dataset, "SOPClassUID")
    meta = getattr(file.dataset, "file_meta", None)
    if (
        dicom_header.text(meta, "MediaStorageSOPClassUID") == _DIRECTORY
        or "DirectoryRecordSequence" in file.dataset
    ):
        raise UnreadableImage(
            "is a DICOMDIR, a list of images", source.path, "Open the images that it lists."
        )
    if "Rows" not in file.dataset and file.pixels_at < 0:
        named = f" ({_class_name(sop_class)})" if sop_class else ""
        raise UnreadableImage(f"is DICOM but no image{named}", source.path, "Choose an image file.")
    layout = layout_of(file.dataset, source.path)
    pixel_element(file)
    return file, layout


def _class_name(uid: str) -> str:
    from pydicom.uid import UID

    return str(UID(uid).name)


def info(source: Source) -> ImageInfo:
    """Describe a DICOM image from its header alone.

    Raises
    ------
    UnreadableImage
        It is no image, has no pixels, or its header is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pydicom, about odd values
        return _info(source)


def _info(source: Source) -> ImageInfo:
    file, layout = _open(source)
    dataset, text = file.dataset, dicom_header.text
    transform = dicom_grey.grey_transform(dataset, layout)
    modality = dicom_header.modality(dataset)
    grey = layout.samples == 1 and not layout.palette
    return ImageInfo(
        source.path,
        source.sha256,
        "dicom",
        layout.rows,
        layout.columns,
        frames=layout.frames,
        samples=1 if grey else 3,
        bits=palette_bits(dataset, source.path) if layout.palette else layout.bits_stored,
        photometric=layout.photometric,
        transfer_syntax=file.transfer_syntax,
        modality=modality,
        modality_source=ModalitySource.DETECTED if modality is Modality.UNKNOWN else ModalitySource.FILE,
        laterality=dicom_header.laterality(dataset),
        view=dicom_header.view(dataset),
        pixel_spacing=dicom_header.pixel_spacing(dataset),
        windows=dicom_grey.windows(dataset, transform) if grey else (),
        patient_id=text(dataset, "PatientID"),
        patient_name=text(dataset, "PatientName"),
        study_uid=text(dataset, "StudyInstanceUID"),
        series_uid=text(dataset, "SeriesInstanceUID"),
        instance_uid=text(dataset, "SOPInstanceUID"),
        study_date=text(dataset, "StudyDate"),
        sop_class=text(dataset, "SOPClassUID"),
        grey=transform,
    )


def pixels(source: Source, frame: int | None) -> NDArray[Any]:
    """Stored pixels; see `engine.io.dicom_pixels.stored_pixels`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file, layout = _open(source)
        return stored_pixels(file, layout, frame)

"""Write an image as a DICOM file: ophthalmic photography or digital X-ray, explicit little endian.

For the demo, the tests and exports; reading is `engine.io.dicom`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.records import Laterality, Modality

OPHTHALMIC_8_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.1"  # Ophthalmic Photography 8 Bit Image Storage
DIGITAL_XRAY = "1.2.840.10008.5.1.4.1.1.1.1"  # Digital X-Ray Image Storage - For Presentation


@dataclass(frozen=True, slots=True)
class DicomIdentity:
    """Whose image it is and how it was taken.

    Attributes
    ----------
    study_date
        YYYYMMDD (PS3.5, VR DA).
    pixel_spacing
        Row and column distance in mm at the detector (DX) or on the retina (OP).
    """

    patient_id: str
    study_date: str
    study_uid: str
    modality: Modality
    laterality: Laterality = Laterality.UNKNOWN
    view: str = ""
    pixel_spacing: tuple[float, float] | None = None
    bits: int = 8


def write_dicom(path: Path, pixels: NDArray[Any], identity: DicomIdentity) -> None:
    """Write one frame.

    Parameters
    ----------
    pixels
        uint8 RGB ``[rows, columns, 3]``, or uint8/uint16 ``[rows, columns]`` as MONOCHROME2.
    """
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    fundus = identity.modality is Modality.FUNDUS
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = OPHTHALMIC_8_BIT if fundus else DIGITAL_XRAY
    # Made from the identity, so that writing the same image again gives the same bytes.
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[identity.study_uid, path.name])
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID = meta.MediaStorageSOPClassUID
    data.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID = identity.study_uid
    data.SeriesInstanceUID = generate_uid(entropy_srcs=[identity.study_uid, identity.laterality.value, "s"])
    data.PatientID = identity.patient_id
    data.PatientName = identity.patient_id
    data.StudyDate = identity.study_date
    data.Modality = "OP" if fundus else "DX"
    _describe(data, identity, fundus)
    _pixel_module(data, pixels, identity)
    data.save_as(path, enforce_file_format=True)


def _describe(data: Any, identity: DicomIdentity, fundus: bool) -> None:
    if identity.laterality:
        data.ImageLaterality = identity.laterality.value
    if fundus:
        data.NumberOfFrames = 1
        data.BurnedInAnnotation = "NO"
    else:
        data.BodyPartExamined = "CHEST"
        data.PresentationIntentType = "FOR PRESENTATION"
        data.ViewPosition = identity.view
    if identity.pixel_spacing:
        spacing = [f"{value:.5g}" for value in identity.pixel_spacing]
        setattr(data, "PixelSpacing" if fundus else "ImagerPixelSpacing", spacing)


def _pixel_module(data: Any, pixels: NDArray[Any], identity: DicomIdentity) -> None:
    """Image Pixel module (PS3.3 C.7.6.3) and, for grey images, a full-range window."""
    colour = pixels.ndim == 3
    data.Rows, data.Columns = pixels.shape[:2]
    data.SamplesPerPixel = 3 if colour else 1
    data.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        data.PlanarConfiguration = 0
    data.BitsAllocated = pixels.dtype.itemsize * 8
    data.BitsStored = identity.bits
    data.HighBit = identity.bits - 1
    data.PixelRepresentation = 0
    if not colour:
        data.WindowCenter = str(2 ** (identity.bits - 1))
        data.WindowWidth = str(2**identity.bits)
        data.RescaleIntercept, data.RescaleSlope, data.RescaleType = "0", "1", "US"
    raw = np.ascontiguousarray(pixels).astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()
    data.PixelData = raw + b"\0" * (len(raw) % 2)

"""DICOM attributes to records: whose image, of what, which eye, which view, in which units."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from engine.io.dicom_file import value_of
from engine.records import Laterality, Modality

_OPHTHALMIC = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.77.1.5.1",  # Ophthalmic Photography 8 Bit
        "1.2.840.10008.5.1.4.1.1.77.1.5.2",  # Ophthalmic Photography 16 Bit
        "1.2.840.10008.5.1.4.1.1.77.1.5.5",  # Wide Field Stereographic Projection
        "1.2.840.10008.5.1.4.1.1.77.1.5.6",  # Wide Field 3D Coordinates
    }
)
_RADIOGRAPHS = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.1",  # Computed Radiography
        "1.2.840.10008.5.1.4.1.1.1.1",  # Digital X-Ray for presentation
        "1.2.840.10008.5.1.4.1.1.1.1.1",  # Digital X-Ray for processing
    }
)
_CHEST_CODES = frozenset({"51185008", "T-D3000", "43799004", "816094009", "39607008", "T-28000"})
_CHEST_WORDS = re.compile(r"\b(CHEST|THORAX|LUNGS?|TORAX|THORAX PA|POUMON)\b")
_OTHER_PARTS = re.compile(
    r"SPINE|HIP|HAND|FOOT|KNEE|SKULL|PELVIS|ABDOMEN|ELBOW|WRIST|ANKLE|SHOULDER|EXTREMITY|BREAST|RIBS?$"
)
_VIEWS = {
    "PA": "PA",
    "AP": "AP",
    "LL": "LATERAL",
    "RL": "LATERAL",
    "LAT": "LATERAL",
    "LATERAL": "LATERAL",
    "LLD": "LLD",
    "RLD": "RLD",
    "LAO": "LAO",
    "RAO": "RAO",
}
_VIEW_CODES = {  # CID 4010, SNOMED CT and SRT
    "399348003": "AP",
    "R-10206": "AP",
    "399033003": "PA",
    "R-10214": "PA",
    "399067008": "LATERAL",
    "R-10228": "LATERAL",
    "399173006": "LATERAL",
    "R-10232": "LATERAL",
    "399260004": "LATERAL",
    "R-10236": "LATERAL",
}
_EYE_CODES = {  # CID 4209 anatomic region of one eye
    "81745001": Laterality.UNKNOWN,
    "18944008": Laterality.RIGHT,
    "8966001": Laterality.LEFT,
}
_SIDE_CODES = {
    "24028007": Laterality.RIGHT,
    "G-A100": Laterality.RIGHT,
    "7771000": Laterality.LEFT,
    "G-A101": Laterality.LEFT,
}


def text(dataset: Any, name: str) -> str:
    """An attribute as stripped text; empty when it is missing or cannot be read."""
    value = value_of(dataset, name)
    return "" if value is None else str(value).replace("\0", "").strip()


def numbers(dataset: Any, name: str) -> tuple[float, ...]:
    """The finite numbers of an attribute of any multiplicity; empty when it is missing or malformed."""
    value = value_of(dataset, name)
    if value is None or value == "":
        return ()
    try:
        items = [value] if isinstance(value, str | int | float) or not hasattr(value, "__iter__") else value
        found = tuple(float(item) for item in items)
    except (ValueError, TypeError, LookupError, OverflowError):
        return ()
    return found if all(math.isfinite(number) for number in found) else ()


def items(dataset: Any, name: str) -> tuple[Any, ...]:
    """The items of a sequence; empty when it is missing or is none."""
    value = value_of(dataset, name)
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else ()


def _codes(dataset: Any, name: str) -> tuple[str, ...]:
    return tuple(text(item, "CodeValue") for item in items(dataset, name))


def laterality(dataset: Any) -> Laterality:
    """Which eye or side: (0020,0062), (0020,0060), then an anatomic region that names one eye."""
    for source in (dataset, *_shared_anatomy(dataset)):
        for name in ("ImageLaterality", "Laterality", "FrameLaterality"):
            word = text(source, name).upper()
            if word in ("R", "L"):
                return Laterality(word)
            if word == "B":
                return Laterality.UNKNOWN
        for region in items(source, "AnatomicRegionSequence"):
            eye = _EYE_CODES.get(text(region, "CodeValue"), Laterality.UNKNOWN)
            if eye is not Laterality.UNKNOWN:
                return eye
            for code in _codes(region, "AnatomicRegionModifierSequence"):
                if code in _SIDE_CODES:
                    return _SIDE_CODES[code]
    return Laterality.UNKNOWN


def _shared_anatomy(dataset: Any) -> tuple[Any, ...]:
    groups = items(dataset, "SharedFunctionalGroupsSequence")
    return tuple(anatomy for group in groups for anatomy in items(group, "FrameAnatomySequence"))


def view(dataset: Any) -> str:
    """View of a radiograph: PA, AP, LATERAL, an oblique; empty when the file does not say."""
    for code in _codes(dataset, "ViewCodeSequence"):
        if code in _VIEW_CODES:
            return _VIEW_CODES[code]
    return _VIEWS.get(text(dataset, "ViewPosition").upper(), "")


def modality(dataset: Any) -> Modality:
    """FUNDUS or CHEST where the header leaves no doubt, else UNKNOWN.

    Ophthalmic photography SOP classes (or Modality OP) are fundus photographs to us. CR and DX are chest
    images by their body part or anatomic region, or, where those are missing, by a description that names
    the chest and no other part. A view alone says nothing: hands are examined PA too.
    """
    sop_class, kind = text(dataset, "SOPClassUID"), text(dataset, "Modality").upper()
    if sop_class in _OPHTHALMIC or (
        kind == "OP" and not sop_class.startswith("1.2.840.10008.5.1.4.1.1.77.1.5.4")
    ):
        return Modality.FUNDUS
    if sop_class not in _RADIOGRAPHS and kind not in ("CR", "DX"):
        return Modality.UNKNOWN
    part = text(dataset, "BodyPartExamined").upper()
    if _CHEST_WORDS.search(part) or _CHEST_CODES.intersection(_codes(dataset, "AnatomicRegionSequence")):
        return Modality.CHEST
    if part or items(dataset, "AnatomicRegionSequence"):
        return Modality.UNKNOWN
    said = f"{text(dataset, 'StudyDescription')} {text(dataset, 'SeriesDescription')}".upper()
    if _CHEST_WORDS.search(said) and not _OTHER_PARTS.search(said):
        return Modality.CHEST
    return Modality.UNKNOWN


def pixel_spacing(dataset: Any) -> tuple[float, float] | None:
    """(row, column) distance in mm: PixelSpacing, else that at the detector (PS3.3, 10.7.1.3)."""
    measures = [
        item
        for group in items(dataset, "SharedFunctionalGroupsSequence")
        for item in items(group, "PixelMeasuresSequence")
    ]
    for source, name in (
        (dataset, "PixelSpacing"),
        *((measure, "PixelSpacing") for measure in measures),
        (dataset, "ImagerPixelSpacing"),
        (dataset, "NominalScannedPixelSpacing"),
    ):
        found = numbers(source, name)
        if len(found) == 2 and min(found) > 0:
            return found[0], found[1]
    return None

"""What the corners of the canvas say of an image."""

from __future__ import annotations

from engine.records import ImageInfo, Instance, Laterality, Modality
from viewer.canvas.luts import SHOWN_FROM

EYE_TITLES = {Laterality.RIGHT: "OD right eye", Laterality.LEFT: "OS left eye", Laterality.UNKNOWN: "Fundus"}


def title_of(instance: Instance, modality: Modality) -> str:
    """Top left of the canvas."""
    if modality is Modality.FUNDUS:
        return EYE_TITLES[instance.info.laterality]
    if modality is Modality.CHEST:
        return f"{instance.info.view} chest" if instance.info.view else "Chest"
    return "Unknown image"


def details_of(info: ImageInfo) -> str:
    """Top right of the canvas: depth, kind and pixel distance."""
    kind = "DICOM" if info.kind == "dicom" else info.kind.upper()
    spacing = f" · {info.pixel_spacing[0]:.3f} mm" if info.pixel_spacing else ""
    return f"{info.bits} bit {kind}{spacing}"


def date_of(text: str) -> str:
    """A DICOM date (PS3.5 DA, ``YYYYMMDD``) as ``YYYY-MM-DD``; anything else as it stands."""
    if len(text) == 8 and text.isascii() and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text


def map_caption(name: str) -> str:
    """What a map on the canvas is: a key of `engine.records.Prediction.maps` in words."""
    kind, _, of = name.partition("/")
    share = f"strongest {100 - SHOWN_FROM:.0f} % of the image"
    if kind == "evidence":
        return f"Evidence map, {share}"
    return f"{'Gated attention' if kind == 'gated' else 'Attention'} map for grade {of}, {share}"

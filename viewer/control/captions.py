"""What the corners of the canvas say of an image."""

from __future__ import annotations

from engine.records import ImageInfo, Instance, Laterality, Modality

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

"""What the corners of the canvas say of an image."""

from __future__ import annotations

from engine.records import ImageInfo, Instance, Laterality, Modality
from viewer.canvas.luts import SHOWN_FROM
from viewer.language import translate


def title_of(instance: Instance, modality: Modality) -> str:
    """Top left of the canvas."""
    if modality is Modality.FUNDUS:
        return {
            Laterality.RIGHT: translate("Captions", "OD right eye"),
            Laterality.LEFT: translate("Captions", "OS left eye"),
            Laterality.UNKNOWN: translate("Captions", "Fundus"),
        }[instance.info.laterality]
    if modality is Modality.CHEST:
        plain, viewed = translate("Captions", "Chest"), translate("Captions", "{0} chest")
        return viewed.format(instance.info.view) if instance.info.view else plain
    return translate("Captions", "Unknown image")


def details_of(info: ImageInfo) -> str:
    """Top right of the canvas: depth, kind and pixel distance."""
    kind = "DICOM" if info.kind == "dicom" else info.kind.upper()
    spacing = f" · {info.pixel_spacing[0]:.3f} mm" if info.pixel_spacing else ""
    return translate("Captions", "{0} bit {1}").format(info.bits, kind) + spacing


def date_of(text: str) -> str:
    """A DICOM date (PS3.5 DA, ``YYYYMMDD``) as ``YYYY-MM-DD``; anything else as it stands."""
    if len(text) == 8 and text.isascii() and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text


def map_caption(name: str) -> str:
    """What a map on the canvas is: a key of `engine.records.Prediction.maps` in words."""
    kind, _, of = name.partition("/")
    share = 100 - SHOWN_FROM
    if kind == "evidence":
        return translate("Captions", "Evidence map, strongest {0:.0f} % of the image").format(share)
    if kind == "gradcam":
        return translate("Captions", "Grad-CAM, strongest {0:.0f} % of the image").format(share)
    text = translate("Captions", "Attention map for grade {1}, strongest {0:.0f} % of the image")
    if kind == "gated":
        text = translate("Captions", "Gated attention map for grade {1}, strongest {0:.0f} % of the image")
    if kind == "score":
        text = translate("Captions", "Score map for grade {1}, strongest {0:.0f} % of the image")
    return text.format(share, of)

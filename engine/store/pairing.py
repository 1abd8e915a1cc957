"""Which images make one case: by DICOM header, a user's table, or file names. Pure, no database."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.errors import WrongUsage
from engine.records import ImageInfo, Laterality, Modality
from engine.store.rows import PairingRules

EYES = {
    "r": Laterality.RIGHT, "right": Laterality.RIGHT, "od": Laterality.RIGHT, "0": Laterality.RIGHT,
    "l": Laterality.LEFT, "left": Laterality.LEFT, "os": Laterality.LEFT, "1": Laterality.LEFT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image belongs.

    Attributes
    ----------
    info
        The image's record, with the laterality that its name or the user's table adds.
    group
        Images of one group share a case; empty: a case of its own.
    name, patient_id
        For the worklist; the id is empty when nobody states one.
    patient_key
        Names the person across cases and decides what is held back from training; an image of an
        unknown patient stands for itself.
    """

    info: ImageInfo
    group: str
    name: str
    patient_id: str
    patient_key: str


def compiled(rules: PairingRules) -> list[re.Pattern[str]]:
    """The rules' patterns, ready to match.

    Raises
    ------
    WrongUsage
        A pattern is no regular expression or lacks the groups ``patient`` and ``eye``.
    """
    patterns = []
    for text in rules.patterns:
        try:
            pattern = re.compile(text, re.IGNORECASE)
        except re.error as error:
            raise WrongUsage(f"no regular expression ({error})", text, "Mend the pairing pattern.") from error
        if not {"patient", "eye"} <= set(pattern.groupindex):
            raise WrongUsage("the pattern lacks (?P<patient>…) or (?P<eye>…)", text, "Add both groups.")
        patterns.append(pattern)
    return patterns


def place(info: ImageInfo, rules: PairingRules, patterns: list[re.Pattern[str]]) -> Placement:
    """Find the case of an image.

    In order: the user's table; for a fundus image the DICOM header (patient and laterality, same study
    date), then the file name, whose patient part counts within its folder only; for a chest image the
    study. Anything else is a case of its own.
    """
    named = _from_table(info, rules) or _from_header(info) or _from_name(info, patterns)
    if named is not None:
        return named
    patient_key = f"id:{info.patient_id}" if info.patient_id else f"image:{info.sha256}"
    return Placement(info, "", info.patient_id or info.path.stem, info.patient_id, patient_key)


def _from_table(info: ImageInfo, rules: PairingRules) -> Placement | None:
    entry = rules.pairs.get(info.path.name)
    if entry is None:
        return None
    patient, eye = entry
    laterality = EYES.get(str(eye).strip().lower(), Laterality.UNKNOWN)
    info = replace(info, laterality=laterality or info.laterality)
    return Placement(info, f"table|{patient}", patient, patient, f"table:{patient}")


def _from_header(info: ImageInfo) -> Placement | None:
    patient_key = f"id:{info.patient_id}" if info.patient_id else f"study:{info.study_uid}"
    name = info.patient_id or info.path.stem
    if info.modality is Modality.CHEST and info.study_uid:
        return Placement(info, f"study|{info.study_uid}", name, info.patient_id, patient_key)
    if info.modality is not Modality.FUNDUS or not info.laterality or not info.patient_id:
        return None
    visit = info.study_date or info.study_uid
    return Placement(info, f"eyes|{info.patient_id}|{visit}", name, info.patient_id, patient_key)


def _from_name(info: ImageInfo, patterns: list[re.Pattern[str]]) -> Placement | None:
    if info.modality is not Modality.FUNDUS or info.patient_id:
        return None
    for pattern in patterns:
        match = pattern.match(info.path.stem)
        eye = EYES.get((match["eye"] or "").lower()) if match else None
        if match is None or eye is None or not match["patient"]:
            continue
        patient = match["patient"]
        info = replace(info, laterality=info.laterality or eye)
        person = f"{info.path.parent}|{patient}"
        return Placement(info, f"name|{person}", patient, patient, f"name:{person}")
    return None


def natural(name: str) -> str:
    """A key that sorts ``p2`` before ``p10``, without regard to case."""
    return re.sub(r"\d+", lambda digits: digits[0].lstrip("0").rjust(12, "0"), name.casefold())

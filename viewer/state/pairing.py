"""Pairing the two eyes of a patient: what file names say, and which cases could be paired. No Qt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import WrongUsage
from engine.records import Instance, Laterality, Modality
from engine.store.pairing import EYES, compiled
from engine.store.rows import PairingRules

USUAL = PairingRules().patterns


@dataclass(frozen=True, slots=True)
class NameRead:
    """A file name, and the patient and eye that it tells; empty and unknown where no pattern fits."""

    name: str
    patient: str = ""
    eye: Laterality = Laterality.UNKNOWN


@dataclass(frozen=True, slots=True)
class Offer:
    """A case that could be the other eye."""

    case_id: int
    name: str
    files: str
    eye: Laterality


def patterns_of(text: str) -> list[str]:
    """One pattern a line; empty lines are none."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_names(own: Sequence[str], names: Iterable[str]) -> list[NameRead]:
    """What own patterns, and the usual ones after them, read in file names without suffix.

    Raises
    ------
    WrongUsage
        A pattern is no regular expression or lacks a group.
    """
    patterns = compiled(PairingRules(patterns=(*own, *USUAL)))
    found = []
    for name in names:
        read = NameRead(name)
        for pattern in patterns:
            match = pattern.match(name)
            eye = EYES.get((match["eye"] or "").lower()) if match else None
            if match is not None and eye is not None and match["patient"]:
                read = NameRead(name, match["patient"], eye)
                break
        found.append(read)
    return found


def problem_of(own: Sequence[str]) -> str:
    """What is wrong with the patterns; empty when nothing is."""
    try:
        compiled(PairingRules(patterns=tuple(own)))
    except WrongUsage as error:
        return str(error)
    return ""


def offers(
    name: str, here: Sequence[Instance], others: Iterable[tuple[str, Sequence[Instance]]]
) -> list[Offer]:
    """Cases of photographs that hold no eye of the open one, those of the most similar name first.

    Parameters
    ----------
    name, here
        The open case.
    others
        Names and images of other cases.
    """
    taken = {i.info.laterality for i in here} - {Laterality.UNKNOWN}
    found = []
    for other, images in others:
        sides = {i.info.laterality for i in images} - {Laterality.UNKNOWN}
        fundus = all(i.info.modality is Modality.FUNDUS for i in images)
        if not images or not fundus or taken & sides:
            continue
        files = ", ".join(i.info.path.name for i in images)
        found.append(Offer(images[0].case_id, other, files, next(iter(sides), Laterality.UNKNOWN)))
    return sorted(found, key=lambda offer: -difflib.SequenceMatcher(None, name, offer.name).ratio())

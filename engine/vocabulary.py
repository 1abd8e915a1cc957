"""Every disease, finding, lesion and grade that Lynceus has a word for, read from ``resources/labels``.

No torch, no store: the window reads this table too. A new disease is a new ``[[term]]`` in a toml file
of ``resources/labels``; nothing else changes.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.errors import BadTable, UnknownLabel
from engine.paths import RESOURCES
from engine.records import Modality

LABELS = RESOURCES / "labels"
LONGEST = 60  # characters of an unknown word that a message shows
FILES = ("chest_findings.toml", "fundus_diseases.toml", "lesions.toml", "grades.toml")

# Okabe & Ito, "Color Universal Design" (2008), without black, which a radiograph hides.
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
PATTERNS = ("solid", "hatch", "dots", "cross", "back hatch", "rings", "bars", "checks", "diamonds")


class TermKind(StrEnum):
    """What a term speaks of."""

    FINDING = "finding"
    DISEASE = "disease"
    LESION = "lesion"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the vocabulary.

    Attributes
    ----------
    name
        As shown: ``Pleural Thickening``, ``microaneurysm``.
    code
        Short and unique within the modality, as data sets spell it: ``Pleural_Thickening``, ``MA``, ``DR2``.
    synonyms
        Other words for it, each of which `term` finds.
    definition
        One or two sentences on where it lies and how it looks: the text that is embedded.
    coding, coding_id
        ``SNOMED CT`` or ``RadLex`` and the concept's identifier; both empty where none is certain.
    colour, pattern
        ``#rrggbb`` of Okabe & Ito's colour-blind safe palette, and a fill pattern; the pair is unique
        among the terms of a kind and modality.
    order
        Place among the terms of its kind and modality, from 0; the value itself for a grade.
    """

    name: str
    kind: TermKind
    modality: Modality
    code: str
    synonyms: tuple[str, ...]
    definition: str
    coding: str
    coding_id: str
    colour: str
    pattern: str
    order: int
    data_sets: tuple[str, ...] = ()


def terms(modality: Modality | str | None = None, kind: TermKind | str | None = None) -> tuple[Term, ...]:
    """The terms of a modality and kind, in the order of their file; all of them by default."""
    return tuple(
        t for t in _all() if (modality is None or t.modality == modality) and (kind is None or t.kind == kind)
    )


def term(text: str) -> Term:
    """The term of that name, code or synonym; case, ``_`` and ``-`` do not matter.

    Raises
    ------
    UnknownLabel
        When there is none; the remedy names the nearest words.
    """
    index = _index()
    found = index.get(_key(text))
    if found is None:
        near = difflib.get_close_matches(_key(text), index, n=5, cutoff=0.5)
        names = list(dict.fromkeys(index[key].name for key in near))[:3]
        remedy = f"Did you mean {', '.join(names)}?" if names else "Add it to resources/labels."
        shown = repr(text) if len(text) <= LONGEST else f"{text[:LONGEST]!r} … ({len(text)} characters)"
        raise UnknownLabel("no disease, finding, lesion or grade has this name", shown, remedy)
    return found


def lesions() -> tuple[Term, ...]:
    """The five retinal lesions, in the order MA, HE, SE, EX, NV."""
    return terms(Modality.FUNDUS, TermKind.LESION)


def grades(scale: str = "DR") -> tuple[Term, ...]:
    """The grades of a scale in rising order: ``DR`` (ICDR 0–4) or ``DME`` (risk 0–2)."""
    found = tuple(t for t in terms(kind=TermKind.GRADE) if t.code.rstrip("0123456789") == scale)
    if not found:
        raise UnknownLabel("no grading scale has this name", repr(scale), "Use DR or DME.")
    return found


def nih_findings() -> tuple[Term, ...]:
    """The 14 findings of NIH ChestX-ray14 in the order of papers 001 and 004: 10 seen, then 4 unseen."""
    return tuple(t for t in terms(Modality.CHEST) if "nih" in t.data_sets)


@functools.cache
def _all() -> tuple[Term, ...]:
    found: list[Term] = []
    for name in FILES:
        found += read_terms(LABELS / name)
    return tuple(found)


def read_terms(path: Path) -> list[Term]:
    """The terms of one toml file.

    Raises
    ------
    BadTable
        When the file is no toml or a term lacks a field or has a foreign one.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        counts: dict[tuple[str, str], int] = {}
        return [_parse(row, counts) for row in table["term"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, OSError) as error:
        raise BadTable(
            f"not a table of labels ({error})", path, "Compare it with the shipped ones."
        ) from error


def _parse(row: dict[str, Any], counts: dict[tuple[str, str], int]) -> Term:
    fields = {"coding": "", "coding_id": "", **row}
    fields["kind"] = TermKind(row["kind"])
    fields["modality"] = Modality(row["modality"])
    fields["synonyms"] = tuple(row.get("synonyms", ()))
    fields["data_sets"] = tuple(row.get("data_sets", ()))
    place = counts.setdefault((row["kind"], row["modality"]), 0)
    counts[row["kind"], row["modality"]] += 1
    fields.setdefault("order", place)
    fields.setdefault("colour", COLOURS[place % len(COLOURS)])
    fields.setdefault("pattern", PATTERNS[place // len(COLOURS) % len(PATTERNS)])
    return Term(**fields)


@functools.cache
def _index() -> dict[str, Term]:
    """Every way to write a term -> the term; a name wins over a synonym of another term."""
    index: dict[str, Term] = {}
    for words in (lambda t: (t.name,), lambda t: (t.code,), lambda t: t.synonyms):
        for one in _all():
            for word in words(one):
                index.setdefault(_key(word), one)
    return index


def _key(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())

"""What the case store gives back: frozen rows for the worklist, the review and the models page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.records import CaseState, Correction, Modality, ModelCard, Prediction

STORE_FILE = "lynceus.sqlite"
"""The file by which a folder is known as a project."""


@dataclass(frozen=True, slots=True)
class PairingRules:
    """How files become cases.

    Attributes
    ----------
    patterns
        Regular expressions on the file name without suffix, tried in order, with the named groups
        ``patient`` and ``eye`` (left, l, os, 1; right, r, od, 0), for fundus files whose header says
        nothing.
    pairs
        File name -> (patient, R or L), from a user's csv; comes first.
    """

    patterns: tuple[str, ...] = (
        r"(?P<patient>.+?)[ _\-.](?P<eye>left|right|od|os|l|r)$",
        r"(?P<eye>left|right|od|os)[ _\-.](?P<patient>.+)$",
    )
    pairs: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases, in which order. Empty fields do not filter.

    Attributes
    ----------
    text
        Part of the case name, patient, a label or a reader; case-insensitive.
    second_reader
        Keep cases that somebody else accepted or corrected and this reader has not.
    sort
        ``name``, ``added``, ``state``, ``uncertainty``, ``severity``, ``reviewed``, or ``score:LABEL``.
    score_label, score_range
        Keep cases whose newest score of that label lies in the closed range.
    """

    text: str = ""
    states: frozenset[CaseState] = frozenset()
    modality: Modality | None = None
    label: str = ""
    grades: frozenset[int] = frozenset()
    reader: str = ""
    disagreement: bool = False
    second_reader: str = ""
    score_label: str = ""
    score_range: tuple[float, float] = (float("-inf"), float("inf"))
    sort: str = "name"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the worklist, all that it paints.

    Attributes
    ----------
    top
        Newest top result as text: ``2 moderate``, ``Effusion``.
    score
        Its probability or relevance; NaN when there is none.
    uncertainty
        0–1; NaN when nothing was predicted.
    thumbnail
        SHA-256 of the image whose thumbnail stands for the case.
    path
        That image's file.
    """

    id: int
    name: str
    modality: Modality
    state: CaseState
    top: str
    score: float
    uncertainty: float
    thumbnail: str
    path: Path
    instances: int = 1


@dataclass(frozen=True, slots=True)
class PatientStudy:
    """One of a patient's cases; ``date`` is the DICOM study date ``YYYYMMDD``, empty when unknown."""

    case_id: int
    name: str
    date: str
    state: CaseState
    top: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader closed a case with.

    Attributes
    ----------
    grades, findings
        Instance id -> DR grade, or -> finding -> present or absent: the reader's word at that moment.
    """

    reader: str
    at: str
    state: CaseState
    grades: Mapping[int, int] = field(default_factory=dict)
    findings: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPrediction:
    """A prediction as the store gives it back; masks and maps are read from blobs on access."""

    id: int
    at: str
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class InstanceReview:
    """What reviewers decided about one image; None or missing means not touched."""

    grade: int | None = None
    dme: int | None = None
    findings: Mapping[str, bool] = field(default_factory=dict)
    lesions: frozenset[str] = frozenset()  # codes with a corrected mask
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Review:
    """Current human judgement of a case, folded from its events."""

    case_id: int
    state: CaseState
    comment: str
    reason: str  # why ungradable
    instances: Mapping[int, InstanceReview]
    events: tuple[Correction, ...]
    readings: tuple[Reading, ...] = ()  # how readers closed it, oldest first


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One registered model version."""

    system: str
    version: str
    weights: Path
    sha256: str
    card: ModelCard
    active: bool
    created: str
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did."""

    added: int
    known: int
    cases: int
    case_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """What reviewers changed since a model version was registered: different cases, labels and masks."""

    cases: int
    labels: int
    masks: int

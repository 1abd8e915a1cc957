"""The engine's nouns as frozen records: what passes between files, models, store and window.

Frames. Unless a field says otherwise, pixel positions are ``(x, y)`` in the frame of the **stored**
pixels of the file: x to the right, y down, the origin at the top left corner of the top left pixel.
EXIF orientation and display rotation are applied on the way to the screen and to a model, and undone
on the way back (`engine.imaging.geometry`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Modality(StrEnum):
    """What an image shows; decides which systems may look at it."""

    FUNDUS = "fundus"
    CHEST = "chest"
    UNKNOWN = "unknown"


class ModalitySource(StrEnum):
    """Where the modality of an image comes from; a person's word overrides the others."""

    FILE = "file"
    DETECTED = "detected"
    READER = "reader"


class Laterality(StrEnum):
    """Which eye (DICOM 0020,0060/0062): R is OD, L is OS."""

    RIGHT = "R"
    LEFT = "L"
    UNKNOWN = ""


class CaseState(StrEnum):
    """State of a case, derived from its events; see the review rules in the user guide."""

    NEW = "new"
    PREDICTED = "predicted"
    IN_REVIEW = "in review"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    UNSURE = "unsure"
    UNGRADABLE = "ungradable"
    ADJUDICATION = "adjudication"


REVIEWED_STATES = frozenset({CaseState.ACCEPTED, CaseState.CORRECTED})
"""States whose labels a retraining may learn from."""


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A modality or VOI LUT (DICOM PS3.3 C.11.1, C.11.2).

    Attributes
    ----------
    first
        Input value that the first entry stands for; smaller ones map to it, larger ones to the last.
    bits
        Bits of an entry: the output range is 0 to ``2**bits - 1``.
    entries
        Little-endian uint16, one an entry.
    """

    first: int
    bits: int
    entries: bytes

    @property
    def values(self) -> NDArray[np.uint16]:
        """The entries as numbers."""
        return np.frombuffer(self.entries, "<u2").astype(np.uint16)


@dataclass(frozen=True, slots=True)
class Window:
    """A grey-level window (DICOM PS3.3 C.11.2.1.2), in units after the modality LUT.

    Attributes
    ----------
    function
        VOI LUT function: ``LINEAR``, ``LINEAR_EXACT`` or ``SIGMOID``.
    curve
        A VOI LUT instead of the function; center and width then span its input.
    """

    center: float
    width: float
    name: str = ""
    function: str = "LINEAR"
    curve: LookupTable | None = None


@dataclass(frozen=True, slots=True)
class GreyTransform:
    """How stored grey values become those that windows speak of (DICOM PS3.3 C.11.1, C.7.5.1.1.2).

    Attributes
    ----------
    slope, intercept
        Rescale; 1 and 0 when a `table` stands in its place.
    padding
        Closed range of stored values that are padding around the image, not image.
    signed
        Whether stored values are.
    """

    slope: float = 1.0
    intercept: float = 0.0
    table: LookupTable | None = None
    padding: tuple[int, int] | None = None
    signed: bool = False


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a file says of itself, without its pixels.

    Attributes
    ----------
    kind
        ``jpeg``, ``png``, ``tiff``, ``bmp`` or ``dicom``.
    rows, columns, frames, samples, bits
        Stored size; samples 1 or 3 (colour, read as RGB); bits stored per sample.
    photometric
        DICOM name of the photometric interpretation; rasters say MONOCHROME2 or RGB.
    pixel_spacing
        (row, column) distance in millimetres, when the file states one for the patient or detector.
    orientation
        EXIF orientation 1–8 (1: stored upright).
    sha256
        SHA-256 of the file's bytes, lower-case hex: the image's identity.
    grey
        Modality LUT and padding; the identity for rasters.
    """

    path: Path
    sha256: str
    kind: str
    rows: int
    columns: int
    frames: int = 1
    samples: int = 1
    bits: int = 8
    photometric: str = "MONOCHROME2"
    transfer_syntax: str | None = None
    modality: Modality = Modality.UNKNOWN
    modality_source: ModalitySource = ModalitySource.DETECTED
    laterality: Laterality = Laterality.UNKNOWN
    view: str = ""
    pixel_spacing: tuple[float, float] | None = None
    orientation: int = 1
    windows: tuple[Window, ...] = ()
    patient_id: str = ""
    patient_name: str = ""
    study_uid: str = ""
    series_uid: str = ""
    instance_uid: str = ""
    study_date: str = ""
    sop_class: str = ""
    grey: GreyTransform = GreyTransform()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in stored pixels, half open: x0 <= x < x1; ``score`` is an attention response."""

    x0: float
    y0: float
    x1: float
    y1: float
    score: float = 0.0

    @property
    def area(self) -> float:
        """Area in square pixels; 0 for an empty box."""
        return max(self.x1 - self.x0, 0.0) * max(self.y1 - self.y0, 0.0)


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label of a ranking: a relevance score (a cosine or a negative distance), no probability."""

    name: str
    score: float
    seen: bool = True
    typed: bool = False


@dataclass(frozen=True, slots=True)
class NamedScore:
    """A disease and how similar the image is to it, 0–1."""

    name: str
    score: float


@dataclass(frozen=True, slots=True)
class GradeScores:
    """Diabetic-retinopathy grade with its evidence.

    Attributes
    ----------
    probabilities
        Softmax over grades 0–4; sums to 1. Not calibrated unless ``calibrated``.
    main_probabilities
        The same from M-Net alone, to show what the zoomed regions changed; empty when not run.
    attention_probabilities
        The same from A-Net alone; empty when not run.
    fellow_used
        Whether the fellow eye's features took part.
    dme, dme_probability
        Risk of macular oedema 0–2 (IDRiD's scale) with its softmax; None from a model without that head.
    dme_probabilities
        Softmax over those risks; empty without that head.
    region_effects
        One a box, in their order: expected grade of the whole network less that without this region. Above
        0: the region raises the grade.
    disagreement
        Why the whole network gives another grade than M-Net alone, from `region_effects`; empty where both
        agree.
    models
        Weights that took part: more than 1 in an ensemble, whose probabilities are means.
    """

    grade: int
    probabilities: tuple[float, ...]
    calibrated: bool = False
    main_probabilities: tuple[float, ...] = ()
    fellow_used: bool = False
    dme: int | None = None
    dme_probability: float = 0.0
    dme_probabilities: tuple[float, ...] = ()
    region_effects: tuple[float, ...] = ()
    disagreement: str = ""
    models: int = 1
    attention_probabilities: tuple[float, ...] = ()

    @property
    def referable(self) -> bool:
        """Moderate or worse (grade >= 2)."""
        return self.grade >= 2


@dataclass(frozen=True, slots=True)
class ImageQuality:
    """Whether a photograph can be graded at all, from its pixels alone.

    Attributes
    ----------
    gradable
        False: the grade is withheld (`Prediction.withheld`) until a reviewer overrides.
    reasons
        Sentences for the reader: why it cannot be graded; empty when it can.
    codes
        The same in a word each: ``no retina``, ``dark``, ``bright``, ``blurred``, ``flat``.
    measures
        What was measured, by name (`engine.imaging.fundus_quality`).
    """

    gradable: bool = True
    reasons: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LateralityCheck:
    """Which eye the place of the optic disc speaks for.

    Attributes
    ----------
    stated
        What file, name or reader say.
    seen
        What the image shows; UNKNOWN where the disc is not clear enough, or too near the middle.
    disc
        (x, y) of the disc found, in stored pixels; None without one.
    confidence
        0–1, how clearly the best place stands out; no probability.
    """

    stated: Laterality = Laterality.UNKNOWN
    seen: Laterality = Laterality.UNKNOWN
    disc: tuple[float, float] | None = None
    confidence: float = 0.0

    @property
    def contradicts(self) -> bool:
        """Whether the image shows the other eye than the one stated."""
        return bool(self.stated) and bool(self.seen) and self.stated is not self.seen


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Approximate diagnosis of a target disease by clustering (RURA-Net); score is a margin."""

    target: str
    score: float
    positive: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class ChestGate:
    """Whether a chest model may speak of an image at all, and how normal the image looks to it.

    Attributes
    ----------
    no_finding
        0–1, how much it looks like the training images without a finding; no word on a single label.
    in_scope
        Whether it looks like a frontal chest radiograph of an adult.
    reasons
        Why it is out of scope: ``child``, ``not a chest``, ``lateral view``; empty in scope.
    scores
        The same reasons, as far as pixels tell them, each 0–1; above 0.5 it is given.
    """

    no_finding: float
    in_scope: bool = True
    reasons: tuple[str, ...] = ()
    scores: tuple[NamedScore, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """Which model spoke: system, version and the SHA-256 of its weights file."""

    system: str
    version: str
    weights_sha256: str

    @property
    def short(self) -> str:
        """For a corner of the screen: ``zoom_in_net v2 · 3f9c``."""
        return f"{self.system} {self.version} · {self.weights_sha256[:4]}"


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What one system says of one image. Parts that a system does not give stay empty.

    Attributes
    ----------
    masks
        Lesion code -> uint8 probability map (0–255 for 0–1), ``[rows, columns]`` of the stored image.
    thresholds
        Lesion code -> probability (0–1) from which a pixel counts as lesion.
    maps
        Name (``attention/2``, ``gated/2``, ``evidence/Effusion``) -> float32 map, low resolution, that
        covers the whole stored frame edge to edge; any range.
    notes
        Sentences for the reader: fellow eye missing, image out of scope …
    quality
        Of a fundus photograph, from a system that grades it.
    withheld
        The grade of an image that `quality` calls ungradable, for a reviewer who overrides; ``grade`` is
        None then, and the boxes and maps belong to this one.
    gate
        Of a chest image, from a model that has one.
    laterality
        Stated against seen eye; its `LateralityCheck.contradicts` is to be flagged.
    """

    model: ModelVersion
    grade: GradeScores | None = None
    labels: tuple[LabelScore, ...] = ()
    similar: tuple[NamedScore, ...] = ()
    diagnosis: Diagnosis | None = None
    boxes: tuple[Box, ...] = ()
    masks: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    maps: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    embedding: NDArray[np.float32] | None = None
    notes: tuple[str, ...] = ()
    quality: ImageQuality | None = None
    withheld: GradeScores | None = None
    laterality: LateralityCheck | None = None
    gate: ChestGate | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One image of a case, as the store knows it."""

    id: int
    case_id: int
    info: ImageInfo


@dataclass(frozen=True, slots=True)
class Case:
    """Unit of review: one or two eyes of a patient, or one chest study."""

    id: int
    name: str
    patient_id: str
    modality: Modality
    state: CaseState
    instances: tuple[Instance, ...]

    def eye(self, laterality: Laterality) -> Instance | None:
        """The first instance of that eye."""
        return next((i for i in self.instances if i.info.laterality is laterality), None)


class CorrectionKind(StrEnum):
    """What a reviewer's event speaks of."""

    GRADE = "grade"  # key "dr" or "dme"; after: int
    FINDING = "finding"  # key: label name; after: True, False, or None (unknown again)
    MASK = "mask"  # key: lesion code; recorded with a MaskDelta
    STATE = "state"  # key "", the reason of UNGRADABLE, or the batch that accepted it; after: CaseState
    COMMENT = "comment"  # key ""; after: str
    MODALITY = "modality"  # key ""; after: Modality
    LATERALITY = "laterality"  # key ""; after: Laterality
    THRESHOLD = "threshold"  # key: lesion code; after: 0–1
    PAIRING = "pairing"  # key ""; before, after: instance id (as text) -> case id


@dataclass(frozen=True, slots=True)
class Correction:
    """One append-only event of a reviewer. ``before`` and ``after`` are JSON values.

    ``instance_id`` is None for what belongs to the whole case (state, comment).
    ``undoes`` is the id of the event that this one takes back.
    """

    case_id: int
    instance_id: int | None
    kind: CorrectionKind
    key: str
    before: Any
    after: Any
    reader: str
    model: str = ""
    undoes: int | None = None
    id: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class TileChange:
    """One 256×256 tile of a mask before and after a stroke: zlib-compressed packed bits."""

    row: int
    column: int
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class MaskDelta:
    """A stroke on one lesion's mask: the tiles that it changed, in the stored frame.

    Rows and columns are the mask's full size; tiles at the edge are padded with zeros.
    """

    rows: int
    columns: int
    tiles: tuple[TileChange, ...]

    TILE = 256

    def inverted(self) -> MaskDelta:
        """The stroke that takes this one back."""
        swapped = tuple(TileChange(t.row, t.column, t.after, t.before) for t in self.tiles)
        return MaskDelta(self.rows, self.columns, swapped)


@dataclass(frozen=True, slots=True, eq=False)
class ReviewedImage:
    """An image with what reviewers decided, ready to learn from.

    Attributes
    ----------
    findings
        Label name -> present or absent; a name that is missing is *unknown* and gives no loss.
    masks
        Lesion code -> bool mask of the stored frame; an all-False mask says *no such lesion*, a missing
        code says *not labelled*.
    held_back
        True when the patient's hash keeps it out of every training.
    """

    instance: Instance
    patient_key: str
    grade: int | None = None
    dme: int | None = None
    findings: Mapping[str, bool] = field(default_factory=dict)
    masks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a weights file says of itself; stored in its header as JSON.

    Attributes
    ----------
    config
        Everything needed to build the network again.
    labels
        Outputs in order: lesion codes, label names …
    real_images
        Whether it may speak of real images by default; False for what only phantoms could train.
    tensors
        Name -> (dtype, shape) of every tensor of the file.
    content_sha256
        SHA-256 over all tensors (name, dtype, shape, bytes, in name order).
    """

    system: str
    version: str
    config: Mapping[str, Any]
    labels: tuple[str, ...] = ()
    real_images: bool = True
    data: str = ""
    licence: str = ""
    seed: int = 0
    command: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    limits: str = ""
    parent: str = ""
    created: str = ""
    tensors: Mapping[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    content_sha256: str = ""

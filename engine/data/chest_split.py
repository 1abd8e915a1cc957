"""Training, validation and test parts of a chest data set, and which patients a model has met.

Papers 001 and 004, section 4.1: 70 % / 10 % / 20 % at random. By patient (ours) no patient is on two sides;
by image is what the papers' words allow; ``official`` follows NIH's own lists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data import nih
from engine.data.chest_tables import patient_key
from engine.data.manifest import ManifestRow
from engine.errors import BadTable, WrongUsage

PARTS = ("training", "validation", "test")
KINDS = ("patient", "image", "official")
MET = "aux.met_patients"  # tensor of weights: see `met`


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """How a set is parted.

    Attributes
    ----------
    by
        ``patient``, ``image`` or ``official`` (``train_val_list.txt`` and ``test_list.txt``).
    validation, test
        Expected shares, 0–1; of the official lists only ``validation`` counts.
    """

    by: str = "patient"
    validation: float = 0.1  # papers 001 and 004, section 4.1
    test: float = 0.2
    seed: int = 0


def split(
    rows: Sequence[ManifestRow], config: SplitConfig = SplitConfig(), root: Path | None = None
) -> NDArray[np.str_]:
    """Part of each row, one of `PARTS`.

    It follows from a hash of seed and patient (or image) alone: rows that are added later move nobody.

    Raises
    ------
    WrongUsage
        For another way to split.
    BadTable
        When an image stands in neither official list.
    """
    if config.by not in KINDS:
        raise WrongUsage(f"no split is called {config.by!r}", remedy=f"Use one of {', '.join(KINDS)}.")
    if config.by == "official":
        return _official(rows, config, root)
    keys = [patient_key(row.patient) if config.by == "patient" else row.path.stem for row in rows]
    draws = np.array([_uniform(key, config.seed) for key in keys])
    parts = np.where(draws < config.test + config.validation, "validation", "training")
    return np.where(draws < config.test, "test", parts)


def _official(rows: Sequence[ManifestRow], config: SplitConfig, root: Path | None) -> NDArray[np.str_]:
    listed = nih.official_split(root) if root else {}
    if set(listed.values()) != {"train", "test"}:
        raise BadTable(
            "the official lists are not there", root or "", f"Put {' and '.join(nih.LISTS.values())} there."
        )
    parts = []
    for row in rows:
        if row.path.name not in listed:
            raise BadTable(f"{row.path.name} is in neither official list", row.where, "Get the lists again.")
        kept = _uniform(patient_key(row.patient), config.seed) >= config.validation
        parts.append("test" if listed[row.path.name] == "test" else "training" if kept else "validation")
    return np.array(parts, dtype=np.str_)


def _uniform(key: str, seed: int) -> float:
    """Uniform in [0, 1), a hash."""
    digest = hashlib.sha256(f"{seed}|{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def met(patients: Iterable[str]) -> NDArray[np.int64]:
    """Hashes of the patients that a model was trained or chosen on, sorted: what its weights remember.

    Eight bytes of SHA-256 each: two patients share one once in 10^10 sets of full size.
    """
    return np.array(sorted({_short(patient) for patient in patients}), np.int64)


def were_met(patients: Sequence[str], hashes: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether each patient is among those that a model has met."""
    return np.isin(np.array([_short(patient) for patient in patients], np.int64), hashes)


def _short(patient: str) -> int:
    digest = hashlib.sha256(b"lynceus patient|" + patient_key(patient).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)

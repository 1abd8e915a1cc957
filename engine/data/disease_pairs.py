"""Photographs by disease, and balanced pairs of them for a twin network (paper 000, section 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.fundus_square import fundus_square
from engine.data.lesion_crops import network_input
from engine.data.lesion_masks import read_rgb
from engine.data.manifest import ManifestRow
from engine.errors import TooFewSamples
from engine.imaging.phantoms.fundus import FundusPhantom, fundus, sample_fundus
from engine.progress import Progress, silent

PHANTOM_SIDE = 512  # of a rendered phantom: more is lost in the square of a compact network
LESIONS = ("MA", "HE", "SE", "EX", "NV")


@dataclass(frozen=True, slots=True, eq=False)
class DiseaseSet:
    """Photographs as squares (`engine.data.fundus_square`) with one disease each.

    Attributes
    ----------
    images
        uint8 ``[N, S, S, 3]``.
    labels
        int64 ``[N]``, places in ``names``.
    lesions
        bool ``[N, 5]``: which of MA, HE, SE, EX, NV the image shows; all False where nobody knows.
    patients
        Whose photograph each is: no pair is of one patient, whose eyes are alike whatever they suffer from.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    lesions: NDArray[np.bool_]
    patients: tuple[str, ...]

    def joined(self, other: DiseaseSet) -> DiseaseSet:
        """Both sets; names that only the other has come last."""
        names = (*self.names, *(name for name in other.names if name not in self.names))
        places = np.array([names.index(name) for name in other.names], np.int64)
        return DiseaseSet(
            np.concatenate([self.images, other.images]),
            np.concatenate([self.labels, places[other.labels]]),
            names,
            np.concatenate([self.lesions, other.lesions]),
            self.patients + other.patients,
        )


def disease_set(
    rgbs: Sequence[NDArray[np.uint8]],
    diseases: Sequence[str],
    size: int,
    names: Sequence[str] = (),
    patients: Sequence[str] | None = None,
) -> DiseaseSet:
    """A set of upright RGB photographs; diseases beyond ``names`` are added in order of appearance.

    Parameters
    ----------
    patients
        Of each photograph; None: every one is of another patient.
    """
    every = tuple(dict.fromkeys([*names, *diseases]))
    squares = [fundus_square(rgb, size).pixels for rgb in rgbs]
    images = np.stack(squares) if squares else np.zeros((0, size, size, 3), np.uint8)
    labels = np.array([every.index(disease) for disease in diseases], np.int64)
    whose = tuple(f"photograph {n}" for n in range(len(rgbs))) if patients is None else tuple(patients)
    return DiseaseSet(images, labels, every, np.zeros((len(rgbs), len(LESIONS)), bool), whose)


def manifest_diseases(rows: Sequence[ManifestRow], size: int, progress: Progress = silent) -> DiseaseSet:
    """Rows of one label each, or of a DR grade: 0 is ``normal``, more ``diabetic retinopathy``."""
    rgbs, diseases, patients = [], [], []
    for done, row in enumerate(rows):
        progress(done, len(rows), f"reading {row.path.name}")
        graded = {None: "", 0: "normal"}.get(row.dr_grade, "diabetic retinopathy")
        disease = graded or (row.labels[0].lower() if len(row.labels) == 1 else "")
        if disease:
            rgbs.append(read_rgb(row.path))
            diseases.append(disease)
            patients.append(row.patient)
    return disease_set(rgbs, diseases, size, patients=patients)


def phantom_diseases(
    names: Sequence[str], each: int, size: int, seed: int, progress: Progress = silent
) -> DiseaseSet:
    """``each`` synthetic photographs of every disease, in turn; diabetic retinopathy of grades 1–4."""
    images, labels, lesions = [], [], []
    for index in range(each * len(names)):
        progress(index, each * len(names), "drawing synthetic images")
        place = index % len(names)
        phantom = phantom_image(names[place], seed, index, min(PHANTOM_SIDE, 3 * size))
        images.append(fundus_square(phantom.rgb, size).pixels)
        labels.append(place)
        lesions.append([bool(phantom.masks[code].any()) for code in LESIONS])
    shape = (0, size, size, 3)
    return DiseaseSet(
        np.stack(images) if images else np.zeros(shape, np.uint8),
        np.array(labels, np.int64),
        tuple(names),
        np.array(lesions, bool).reshape(-1, len(LESIONS)),
        tuple(f"phantom {seed} {index}" for index in range(len(labels))),
    )


def phantom_image(disease: str, seed: int, index: int, size: int = 1024) -> FundusPhantom:
    """A synthetic photograph of a disease that depends on its arguments alone; retinopathy of grade 1–4."""
    rng = np.random.default_rng([seed, index])
    grade = int(rng.integers(1, 5)) if disease == "diabetic retinopathy" else None
    return fundus(sample_fundus(rng, grade=grade, disease=disease), size)


@dataclass(frozen=True, slots=True)
class PairBatches:
    """Pairs as a function of the step number: half of one disease, half of two, diseases equally often.

    Raises
    ------
    TooFewSamples
        On the first batch, where fewer than two diseases have images of two patients.
    """

    images: DiseaseSet
    pairs: int
    seed: int

    def __call__(self, step: int) -> dict[str, Tensor]:
        """``first``, ``second`` float32 ``[P, 3, S, S]`` and ``same`` float32 ``[P]``."""
        rng = np.random.default_rng([self.seed, step])
        first, second, same = draw_pairs(self.images.labels, self.pairs, rng, self.images.patients)
        return {
            "first": network_input(np.stack([vary(self.images.images[i], rng) for i in first])),
            "second": network_input(np.stack([vary(self.images.images[i], rng) for i in second])),
            "same": torch.from_numpy(same.astype(np.float32)),
        }


def draw_pairs(
    labels: NDArray[np.int64],
    pairs: int,
    rng: np.random.Generator,
    patients: Sequence[str] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Places of two images of two patients a pair, and whether they share the label; every second pair does.

    Parameters
    ----------
    patients
        Of each image; None: every image is of another patient.

    Raises
    ------
    TooFewSamples
        Where fewer than two labels have images of two patients.
    """
    whose = np.arange(len(labels)) if patients is None else np.unique(list(patients), return_inverse=True)[1]
    members = {int(label): np.flatnonzero(labels == label) for label in np.unique(labels)}
    usable = [label for label, found in members.items() if len(np.unique(whose[found])) >= 2]
    if len(usable) < 2:
        raise TooFewSamples(
            "pairs need two diseases with images of two patients each",
            remedy="Add images of another disease.",
        )
    first, second = np.zeros(pairs, np.int64), np.zeros(pairs, np.int64)
    same = np.arange(pairs) % 2 == 0
    for pair in range(pairs):
        one = int(rng.choice(usable if same[pair] else list(members)))
        first[pair] = rng.choice(members[one])
        strangers = whose != whose[first[pair]]
        if not same[pair]:
            one = int(rng.choice(np.unique(labels[strangers & (labels != one)])))
        second[pair] = rng.choice(np.flatnonzero(strangers & (labels == one)))
    return first, second, same


def vary(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A square ``[S, S, 3]`` mirrored, slightly turned, moved and recoloured (ours)."""
    size = image.shape[0]
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-20, 20), rng.uniform(0.92, 1.1))
    matrix[:, 2] += rng.uniform(-0.04, 0.04, 2) * size
    moved = cv2.warpAffine(image, matrix, (size, size), borderValue=(128, 128, 128))
    if rng.random() < 0.5:
        moved = moved[:, ::-1]
    gain = rng.uniform(0.8, 1.25) * rng.uniform(0.9, 1.1, 3)
    return np.clip((moved.astype(np.float32) - 128) * gain + 128, 0, 255).astype(np.uint8)

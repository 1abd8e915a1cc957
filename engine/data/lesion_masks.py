"""Photographs with lesion masks, as balanced random crops: manifest rows, phantoms, corrected cases.

A lesion code that is not in `LesionSample.known` was never looked for in that image and gives no loss; a
known code without pixels says that the lesion is absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import vocabulary
from engine.data.fundus_input import FundusInput, fundus_input
from engine.data.manifest import ManifestRow
from engine.errors import BadMask, UnknownLabel, UnreadableImage
from engine.imaging.phantoms.fundus import FundusPhantom, fundus, sample_fundus
from engine.progress import Progress, silent

FIELD_BIT = 7  # of `LesionSample.packed`: inside the field of view
UNLABELLED_BIT = 6  # nobody has decided what is there
PHANTOM_SIDE = 1024


@dataclass(frozen=True, slots=True, eq=False)
class LesionSample:
    """One photograph at working scale with what is known of its lesions.

    Attributes
    ----------
    packed
        uint8 ``[h, w]``: bit i is lesion i of the list it was made with, bit 6 a region in which nobody
        has decided what is there, bit 7 the field of view.
    known
        Codes that somebody looked for in this image.
    centres
        Code -> int32 ``[k, 2]``, one (x, y) on each connected component.
    """

    name: str
    pixels: NDArray[np.uint8]
    packed: NDArray[np.uint8]
    known: frozenset[str]
    centres: Mapping[str, NDArray[np.int32]]

    def mask(self, index: int) -> NDArray[np.bool_]:
        """Mask of the lesion with that place in the list, bool ``[h, w]``."""
        return (self.packed >> index & 1).astype(bool)


def make_sample(
    name: str,
    rgb: NDArray[np.uint8],
    masks: Mapping[str, NDArray[np.bool_]],
    lesions: Sequence[str],
    diameter: int,
    unlabelled: NDArray[np.bool_] | None = None,
) -> LesionSample:
    """A sample from an upright photograph and bool masks of its size; the codes present are the known ones.

    Parameters
    ----------
    unlabelled
        True where nobody has decided what is there: gives no loss for any lesion.

    Raises
    ------
    BadMask
        When a mask is not of the photograph's size.
    """
    working = fundus_input(rgb, diameter)
    packed = working.field.astype(np.uint8) * np.uint8(1 << FIELD_BIT)
    if unlabelled is not None:
        packed |= _mask_in(working, unlabelled, name, "unlabelled").astype(np.uint8) << UNLABELLED_BIT
    known = frozenset(masks) & frozenset(lesions)
    centres: dict[str, NDArray[np.int32]] = {}
    for index, code in enumerate(lesions):
        if code in known:
            mask = _mask_in(working, masks[code], name, code)
            packed |= mask.astype(np.uint8) * np.uint8(1 << index)
            if mask.any():
                centres[code] = component_points(mask)
    return LesionSample(name, working.pixels, packed, known, centres)


def check_codes(codes: Iterable[str]) -> None:
    """Refuse what is no code of a lesion.

    Raises
    ------
    UnknownLabel
    """
    known = [term.code for term in vocabulary.lesions()]
    for code in codes:
        if code not in known:
            raise UnknownLabel("no lesion has this code", code, f"Use {', '.join(known)}.")


def component_points(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """One pixel (x, y) of every 8-connected component, int32 ``[k, 2]``; the first in reading order."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    values, first = np.unique(labels, return_index=True)
    first = first[values > 0]
    assert len(first) == count - 1
    ys, xs = np.unravel_index(first, mask.shape)
    return np.stack([xs, ys], axis=1).astype(np.int32)


def read_mask(path: Path, *, two_colours: bool = False) -> NDArray[np.bool_]:
    """A mask file: one channel of 0 and 255.

    Parameters
    ----------
    two_colours
        Take black and any one other colour instead, as some public sets have it (IDRiD: red).

    Raises
    ------
    UnreadableImage, BadMask
    """
    values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise UnreadableImage("not a readable mask image", path, "Export it again as an 8-bit PNG.")
    if two_colours:
        return _coloured(values, path)
    if values.ndim != 2:
        raise BadMask("the mask is in colour", path, "Save it as an 8-bit grey image of 0 and 255.")
    if not np.isin(np.unique(values), (0, 255)).all():
        raise BadMask(
            "the mask has values other than 0 and 255", path, "Save it as an 8-bit grey image of 0 and 255."
        )
    return np.asarray(values > 0)


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """An upright uint8 RGB photograph ``[H, W, 3]`` from a raster file.

    Raises
    ------
    UnreadableImage
    """
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise UnreadableImage("not a readable image", path, "Check that the file is complete.")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _coloured(values: NDArray[np.uint8], path: Path) -> NDArray[np.bool_]:
    """Where an image of black and one other colour is not black; an alpha channel is ignored."""
    if values.ndim == 3:
        values = values[..., :3]
    lit = values.any(axis=2) if values.ndim == 3 else values > 0
    if lit.any() and (values[lit] != values[lit][0]).any():
        raise BadMask(
            "the mask has more than black and one colour",
            path,
            "Save it as an 8-bit grey image of 0 and 255.",
        )
    return np.asarray(lit, np.bool_)


def row_masks(row: ManifestRow, labelled: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Masks of a segmentation row; an absent file of a labelled code is an empty mask.

    Parameters
    ----------
    labelled
        Codes that somebody looked for, where the row itself does not say (`ManifestRow.labelled`).
    """
    codes = [c for c in labelled if row.labelled is None or c in row.labelled]
    codes += sorted((row.labelled or frozenset()) - set(codes))
    masks = {c: read_mask(row.masks[c], two_colours=row.two_colours) for c in codes if c in row.masks}
    if len(masks) == len(codes):
        return masks
    shape = next(iter(masks.values())).shape if masks else read_rgb(row.path).shape[:2]
    return {code: masks.get(code, np.zeros(shape, bool)) for code in codes}


def row_unlabelled(row: ManifestRow) -> NDArray[np.bool_] | None:
    """Where nobody has decided what is there, bool ``[H, W]``; None where the row names no such region."""
    regions = [read_mask(path, two_colours=row.two_colours) for path in row.unlabelled]
    return np.logical_or.reduce(regions) if regions else None


def manifest_samples(
    rows: Sequence[ManifestRow],
    lesions: Sequence[str],
    labelled: Sequence[str],
    diameter: int,
    progress: Progress = silent,
) -> list[LesionSample]:
    """Samples of segmentation rows; an absent mask file of a ``labelled`` code means no such lesion."""
    samples = []
    for done, row in enumerate(rows):
        progress(done, len(rows), f"reading {row.path.name}")
        masks, unlabelled = row_masks(row, labelled), row_unlabelled(row)
        samples.append(make_sample(row.path.stem, read_rgb(row.path), masks, lesions, diameter, unlabelled))
    return samples


def phantom_samples(
    count: int, seed: int, lesions: Sequence[str], diameter: int, progress: Progress = silent
) -> list[LesionSample]:
    """Synthetic photographs of diabetic retinopathy with exact masks of every lesion."""
    samples = []
    for index, phantom in enumerate(draw_phantoms(count, seed, phantom_side(diameter))):
        progress(index, count, "drawing synthetic images")
        masks = {code: np.asarray(mask, bool) for code, mask in phantom.masks.items()}
        samples.append(make_sample(f"phantom {index}", phantom.rgb, masks, lesions, diameter))
    return samples


def phantom_side(diameter: int) -> int:
    """Longer side of phantoms for a working diameter: as fine as needed, 1024 px (as IDRiD here) at most."""
    return min(PHANTOM_SIDE, round(1.25 * diameter))


def draw_phantoms(count: int, seed: int, size: int = PHANTOM_SIDE) -> Iterator[FundusPhantom]:
    """Phantoms of grade 1–4 in turn; each depends on the seed and its place alone."""
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        yield fundus(sample_fundus(rng, grade=1 + index % 4), size)


def _mask_in(working: FundusInput, mask: NDArray[np.bool_], name: str, code: str) -> NDArray[np.bool_]:
    try:
        return working.mask_in(mask)
    except BadMask as error:
        raise BadMask(error.what, f"{name}, {code}", error.remedy) from error

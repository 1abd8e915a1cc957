"""COCO files (cocodataset.org, data format): masks as run lengths, boxes, a category a lesion or finding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadTable
from engine.io.files import write_whole
from engine.io.limits import MAX_PIXELS
from engine.records import Box


@dataclass(frozen=True, slots=True, eq=False)
class CocoImage:
    """An image with its annotations, in the stored frame.

    Attributes
    ----------
    masks
        Category -> bool mask of the whole image.
    boxes
        (category, box); a score of 0 is not written.
    """

    file: str
    rows: int
    columns: int
    masks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    boxes: tuple[tuple[str, Box], ...] = ()


def encode_mask(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Run lengths column by column, the first of zeros: COCO's uncompressed RLE."""
    flat = np.asarray(mask, np.bool_).ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.concatenate([[0], changes, [flat.size]])
    counts = np.diff(bounds).tolist()
    if flat.size and flat[0]:
        counts = [0, *counts]
    return {"size": [int(mask.shape[0]), int(mask.shape[1])], "counts": counts}


def decode_mask(segmentation: object, rows: int, columns: int, where: object) -> NDArray[np.bool_]:
    """A mask from run lengths (a list, or COCO's compressed text) or polygons.

    Raises
    ------
    BadTable
        It is malformed or of another size.
    """
    if isinstance(segmentation, list):
        return _polygons(segmentation, rows, columns, where)
    if not isinstance(segmentation, dict) or segmentation.get("size") != [rows, columns]:
        raise BadTable("has a mask of another size than its image", where)
    counts = segmentation.get("counts")
    if isinstance(counts, str):
        counts = _counts_of_text(counts, where)
    if not isinstance(counts, list) or not all(type(n) is int and n >= 0 for n in counts):
        raise BadTable("has damaged run lengths", where)
    if sum(counts) != rows * columns:
        raise BadTable("has run lengths that do not fill its image", where)
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((rows, columns), order="F")


def _counts_of_text(text: str, where: object) -> list[int]:
    """COCO's compressed counts: 5 bits a character from '0', the 6th goes on; then differences.

    From the third count on each is stored as its difference to the count before the last (pycocotools,
    ``rleFrString``).
    """
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64 or shift > 60:
            raise BadTable("has damaged run lengths", where)
        value |= (code & 0x1F) << shift
        shift += 5
        if code & 0x20:
            continue
        if code & 0x10:
            value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    return counts


def _polygons(polygons: list[Any], rows: int, columns: int, where: object) -> NDArray[np.bool_]:
    import cv2

    mask = np.zeros((rows, columns), np.uint8)
    for polygon in polygons:
        try:
            points = np.array(polygon, np.float64).reshape(-1, 2)
        except (TypeError, ValueError) as error:
            raise BadTable("has a damaged polygon", where) from error
        if len(points) < 3 or not np.isfinite(points).all():
            raise BadTable("has a damaged polygon", where)
        cv2.fillPoly(mask, [np.rint(np.clip(points, -1e6, 1e6)).astype(np.int32)], (1,))
    return mask > 0


def write_coco(path: Path | str, images: Iterable[CocoImage], categories: Sequence[str]) -> None:
    """Write a COCO file; `read_coco` gives equal masks and boxes back.

    Raises
    ------
    BadTable
        An annotation of a category that is not listed.
    StoreUnavailable
        It cannot be written.
    """
    numbers = {name: number for number, name in enumerate(categories, 1)}
    plain: dict[str, list[dict[str, Any]]] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": number, "name": name} for name, number in numbers.items()],
    }
    for image_id, image in enumerate(images, 1):
        plain["images"].append(
            {"id": image_id, "file_name": image.file, "height": image.rows, "width": image.columns}
        )
        for annotation in _annotations(image, numbers):
            number = len(plain["annotations"]) + 1
            plain["annotations"].append({"id": number, "image_id": image_id, **annotation})
    write_whole(Path(path), json.dumps(plain).encode())


def _annotations(image: CocoImage, numbers: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    missing = [name for name in (*image.masks, *(name for name, _ in image.boxes)) if name not in numbers]
    if missing:
        raise BadTable(f"has the category {missing[0]!r}, which is not listed", image.file)
    for name, mask in image.masks.items():
        if mask.shape != (image.rows, image.columns):
            raise BadTable(f"has a mask of shape {mask.shape}", image.file)
        ys, xs = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
        box = (
            [int(xs[0]), int(ys[0]), int(xs[-1] - xs[0]) + 1, int(ys[-1] - ys[0]) + 1] if xs.size else [0] * 4
        )
        yield {
            "category_id": numbers[name],
            "segmentation": encode_mask(mask),
            "area": int(mask.sum()),
            "bbox": box,
            "iscrowd": 1,  # run lengths instead of polygons
        }
    for name, found in image.boxes:
        plain = {
            "category_id": numbers[name],
            "bbox": [found.x0, found.y0, found.x1 - found.x0, found.y1 - found.y0],
            "corners": [found.x0, found.y0, found.x1, found.y1],  # ours: exact, which x + width is not
            "area": found.area,
            "iscrowd": 0,
        }
        yield {**plain, "score": found.score} if found.score else plain


def read_coco(path: Path | str) -> tuple[CocoImage, ...]:
    """Read a COCO file. Several masks of one category in an image are joined.

    Raises
    ------
    BadTable
        It is no COCO file, or an annotation is malformed; names it.
    """
    try:
        plain = json.loads(Path(path).read_bytes())
        names = {int(entry["id"]): str(entry["name"]) for entry in plain["categories"]}
        entries = {int(entry["id"]): entry for entry in plain["images"]}
        annotations = list(plain["annotations"])
        sizes = {key: (int(entry["height"]), int(entry["width"])) for key, entry in entries.items()}
        files = {key: str(entry["file_name"]) for key, entry in entries.items()}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadTable(
            f"is no COCO file ({type(error).__name__})", path, "Export it as COCO JSON."
        ) from error
    masks: dict[int, dict[str, NDArray[np.bool_]]] = {key: {} for key in entries}
    boxes: dict[int, list[tuple[str, Box]]] = {key: [] for key in entries}
    for number, annotation in enumerate(annotations, 1):
        where = f"{path} annotation {number}"
        key, name = _target(annotation, names, sizes, where)
        if annotation.get("segmentation"):
            mask = decode_mask(annotation["segmentation"], *sizes[key], where)
            old = masks[key].get(name)
            masks[key][name] = mask if old is None else old | mask
        else:
            boxes[key].append((name, _box(annotation, where)))
    return tuple(CocoImage(files[key], *sizes[key], masks[key], tuple(boxes[key])) for key in entries)


def _target(
    annotation: Any, names: Mapping[int, str], sizes: Mapping[int, tuple[int, int]], where: str
) -> tuple[int, str]:
    try:
        key, name = int(annotation["image_id"]), names[int(annotation["category_id"])]
        rows, columns = sizes[key]
    except (KeyError, TypeError, ValueError) as error:
        raise BadTable("names no image or category of this file", where) from error
    if not 0 < rows * columns <= MAX_PIXELS:
        raise BadTable(f"belongs to an image of {columns}×{rows} pixels", where)
    return key, name


def _box(annotation: Mapping[str, Any], where: str) -> Box:
    try:
        x, y, width, height = (float(number) for number in annotation["bbox"])
        x0, y0, x1, y1 = (float(n) for n in annotation.get("corners", (x, y, x + width, y + height)))
        score = float(annotation.get("score", 0.0))
    except (KeyError, TypeError, ValueError) as error:
        raise BadTable("has a damaged box", where) from error
    if not all(np.isfinite((x0, y0, x1, y1, score))) or x1 < x0 or y1 < y0:
        raise BadTable("has a damaged box", where)
    return Box(x0, y0, x1, y1, score)

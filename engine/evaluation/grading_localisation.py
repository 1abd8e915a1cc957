"""Suspicious regions of files against lesion masks or boxes, beside windows that look at nothing."""

from __future__ import annotations

import copy
import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.fundus_square import SquareConfig, fundus_square
from engine.data.lesion_masks import read_mask
from engine.data.manifest import ManifestRow
from engine.errors import BadMask, BadTable, EngineError, TooFewSamples
from engine.evaluation import phantom_eyes
from engine.evaluation.fundus_files import Images, models, rows_of
from engine.evaluation.localisation import (
    Boxes,
    Located,
    fixed_windows,
    lesion_boxes,
    oracle_windows,
    random_windows,
    recall_table,
)
from engine.evaluation.protocols import Report, Request
from engine.evaluation.zoom_tables import recall_text
from engine.imaging import geometry, rendering
from engine.inference.grading import GradingPredictor
from engine.inference.predictor import Options, Picture
from engine.io.sandbox import Sandbox
from engine.progress import Progress
from engine.records import Box, ImageInfo

PHANTOMS = "phantoms"
LESIONS = ("MA", "HE", "SE", "EX", "NV")


def boxes_of_masks(row: ManifestRow) -> Callable[[ImageInfo], Boxes]:
    """Boxes around the lesions of a row's masks, stored pixels; the optic disc is none."""

    def boxes(info: ImageInfo) -> Boxes:
        found = [np.empty((0, 4))]
        for path in (path for code, path in row.masks.items() if code in LESIONS):
            mask = read_mask(path, two_colours=row.two_colours)
            if mask.shape != (info.rows, info.columns):
                raise BadMask("it is not of its image's size", path, "Download it again.")
            found.append(lesion_boxes(mask))
        return np.concatenate(found)

    return boxes


def run(request: Request, progress: Progress) -> Report:
    """Recall of the boxes of ``boxes.csv`` by the regions of the images beside it, or of phantom eyes.

    Raises
    ------
    BadTable, TooFewSamples, MissingWeights, IncompatibleModel
    """
    if str(request.data) != PHANTOMS:
        return _recall(request, progress)
    with tempfile.TemporaryDirectory() as folder:
        phantom_eyes.write(Path(folder), int(request.options["persons"]), progress)
        return _recall(replace(request, data=Path(folder)), progress)


def _recall(request: Request, progress: Progress) -> Report:
    boxes, persons = read_boxes(request.data / "boxes.csv")
    images = Images(request.data)
    wanted = [(images[name], persons[name], lambda _, name=name: boxes[name]) for name in boxes]
    predictor = as_predictor(models(request.weights, request.device)[0], request)
    found, refused = located(wanted, predictor, progress)
    if not found:
        raise TooFewSamples("no image of boxes.csv could be read", request.data, "Put the images beside it.")
    table = recall_table(found) | {"refused": refused}
    lines = [recall_text(table), *(f"refused: {why}" for why in refused.values())]
    return Report(table, "\n".join(lines))


def read_boxes(table: Path) -> tuple[dict[str, Boxes], dict[str, str]]:
    """Boxes of a csv ``image,x0,y0,x1,y1`` in stored pixels, and persons, by image name without its suffix.

    Without a column ``person`` each image is one.

    Raises
    ------
    BadTable
        Naming the row: a number that is none, a box without area.
    """
    found: dict[str, list[list[float]]] = {}
    persons: dict[str, str] = {}
    for where, row in rows_of(table, ("image", "x0", "y0", "x1", "y1")):
        try:
            box = [float(row[name]) for name in ("x0", "y0", "x1", "y1")]
        except ValueError as error:
            raise BadTable(f"a corner is no number ({error})", where, "Mend the row.") from error
        if not all(math.isfinite(v) for v in box) or box[0] >= box[2] or box[1] >= box[3]:
            raise BadTable(f"{box} is no box", where, "Give x0 < x1 and y0 < y1.")
        name = Path(row["image"]).stem
        found.setdefault(name, []).append(box)
        persons[name] = row.get("person") or name
    return {name: np.array(boxes) for name, boxes in found.items()}, persons


def located(
    images: Sequence[tuple[Path, str, Callable[[ImageInfo], Boxes]]],
    predictor: GradingPredictor,
    progress: Progress,
) -> tuple[list[Located], dict[str, str]]:
    """Regions and lesions of image files, one at a time.

    Parameters
    ----------
    images
        File, person, and the lesions once the file is read.

    Returns
    -------
    located, refused
        In stored pixels; why a file could not be used.
    """
    found, refused = [], {}
    with Sandbox() as sandbox:
        for done, (path, person, lesions) in enumerate(images):
            progress(done, len(images), "looking for lesions in the regions")
            try:
                info, stored = sandbox.read(path, 0)
                picture = Picture(info, rendering.fundus_rgb(stored, info))
                (said,) = predictor.predict([picture], Options(evidence=False))
                regions = [[b.x0, b.y0, b.x1, b.y1] for b in said.boxes]
                true = lesions(info)
                others = _others(picture, true, predictor, done)
                found.append(Located(person, true, np.array(regions).reshape(-1, 4), *others))
            except EngineError as error:
                refused[str(path)] = str(error)
    return found, refused


def _others(
    picture: Picture, lesions: Boxes, predictor: GradingPredictor, seed: int
) -> tuple[Boxes, Boxes, Boxes]:
    """Random, fixed and the oracle's windows of the network's size, in stored pixels as its own."""
    config, info = predictor.network.config, picture.info
    how = SquareConfig(config.fit, config.illumination)
    square = fundus_square(picture.pixels, config.input_size, how)

    def stored(windows: Boxes) -> Boxes:
        out = []
        for corner in windows.reshape(-1, 4).tolist():
            upright = square.box_out(Box(*corner))
            box = geometry.box_to_stored(upright, info.orientation, info.rows, info.columns)
            out.append([box.x0, box.y0, box.x1, box.y1])
        return np.array(out).reshape(windows.shape)

    inside = []
    for corner in lesions.tolist():
        box = square.box_in(geometry.box_to_upright(Box(*corner), info.orientation, info.rows, info.columns))
        inside.append([box.x0, box.y0, box.x1, box.y1])
    size, window = config.input_size, config.window
    return (
        stored(random_windows(size, window, np.random.default_rng(seed))),
        stored(fixed_windows(size, window)),
        stored(oracle_windows(np.array(inside, np.float64).reshape(-1, 4), size, window)),
    )


def as_predictor(predictor: Any, request: Request) -> GradingPredictor:
    """The grading predictor that regions come from, as far apart as the request asks for."""
    assert isinstance(predictor, GradingPredictor)
    spacing = float(request.options["spacing"])
    if spacing:  # in a copy: loaded predictors are kept, and shared
        spaced = copy.copy(predictor)
        spaced.network = copy.copy(predictor.network)
        spaced.network.config = replace(predictor.network.config, spacing=spacing)
        return spaced
    return predictor

"""Predict for files without a project: what `lynceus-engine predict` prints, one JSON object an image."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import systems
from engine.errors import BadMask, EngineError, UnknownLabel, UnreadableImage, WrongUsage
from engine.inference import loading
from engine.inference.approximate_diagnosis import RuraPredictor
from engine.inference.diagnosis_config import DiagnosisConfig, diagnosis_config
from engine.inference.predictor import Options, TypedLabel
from engine.io.mask_files import mask_name, write_mask
from engine.io.sandbox import Sandbox
from engine.io.tables import read_pairs
from engine.operations.diagnosing import predictions_of
from engine.operations.importing import find_files
from engine.operations.naming import Stems, spare
from engine.operations.pictures import predict_batches
from engine.progress import Progress, silent
from engine.records import ImageInfo, Modality, Prediction
from engine.semantics.prompts import MAX_DESCRIPTION, MAX_NAME
from engine.store.database import translated
from engine.store.pairing import compiled, place
from engine.store.rows import PairingRules
from engine.systems import System
from engine.training.changes import changed

BATCH = 4  # images decoded at once; as many wait for their turn

Row = dict[str, Any]
Read = tuple[Path, ImageInfo | EngineError]
Placed = tuple[Path, ImageInfo | EngineError, str]


def predict_files(
    paths: Sequence[Path],
    system_name: str,
    *,
    weights: Path | None = None,
    options: Options = Options(),
    masks: Path | None = None,
    rules: PairingRules = PairingRules(),
    modality: Modality | None = None,
    device: str = "auto",
    progress: Progress = silent,
) -> Iterator[Row]:
    """Predict for files and folders, lazily, a JSON object an image.

    Parameters
    ----------
    masks
        Folder for the lesion masks as PNG of the file's size, 0 and 255.
    rules
        How fellow eyes among the files are found.
    modality
        Overrides what the files say or show.

    Raises
    ------
    WrongUsage, MissingWeights, IncompatibleModel
        At once, before the first row.
    UnreadableImage
        At once, when the paths hold no file at all.
    """
    system = systems.system(system_name)
    files = list(find_files(paths))
    if not files:
        raise UnreadableImage(
            "there is no image here", ", ".join(map(str, paths)), "Choose image files or their folder."
        )
    predictor = loading.load(system_name, (lambda _: weights) if weights else loading.shipped, device)
    folder = MaskFolder(masks, files) if masks else None

    def rows() -> Iterator[Row]:
        with Sandbox() as sandbox:
            read = [_read(file, sandbox, modality, progress, n, len(files)) for n, file in enumerate(files)]
            if isinstance(predictor, RuraPredictor):
                yield from _diagnosed(read, predictor, system, sandbox, options, folder, progress)
                return
            batches = list(_batches(read, rules))
            parts = [([info for _, info, _ in b], [group for _, _, group in b]) for b in batches]
            with closing(predict_batches(predictor, system, parts, sandbox, options)) as said:
                for batch, results in zip(batches, said, strict=True):
                    yield from _rows(batch, results, system, folder)

    return rows()


def predict_request(arguments: argparse.Namespace, progress: Progress) -> Iterator[Row]:
    """`predict_files` as the command line asks for it.

    Raises
    ------
    WrongUsage, UnknownLabel, BadTable, UnreadableImage, MissingWeights, IncompatibleModel
        At once, before the first row.
    """
    for file in find_files(arguments.paths):
        spare(Path(arguments.out), file)
    if arguments.set and not systems.system(arguments.system).uses:
        raise WrongUsage(f"{arguments.system} has no switches", remedy="Leave --set out.")
    if systems.system(arguments.system).uses and not arguments.target:
        raise WrongUsage(f"{arguments.system} needs a disease to look for", remedy="Name it by --target.")
    options = Options(
        target=arguments.target,
        typed=tuple(typed_label(text) for text in arguments.label),
        labels=tuple(arguments.labels),
        extra=({"prompts": arguments.prompts} if arguments.prompts else {})
        | (asdict(changed(DiagnosisConfig(), arguments.set)) if arguments.set else {}),
    )
    return predict_files(
        arguments.paths,
        arguments.system,
        weights=arguments.weights,
        options=options,
        masks=arguments.masks,
        rules=_rules(arguments.pairs, arguments.eyes),
        modality=Modality(arguments.modality) if arguments.modality else None,
        device=arguments.device,
        progress=progress,
    )


def _rules(pairs: Path | None, eyes: Sequence[str]) -> PairingRules:
    """The usual rules with the user's table and patterns before them."""
    usual = PairingRules()
    own = replace(usual, pairs=read_pairs(pairs) if pairs else {}, patterns=(*eyes, *usual.patterns))
    compiled(own)  # a bad pattern is refused at once
    return own


def typed_label(text: str) -> TypedLabel:
    """A label as typed, ``NAME`` or ``NAME: DESCRIPTION``.

    Raises
    ------
    UnknownLabel
        When the name is empty or the text is too long to be one.
    """
    name, _, description = (part.strip() for part in text.partition(":"))
    if not name:
        raise UnknownLabel("a typed label needs a name", repr(text[:40]), "Write 'NAME: DESCRIPTION'.")
    if len(name) > MAX_NAME or len(description) > MAX_DESCRIPTION:
        raise UnknownLabel(
            f"a typed label has at most {MAX_NAME} characters and {MAX_DESCRIPTION} of description",
            repr(text[:40]),
            "Shorten it.",
        )
    return TypedLabel(name, description)


class MaskFolder:
    """Where the masks of a run go: ``STEM_CODE.png``, numbered where stems repeat.

    Raises
    ------
    StoreUnavailable
        The folder cannot be made.
    """

    def __init__(self, folder: Path, images: Sequence[Path]) -> None:
        with translated(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._stems = folder, Stems()
        self._images = {image.absolute() for image in images}

    def write(self, image: Path, prediction: Prediction) -> dict[str, str]:
        """Write the masks of an image; code -> file.

        Raises
        ------
        BadMask
            A mask would take the place of an image of this run.
        StoreUnavailable
        """
        stem = self._stems.of(image)
        written = {}
        for code, probability in prediction.masks.items():
            path = self.folder / mask_name(stem, code)
            if path.absolute() in self._images:
                raise BadMask(
                    "a mask would take the place of this image", path, "Choose another folder for masks."
                )
            threshold = prediction.thresholds.get(code, 0.5)
            write_mask(path, probability >= max(1, np.ceil(threshold * 255)))
            written[code] = str(path)
        return written


def row_of(file: Path, system: str, prediction: Prediction) -> Row:
    """A prediction as the JSON object that others script against; keys as in the guide."""
    row: Row = {
        "file": str(file),
        "system": system,
        "model": prediction.model.version,
        "weights_sha256": prediction.model.weights_sha256,
    }
    row |= _graded(prediction)
    if prediction.similar:
        row["similar"] = [{"name": s.name, "score": s.score} for s in prediction.similar]
    if prediction.diagnosis is not None:
        said = prediction.diagnosis
        row["diagnosis"] = {"target": said.target, "score": said.score, "positive": said.positive}
    if prediction.labels:
        row["labels"] = [
            {"name": s.name, "score": s.score, "seen": s.seen} | ({"typed": True} if s.typed else {})
            for s in prediction.labels
        ]
    if prediction.gate is not None:
        gate = prediction.gate
        row["no_finding"] = round(gate.no_finding, 6)
        row["scope"] = {
            "in_scope": gate.in_scope,
            "reasons": list(gate.reasons),
            "scores": {one.name: round(one.score, 6) for one in gate.scores},
        }
    if prediction.notes:
        row["notes"] = list(prediction.notes)
    return row


def _graded(prediction: Prediction) -> Row:
    """The keys of a system that grades; ``grade`` is null where the image cannot be graded."""
    row: Row = {}
    if prediction.grade is not None:
        scores = prediction.grade
        row |= {
            "grade": scores.grade,
            "probabilities": [round(p, 6) for p in scores.probabilities],
            "referable": scores.referable,
            "calibrated": scores.calibrated,
            "fellow_used": scores.fellow_used,
            "boxes": [[*(round(v, 2) for v in (b.x0, b.y0, b.x1, b.y1)), b.score] for b in prediction.boxes],
        }
        if scores.dme is not None:
            row |= {"dme": scores.dme, "dme_probabilities": [round(p, 6) for p in scores.dme_probabilities]}
        if scores.disagreement:
            row["disagreement"] = scores.disagreement
        if scores.models > 1:
            row["models"] = scores.models
    if prediction.quality is not None:
        row["gradable"] = prediction.quality.gradable
        if not prediction.quality.gradable:
            row |= {"grade": None, "boxes": [], "ungradable": list(prediction.quality.codes)}
    side = prediction.laterality
    if side is not None:
        row["laterality"] = {"stated": side.stated, "seen": side.seen, "contradicts": side.contradicts}
    return row


def _read(
    file: Path, sandbox: Sandbox, modality: Modality | None, progress: Progress, done: int, total: int
) -> Read:
    progress(done, total, f"reading {file.name}")
    try:
        info = sandbox.info(file, detect=modality is None)
    except EngineError as error:
        return file, error
    return file, replace(info, modality=modality) if modality else info


def _batches(read: Sequence[Read], rules: PairingRules) -> Iterator[list[Placed]]:
    """Files in batches, in their order but for fellow eyes, which stand beside their pair."""
    placed = _placed(read, rules)
    first: dict[str, int] = {}
    for index, (_, _, group) in enumerate(placed):
        first.setdefault(group, index)
    order = sorted(range(len(placed)), key=lambda i: (first[placed[i][2]] if placed[i][2] else i, i))
    batch: list[Placed] = []
    for index in order:
        group = placed[index][2]
        if len(batch) >= BATCH and not (group and group == batch[-1][2]):
            yield batch
            batch = []
        batch.append(placed[index])
    if batch:
        yield batch


def _placed(read: Sequence[Read], rules: PairingRules) -> list[Placed]:
    """Each file with its eye and its pair's name; one that cannot be read is placed by its name."""
    patterns = compiled(rules)
    placed: list[Placed] = []
    for file, info in read:
        known = ImageInfo(file, "", "", 0, 0, modality=Modality.FUNDUS)
        known = known if isinstance(info, EngineError) else info
        if known.modality is not Modality.FUNDUS:
            placed.append((file, info, ""))
            continue
        found = place(known, rules, patterns)
        group = found.group if found.info.laterality else ""
        placed.append((file, info if isinstance(info, EngineError) else found.info, group))
    return placed


def _rows(
    batch: Sequence[Placed],
    results: Sequence[Prediction | EngineError],
    system: System,
    masks: MaskFolder | None,
) -> Iterator[Row]:
    for (file, _, _), result in zip(batch, results, strict=True):
        try:
            yield _row(file, system, result, masks)
        except BadMask as error:
            yield {"file": str(file), "system": system.name, "error": str(error)}


def _diagnosed(
    read: Sequence[Read],
    predictor: RuraPredictor,
    system: System,
    sandbox: Sandbox,
    options: Options,
    masks: MaskFolder | None,
    progress: Progress,
) -> Iterator[Row]:
    """All images at once: they may be what clusters are fitted on. A few are decoded at a time."""
    config = diagnosis_config(options.extra)
    infos = [info for _, info in read]
    results = predictions_of(predictor, options.target, config, infos, sandbox, progress)
    yield from _rows([(file, info, "") for file, info in read], results, system, masks)


def _row(file: Path, system: System, result: Prediction | EngineError, masks: MaskFolder | None) -> Row:
    if isinstance(result, EngineError):
        return {"file": str(file), "system": system.name, "error": str(result)}
    row = row_of(file, system.name, result)
    if result.masks and masks is not None:
        row["masks"] = masks.write(file, result)
    return row

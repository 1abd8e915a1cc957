"""From files to what a predictor eats: decoded in the sandbox, upright, in the form of its modality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import EngineError, UnreadableImage, WrongModality
from engine.imaging import rendering
from engine.inference.predictor import Options, Picture, Predictor
from engine.io.sandbox import Sandbox
from engine.progress import Progress, silent
from engine.records import ImageInfo, Modality, Prediction
from engine.systems import System

WANTED = {Modality.FUNDUS: "a fundus photograph", Modality.CHEST: "a chest X-ray"}


def picture_of(info: ImageInfo, sandbox: Sandbox, eye_group: str = "") -> Picture:
    """Decode one image for its modality.

    Raises
    ------
    UnreadableImage
        Missing, changed since it was imported, or damaged.
    WrongModality
        When it is neither fundus nor chest.
    """
    if not info.path.is_file():
        raise UnreadableImage(
            "the file is gone", info.path, "Put it back, or import it from where it is now."
        )
    if info.modality is Modality.FUNDUS:
        header, stored = sandbox.read(info.path, 0)
        return Picture(info, rendering.fundus_rgb(stored, header), eye_group)
    if info.modality is Modality.CHEST:
        header, stored = sandbox.read(info.path, 0)  # the store does not keep the modality LUT
        return Picture(info, rendering.radiograph(stored, header), eye_group)
    raise WrongModality(
        "it looks like neither a fundus photograph nor a chest X-ray",
        info.path,
        "Set its modality by hand if it is one.",
    )


def check_modality(info: ImageInfo, system: System) -> None:
    """Refuse to run a system on an image of another modality.

    Raises
    ------
    WrongModality
    """
    if info.modality is not system.modality:
        seen = WANTED.get(info.modality, "an image of unknown kind")
        raise WrongModality(
            f"{system.name} reads {WANTED[system.modality]}, this is {seen}",
            info.path,
            "Choose another system, or set the modality by hand.",
        )


def predict_images(
    predictor: Predictor,
    system: System,
    infos: Sequence[ImageInfo],
    groups: Sequence[str],
    sandbox: Sandbox,
    options: Options = Options(),
    progress: Progress = silent,
) -> list[Prediction | EngineError]:
    """One prediction, or the reason why there is none, for each image; a bad one stops no other."""
    results: list[Prediction | EngineError | None] = [None] * len(infos)
    pictures: dict[int, Picture] = {}
    for index, (info, group) in enumerate(zip(infos, groups, strict=True)):
        try:
            check_modality(info, system)
            pictures[index] = picture_of(info, sandbox, group)
        except EngineError as error:
            results[index] = error
    if pictures:
        predictions = predictor.predict(list(pictures.values()), options, progress)
        for index, prediction in zip(pictures, predictions, strict=True):
            results[index] = prediction
    lost = {g for g, r in zip(groups, results, strict=True) if g and isinstance(r, EngineError)}
    return [
        _without_fellow(result) if group in lost and isinstance(result, Prediction) else result
        for group, result in zip(groups, results, strict=True)
        if result is not None
    ]


def _without_fellow(prediction: Prediction) -> Prediction:
    note = "The fellow eye could not be read: this eye was graded alone."
    return replace(prediction, notes=(*prediction.notes, note))

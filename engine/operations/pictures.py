"""From files to what a predictor eats: decoded in the sandbox, upright, in the form of its modality."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from engine.errors import EngineError, UnreadableImage, WrongModality
from engine.imaging import rendering
from engine.inference.predictor import Options, Picture, Predictor
from engine.io.sandbox import Sandbox
from engine.progress import Progress, silent
from engine.records import ImageInfo, Modality, Prediction
from engine.systems import System

WANTED = {Modality.FUNDUS: "a fundus photograph", Modality.CHEST: "a chest X-ray"}
FELLOW_LOST = "Graded alone: the image of the fellow eye could not be read."


def picture_of(info: ImageInfo, sandbox: Sandbox, eye_group: str = "", least: int = 0) -> Picture:
    """Decode one image for its modality.

    Parameters
    ----------
    least
        Longer side in pixels that must be left of a larger image (`Predictor.least`); 0: all of it.

    Raises
    ------
    UnreadableImage
        Missing, changed since it was imported, or damaged.
    WrongModality
        When it is neither fundus nor chest.
    """
    if info.modality not in WANTED:
        raise WrongModality(
            "it looks like neither a fundus photograph nor a chest X-ray",
            info.path,
            "Set its modality by hand if it is one.",
        )
    header, stored = _unchanged(info, sandbox, least)
    render = rendering.fundus_rgb if info.modality is Modality.FUNDUS else rendering.radiograph
    return Picture(info, render(stored, header), eye_group)


def _unchanged(info: ImageInfo, sandbox: Sandbox, least: int) -> tuple[ImageInfo, NDArray[Any]]:
    """Header and first frame, if the file is still the one that was described.

    Rendering goes by the header read with the pixels: the store does not keep the modality LUT.
    """
    try:
        there = info.path.is_file()
    except OSError:  # a folder on its way may not be searched; reading says which and why
        there = True
    if not there:
        raise UnreadableImage(
            "the file is gone", info.path, "Put it back, or import it from where it is now."
        )
    header, stored = sandbox.read(info.path, 0, least)
    if header.sha256 != info.sha256:
        raise UnreadableImage(
            "the file is not the one that was imported: its content changed",
            info.path,
            "Put the old one back, or import this one under another name.",
        )
    return header, stored


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
    infos: Sequence[ImageInfo | EngineError],
    groups: Sequence[str],
    sandbox: Sandbox,
    options: Options = Options(),
    progress: Progress = silent,
) -> list[Prediction | EngineError]:
    """One prediction, or the reason why there is none, for each image; a bad one stops no other.

    Parameters
    ----------
    infos
        Images, or why one could not even be described.
    groups
        Name of the eye pair of each, empty for none.
    """
    decoded = _decoded(predictor, system, infos, groups, sandbox)
    return _predicted(predictor, decoded, groups, options, progress)


def predict_batches(
    predictor: Predictor,
    system: System,
    batches: Sequence[tuple[Sequence[ImageInfo | EngineError], Sequence[str]]],
    sandbox: Sandbox,
    options: Options = Options(),
    progress: Callable[[int], Progress] = lambda _: silent,
) -> Generator[list[Prediction | EngineError]]:
    """`predict_images` of each batch of infos and groups; the next one is decoded while one is predicted.

    Parameters
    ----------
    progress
        Of a batch, by its number.
    """
    reader = ThreadPoolExecutor(1, "decode")

    def decode(number: int) -> Future[list[Picture | EngineError]]:
        return reader.submit(_decoded, predictor, system, *batches[number], sandbox)

    try:
        ahead = decode(0) if batches else None
        for number, (_, groups) in enumerate(batches):
            report = progress(number)
            report(0, len(groups), "decoding")
            assert ahead is not None
            decoded = ahead.result()
            ahead = decode(number + 1) if number + 1 < len(batches) else None
            yield _predicted(predictor, decoded, groups, options, report)
    finally:  # whoever stops early need not wait for a slow file: closing the sandbox ends its decoding
        reader.shutdown(wait=False, cancel_futures=True)


def _decoded(
    predictor: Predictor,
    system: System,
    infos: Sequence[ImageInfo | EngineError],
    groups: Sequence[str],
    sandbox: Sandbox,
) -> list[Picture | EngineError]:
    found: list[Picture | EngineError] = []
    for info, group in zip(infos, groups, strict=True):
        if isinstance(info, EngineError):
            found.append(info)
            continue
        try:
            check_modality(info, system)
            found.append(picture_of(info, sandbox, group, predictor.least))
        except EngineError as error:
            found.append(error)
    return found


def _predicted(
    predictor: Predictor,
    decoded: Sequence[Picture | EngineError],
    groups: Sequence[str],
    options: Options,
    progress: Progress,
) -> list[Prediction | EngineError]:
    pictures = [one for one in decoded if isinstance(one, Picture)]
    said = iter(_predict(predictor, pictures, options, progress))
    results = [one if isinstance(one, EngineError) else next(said) for one in decoded]
    lost = {g for g, r in zip(groups, results, strict=True) if g and isinstance(r, EngineError)}
    return [
        _without_fellow(result) if group in lost and isinstance(result, Prediction) else result
        for group, result in zip(groups, results, strict=True)
    ]


def _predict(
    predictor: Predictor, pictures: Sequence[Picture], options: Options, progress: Progress
) -> Sequence[Prediction | EngineError]:
    """All at once; one by one where the predictor refuses a picture, so that the others go on."""
    if not pictures:
        return []
    try:
        return predictor.predict(pictures, options, progress)
    except (UnreadableImage, WrongModality) as error:
        if len(pictures) == 1:
            return [error]
    pairs: dict[object, list[int]] = {}
    for index, picture in enumerate(pictures):
        pairs.setdefault(picture.eye_group or index, []).append(index)
    if len(pairs) == 1:  # a refused fellow eye: each alone
        pairs = {index: [index] for index in range(len(pictures))}
    results: dict[int, Prediction | EngineError] = {}
    for part in pairs.values():
        said = _predict(predictor, [pictures[i] for i in part], options, progress)
        results |= dict(zip(part, said, strict=True))
    return [results[index] for index in range(len(pictures))]


def _without_fellow(prediction: Prediction) -> Prediction:
    """Say of a grade why it stands alone; other systems look at each eye by itself."""
    if prediction.grade is None or prediction.grade.fellow_used:
        return prediction
    from engine.inference.grading import ALONE

    rest = (note for note in prediction.notes if note != ALONE)
    return replace(prediction, notes=(FELLOW_LOST, *rest))

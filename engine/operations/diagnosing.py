"""RURA-Net for a project or for files: a disease that nobody has labelled, with every step of the chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.data.lesion_masks import check_codes
from engine.errors import EngineError, TooFewSamples, UnreadableImage, WrongModality, WrongUsage
from engine.inference import loading
from engine.inference.approximate_diagnosis import SYSTEM, RuraPredictor
from engine.inference.diagnosis_config import DiagnosisConfig, diagnosis_config
from engine.inference.diagnosis_result import Diagnosed, Looked
from engine.inference.predictor import Picture
from engine.io.sandbox import Sandbox
from engine.operations.pictures import check_modality, picture_of
from engine.operations.predicting import weights_of
from engine.progress import Progress, silent
from engine.records import ImageInfo, Instance, Modality, Prediction
from engine.store.project import open_project
from engine.systems import system as named

BATCH = 4  # images decoded at once: bounds memory for any number of images
LOOKED_AT = 32
"""Images at most that the ranking of known diseases is made of (ours): a mean over more hardly moves."""

Read = Callable[[int], Picture]
"""Place of an image -> the decoded picture; may raise EngineError."""


def diagnose(
    project: str,
    target: str,
    case_ids: Sequence[int] | None = None,
    lesions: Sequence[str] = (),
    examples: Sequence[int] = (),
    switches: Mapping[str, Any] | None = None,
    device: str = "auto",
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Diagnose a disease of which no label was learnt in the fundus photographs of a project.

    Parameters
    ----------
    target
        Its name; any, also one that no list has.
    case_ids
        Cases to diagnose; None: all.
    lesions
        Codes that the disease shows; empty: those of the most similar known disease.
    examples
        Cases that show the disease: the known diseases are ranked by them. Without any they are ranked by
        the cases themselves, unless the gallery knows the disease.
    switches
        Fields of `engine.inference.diagnosis_config.DiagnosisConfig`.

    Returns
    -------
    dict
        See `engine.inference.diagnosis_result.Diagnosed.table`; each of ``images`` also has ``case`` and
        ``instance`` for ``name``. ``refused``: pairs of file and reason. The predictions are stored.

    Raises
    ------
    WrongUsage, UnknownLabel, TooFewSamples, MissingWeights
    """
    if not target.strip():
        raise WrongUsage("no target disease was given", remedy="Name the disease.")
    check_codes(lesions)
    config = diagnosis_config(dict(switches or {}) | ({"lesions": tuple(lesions)} if lesions else {}))
    store = open_project(Path(project), url)
    try:
        rura = load(weights_of(store), device)
        ids = store.case_ids() if case_ids is None else list(case_ids)
        instances = _fundus(store.instances_of(ids))
        shown = _fundus(store.instances_of(list(examples)))
        with Sandbox() as sandbox:

            def read(every: Sequence[Instance]) -> Read:
                return lambda place: picture_of(every[place].info, sandbox)

            refused: dict[int, EngineError] = {}
            found, places = diagnose_images(
                rura,
                target,
                config,
                [i.info for i in instances],
                read(instances),
                refused,
                (range(len(shown)), read(shown)) if shown else None,
                progress,
            )
        done = [instances[place] for place in places]
        predictions = found.predictions(rura.version)
        store.add_predictions(zip((i.id for i in done), predictions, strict=True))
        table = found.table([[i.case_id, i.id] for i in done])
        for image in table["images"]:
            image["case"], image["instance"] = image.pop("name")
        return table | {"refused": [[str(instances[p].info.path), str(e)] for p, e in refused.items()]}
    finally:
        store.close()


def diagnose_images(
    rura: RuraPredictor,
    target: str,
    config: DiagnosisConfig,
    infos: Sequence[ImageInfo],
    read: Read,
    refused: dict[int, EngineError],
    examples: tuple[Iterable[int], Read] | None = None,
    progress: Progress = silent,
) -> tuple[Diagnosed, list[int]]:
    """The chain over any number of images, a few decoded at a time; one that is refused stops no other.

    Parameters
    ----------
    refused
        Filled: place among ``infos`` -> why that image is not in the chain.
    examples
        Places and reader of images that show the disease, see `diagnose`; the notes say what was not
        looked at.

    Returns
    -------
    found, places
        The chain, and the place among ``infos`` of each image in it.

    Raises
    ------
    TooFewSamples
        When no image is left, or too few to cluster.
    """
    every = range(len(infos))
    chain_images: list[Picture] = []
    notes: tuple[str, ...] = ()
    if examples is not None or rura.needs_images(target, config):
        asked, reader = examples or (every, read)
        places = list(asked)
        unread: dict[int, EngineError] = {}
        chain_images = [p for _, p in _pictures(places[:LOOKED_AT], reader, unread)]
        notes = example_notes(len(places), list(unread.values())) if examples else ()
    chain = rura.chain(target, chain_images, config, progress)
    done: list[int] = []
    looked: list[Looked] = []
    for start in range(0, len(every), BATCH):
        part = list(_pictures(every[start : start + BATCH], read, refused))
        progress(start, len(every), f"looking for {target}")
        looked += rura.look([picture for _, picture in part], chain, config)
        done += [place for place, _ in part]
    if not looked:
        why = f" ({next(iter(refused.values()))})" if refused else ""
        raise TooFewSamples(f"there is no fundus photograph to diagnose{why}", target, "Choose other images.")
    found = rura.decide(looked, chain, config, progress)
    found = replace(found, notes=(*found.notes, *notes))
    progress(len(every), len(every), "diagnosed")
    return found, done


def example_notes(count: int, unread: Sequence[EngineError]) -> tuple[str, ...]:
    """What must be said of so many example images: that not all were looked at, or could be."""
    said = []
    if count > LOOKED_AT:
        said.append(f"Known diseases were ranked by the first {LOOKED_AT} of {count} example images.")
    if unread:
        said.append(f"{len(unread)} example images could not be read ({unread[0]}).")
    return tuple(said)


def predictions_of(
    rura: RuraPredictor,
    target: str,
    config: DiagnosisConfig,
    infos: Sequence[ImageInfo | EngineError],
    sandbox: Sandbox,
    progress: Progress = silent,
) -> list[Prediction | EngineError]:
    """One prediction, or the reason why there is none, for each file."""
    known = [place for place, info in enumerate(infos) if isinstance(info, ImageInfo)]
    described = [info for info in infos if isinstance(info, ImageInfo)]

    def read(place: int) -> Picture:
        check_modality(described[place], named(SYSTEM))
        return picture_of(described[place], sandbox)

    results: list[Prediction | EngineError] = [
        info if isinstance(info, EngineError) else EngineError("it was not looked at") for info in infos
    ]
    refused: dict[int, EngineError] = {}
    try:
        found, places = diagnose_images(rura, target, config, described, read, refused, None, progress)
    except TooFewSamples:
        if len(refused) < len(described):
            raise
    else:
        for place, prediction in zip(places, found.predictions(rura.version), strict=True):
            results[known[place]] = prediction
    for place, error in refused.items():
        results[known[place]] = error
    return results


def load(weights: loading.WeightsOf, device: str = "auto") -> RuraPredictor:
    """The chain over the weights of its parts."""
    rura = loading.load(SYSTEM, weights, device)
    assert isinstance(rura, RuraPredictor)  # the table of systems says so
    return rura


def _fundus(instances: Sequence[Instance]) -> list[Instance]:
    return [i for i in instances if i.info.modality is Modality.FUNDUS]


def _pictures(
    places: Iterable[int], read: Read, refused: dict[int, EngineError]
) -> Iterable[tuple[int, Picture]]:
    for place in places:
        try:
            yield place, read(place)
        except (UnreadableImage, WrongModality) as error:
            refused[place] = error

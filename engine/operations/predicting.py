"""Run the systems over the cases of a project; every finished batch is saved before the next begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from typing import Any

from engine.errors import EngineError, MissingExtra, MissingWeights
from engine.inference import loading
from engine.inference.predictor import Options
from engine.io.sandbox import Sandbox
from engine.operations.pictures import predict_batches
from engine.operations.typed_labels import typed_labels
from engine.progress import Progress, silent
from engine.records import Instance, Modality, Prediction
from engine.store.project import Project, open_project
from engine.systems import SYSTEMS, System
from engine.systems import system as named

BATCH = {Modality.FUNDUS: 4, Modality.CHEST: 16}  # images decoded at once: bounds memory at any project size


def predict_project(
    project: str,
    instance_ids: Sequence[int] | None = None,
    systems: Sequence[str] | None = None,
    device: str = "auto",
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Predict for the images of a project and store the results.

    Parameters
    ----------
    instance_ids
        Which images; all of them by default. A fellow eye is looked at beside its pair.
    systems
        Which systems; by default all that read the modality and may speak of such images.

    Returns
    -------
    dict
        ``predicted`` (count), ``refused``: triples of file, system and reason. A system whose active weights
        are gone is named there with its weights file; the others go on.
    """
    store = open_project(Path(project), url)
    try:
        names = list(systems) if systems else default_systems(store)
        chosen = list(_instances(store, instance_ids))
        batches = {s: _batches(s, chosen) for s in map(named, names)}
        total = sum(len(b) for parts in batches.values() for b in parts)
        predicted = 0
        done = 0
        refused = [] if systems else lost_weights(store)
        with Sandbox() as sandbox:
            for system, parts in batches.items():
                report = _from(progress, done, total)
                for batch, results in _results(store, system, parts, device, sandbox, report):
                    said = list(zip(batch, results, strict=True))
                    good = [(one.id, r) for one, r in said if not isinstance(r, EngineError)]
                    store.add_predictions(good)
                    bad = [(one, r) for one, r in said if isinstance(r, EngineError)]
                    refused += [(str(one.info.path), system.name, str(error)) for one, error in bad]
                    predicted += len(good)
                    done += len(batch)
        progress(total, total, "predicted")
        return {"predicted": predicted, "refused": refused}
    finally:
        store.close()


def default_systems(store: Project) -> list[str]:
    """Systems that run unasked: they have weights, and those may speak of the project's images.

    What only phantoms could train stays off, unless the project says that its images are phantoms.
    """
    return [name for name in SYSTEMS if name != "rura_net" and _may_speak(name, store)]


def lost_weights(store: Project) -> list[tuple[str, str, str]]:
    """Systems that cannot run because the file of their active version is gone: file, system and reason."""
    gone = "the weights of the active version are gone"
    remedy = "Put the file back, or activate another version."
    active = ((name, store.active_model(name)) for name in SYSTEMS)
    return [
        (str(row.weights), name, str(MissingWeights(f"{gone} ({row.version})", row.weights, remedy)))
        for name, row in active
        if row is not None and not row.weights.is_file()
    ]


def asked(store: Project, system: System) -> Options:
    """What a system is asked of every image: a chest system also ranks what readers of the project typed.

    Typed labels are left out where their text encoder is not installed: no image is refused for that.
    """
    typed = typed_labels(store) if system.modality is Modality.CHEST and system.recipe else ()
    if not typed:
        return Options()
    from engine import weights
    from engine.semantics.labels import embed_typed

    config = weights.read_card(weights_of(store)(system.name)).config
    try:
        embed_typed(typed[0].name, typed[0].description, config["encoder"], config["prompt_style"])
    except MissingExtra:
        return Options()
    return Options(typed=typed)


def weights_of(store: Project) -> Callable[[str], Path]:
    """Where a project finds the weights of a system: its active version, else the shipped ones."""

    def path(system: str) -> Path:
        row = store.active_model(system)
        return row.weights if row is not None else loading.shipped(system)

    return path


def _may_speak(name: str, store: Project) -> bool:
    from engine import weights

    try:
        card = weights.read_card(weights_of(store)(name))
    except MissingWeights:
        return False
    return card.real_images or store.setting("images") == "phantoms"


def _instances(store: Project, ids: Sequence[int] | None) -> Iterator[Instance]:
    if ids is not None:
        yield from store.instances(list(ids))
        return
    for case_id in store.case_ids():
        yield from store.case(case_id).instances


def _batches(system: System, instances: Sequence[Instance]) -> list[list[Instance]]:
    """Whole cases, so that fellow eyes stay together, up to the batch size."""
    cases: dict[int, list[Instance]] = defaultdict(list)
    for instance in instances:
        if instance.info.modality is system.modality:
            cases[instance.case_id].append(instance)
    batches: list[list[Instance]] = []
    for case in cases.values():
        if batches and len(batches[-1]) + len(case) <= BATCH[system.modality]:
            batches[-1].extend(case)
        else:
            batches.append(list(case))
    return batches


def _eye_groups(batch: Sequence[Instance]) -> list[str]:
    return [str(instance.case_id) if instance.info.laterality else "" for instance in batch]


def _results(
    store: Project,
    system: System,
    batches: Sequence[Sequence[Instance]],
    device: str,
    sandbox: Sandbox,
    progress: Progress,
) -> Iterator[tuple[Sequence[Instance], list[Prediction | EngineError]]]:
    """Each batch with what the system says of its images."""
    if not batches:
        return
    progress(0, len(batches[0]), f"{system.title} · {batches[0][0].info.path.name}")
    predictor = loading.load(system.name, weights_of(store), device)
    parts = [([i.info for i in batch], _eye_groups(batch)) for batch in batches]
    before = [0, *accumulate(len(batch) for batch in batches)]

    def report(number: int) -> Progress:
        words = f"{system.title} · {batches[number][0].info.path.name}"
        return lambda done, total, text="", **values: progress(before[number], 0, words)

    with closing(predict_batches(predictor, system, parts, sandbox, asked(store, system), report)) as results:
        yield from zip(batches, results, strict=True)


def _from(progress: Progress, before: int, whole: int) -> Progress:
    """Progress of one system's images as part of the whole."""

    def report(done: int, total: int, text: str = "", **values: float) -> None:
        progress(before + done, whole, text)

    return report

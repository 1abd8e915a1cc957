"""Retrain a system from what reviewers corrected, and compare old with new on the held-back cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine import systems
from engine.errors import EngineError, TooFewSamples, WrongUsage
from engine.evaluation.old_and_new import Flip, compared
from engine.evaluation.protocols import Report, Request
from engine.evaluation.reviewed import Judged, Tally, measures, tally
from engine.inference import loading
from engine.inference.predictor import Picture, Predictor
from engine.io.sandbox import Sandbox
from engine.operations.pictures import picture_of, predict_images
from engine.operations.predicting import weights_of
from engine.operations.retraining_plan import keep_pace, teaches
from engine.operations.typed_labels import typed_labels
from engine.progress import Progress, silent
from engine.records import Modality, Prediction, ReviewedImage
from engine.store.project import open_project
from engine.systems import System

EVALUATION_BATCH = 4


def retrain(
    project: str,
    system: str,
    device: str = "auto",
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Fine-tune a system on the reviewed cases and register the new version, not yet active.

    The patients that a fixed hash holds back are never trained on; old and new model are compared on
    them. Nothing is changed for the reviewer until the version is activated.

    Returns
    -------
    dict
        ``version``, ``weights``, ``trained_on``, ``held_back`` and ``missing`` (counts; the files of the
        last are gone); of the held-back part ``old``, ``new``, ``intervals``, ``patients`` and ``warnings``
        (`engine.evaluation.old_and_new.compared`), ``flips`` (`Flip` as dicts) and ``flipped``: the cases
        of those; ``seconds``.

    Raises
    ------
    WrongUsage
        For a system that is composed of others.
    TooFewSamples
        When nothing that the system learns from was reviewed.
    Cancelled
        The project is as it was.
    """
    row = systems.system(system)
    if not row.recipe:
        raise WrongUsage(
            f"{system} is made of other systems", remedy=f"Retrain {' or '.join(row.uses)} instead."
        )
    store = open_project(Path(project), url)
    begun = time.monotonic()
    try:
        with Sandbox() as sandbox:
            examples = [e for e in store.reviewed_images(row.modality) if teaches(system, e)]
            there = [e for e in examples if e.instance.info.path.is_file()]
            train = [e for e in there if not e.held_back]
            held_back = [e for e in there if e.held_back]
            if not train:
                raise TooFewSamples(
                    "no reviewed case to learn from",
                    row.title,
                    "Accept or correct some cases first; a quarter of the patients is held back.",
                )
            base = weights_of(store)(system)
            version = store.next_version(system)
            recipe = systems.load_part(row.recipe)
            config = replace(recipe.CONFIGS["shipped"], version=version, device=device)
            if row.modality is Modality.CHEST:  # a typed label becomes a seen one with its description
                words = {label.name: label.description for label in typed_labels(store)}
                config = replace(config, tuning=replace(config.tuning, descriptions=words))
            with TemporaryDirectory(prefix="retraining-", dir=store.root) as folder:
                out = Path(folder) / f"{version}.safetensors"
                card = recipe.fine_tune(base, train, _pictures(sandbox), out, config, progress)
                comparison = compare(row, base, out, held_back, sandbox, device, progress)
                seconds = time.monotonic() - begun
                counts = {"trained_on": len(train), "held_back": len(held_back), "seconds": round(seconds, 1)}
                report = counts | {"missing": len(examples) - len(there)} | comparison
                card = replace(card, metrics={**card.metrics, "reviewed": report})
                registered = store.add_model(out, card)
                keep_pace(store, system, len(train), seconds)
            return {"version": version, "weights": str(registered.weights), **report}
    finally:
        store.close()


def evaluate_reviewed(
    project: str,
    system: str,
    weights: Path | None = None,
    device: str = "auto",
    progress: Progress = silent,
) -> dict[str, Any]:
    """Measure one model on the held-back reviewed cases of a project."""
    row = systems.system(system)
    store = open_project(Path(project))
    try:
        held_back = [e for e in store.reviewed_images(row.modality) if e.held_back and teaches(system, e)]
        if not held_back:
            raise TooFewSamples("no held-back case was reviewed yet", project, "Review more cases.")
        with Sandbox() as sandbox:
            predictor = loading.load(system, (lambda _: weights) if weights else weights_of(store), device)
            return measures(judge(predictor, row, held_back, sandbox, progress))
    finally:
        store.close()


def reviewed_protocol(request: Request, progress: Progress = silent) -> Report:
    """`evaluate_reviewed` as a row of `engine.evaluation.protocols`."""
    table = evaluate_reviewed(
        str(request.data), request.system, request.weights, request.device, progress=progress
    )
    return Report(table)


@dataclass(frozen=True, slots=True)
class Said:
    """What a comparison keeps of one image: its counts, and what a reviewer would notice of the answer."""

    reviewed: ReviewedImage
    tally: Tally
    top: Any


def compare(
    system: System,
    old: Path,
    new: Path,
    held_back: Sequence[ReviewedImage],
    sandbox: Sandbox,
    device: str,
    progress: Progress,
) -> dict[str, Any]:
    """Measures of two models on the same held-back images, and the cases on which they differ."""
    both = []
    for path in (old, new):
        predictor = loading.load(system.name, lambda _, path=path: path, device)  # type: ignore[misc]
        judged = judge(predictor, system, held_back, sandbox, progress)
        both.append({j.reviewed.instance.id: Said(j.reviewed, tally(j), top(j.prediction)) for j in judged})
    before, after = both
    ids = [i for i in before if i in after]
    flips = [flip(before[i], after[i]) for i in ids if before[i].top != after[i].top]
    report = compared([before[i].tally for i in ids], [after[i].tally for i in ids])
    flipped = sorted({one.case_id for one in flips})
    return report | {"flips": [asdict(one) for one in flips], "flipped": flipped}


def flip(old: Said, new: Said) -> Flip:
    """Two answers of one image beside the reader's."""
    reviewed = old.reviewed
    place = (reviewed.instance.case_id, reviewed.instance.id)
    words = (_in_words(old.top), _in_words(new.top))
    if isinstance(new.top, int) and reviewed.grade is not None:
        closer = abs(old.top - reviewed.grade) - abs(new.top - reviewed.grade)
        return Flip(*place, *words, f"grade {reviewed.grade}", _verdict(closer))
    present = sorted(name for name, yes in reviewed.findings.items() if yes)
    if isinstance(new.top, str) and reviewed.findings:
        right = [reviewed.findings.get(said.top) for said in (old, new)]
        closer = int(right[1] is True) - int(right[0] is True)
        closer = closer or int(right[0] is False) - int(right[1] is False)
        return Flip(*place, *words, ", ".join(present), _verdict(closer))
    return Flip(*place, *words, ", ".join(present), "")


def _verdict(closer: int) -> str:
    return "better" if closer > 0 else "worse" if closer < 0 else ""


def _in_words(answer: Any) -> str:
    if isinstance(answer, int):
        return f"grade {answer}"
    if isinstance(answer, tuple):
        return ", ".join(answer) or "no lesion"
    return str(answer)


def judge(
    predictor: Predictor,
    system: System,
    images: Sequence[ReviewedImage],
    sandbox: Sandbox,
    progress: Progress,
) -> Iterator[Judged]:
    """Predictions beside the reviewers' word, a few at a time; images that cannot be read are left out."""
    for start in range(0, len(images), EVALUATION_BATCH):
        progress(start, len(images), "measuring on the held-back cases")
        batch = images[start : start + EVALUATION_BATCH]
        infos = [e.instance.info for e in batch]
        groups = [str(e.instance.case_id) if e.instance.info.laterality else "" for e in batch]
        for example, said in zip(
            batch, predict_images(predictor, system, infos, groups, sandbox), strict=True
        ):
            if not isinstance(said, EngineError):
                yield Judged(example, said)


def top(prediction: Prediction) -> Any:
    """What a reviewer would notice: the grade, the first finding, which lesions are there."""
    if prediction.grade is not None:
        return prediction.grade.grade
    if prediction.labels:
        return prediction.labels[0].name
    if prediction.similar:
        return prediction.similar[0].name
    return tuple(
        code
        for code, mask in prediction.masks.items()
        if (mask >= max(1.0, 255 * prediction.thresholds.get(code, 0.5))).any()
    )


def _pictures(sandbox: Sandbox) -> Callable[[ReviewedImage], Picture]:
    def picture(example: ReviewedImage) -> Picture:
        info = example.instance.info
        return picture_of(info, sandbox, str(example.instance.case_id) if info.laterality else "")

    return picture

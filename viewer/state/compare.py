"""What stands side by side: the images on the canvas, and the pairs that Compare mode can show. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.records import Instance
from engine.store.rows import StoredPrediction
from viewer.state.geometry import UPRIGHT, Facing
from viewer.state.review import OpenCase


class Compared(StrEnum):
    """What the two views differ in."""

    FELLOW = "fellow eye"
    PRIOR = "prior study"
    CORRECTION = "before and after correction"
    MODEL = "old and new model"


@dataclass(frozen=True, slots=True)
class Slot:
    """One image on the canvas, as a case sees it.

    Attributes
    ----------
    case
        Whose predictions and corrections lie over it; None: those of the open case as they are now.
    caption
        What sets it apart from the other one, for the title.
    facing
        How the display is turned; None: as the reader turned this image.
    """

    instance: Instance
    case: OpenCase | None = None
    caption: str = ""
    facing: Facing | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing to compare: ``detail`` tells it from others of its kind (a date, a model version)."""

    kind: Compared
    detail: str
    left: Slot
    right: Slot


def without_corrections(here: OpenCase) -> OpenCase:
    """The case as the models alone see it: no corrected masks."""
    instances = {
        key: replace(value, lesions=frozenset(), thresholds={})
        for key, value in here.review.instances.items()
    }
    return _copy(here, replace(here.review, instances=instances), here.predictions)


def with_prediction(here: OpenCase, instance_id: int, stored: StoredPrediction) -> OpenCase:
    """The case as another version of one system sees an image; its masks are the model's."""
    system = stored.prediction.model.system
    by_system = {**here.predictions.get(instance_id, {}), system: stored}
    plain = without_corrections(here)
    return _copy(plain, plain.review, {**here.predictions, instance_id: by_system})


def _copy(
    here: OpenCase, review: object, predictions: Mapping[int, Mapping[str, StoredPrediction]]
) -> OpenCase:
    other = OpenCase(here.case, review, predictions, here.reader)  # type: ignore[arg-type]
    other.active = here.active
    return other


def fellow(here: OpenCase) -> Pair | None:
    """Both eyes, or both views, of the case; the second is mirrored where it is the other eye."""
    if len(here.instances) < 2:
        return None
    first, second = here.instances[:2]
    eyes = {first.info.laterality, second.info.laterality}
    mirrored = UPRIGHT.flipped() if len(eyes - {""}) == 2 else None
    return Pair(Compared.FELLOW, "", Slot(first), Slot(second, facing=mirrored))


def corrected(here: OpenCase, words: tuple[str, str]) -> Pair | None:
    """The model's masks of the active image beside the reader's; None where no mask was corrected."""
    instance = here.active_instance
    if not here.human(instance.id).lesions:
        return None
    before = Slot(instance, without_corrections(here), words[0])
    return Pair(Compared.CORRECTION, "", before, Slot(instance, None, words[1]))


def versions(here: OpenCase, history: Sequence[StoredPrediction]) -> list[Pair]:
    """What each older version of a system said of the active image, beside what the present one says."""
    instance, pairs = here.active_instance, list[Pair]()
    if not history:
        return pairs
    present = here.stored(instance.id, history[0].prediction.model.system)
    if present is None:
        return pairs
    now = present.prediction.model
    seen = {now.weights_sha256}
    for older in history:
        model = older.prediction.model
        if model.weights_sha256 in seen:
            continue
        seen.add(model.weights_sha256)
        pairs.append(
            Pair(
                Compared.MODEL,
                f"{model.system} {model.version} → {now.version}",
                Slot(instance, with_prediction(here, instance.id, older), model.version),
                Slot(instance, with_prediction(here, instance.id, present), now.version),
            )
        )
    return pairs


def prior(here: OpenCase, other: OpenCase) -> Pair | None:
    """The image of another study of the patient that fits the active one; None where none does."""
    now = here.active_instance.info
    fitting = [i for i in other.instances if (i.info.laterality, i.info.view) == (now.laterality, now.view)]
    alike = fitting or [i for i in other.instances if i.info.laterality is now.laterality]
    if not alike:
        return None
    then = alike[0].info.study_date or other.case.name
    return Pair(Compared.PRIOR, then, Slot(alike[0], other, then), Slot(here.active_instance))

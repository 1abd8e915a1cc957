"""The stages of the experiment: each makes its tasks when asked, so that finished ones cost nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.chest_set import ChestSet
from engine.errors import TooFewSamples
from engine.evaluation.zero_shot import images, words
from engine.evaluation.zero_shot.encoding import encode
from engine.evaluation.zero_shot.end_to_end import Pictures
from engine.evaluation.zero_shot.methods import METHODS
from engine.evaluation.zero_shot.settings import Settings
from engine.evaluation.zero_shot.tasks import Task
from engine.evaluation.zero_shot.words import ATTRIBUTES
from engine.imaging.phantoms.chest_compositional import compositions
from engine.progress import Progress
from engine.training.recipes.chest_config import NIH, SEEN, UNSEEN

PHANTOMS, COMPOSED, REAL = "phantoms", "composed", "nih"
END_TO_END, COMPOSED_END = "end_to_end", "end_to_end_composed"
HEADS_ALONE = (PHANTOMS, COMPOSED, REAL)  # minutes; what is learnt from pixels takes hours
PARTS = (*HEADS_ALONE, END_TO_END, COMPOSED_END)
TESTING = 1_000_000  # added to seeds of test phantoms
TEXT = "text"
ON_CURVE = ("cxr_ml_gzsl", "cm_dml_gzsl", "dem", "linear_map")
UPPER_BOUND = ("cxr_ml_gzsl", "cm_dml_gzsl", "linear_map")  # trained on true attributes too
FROM_PIXELS = {
    TEXT: ("cxr_ml_gzsl", "cxr_rank", "cm_dml_gzsl", "dem", "classifier"),
    ATTRIBUTES: ("cxr_ml_gzsl", "cxr_rank", "cm_dml_gzsl", "dem"),
}
"""What is learnt end to end: a run takes a hundred times that of a head."""
LEAST = 20  # images that heads can be trained on


@dataclass(frozen=True, slots=True)
class Stage:
    """One encoder and one task, which several methods are run on.

    Attributes
    ----------
    seen
        How many labels are trained.
    fold
        Which part of the images is tested; -1 where there are no folds.
    jobs
        Kind of semantics (``text`` or ``attributes``) and method of each run.
    """

    part: str
    seed: int
    seen: int
    fold: int
    jobs: tuple[tuple[str, str], ...]
    prepare: Callable[[Progress], Task | Pictures]

    @property
    def name(self) -> str:
        """Unique among the stages."""
        fold = f"-fold{self.fold}" if self.fold >= 0 else ""
        return f"{self.part}-seen{self.seen}-seed{self.seed}{fold}"


def stages(parts: Sequence[str], settings: Settings, root: Path) -> list[Stage]:
    """All stages, the main table's first.

    Parameters
    ----------
    root
        Folder of NIH images, for the part that needs it.
    """
    found: list[Stage] = []
    seeds = range(settings.seeds)
    if PHANTOMS in parts:
        found += [_phantoms(settings, seed) for seed in seeds]
    most_first = sorted(settings.curve, reverse=True) if COMPOSED in parts else []
    found += [_composed(settings, seen, seed) for seen in most_first[:1] for seed in seeds]
    if REAL in parts:
        found += [_real(settings, root, seed, fold) for seed in seeds for fold in range(settings.folds)]
    found += [_composed(settings, seen, seed) for seen in most_first[1:] for seed in seeds]
    if END_TO_END in parts:
        found += [_end_to_end(settings, seed) for seed in seeds]
    if COMPOSED_END in parts:
        found += [_composed_end(settings, seed) for seed in seeds]
    return found


def pseudo_unseen(settings: Settings, progress: Progress) -> Task:
    """A task on the seen labels alone, some of which take the part of unseen ones.

    Images without them are trained on; those with them, and a fifth of the others, are tested.
    """
    held = SEEN[:: settings.pseudo_unseen]
    pool = images.columns(_training_phantoms(settings, progress), SEEN)
    rest = images.without(pool, held)
    names = [name for name in SEEN if name not in held]
    trained = np.array([patient in set(rest.patients) for patient in pool.patients])
    trained &= np.random.default_rng(5).random(len(pool)) > 0.2
    order = (*names, *held)
    return _task(
        images.columns(pool.subset(trained), names),
        images.columns(pool.subset(~trained), order),
        words.of_phantoms(order, settings.styles),
        settings,
        seed=0,
    )


def _phantoms(settings: Settings, seed: int) -> Stage:
    def prepare(progress: Progress) -> Task:
        return _task(*_fourteen(settings, progress), settings, seed)

    jobs = [(TEXT, name) for name in METHODS] + [(ATTRIBUTES, name) for name in UPPER_BOUND]
    return Stage(PHANTOMS, seed, len(SEEN), -1, tuple(jobs), prepare)


def _end_to_end(settings: Settings, seed: int) -> Stage:
    jobs = [(kind, name) for kind, names in FROM_PIXELS.items() for name in names]

    def prepare(progress: Progress) -> Pictures:
        return _pictures(*_fourteen(settings, progress), settings)

    return Stage(END_TO_END, seed, len(SEEN), -1, tuple(jobs), prepare)


def _composed_end(settings: Settings, seed: int) -> Stage:
    seen = max(settings.curve)

    def prepare(progress: Progress) -> Pictures:
        return _pictures(*_compositions(settings, seen, seed, progress), settings)

    jobs = ((TEXT, "cxr_ml_gzsl"), (ATTRIBUTES, "cxr_ml_gzsl"))
    return Stage(COMPOSED_END, seed, seen, -1, jobs, prepare)


def _fourteen(settings: Settings, progress: Progress) -> tuple[ChestSet, ChestSet, words.Words]:
    """Training and test phantoms of the 14 findings, and their words."""
    train = images.columns(_training_phantoms(settings, progress), SEEN)
    test = images.phantoms(settings.test, NIH, NIH, settings.size, TESTING, progress)
    return train, test, words.of_phantoms(NIH, settings.styles)


def _training_phantoms(settings: Settings, progress: Progress) -> ChestSet:
    return images.phantoms(settings.train, SEEN, NIH, settings.size, 0, progress)


def _composed(settings: Settings, seen: int, seed: int) -> Stage:
    """The label set is another one for every seed; its order is the same for all numbers of seen findings."""

    def prepare(progress: Progress) -> Task:
        return _task(*_compositions(settings, seen, seed, progress), settings, seed)

    whole = seen == max(settings.curve)
    jobs = [(TEXT, name) for name in (METHODS if whole else ON_CURVE)]
    jobs += [(ATTRIBUTES, name) for name in UPPER_BOUND]
    return Stage(COMPOSED, seed, seen, -1, tuple(jobs), prepare)


def _compositions(
    settings: Settings, seen: int, seed: int, progress: Progress
) -> tuple[ChestSet, ChestSet, words.Words]:
    """Training and test phantoms of composed findings, and their words."""
    every = compositions(settings.findings, seed)
    trained, never = every[:seen], every[len(every) - settings.unseen :]
    number, size = 100 * seed + seen, settings.size
    train = images.composed(settings.composed_train, trained, trained, size, number, 0, progress)
    asked = (*trained, *never)
    test = images.composed(settings.composed_test, asked, asked, size, number, TESTING, progress)
    return train, test, words.of_compositions(asked)


def _real(settings: Settings, root: Path, seed: int, fold: int) -> Stage:
    def prepare(progress: Progress) -> Task:
        every = images.real(root, NIH, settings.size, progress)
        tested = np.array([fold_of(patient, settings.folds, seed) == fold for patient in every.patients])
        train = images.without(every.subset(~tested), UNSEEN)
        if len(train) < LEAST or not tested.any():
            raise TooFewSamples(f"{len(train)} images can be trained on", root, "Choose a larger set.")
        return _task(train, every.subset(tested), words.of_findings(NIH, settings.styles), settings, seed)

    return Stage(REAL, seed, len(SEEN), fold, tuple((TEXT, name) for name in METHODS), prepare)


def fold_of(patient: str, folds: int, seed: int) -> int:
    """Part of a patient's images, from a hash of seed and patient alone."""
    digest = hashlib.sha256(f"fold {seed}|{patient}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % folds


def _task(train: ChestSet, test: ChestSet, said: words.Words, settings: Settings, seed: int) -> Task:
    first, second = encode(train, [test], settings.dictionary, seed)
    return Task(first, second, said)


def _pictures(train: ChestSet, test: ChestSet, said: words.Words, settings: Settings) -> Pictures:
    return Pictures(train, test, said, settings.network, settings.network.passes * settings.train)

"""Several Zoom-in-Nets as one predictor: the mean of their probabilities (paper 003, table 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from engine.errors import IncompatibleModel, TooFewSamples
from engine.inference.grading import GradingPredictor
from engine.inference.grading_reasons import disagreement
from engine.inference.predictor import Options, Picture
from engine.progress import Progress, silent
from engine.records import GradeScores, ModelCard, ModelVersion, Prediction


class EnsemblePredictor:
    """Grades by the mean; regions, maps, embedding and what each region does are those of the first member.

    The grade is the most probable one of the mean. It counts as uncalibrated: nobody fitted the mean.
    """

    card: ModelCard
    version: ModelVersion

    def __init__(self, members: Sequence[GradingPredictor]) -> None:
        if not members:
            raise TooFewSamples("an ensemble without members", remedy="Name at least one weights file.")
        self.members = tuple(members)
        self.card, self.least = members[0].card, max(member.least for member in members)
        hashes = "|".join(member.version.weights_sha256 for member in members)
        self.version = ModelVersion(
            members[0].version.system,
            " + ".join(member.version.version for member in members),
            hashlib.sha256(hashes.encode()).hexdigest(),
        )

    @classmethod
    def load(cls, weights: Path, device: str = "auto") -> Self:
        """Every ``*.safetensors`` of a folder, by name.

        Raises
        ------
        IncompatibleModel
            A file is damaged or of another system, or there is none.
        """
        files = sorted(weights.glob("*.safetensors"))
        if not files:
            raise IncompatibleModel("there are no weights in this folder", weights, "Name a weights file.")
        return cls([GradingPredictor.load(file, device) for file in files])

    def predict(
        self,
        pictures: Sequence[Picture],
        options: Options = Options(),
        progress: Progress = silent,
    ) -> list[Prediction]:
        """One prediction a picture, in their order.

        Raises
        ------
        WrongModality
            When a picture is no colour photograph.
        """
        said = []
        for number, member in enumerate(self.members):
            wanted = options if number == 0 else replace(options, evidence=False)
            said.append(member.predict(pictures, wanted, self._share(progress, number)))
        return [self._mean(list(column)) for column in zip(*said, strict=True)]

    def _share(self, progress: Progress, number: int) -> Progress:
        """Progress of one member as part of the whole."""
        count = len(self.members)

        def report(done: int, total: int, text: str = "", **values: float) -> None:
            progress(number * total + done, count * total, f"{text}, model {number + 1} of {count}", **values)

        return report

    def _mean(self, said: list[Prediction]) -> Prediction:
        first = said[0]
        scores = [s for s in (p.grade or p.withheld for p in said) if s is not None]
        mean = mean_scores(scores)
        graded = first.grade is not None
        return replace(
            first,
            model=self.version,
            grade=mean if graded else None,
            withheld=None if graded else mean,
        )


def mean_scores(scores: Sequence[GradeScores]) -> GradeScores:
    """Scores whose probabilities are the means over the models."""
    first = scores[0]
    chances = _mean([s.probabilities for s in scores])
    main = _mean([s.main_probabilities for s in scores])
    risk = _mean([s.dme_probabilities for s in scores])
    grade, alone = _best(chances), _best(main)
    dme = _best(risk) if risk else None
    return replace(
        first,
        grade=grade,
        probabilities=chances,
        calibrated=False,
        main_probabilities=main,
        attention_probabilities=_mean([s.attention_probabilities for s in scores]),
        dme=dme,
        dme_probability=risk[dme] if dme is not None else 0.0,
        dme_probabilities=risk,
        disagreement=disagreement(alone, grade, [], first.region_effects),
        models=len(scores),
    )


def _mean(columns: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """Mean over models; empty where one of them has none."""
    if not all(columns):
        return ()
    return tuple(sum(values) / len(values) for values in zip(*columns, strict=True))


def _best(chances: Sequence[float]) -> int:
    return max(range(len(chances)), key=chances.__getitem__)

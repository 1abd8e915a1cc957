"""Figures of a grading protocol: kappa of each part, screening decisions, calibration (paper 003)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.fundus_files import Answers, GradedFile, ask, models
from engine.evaluation.grading_files import write_files
from engine.evaluation.papers import reported
from engine.evaluation.protocols import Report, Request
from engine.evaluation.zoom_tables import grid
from engine.metrics.auroc import auroc
from engine.metrics.bootstrap import Interval, interval
from engine.metrics.calibration import expected_calibration_error
from engine.metrics.kappa import accuracy, confusion, quadratic_kappa, recall_by_class
from engine.metrics.roc import sensitivity_at_specificity
from engine.progress import Progress

PARTS = ("M-Net", "M-Net + A-Net", "Zoom-in-Net")
Figure = Callable[[NDArray[np.int64]], float]


def run(request: Request, files: Sequence[GradedFile], name: str, progress: Progress) -> Report:
    """Measure a set that is graded 0–4: the whole protocol but the reading of the set.

    Raises
    ------
    TooFewSamples, MissingWeights, IncompatibleModel
    """
    predictors = models(request.weights, request.device)
    answers = ask(files, predictors, progress)
    metrics = grade_figures(answers)
    return reported_with(metrics, answers, name, request.out)


def reported_with(metrics: dict[str, Any], answers: Answers, name: str, out: Path | None) -> Report:
    """The report of a protocol with the paper's rows; tables and plots too where a folder is asked for."""
    metrics["papers"] = reported(name) if name in ("eyepacs", "messidor") else []
    text = table_text(metrics, answers.refused)
    if out is not None:
        text = f"{text}\n\n{write_files(metrics, answers, out)}"
    return Report(metrics, text)


def parts(answers: Answers) -> dict[str, NDArray[np.float64]]:
    """Probabilities ``[m, n, 5]`` of each part; with A-Net it is the mean of both softmaxes (ours)."""
    both = (answers.main + answers.attention) / 2
    return dict(zip(PARTS, (answers.main, both, answers.final), strict=True))


def grade_figures(answers: Answers) -> dict[str, Any]:
    """All figures, each with its 95 % interval over persons.

    Returns
    -------
    dict
        ``kappa``: part -> one a model, and ``ensemble`` of several; of the ensemble (or the one model):
        ``accuracy``, ``recall``, ``confusion``, ``referable`` and ``abnormal`` (``auc``, ``accuracy``,
        ``sensitivity at specificity 0.5``), ``calibration error``; ``dme kappa`` where the set grades it.
    """
    truth, persons = answers.grades, answers.persons

    def with_interval(figure: Figure) -> dict[str, Any]:
        return as_values(interval(figure, persons))

    kappa: dict[str, Any] = {}
    for name, said in parts(answers).items():
        for number, chances in enumerate([*said, said.mean(axis=0)] if len(said) > 1 else said):
            ensemble = len(said) > 1 and number == len(said)
            label = f"{name}, ensemble of {len(said)}" if ensemble else f"{name}, model {number + 1}"
            predicted = chances.argmax(axis=1)
            kappa[label if len(said) > 1 else name] = with_interval(
                lambda k, p=predicted: quadratic_kappa(truth[k], p[k])  # type: ignore[misc]
            )
    chances = answers.final.mean(axis=0)
    predicted = chances.argmax(axis=1)
    metrics = {
        "images": len(truth),
        "persons": len(set(persons)),
        "refused": len(answers.refused),
        "called ungradable": int(answers.ungradable.sum()),
        "kappa": kappa,
        "accuracy": with_interval(lambda k: accuracy(truth[k], predicted[k])),
        "recall": [None if np.isnan(v) else float(v) for v in recall_by_class(truth, predicted)],
        "confusion": confusion(truth, predicted, 5).tolist(),
        "referable": screening(truth >= 2, chances[:, 2:].sum(axis=1), with_interval),
        "abnormal": screening(truth >= 1, 1 - chances[:, 0], with_interval),
        "calibration error": expected_calibration_error(chances, truth),
    }
    known = np.array([f.dme is not None for f in answers.files])
    if known.any() and not np.isnan(answers.dme).any():
        risk = np.array([f.dme for f in answers.files if f.dme is not None])
        said_risk = answers.dme.mean(axis=0)[known].argmax(axis=1)
        groups = [p for p, k in zip(persons, known, strict=True) if k]
        metrics["dme kappa"] = as_values(
            interval(lambda k: quadratic_kappa(risk[k], said_risk[k], 3), groups)
        )
    return metrics


def screening(
    truth: NDArray[np.bool_],
    scores: NDArray[np.float64],
    with_interval: Callable[[Figure], dict[str, Any]],
    cut: float = 0.5,
) -> dict[str, Any]:
    """A yes-or-no decision: AUC, accuracy at ``cut`` and sensitivity at specificity 0.5."""
    return {
        "auc": with_interval(lambda k: auroc(scores[k], truth[k])),
        "accuracy": with_interval(lambda k: accuracy(truth[k], scores[k] >= cut)),
        "sensitivity at specificity 0.5": with_interval(
            lambda k: sensitivity_at_specificity(truth[k], scores[k])
        ),
    }


def as_values(figure: Interval) -> dict[str, Any]:
    """A figure as JSON: ``value`` and ``interval``."""
    return {"value": figure.value, "interval": [figure.low, figure.high]}


def shown(figure: Mapping[str, Any]) -> str:
    """``0.812 (0.790–0.833)``."""
    low, high = figure["interval"]
    return str(Interval(figure["value"], low, high))


def table_text(metrics: Mapping[str, Any], refused: Mapping[str, str]) -> str:
    """Everything as printed: figures, the paper's rows, and what was refused."""
    rows = [[f"kappa, {name}", shown(figure)] for name, figure in metrics.get("kappa", {}).items()]
    rows += [[name, shown(metrics[name])] for name in ("accuracy", "dme kappa") if name in metrics]
    for decision in ("referable", "abnormal"):
        rows += [[f"{decision}, {name}", shown(f)] for name, f in metrics.get(decision, {}).items()]
    head = (
        f"{metrics['images']} images of {metrics['persons']} persons; {metrics['refused']} refused, "
        f"{metrics['called ungradable']} called ungradable (measured all the same)."
    )
    lines = [head, "", grid(["figure", "value (95 % interval)"], rows)]
    if metrics.get("papers"):
        lines += [
            "",
            "As reported:",
            "",
            grid(["who", "figures"], [_paper(row) for row in metrics["papers"]]),
        ]
    lines += [f"refused: {why}" for why in refused.values()]
    return "\n".join(lines)


def _paper(row: Mapping[str, Any]) -> list[str]:
    figures = [f"{name} {value}" for name, value in row.items() if name not in ("title", "source")]
    return [f"{row['title']} [{row['source']}]", ", ".join(figures)]

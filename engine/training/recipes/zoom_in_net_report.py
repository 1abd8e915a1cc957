"""What a Zoom-in-Net answers for a set of images, and how good that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from engine import devices
from engine.data.fundus_grades import FundusSet
from engine.metrics.auroc import auroc
from engine.metrics.bootstrap import interval
from engine.metrics.calibration import (
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
)
from engine.metrics.kappa import accuracy, graded_by, quadratic_kappa, recall_by_class
from engine.models.zoom_in_net import ZoomInNet
from engine.progress import Progress, silent

CALIBRATION_IMAGES = 50  # held-back images from which on a temperature is fitted (ours)
BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Logits of a network beside the truth, ``n`` images.

    Attributes
    ----------
    final, main, attention
        Grade logits ``[n, 5]`` of the whole, of M-Net, of A-Net.
    dme_logits
        ``[n, 3]``, or ``[n, 0]``.
    grades, dme
        Truth; -1 where unknown.
    """

    final: NDArray[np.float64]
    main: NDArray[np.float64]
    attention: NDArray[np.float64]
    dme_logits: NDArray[np.float64]
    grades: NDArray[np.int64]
    dme: NDArray[np.int64]
    patients: tuple[str, ...]


def answer(
    network: ZoomInNet, images: FundusSet, device: torch.device, progress: Progress = silent
) -> Answers:
    """Run the network over a set without changing it; fellow eyes that lie in one batch are used."""
    network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    rows: list[tuple[NDArray[np.float64], ...]] = []
    for start in range(0, len(images), BATCH):
        part = slice(start, min(start + BATCH, len(images)))
        fellow = images.fellow[part] - start
        fellow[(fellow < 0) | (fellow >= part.stop - start)] = -1
        low, high = (
            torch.from_numpy(np.array(a[part])).permute(0, 3, 1, 2) for a in (images.low, images.high)
        )
        with torch.inference_mode(), devices.autocast(device):
            out = network(low.to(device), high.to(device), torch.from_numpy(fellow).to(device))
        parts = (out.logits, out.main_logits, out.evidence.logits, out.dme)
        rows.append(tuple(value.double().cpu().numpy() for value in parts))
        progress(part.stop, len(images), "measuring")
    final, main, attention, dme = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Answers(final, main, attention, dme, images.grades, images.dme, images.patients)


def expected_grades(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean grade under the softmax of logits ``[n, 5]``."""
    return np.asarray(softmax(logits, axis=1) @ np.arange(logits.shape[1]), np.float64)


def report(
    answers: Answers, *, calibrate: bool, thresholds: Sequence[float] = ()
) -> tuple[dict[str, Any], float | None]:
    """Metrics with patient-bootstrap intervals, and a temperature where it helps on held-out images.

    Figures "after" are cross-fitted: the temperature for each half comes from the other half.

    Parameters
    ----------
    thresholds
        On the expected grade of the whole network, where its grade is read from that.

    Returns
    -------
    metrics, temperature
        The temperature is None where it was not asked for, where images are too few, and where it betters
        not both likelihood and calibration error.
    """
    grades, groups = answers.grades, answers.patients
    predicted = answers.final.argmax(axis=1)
    if thresholds:
        predicted = graded_by(thresholds, expected_grades(answers.final))
    chances = softmax(answers.final, axis=1)

    def with_interval(figure: Callable[[NDArray[np.int64]], float]) -> str:
        return str(interval(figure, groups))

    metrics: dict[str, Any] = {
        "images": len(grades),
        "quadratic kappa": with_interval(lambda k: quadratic_kappa(grades[k], predicted[k])),
        "quadratic kappa, M-Net alone": with_interval(
            lambda k: quadratic_kappa(grades[k], answers.main[k].argmax(axis=1))
        ),
        "quadratic kappa, A-Net alone": with_interval(
            lambda k: quadratic_kappa(grades[k], answers.attention[k].argmax(axis=1))
        ),
        "accuracy": with_interval(lambda k: accuracy(grades[k], predicted[k])),
        "AUC referable (grade 2 or more)": with_interval(
            lambda k: auroc(chances[k, 2:].sum(axis=1), grades[k] >= 2)
        ),
        "AUC abnormal (grade 1 or more)": with_interval(lambda k: auroc(1 - chances[k, 0], grades[k] >= 1)),
        "recall of grades 0–4": [_plain(value) for value in recall_by_class(grades, predicted)],
        "calibration error": round(expected_calibration_error(chances, grades), 4),
    }
    if answers.dme_logits.shape[1]:
        known = np.flatnonzero(answers.dme >= 0)
        risk = answers.dme_logits.argmax(axis=1)
        metrics["macular oedema risk 0–2, quadratic kappa"] = str(
            interval(
                lambda k: quadratic_kappa(answers.dme[known[k]], risk[known[k]], 3),
                [groups[k] for k in known],
            )
        )
    if not calibrate or len(grades) < CALIBRATION_IMAGES:
        return metrics, None
    temperature = fit_temperature(answers.final, grades)
    scaled = _cross_fitted(answers)
    plain, fitted = (negative_log_likelihood(logits, grades) for logits in (answers.final, scaled))
    metrics["temperature"] = round(temperature, 3)
    metrics["log-likelihood loss"] = round(plain, 4)
    metrics["log-likelihood loss after temperature, cross-fitted"] = round(fitted, 4)
    error = expected_calibration_error(softmax(scaled, axis=1), grades)
    metrics["calibration error after temperature, cross-fitted"] = round(error, 4)
    helps = fitted < plain and error < metrics["calibration error"]
    return metrics, temperature if helps else None


def _cross_fitted(answers: Answers) -> NDArray[np.float64]:
    """Logits ``[n, 5]``, each half of the patients divided by the temperature fitted on the other half."""
    names = {name: k for k, name in enumerate(sorted(set(answers.patients)))}
    half = np.array([names[patient] % 2 for patient in answers.patients])
    scaled = np.empty_like(answers.final)
    for side in (0, 1):
        other = half != side
        scaled[half == side] = answers.final[half == side] / fit_temperature(
            answers.final[other], answers.grades[other]
        )
    return scaled


def _plain(value: float) -> float | str:
    return "none" if np.isnan(value) else round(float(value), 3)

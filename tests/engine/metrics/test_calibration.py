from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import softmax

from engine.metrics.calibration import expected_calibration_error, fit_temperature, negative_log_likelihood


def test_error_by_hand() -> None:
    chances = np.array([[0.95, 0.05], [0.91, 0.09], [0.4, 0.6]])
    # bin 9: confidence 0.93, accuracy 0.5, two images; bin 6: confidence 0.6, accuracy 1, one image
    assert expected_calibration_error(chances, [0, 1, 1]) == pytest.approx((2 * 0.43 + 0.4) / 3)
    assert expected_calibration_error([[1.0, 0.0]], [0]) == 0
    assert math.isnan(expected_calibration_error(np.empty((0, 2)), []))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_finds_the_temperature_that_the_labels_were_drawn_with(temperature: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (20_000, 4))
    truth = np.array([rng.choice(4, p=row) for row in softmax(logits / temperature, axis=1)])
    found = fit_temperature(logits, truth)
    assert found == pytest.approx(temperature, rel=0.05)
    assert negative_log_likelihood(logits / found, truth) <= negative_log_likelihood(logits, truth) + 1e-9

"""Slowing down on a plateau and keeping the best weights, also across a kill."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.errors import Cancelled, IncompatibleModel
from engine.training.loop import LoopConfig, fit
from engine.training.validation import Validation

CPU = torch.device("cpu")


def batches(step: int) -> dict[str, torch.Tensor]:
    source = torch.Generator().manual_seed(step)
    x = torch.randn(8, 3, generator=source)
    return {"x": x, "y": x.sum(1, keepdim=True)}


def loss(model: nn.Module, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {"loss": nn.functional.mse_loss(model(batch["x"]), batch["y"])}


def network() -> nn.Module:
    torch.manual_seed(4)
    return nn.Sequential(nn.Linear(3, 6), nn.Dropout(0.2), nn.BatchNorm1d(6), nn.Linear(6, 1))


def scripted(values: list[dict[str, float]]) -> Validation:
    """A monitor whose measurements are given."""
    rows = iter(values)
    return Validation(lambda _: next(rows), 1, patience=2, decay=0.1, select="auroc")


def test_plateaus_slow_down_each_time_and_a_new_low_starts_the_count_again() -> None:
    losses = [5.0, 4.0, 4.0, 3.9, 4.0, 4.0, 3.95, 3.9, 1.0]
    monitor = scripted([{"loss": value, "auroc": 0.5} for value in losses])
    factors = []
    for step in range(1, len(losses) + 1):
        monitor.after_step(nn.Linear(1, 1), step)
        factors.append(round(monitor.rate_factor, 9))
    assert factors == [1, 1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]


def test_the_best_weights_come_back_and_figures_that_are_no_numbers_never_win() -> None:
    monitor = scripted([{"loss": 1.0, "auroc": v} for v in (math.nan, 0.6, 0.8, 0.8, math.nan, 0.7)])
    model = nn.Linear(1, 1)
    for step in range(1, 7):
        with torch.no_grad():
            model.weight.fill_(step)
        assert "validation_auroc" in monitor.after_step(model, step)
    monitor.keep_best(model)
    assert (monitor.best_measurement, monitor.best_value) == (3, 0.8)
    assert float(model.weight.detach()) == 3


def test_it_measures_once_an_epoch() -> None:
    monitor = Validation(lambda _: {"loss": 1.0}, 3)
    rows = [monitor.after_step(nn.Linear(1, 1), step) for step in range(1, 7)]
    assert [bool(row) for row in rows] == [False, False, True, False, False, True]
    model = nn.Linear(1, 1)
    before = model.weight.detach().clone()
    monitor.keep_best(model)  # nothing was selected
    assert torch.equal(before, model.weight)


def measure(model: nn.Module) -> dict[str, float]:
    """A validation loss that soon stagnates, so that the plateau rule acts within the run."""
    model.eval()
    with torch.inference_mode():
        value = float(loss(model, batches(10_000))["loss"])
    return {"loss": max(value, 1.0), "auroc": -value}


@pytest.mark.parametrize("killed_at", [1, 9, 25])
def test_resume_gives_the_weights_the_rate_and_the_choice_of_an_uninterrupted_run(
    killed_at: int, tmp_path: Path
) -> None:
    settings = LoopConfig(30, 0.05, schedule="constant", optimizer="adam", checkpoint_every=1)

    def monitor() -> Validation:
        return Validation(measure, 2, patience=3, decay=0.3, select="auroc")

    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        if done == killed_at:
            raise Cancelled

    whole, whole_monitor = network(), monitor()
    fit(whole, batches, loss, settings, device=CPU, monitor=whole_monitor)
    assert whole_monitor.rate_factor < 1
    path = tmp_path / "run.safetensors"
    with pytest.raises(Cancelled):
        fit(network(), batches, loss, settings, device=CPU, checkpoint=path, progress=stop, monitor=monitor())
    resumed, other = network(), monitor()
    fit(resumed, batches, loss, settings, device=CPU, checkpoint=path, monitor=other)
    for model, its in ((whole, whole_monitor), (resumed, other)):
        its.keep_best(model)
    assert (other.rate_factor, other.best_measurement, other.best_value) == (
        whole_monitor.rate_factor,
        whole_monitor.best_measurement,
        whole_monitor.best_value,
    )
    for mine, theirs in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    settings = LoopConfig(3, 0.01, checkpoint_every=1)
    path = tmp_path / "run.safetensors"

    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fit(network(), batches, loss, settings, device=CPU, checkpoint=path, progress=stop, identity="a")
    with pytest.raises(IncompatibleModel, match="other settings"):
        fit(network(), batches, loss, settings, device=CPU, checkpoint=path, identity="b")
    with pytest.raises(IncompatibleModel, match="monitor"):
        missing = Validation(measure, 1)
        fit(network(), batches, loss, settings, device=CPU, checkpoint=path, identity="a", monitor=missing)

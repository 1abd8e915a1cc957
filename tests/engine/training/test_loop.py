"""The loop all recipes share: it learns, stops when asked, and resumes to the same weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.errors import Cancelled, IncompatibleModel, WrongUsage
from engine.training.loop import Batch, LoopConfig, fit, make_optimizer, rate

CPU = torch.device("cpu")


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1))


def batches(step: int) -> Batch:
    source = torch.Generator().manual_seed(step)
    x = torch.randn(16, 4, generator=source)
    return {"x": x, "y": x.sum(1, keepdim=True)}


def loss(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    return {"loss": nn.functional.mse_loss(model(batch["x"]), batch["y"])}


def config(**changes: object) -> LoopConfig:
    return LoopConfig(**({"steps": 30, "lr": 0.02, "checkpoint_every": 1} | changes))  # type: ignore[arg-type]


def stop_at(step: int):  # type: ignore[no-untyped-def]
    def progress(done: int, total: int, text: str = "", **values: float) -> None:
        if done == step:
            raise Cancelled()

    return progress


def weights_of(model: nn.Module) -> list[Tensor]:
    return [t.detach().clone() for t in model.state_dict().values()]


def test_loss_falls_and_history_reports_it() -> None:
    model = network()
    history = fit(model, batches, loss, config(steps=150), device=CPU)
    assert len(history.rows) == 150
    assert history.last("loss") < 0.6 * history.rows[0]["loss"]
    assert history.last("absent") != history.last("absent")  # NaN


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("killed_at", [1, 7, 29])
def test_resume_gives_the_weights_of_an_uninterrupted_run(
    optimizer: str, killed_at: int, tmp_path: Path
) -> None:
    settings = config(optimizer=optimizer, accumulate=2, clip_norm=1.0)
    whole = network()
    fit(whole, batches, loss, settings, device=CPU)
    part = network()
    checkpoint = tmp_path / "run.safetensors"
    with pytest.raises(Cancelled):
        fit(part, batches, loss, settings, device=CPU, checkpoint=checkpoint, progress=stop_at(killed_at))
    resumed = network()
    fit(resumed, batches, loss, settings, device=CPU, checkpoint=checkpoint)
    assert all(torch.equal(a, b) for a, b in zip(weights_of(whole), weights_of(resumed), strict=True))
    assert not checkpoint.exists()


def test_resume_after_steps_beyond_the_last_checkpoint(tmp_path: Path) -> None:
    settings = config(checkpoint_every=5)
    whole, part, resumed = network(), network(), network()
    fit(whole, batches, loss, settings, device=CPU)
    checkpoint = tmp_path / "run.safetensors"
    with pytest.raises(Cancelled):
        fit(part, batches, loss, settings, device=CPU, checkpoint=checkpoint, progress=stop_at(13))
    fit(resumed, batches, loss, settings, device=CPU, checkpoint=checkpoint)
    assert all(torch.equal(a, b) for a, b in zip(weights_of(whole), weights_of(resumed), strict=True))


def test_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.safetensors"
    checkpoint.write_bytes(b"not a checkpoint")
    with pytest.raises(IncompatibleModel, match=r"run\.safetensors"):
        fit(network(), batches, loss, config(), device=CPU, checkpoint=checkpoint)


def test_accumulated_batches_make_the_gradient_of_their_union() -> None:
    exact = {"steps": 1, "optimizer": "sgd", "momentum": 0.0, "mixed_precision": False}
    plain = [nn.Linear(4, 1) for _ in range(2)]
    plain[1].load_state_dict(plain[0].state_dict())

    def union(step: int) -> Batch:
        halves = batches(0), batches(1)
        return {key: torch.cat([half[key] for half in halves]) for key in ("x", "y")}

    fit(plain[0], batches, loss, config(**exact, accumulate=2), device=CPU)
    fit(plain[1], union, loss, config(**exact), device=CPU)
    assert torch.allclose(plain[0].weight, plain[1].weight, atol=1e-6)


def test_schedules() -> None:
    cosine = config(steps=100, lr=1.0, warmup=10)
    assert rate(0, cosine) == pytest.approx(0.1)
    assert rate(9, cosine) == pytest.approx(1.0)
    assert rate(10, cosine) == pytest.approx(1.0)
    assert rate(55, cosine) == pytest.approx(0.5)
    assert rate(100, cosine) == pytest.approx(0.0, abs=1e-9)
    step = config(lr=1.0, schedule="step", decay=0.1, decay_every=10)
    assert [round(rate(s, step), 6) for s in (0, 9, 10, 29)] == [1.0, 1.0, 0.1, 0.01]
    assert rate(77, config(lr=0.5, schedule="constant")) == 0.5


def test_frozen_parameters_stay() -> None:
    model = network()
    for parameter in model[0].parameters():  # type: ignore[index]
        parameter.requires_grad_(False)
    before = weights_of(model[0])  # type: ignore[index]
    fit(model, batches, loss, config(), device=CPU)
    assert all(torch.equal(a, b) for a, b in zip(before, weights_of(model[0]), strict=True))  # type: ignore[index]
    assert len(make_optimizer(model, config()).param_groups[0]["params"]) == 4


def test_a_run_that_diverges_ends_and_says_so() -> None:
    def torn(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
        return {"loss": loss(model, batch)["loss"] * float("nan")}

    with pytest.raises(WrongUsage, match="update 1"):
        fit(network(), batches, torn, config(), device=CPU)

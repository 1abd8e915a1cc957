"""Validation while learning: slow down on a plateau, keep the best weights; a `Monitor` of the loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

Measure = Callable[[nn.Module], Mapping[str, float]]
"""Network -> figures of the validation part; must leave the weights as they are."""

BEST = "best."


class Validation:
    """Measures after every ``every`` updates.

    Parameters
    ----------
    measure
        Its ``loss`` drives the plateau rule, its ``select`` the choice of weights.
    every
        Updates between two measurements: an epoch.
    patience, decay
        After ``patience`` measurements in a row without a new lowest loss the learning rate is multiplied by
        ``decay`` and the count starts again; 0 for never.
    select
        Figure whose highest value decides which weights `keep_best` brings back; empty for none.

    Attributes
    ----------
    best_measurement
        Number, from 1, of the best measurement; 0 before any.
    rows
        All figures measured by this object, oldest first (a resumed run begins again).
    """

    def __init__(
        self, measure: Measure, every: int, *, patience: int = 0, decay: float = 0.1, select: str = ""
    ) -> None:
        self.measure, self.every = measure, every
        self.patience, self.decay, self.select = patience, decay, select
        self.rate_factor = 1.0
        self.best_measurement = 0
        self.best_value = -math.inf
        self.rows: list[dict[str, float]] = []
        self._lowest, self._stale = math.inf, 0
        self._weights: dict[str, Tensor] = {}

    def after_step(self, network: nn.Module, step: int) -> Mapping[str, float]:
        """See `engine.training.loop.Monitor`."""
        if step % self.every:
            return {}
        figures = dict(self.measure(network))
        self.rows.append(figures)
        self._slow_down(figures["loss"])
        value = figures[self.select] if self.select else math.nan
        value = -math.inf if math.isnan(value) else value  # no such figure is worse than any
        if self.select and (value > self.best_value or not self.best_measurement):
            self.best_measurement, self.best_value = step // self.every, value
            self._weights = {k: v.detach().cpu().clone() for k, v in network.state_dict().items()}
        return {f"validation_{name}": value for name, value in figures.items()}

    def keep_best(self, network: nn.Module) -> None:
        """Give the network the weights of the best measurement, where there was one."""
        if self._weights:
            network.load_state_dict(self._weights)

    def state(self) -> dict[str, Tensor]:
        """See `engine.training.loop.Monitor`."""
        numbers = [self.rate_factor, self.best_measurement, self.best_value, self._lowest, self._stale]
        weights = {BEST + name: value for name, value in self._weights.items()}
        return {"numbers": torch.tensor(numbers, dtype=torch.float64)} | weights

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """See `engine.training.loop.Monitor`.

        Raises
        ------
        ValueError
            When the run had no such monitor.
        """
        if "numbers" not in state:
            raise ValueError("it holds no state of a monitor")
        factor, measurement, value, lowest, stale = state["numbers"].tolist()
        self.rate_factor, self.best_value, self._lowest = factor, value, lowest
        self.best_measurement, self._stale = int(measurement), int(stale)
        self._weights = {k.removeprefix(BEST): v for k, v in state.items() if k.startswith(BEST)}

    def _slow_down(self, loss: float) -> None:
        if loss < self._lowest:
            self._lowest, self._stale = loss, 0
            return
        self._stale += 1
        if self.patience and self._stale >= self.patience:
            self.rate_factor *= self.decay
            self._stale = 0

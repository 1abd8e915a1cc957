"""Unfinished runs on disk: network, optimiser, monitor and step in one safetensors file, never pickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from engine.errors import IncompatibleModel


class Remembering(Protocol):
    """What else a run remembers: `engine.training.loop.Monitor`."""

    def state(self) -> dict[str, torch.Tensor]: ...

    def restore(self, state: Mapping[str, torch.Tensor]) -> None: ...


def save(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    step: int,
    monitor: Remembering | None = None,
    identity: str = "",
) -> None:
    """Write the run's state; atomic, so a kill while writing leaves the former one."""
    tensors = {f"network.{k}": v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        for key, value in state.items():
            tensor = value if isinstance(value, torch.Tensor) else torch.tensor(value)
            tensors[f"optimizer.{index}.{key}"] = tensor.detach().cpu().contiguous()
    for key, tensor in (monitor.state() if monitor else {}).items():
        tensors[f"monitor.{key}"] = tensor.detach().cpu().contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    save_file(tensors, unfinished, metadata={"step": str(step), "identity": identity})
    unfinished.replace(path)


def resume(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    monitor: Remembering | None = None,
    identity: str = "",
) -> int:
    """Load a run's state where there is one.

    Returns
    -------
    int
        Updates already done; 0 without a checkpoint.

    Raises
    ------
    IncompatibleModel
        When the file is damaged or belongs to another network.
    """
    if not path.is_file():
        return 0
    try:
        with safe_open(path, framework="pt") as stream:
            notes = stream.metadata()
            step = int(notes["step"])
            if notes.get("identity", "") != identity:
                raise ValueError("it is of other settings or labels")
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
        network.load_state_dict(
            {k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")}
        )
        if monitor:
            monitor.restore(
                {k.removeprefix("monitor."): v for k, v in tensors.items() if k.startswith("monitor.")}
            )
    except (SafetensorError, RuntimeError, KeyError, ValueError) as error:
        raise IncompatibleModel(
            f"this checkpoint does not fit the run ({error})", path, "Delete it to start afresh."
        ) from error
    states: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".", 2)
            states.setdefault(int(index), {})[key] = value
    whole = optimizer.state_dict()
    whole["state"] = states
    optimizer.load_state_dict(whole)
    return step

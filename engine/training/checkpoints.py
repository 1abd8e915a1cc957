"""Unfinished runs on disk: network, optimiser and step in one safetensors file, never pickled."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from engine.errors import IncompatibleModel


def save(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, step: int) -> None:
    """Write the run's state; atomic, so a kill while writing leaves the former one."""
    tensors = {f"network.{k}": v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        for key, value in state.items():
            tensor = value if isinstance(value, torch.Tensor) else torch.tensor(value)
            tensors[f"optimizer.{index}.{key}"] = tensor.detach().cpu().contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    save_file(tensors, unfinished, metadata={"step": str(step)})
    unfinished.replace(path)


def resume(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer) -> int:
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
            step = int(stream.metadata()["step"])
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
        network.load_state_dict(
            {k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")}
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

"""Choosing where a network runs and in which precision."""

from __future__ import annotations

import functools
from pathlib import Path

import torch

from engine.errors import WrongUsage


def pick(name: str = "auto") -> torch.device:
    """The device of that name; ``auto`` takes a GPU where there is one.

    Raises
    ------
    WrongUsage
        When the device is not there.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        return torch.zeros(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise WrongUsage(f"device {name!r} is not available", remedy="Use auto or cpu.") from error


@functools.cache
def fast_bf16(kind: str) -> bool:
    """Whether bfloat16 is faster than float32 there: CUDA since Ampere, CPUs with AVX512-BF16 or AMX."""
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    flags = Path("/proc/cpuinfo")
    return kind == "cpu" and flags.is_file() and "avx512_bf16" in flags.read_text()


def autocast(device: torch.device) -> torch.autocast:
    """Mixed precision for that device, switched off where it would not be faster."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast_bf16(device.type))

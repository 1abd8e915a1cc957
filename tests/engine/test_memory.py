"""What a process frees stays with it, until it is given back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine import memory

PROGRAM = """
import resource
import numpy as np
from engine import memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.full(4_000_000, 1, np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

kept = [memory.keep_freed(), faults(), faults()]
arrays = [np.full(4_000_000, 1, np.uint8) for _ in range(10)]
del arrays
held = resident()
memory.give_back()
print(*kept, held - resident())
"""


def test_blocks_are_used_again_and_go_back_when_asked():
    if memory._glibc() is None:
        pytest.skip("not the GNU C library")
    answer = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    asked, first, again, returned = answer.stdout.split()
    assert asked == "True"
    assert int(again) < 100 <= int(first)  # a block of 4 MB has a thousand pages, ten of them ten thousand
    assert int(returned) > 30_000_000


def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "_glibc", lambda: None)
    assert not memory.keep_freed()
    memory.give_back()

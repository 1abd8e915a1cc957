from __future__ import annotations

import inspect

from engine.progress import Progress, silent


def test_silent_is_a_progress():
    assert silent(1, 2, "text", loss=0.5) is None
    wanted = inspect.signature(Progress.__call__).parameters
    assert list(inspect.signature(silent).parameters) == list(wanted)[1:]

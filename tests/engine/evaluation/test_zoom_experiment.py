from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import Cancelled
from engine.evaluation import zoom_experiment as experiment
from engine.evaluation.protocols import Request
from engine.models.zoom_in_net import NetworkConfig
from engine.progress import silent
from engine.training.loop import LoopConfig

SLIM = {"channels": [8, 8, 8, 16], "stem_type": "", "stem_width": 8}
TINY = replace(
    experiment.EXPERIMENT,
    network=NetworkConfig(64, 160, 26, 4, 48, "resnet10t", SLIM, "resnet10t", SLIM, hidden=8),
    main_loop=LoopConfig(2, 1e-3),
    attention_loop=LoopConfig(2, 1e-3),
    whole_loop=LoopConfig(2, 1e-3),
    batch=4,
    whole_batch=4,
    views=1,
    phantom_pairs=3,
    test_phantom_pairs=4,
)


def test_runs_resumes_and_tells_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "EXPERIMENT", TINY)
    request = Request(tmp_path / "work", "zoom_in_net", device="cpu", options={"seeds": 2, "spacing": 0.75})

    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        if text.startswith("seed 1, phase 3"):
            raise Cancelled

    with pytest.raises(Cancelled):
        experiment.run(request, stop)
    texts: list[str] = []
    report = experiment.run(request, lambda done, total, text="", **values: texts.append(text))
    assert not any(text.startswith("seed 0") for text in texts)  # finished before the interruption
    assert not any(text.startswith("seed 1, phase 1") for text in texts)
    kappa = report.metrics["kappa"]
    assert len(kappa["Zoom-in-Net, both eyes"]["seeds"]) == 2
    assert kappa["M-Net (phase 1), both eyes"]["less M-Net (phase 1)"].startswith("0.000 (0.000")
    assert report.metrics["localisation"]["all grades"]["images"] > 0
    assert all(f"{title}, both eyes" in report.text for title in experiment.ROWS.values())
    again = experiment.run(request, silent)
    assert again.metrics == report.metrics


def test_lesions_lie_where_the_square_shows_them(tmp_path: Path) -> None:
    boxes = experiment.phantom_lesions(6, (64, 160), 3, tmp_path, silent)
    kept = experiment.phantom_lesions(6, (64, 160), 3, tmp_path, silent)
    assert all(np.array_equal(a, b) for a, b in zip(boxes, kept, strict=True))
    every = np.concatenate(boxes)
    assert len(every) > 5
    assert float(every.min()) >= -1
    assert float(every.max()) <= 65

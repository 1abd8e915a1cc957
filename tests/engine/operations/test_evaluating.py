from __future__ import annotations

import json

import numpy as np
import pytest

from engine.cli import main
from engine.errors import EngineError, WrongUsage
from engine.evaluation import protocols
from engine.evaluation.protocols import Argument, Protocol, Report, Request
from engine.operations.evaluating import as_json, evaluate
from engine.progress import silent


def measured(request: Request, progress=silent) -> Report:
    values = {"folds": request.options["folds"], "kappa": float("nan"), "each": np.array([0.5, np.inf])}
    return Report(values | {"system": request.system}, "kappa  none\n")


@pytest.fixture
def toy(monkeypatch):
    arguments = (
        Argument("folds", "how many", 10),
        Argument("fast", "a switch", False),
        Argument("names", "several", ("a",)),
    )
    row = Protocol("toy", "a toy", f"{__name__}:measured", "a folder", arguments=arguments)
    monkeypatch.setitem(protocols.PROTOCOLS, "toy", row)
    monkeypatch.setattr("engine.systems.load_part", lambda reference: measured)
    return row


def test_a_report_is_saved_with_null_for_nan(toy, tmp_path):
    out = tmp_path / "new" / "folder"
    evaluate("toy", Request(tmp_path, "zoom_in_net", out=out, options=toy.options(folds=3)))
    saved = json.loads((out / "metrics.json").read_text())
    assert saved == {"folds": 3, "kappa": None, "each": [0.5, None], "system": "zoom_in_net"}
    assert (out / "table.txt").read_text() == "kappa  none\n"


def test_a_system_that_it_does_not_measure(toy, tmp_path):
    with pytest.raises(WrongUsage, match="rura_net"):
        evaluate("toy", Request(tmp_path, "rura_net"))


def test_a_folder_that_cannot_be_made(toy, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="file"):
        evaluate("toy", Request(tmp_path, "zoom_in_net", out=tmp_path / "file" / "out"))


def test_options_reach_the_protocol_from_the_shell(toy, tmp_path, capsys):
    words = ["--folds", "4", "--fast", "--names", "x", "y", "--out", str(tmp_path / "out")]
    assert main(["evaluate", "toy", str(tmp_path), "--system", "zoom_in_net", *words]) == 0
    assert capsys.readouterr().out == "kappa  none\n"
    assert json.loads((tmp_path / "out" / "metrics.json").read_text())["folds"] == 4


def test_json_of_metrics_is_sorted_by_nobody_and_keeps_letters():
    assert json.loads(as_json({"ä": (1, 2.0), "a": {"b": None}})) == {"ä": [1, 2.0], "a": {"b": None}}
    assert "ä" in as_json({"ä": 1})

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from engine.evaluation import rura_paper
from engine.evaluation.rura_tables import SCORES, spread, table, text
from engine.models.feature_backbones import CLUSTERING, FEW_SHOT, SIAMESE


def test_the_interval_is_students():
    values = [0.7, 0.75, 0.8]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert spread(values) == f"{np.mean(values):.3f} ({low:.3f}–{high:.3f})"
    assert spread([0.5, 1.0]) == "0.750 (0.000–1.000)"  # no score leaves 0–1
    assert spread([0.5]) == "0.500"
    assert spread([]) == spread([math.nan]) == "–"


def test_ours_and_the_papers_share_a_row():
    found = table("T", {"AGG": [{"accuracy": 0.5}], "ours": [{"accuracy": 1.0}]}, rura_paper.CLUSTERINGS)
    rows = {line.split(" | ")[0].strip("| "): line for line in found.splitlines() if line.startswith("| ")}
    assert "0.500; paper 0.840" in rows["AGG"]
    assert "1.000" in rows["ours"]
    assert "paper 0.847" in rows["CLARA"]  # the paper's alone


def test_the_papers_tables_are_whole():
    assert set(rura_paper.SIAMESE) == set(SIAMESE)
    assert set(rura_paper.BACKBONES) == set(CLUSTERING)
    assert set(rura_paper.FEW_SHOT) == set(FEW_SHOT) | {"ZSL"}
    assert len(rura_paper.CLUSTERINGS) == 7
    assert rura_paper.SIAMESE["VGG19"] == {"accuracy": 0.8853, "recall": 0.9012, "f1": 0.8873}
    assert rura_paper.SIAMESE["EfficientNet-B4"] == {}
    assert rura_paper.FEW_SHOT["ZSL"]["auc"] == 0.9226
    # its table 6 repeats the KMeans row of table 5
    full = {k: v for k, v in rura_paper.ABLATIONS["full"].items() if k != "auc"}
    assert full == rura_paper.CLUSTERINGS["KMeans"]


def test_every_table_is_printed():
    scores = dict.fromkeys((*SCORES, "hungarian"), 0.75)
    chain = {
        "pairs": {"accuracy": 0.9, "recall": 0.9, "f1": 0.9, "precision_at_1": 0.8, "precision_at_5": 0.7},
        "ranking": {"places": {"x without y": 2}, "first": 0.5, "reciprocal": 0.75, "of": 8},
        "target": [["hypertensive retinopathy", 0.4]],
        "source": "hypertensive retinopathy",
        "clusterings": {
            f"{name} {features} {where}": scores
            for name in rura_paper.CLUSTERINGS
            for features in ("burden", "masked")
            for where in ("source", "given")
        },
        "ablations": dict.fromkeys(rura_paper.ABLATIONS, scores),
    }
    found = text({0: {"chain": chain, "few-shot compact": scores}, 1: {"chain": chain}}, "small.")
    for head in ("Table 2", "Table 3", "Table 5", "Table 6", "x without y | 2, 2", "Hungarian"[1:]):
        assert head in found
    assert "0.750 (0.750–0.750)" in found
    assert pytest.approx(4) == found.count("Table 5")

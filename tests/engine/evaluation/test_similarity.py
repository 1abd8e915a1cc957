from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from engine.errors import TooFewSamples
from engine.evaluation import similarity
from engine.evaluation.protocols import Request, protocol
from tests.engine.data.fake_sets import photograph
from tests.engine.operations import tiny


@pytest.fixture
def weights(tmp_path):
    return tiny.write_weights(tmp_path) / "weights" / "disease_similarity.safetensors"


def asked(data, weights, out=None, **options):
    found = protocol("similarity").options(**options)
    return Request(data, "disease_similarity", weights, out, "cpu", found)


def test_phantoms_give_scores_and_a_matrix(tmp_path, weights):
    report = similarity.run(asked(Path("phantoms"), weights, tmp_path, each=2, pairs=20))
    assert 0 <= report.metrics["scores"]["accuracy"] <= 1
    assert 0 <= report.metrics["scores"]["precision_at_1"] <= 1
    rows = list(csv.reader(io.StringIO((tmp_path / similarity.MATRIX).read_text())))
    assert rows[0] == ["disease", *tiny.DISEASES]
    values = np.array([[float(v) for v in row[1:]] for row in rows[1:]])
    assert values == pytest.approx(values.T, abs=1e-3)
    assert values == pytest.approx(np.array(report.metrics["matrix"]), abs=1e-4)
    assert "0.8853" in report.text


def test_a_matrix_with_gaps_has_empty_cells():
    text = similarity.matrix_csv(("a", "b, c"), np.array([[np.nan, 0.5], [0.5, 1]], np.float32))
    assert list(csv.reader(io.StringIO(text))) == [
        ["disease", "a", "b, c"],
        ["a", "", "0.5000"],
        ["b, c", "0.5000", "1.0000"],
    ]


def test_one_disease_makes_no_pairs(tmp_path, weights):
    lines = ["file,dr_grade"]
    for number in range(40):
        photograph(tmp_path / f"{number}.png", number)
        lines.append(f"{number}.png,2")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    with pytest.raises(TooFewSamples):
        similarity.run(asked(tmp_path, weights))

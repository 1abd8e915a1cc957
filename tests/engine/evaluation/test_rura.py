from __future__ import annotations

import json

import numpy as np
import pytest

from engine.errors import TooFewSamples
from engine.evaluation import rura, rura_phantoms
from engine.evaluation.protocols import Request, protocol
from engine.training.loop import LoopConfig
from tests.engine.data.fake_sets import photograph

TINY = rura_phantoms.PhantomConfig(
    size=64,
    side=96,
    diameter=80,
    each=2,
    held=2,
    queries=1,
    masked=2,
    reference=4,
    test=8,
    pairs=2,
    similarity=LoopConfig(steps=1, lr=1e-3),
    segmentation=LoopConfig(steps=1, lr=1e-3),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rura")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LYNCEUS_CACHE", str(folder / "cache"))
        patch.setattr(rura_phantoms.few_shot, "SHOTS", 4)
        return folder, rura_phantoms.run([0], TINY, folder, "cpu")


def test_every_part_of_a_seed(parts):
    found = parts[1][0]
    assert set(found) == {"chain", "few-shot compact"}
    chain = found["chain"]
    assert len(chain["clusterings"]) == 7 * 2 * 2
    assert set(chain["ablations"]) == {"without similarity", "without segmentation", "full"}
    assert chain["ranking"]["of"] == 8  # nine known ones but the healthy eye
    assert all(1 <= place <= 8 for place in chain["ranking"]["places"].values())
    assert "diabetic retinopathy" not in [name for name, _ in chain["target"]]
    for row in (*chain["clusterings"].values(), *chain["ablations"].values(), found["few-shot compact"]):
        assert row["images"] == 16
        assert 0 <= row["accuracy"] <= 1
    assert all(row["hungarian"] >= 0.5 for row in chain["clusterings"].values())


def test_a_part_is_not_computed_again(parts, monkeypatch):
    folder, found = parts

    def again(*_):
        pytest.fail("computed again")

    monkeypatch.setattr(rura_phantoms, "_chain", again)
    monkeypatch.setattr(rura_phantoms, "_few_shot", again)
    assert rura_phantoms.run([0], TINY, folder, "cpu") == json.loads(json.dumps(found), object_hook=numbered)


def numbered(table):
    return {int(k) if k.isdigit() else k: v for k, v in table.items()}


def request(data, **options):
    return Request(data, "rura_net", device="cpu", options=protocol("rura").options(**options))


def test_photographs_of_one_class_are_refused(tmp_path):
    lines = ["file,task,dr_grade"]
    for number in range(12):
        photograph(tmp_path / f"{number}.png", number)
        lines.append(f"{number}.png,dr_grade,2")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    with pytest.raises(TooFewSamples, match="both classes"):
        rura.run(request(tmp_path))


def test_scores_have_intervals_over_patients():
    rng = np.random.default_rng(0)
    truth = np.arange(40) % 2 == 0
    score = truth + rng.normal(0, 0.8, 40)
    groups = [f"p{n // 2}" for n in range(40)]
    found = rura._scored(score, score > 0.5, truth, groups)
    assert found["accuracy"] == ((score > 0.5) == truth).mean()
    for name in ("accuracy", "auc"):
        low, high = found[f"{name}_interval"]
        assert low <= found[name] <= high
        assert low < high

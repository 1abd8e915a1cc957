"""The whole experiment on tiny sets: it resumes, refuses, selects without unseen labels, writes tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data.chest_set import ChestSet
from engine.errors import WrongUsage
from engine.evaluation.protocols import Request, protocol
from engine.evaluation.zero_shot import experiment, images, queue, rows, selection, stages
from engine.evaluation.zero_shot.methods import METHODS
from engine.evaluation.zero_shot.settings import DictionarySettings, HeadSettings, NetworkSettings, Settings
from engine.training.recipes.chest_config import NIH, SEEN, UNSEEN

TINY = Settings(
    size=64,
    train=30,
    test=16,
    composed_train=16,
    composed_test=12,
    findings=8,
    unseen=3,
    curve=(3, 5),
    folds=2,
    seeds=2,
    rounds=10,
    styles=("ensemble",),
    rates=(1e-3,),
    dropouts=(0.0,),
    dictionary=DictionarySettings(scales=1, centres=4, images=6, patches=100, components=4, grid=2),
    head=HeadSettings(style="ensemble", lr=1e-3, steps=2, batch=8),
    network=NetworkSettings(crop=48, batch=8, passes=1),
)


@pytest.fixture(autouse=True)
def noise(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Noise with random labels instead of drawn images: quick, and as good to test the machinery."""

    def some(count, drawn, labels, seed, patients=0):
        rng = np.random.default_rng((seed, patients))
        names = [getattr(one, "name", one) for one in labels]
        shown = [getattr(one, "name", one) in {getattr(d, "name", d) for d in drawn} for one in labels]
        targets = ((rng.random((count, len(names))) < 0.4) & shown).astype(np.float32)
        targets[np.arange(count), np.arange(count) % sum(shown)] = 1
        pixels = rng.integers(0, 65535, (count, 64, 64)).astype(np.uint16)
        patients_ = tuple(f"{seed}-{k}" for k in range(count))
        sources = tuple("first" if k % 2 else "second" for k in range(count))
        return ChestSet(pixels, targets, targets >= 0, tuple(names), patients_, sources)

    monkeypatch.setattr(
        images, "phantoms", lambda n, drawn, labels, size, seed, p: some(n, drawn, labels, seed)
    )
    monkeypatch.setattr(
        images, "composed", lambda n, drawn, labels, size, seed, who, p: some(n, drawn, labels, seed, who)
    )
    monkeypatch.setattr(images, "real", lambda root, labels, size, p: _sparse(some(160, labels, labels, 77)))
    yield


def _sparse(chest: ChestSet) -> ChestSet:
    """Few labels an image, so that some carry no unseen finding."""
    targets = np.zeros_like(chest.targets)
    targets[np.arange(len(chest)), np.arange(len(chest)) % targets.shape[1]] = 1
    return replace(chest, targets=targets)


FEW = ("cxr_ml_gzsl", "cxr_rank", "cm_dml_gzsl", "dem", "linear_map", "classifier")


def test_every_part_is_run_once_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "METHODS", {name: METHODS[name] for name in FEW})
    found = experiment.run(tmp_path, tmp_path / "out", TINY, stages.PARTS)
    lines = (tmp_path / "out" / queue.RUNS).read_text("utf-8").splitlines()
    every = stages.stages(stages.PARTS, TINY, tmp_path)
    assert len(lines) == sum(len(stage.jobs) for stage in every) == len({json.loads(x)["run"] for x in lines})
    text = (tmp_path / "out" / experiment.MARKDOWN).read_text("utf-8")
    assert text == found.text
    for name in FEW:
        assert METHODS[name].title in text
    for part in (
        "10 seen and 4 unseen",
        "Composed findings",
        "ChestX-ray14",
        "number of seen findings",
        "phantoms, learnt end to end",
        "findings, learnt end to end",
        "first only",
        "pseudo-unseen labels, each method's chosen one",
    ):
        assert part in text
    with (tmp_path / "out" / experiment.CSV).open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    assert {line["population"] for line in lines if line["part"] == "nih"} == {"all", "first", "second"}
    assert {line["seen_labels"] for line in lines if line["part"] == "composed"} == {"3", "5"}
    alone = [r for r in found.metrics["rows"] if r["method"] == rows.SOURCE_ALONE]
    assert len(alone) == 1 and 0 <= alone[0]["unseen"]["value"] <= 1


def test_a_rerun_does_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "METHODS", {n: METHODS[n] for n in ("linear_map", "dem", "classifier")})
    monkeypatch.setattr(stages, "UPPER_BOUND", ("linear_map",))
    first = experiment.run(tmp_path, tmp_path, TINY, ("phantoms",))
    path = tmp_path / queue.RUNS
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-2]) + lines[-2][:20], encoding="utf-8")  # killed while it wrote a line
    trained: list[str] = []
    kept = queue.scores

    def counted(task, method, *rest):
        trained.append(method.name)
        return kept(task, method, *rest)

    monkeypatch.setattr(queue, "scores", counted)
    again = experiment.run(tmp_path, tmp_path, TINY, ("phantoms",))
    assert len(trained) == 2 and again.text == first.text
    experiment.run(tmp_path, tmp_path, replace(TINY, seeds=3), ("phantoms",))
    assert len(trained) == 2 + 4  # the new seed alone


def test_runs_of_other_settings_are_refused(tmp_path: Path) -> None:
    (tmp_path / queue.RUNS).write_text(json.dumps({"run": "x", "settings": "other"}) + "\n", encoding="utf-8")
    with pytest.raises(WrongUsage, match="other settings"):
        experiment.run(tmp_path, tmp_path, TINY, ("phantoms",))
    assert replace(TINY, seeds=9, rounds=3).digest == TINY.digest != replace(TINY, train=31).digest


@pytest.mark.parametrize(
    ("out", "settings", "parts", "said"),
    [
        (False, TINY, ("phantoms",), "--out"),
        (True, TINY, ("fundus",), "no part 'fundus'"),
        (True, replace(TINY, seeds=0), ("phantoms",), "0 seeds"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_done(tmp_path: Path, out, settings, parts, said) -> None:
    with pytest.raises(WrongUsage, match=said):
        experiment.run(tmp_path, tmp_path / "new" if out else None, settings, parts)
    assert not (tmp_path / "new").exists()


def test_selection_sees_no_unseen_label_and_no_test_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    plain = images.phantoms
    monkeypatch.setattr(images, "phantoms", lambda *rest: drawn.append(rest[4]) or plain(*rest))
    task = stages.pseudo_unseen(TINY, lambda *a, **k: None)
    assert drawn == [0]  # never the test phantoms
    assert not set(task.test.labels) & set(UNSEEN) and set(task.test.labels) == set(SEEN)
    assert task.train.labels == task.test.labels[: task.seen]
    assert not set(task.train.patients) & set(task.test.patients)
    carried = {p for p, t in zip(task.test.patients, task.test.targets, strict=True) if t[task.seen :].any()}
    assert carried and not carried & set(task.train.patients)


def test_an_ablation_takes_the_choice_of_its_system(tmp_path: Path) -> None:
    several = replace(TINY, dropouts=(0.0, 0.3))
    chosen = selection.choose(["cxr_rank", "linear_map"], several, tmp_path, lambda *a, **k: None)
    kept = json.loads((tmp_path / selection.FILE).read_text("utf-8"))
    assert set(kept) == {"cxr_ml_gzsl", "linear_map"} and set(chosen) == {"cxr_rank", "linear_map"}
    assert len(kept["cxr_ml_gzsl"]) == 2 and len(kept["linear_map"]) == 1  # a closed form drops no words
    best = max(kept["cxr_ml_gzsl"], key=lambda row: row["worth"])
    assert chosen["cxr_rank"].word_dropout == best["head"]["word_dropout"]


def test_folds_part_patients(tmp_path: Path) -> None:
    names = [f"p{k}" for k in range(200)]
    folds = [stages.fold_of(name, 3, 0) for name in names]
    assert set(folds) == {0, 1, 2} and min(map(folds.count, (0, 1, 2))) > 40
    assert folds != [stages.fold_of(name, 3, 1) for name in names]


def test_the_command_knows_it(tmp_path: Path) -> None:
    row = protocol("zero_shot_experiment")
    assert row.options() == {"parts": stages.HEADS_ALONE, "seeds": 3}
    with pytest.raises(WrongUsage, match="no part"):
        experiment.evaluate(
            Request(tmp_path, row.accepted[0], out=tmp_path, options=row.options(parts=("x",)))
        )


def test_labels_of_the_task_come_seen_first() -> None:
    assert (*SEEN, *UNSEEN) == NIH

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine import weights
from engine.errors import Cancelled, TooFewSamples
from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.inference.grading import GradingPredictor
from engine.inference.predictor import Picture
from engine.models.zoom_in_net import NetworkConfig
from engine.records import ImageInfo
from engine.training.loop import LoopConfig
from engine.training.recipes import zoom_in_net as recipe
from engine.training.recipes import zoom_in_net_report
from engine.training.recipes.zoom_in_net_replay import PREFIX

SLIM = {"channels": [8, 8, 8, 16], "stem_type": "", "stem_width": 8}
TINY = recipe.Config(
    network=NetworkConfig(96, 240, 39, 4, 64, "resnet10t", SLIM, "resnet10t", SLIM, hidden=8),
    main_loop=LoopConfig(2, 1e-3),
    attention_loop=LoopConfig(2, 1e-3),
    whole_loop=LoopConfig(2, 1e-3, accumulate=2),
    batch=6,
    whole_batch=4,
    views=1,
    balance=(1.0, 0.5),
    quarter_turns=False,
    colour=1.0,
    surrogate=0.3,
    ordinal=1.0,
    phantom_pairs=2,
    phantom_share=0.25,
    held_back=0.3,
    test_phantom_pairs=2,
    replay=5,
    pretrained="never",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve small phantoms as a folder with a manifest."""
    root, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    lines = ["task,file,patient,dr_grade,dme_risk"]
    for k in range(12):
        phantom = fundus(sample_fundus(rng, grade=k % 5), 120)
        assert cv2.imwrite(str(root / f"{k}.png"), phantom.rgb[..., ::-1])
        lines.append(f"dr_grade,{k}.png,p{k},{phantom.grade},{phantom.dme}")
    (root / "manifest.csv").write_text("\n".join(lines) + "\n")
    return root


def test_trains_on_images_and_phantoms_and_tells_what_it_found(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    texts: set[str] = set()
    card = recipe.train(data, out, TINY, lambda done, total, text="", **values: texts.add(text))
    assert weights.verify(out) == card
    assert {"phase 1 of 3: M-Net", "phase 2 of 3: A-Net", "phase 3 of 3: all of Zoom-in-Net"} <= texts
    held = card.metrics["real, held back by patient"]
    assert card.metrics["training images"] + held["images"] == 12
    assert not card.metrics["calibrated"]  # too few held back
    assert card.real_images
    assert "CC BY 4.0" in card.licence
    assert out.with_suffix(".md").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"model.safetensors", "model.md"}
    tensors, _ = weights.load(out)
    assert tensors[PREFIX + "main"].shape == (5, 16)


def test_the_same_seed_gives_the_same_weights_also_after_an_interruption(tmp_path: Path) -> None:
    config = replace(TINY, test_phantom_pairs=0, whole_loop=replace(TINY.whole_loop, checkpoint_every=1))
    whole = recipe.train(None, tmp_path / "a.safetensors", config)

    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        if text.startswith("phase 3") and done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        recipe.train(None, tmp_path / "b.safetensors", config, stop)
    resumed = recipe.train(None, tmp_path / "b.safetensors", config)
    assert resumed.content_sha256 == whole.content_sha256
    assert not resumed.real_images


def test_phases_of_other_settings_are_not_taken_over(tmp_path: Path) -> None:
    config = replace(TINY, test_phantom_pairs=0, seed=1)

    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        if text.startswith("phase 2"):
            raise Cancelled

    with pytest.raises(Cancelled):
        recipe.train(None, tmp_path / "a.safetensors", replace(config, ordinal=0.0), stop)
    assert [path.name for path in tmp_path.iterdir()] == ["a.main.phase"]
    mixed = recipe.train(None, tmp_path / "a.safetensors", config)
    assert mixed.content_sha256 == recipe.train(None, tmp_path / "b.safetensors", config).content_sha256


def test_regression_with_thresholds_growing_inputs_and_other_squares(tmp_path: Path) -> None:
    network = replace(TINY.network, fit="circle", illumination="graham")
    config = replace(
        TINY, network=network, regression=1.0, thresholds=True, grow=(48, 64), test_phantom_pairs=1,
        main_loop=LoopConfig(3, 1e-3),
    )  # fmt: skip
    card = recipe.train(None, tmp_path / "a.safetensors", config)
    limits = card.config["thresholds"]
    assert len(limits) == 4
    assert list(limits) == sorted(limits)
    assert (card.config["fit"], card.config["illumination"]) == ("circle", "graham")
    predictor = GradingPredictor.load(tmp_path / "a.safetensors", "cpu")
    rgb = fundus(sample_fundus(np.random.default_rng(1), 2), 200).rgb
    info = ImageInfo(Path("a.png"), "", "png", *rgb.shape[:2], samples=3)
    (said,) = predictor.predict([Picture(info, rgb)])
    scores = said.grade or said.withheld
    assert scores is not None
    expected = sum(k * p for k, p in enumerate(scores.probabilities))
    assert scores.grade == sum(expected >= limit for limit in limits)


def test_nothing_to_train_on(tmp_path: Path) -> None:
    with pytest.raises(TooFewSamples):
        recipe.train(None, tmp_path / "x.safetensors", replace(TINY, phantom_pairs=0))


def test_fine_tuning_hands_version_seed_and_device_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(recipe, "tune", lambda *arguments: seen.extend(arguments))
    recipe.fine_tune(
        tmp_path, [], lambda of: None, tmp_path, replace(TINY, version="9", seed=4, device="cpu")
    )
    assert seen[4] == replace(TINY.tuning, version="9", seed=4, device="cpu")


def test_paper_values_are_the_defaults() -> None:
    config = recipe.CONFIGS["paper"]
    loops = (config.main_loop, config.attention_loop, config.whole_loop)
    assert all(
        (loop.optimizer, loop.lr, loop.momentum, loop.schedule, loop.decay_every)
        == ("sgd", 1e-5, 0.9, "step", 20_000)
        for loop in loops
    )
    assert config.whole_loop.accumulate == 12
    assert config.quarter_turns
    assert config.ordinal == 0


def test_the_shipped_sizes_keep_the_paper_s_proportions() -> None:
    paper, ours = recipe.CONFIGS["paper"].network, recipe.COMPACT.network
    ratio: Callable[[NetworkConfig], tuple[float, float]] = lambda c: (  # noqa: E731
        c.window / c.input_size,
        c.high_size / c.input_size,
    )
    assert ratio(ours) == pytest.approx(ratio(paper), rel=0.01)


def test_report_of_known_answers() -> None:
    grades = np.arange(60) % 5
    logits = np.eye(5)[grades] * 4.0
    answers = zoom_in_net_report.Answers(
        logits, logits[:, ::-1], logits, np.zeros((60, 0)), grades, grades % 3, tuple(map(str, range(60)))
    )
    metrics, temperature = zoom_in_net_report.report(answers, calibrate=True)
    assert metrics["quadratic kappa"] == "1.000 (1.000–1.000)"
    assert metrics["quadratic kappa, M-Net alone"].startswith("-1.000")
    assert metrics["recall of grades 0–4"] == [1.0] * 5
    assert temperature is not None
    assert temperature < 0.5  # always right: more sure than its logits
    assert metrics["calibration error after temperature, cross-fitted"] < metrics["calibration error"]
    assert "macular oedema risk 0–2, quadratic kappa" not in metrics


def test_a_temperature_that_does_not_help_is_not_taken() -> None:
    """One half of the patients is answered rightly and the other wrongly: neither tells of the other."""
    grades = np.tile(np.arange(5), 12)
    right = np.arange(60) % 2 == 0
    logits = np.eye(5)[grades] * np.where(right, 3.0, -3.0)[:, None]
    patients = tuple(f"{k:02d}" for k in range(60))
    answers = zoom_in_net_report.Answers(
        logits, logits, logits, np.zeros((60, 0)), grades, np.full(60, -1), patients
    )
    metrics, temperature = zoom_in_net_report.report(answers, calibrate=True)
    assert temperature is None
    after = metrics["log-likelihood loss after temperature, cross-fitted"]
    assert after > metrics["log-likelihood loss"]

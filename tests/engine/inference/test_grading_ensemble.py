from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import IncompatibleModel
from engine.inference import loading
from engine.inference.grading import GradingPredictor
from engine.inference.grading_ensemble import EnsemblePredictor
from engine.inference.predictor import Options, Picture
from engine.records import ImageInfo
from tests.engine.evaluation.fundus_fakes import RETINA, network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models")
    for seed in (1, 2, 3):
        network(made / f"{seed}.safetensors", seed)
    return made


def picture(pixels: np.ndarray = RETINA) -> Picture:
    return Picture(ImageInfo(Path("a.png"), "", "png", *pixels.shape[:2], samples=3), pixels)


def test_the_mean_of_the_members(folder: Path) -> None:
    predictor = loading.load("zoom_in_net", lambda _: folder, "cpu")
    assert isinstance(predictor, EnsemblePredictor)
    texts: list[str] = []
    (said,) = predictor.predict(
        [picture()], Options(evidence=True), lambda done, total, text="", **values: texts.append(text)
    )
    members = [GradingPredictor.load(f, "cpu").predict([picture()])[0] for f in sorted(folder.iterdir())]
    assert said.grade is not None
    mean = np.mean([m.grade.probabilities for m in members if m.grade], axis=0)
    assert said.grade.probabilities == pytest.approx(tuple(mean), abs=5e-3)
    assert said.grade.grade == int(np.argmax(said.grade.probabilities))
    assert said.grade.models == 3
    assert said.grade.calibrated is False
    assert said.boxes == members[0].boxes
    assert set(said.maps) == set(members[0].maps)
    assert said.model.version == "t + t + t"
    assert any("model 3 of 3" in text for text in texts)


def test_an_ungradable_image_stays_ungradable(folder: Path) -> None:
    (said,) = EnsemblePredictor.load(folder, "cpu").predict([picture(np.zeros((99, 99, 3), np.uint8))])
    assert said.grade is None
    assert said.withheld is not None
    assert said.withheld.models == 3


def test_a_folder_without_weights(tmp_path: Path) -> None:
    with pytest.raises(IncompatibleModel, match="no weights in this folder"):
        loading.load("zoom_in_net", lambda _: tmp_path, "cpu")

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from viewer.app import Lynceus
from viewer.screenshots import SIZE, take


def test_pictures_of_both_modalities_are_saved(lynceus: Lynceus, tmp_path: Path):
    assert take(lynceus, tmp_path / "shots") == 0
    names = sorted(path.name for path in (tmp_path / "shots").iterdir())
    assert names == ["chest_1.png", "chest_2.png", "fundus_1.png", "fundus_2.png"]
    image = cv2.imread(str(tmp_path / "shots" / "fundus_1.png"))
    assert image.shape == (SIZE[1], SIZE[0], 3)
    middle = image[200:500, 300:1000]
    assert middle.std() > 10  # the photographs are there, not an empty canvas


def test_without_a_project_it_says_so(
    make_lynceus: Callable[[], Lynceus], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert take(make_lynceus(), tmp_path) == 3
    assert "no project" in capsys.readouterr().err

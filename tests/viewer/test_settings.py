from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import StoreUnavailable
from viewer.settings import MAX_RECENT, SETTINGS, Settings


def test_defaults_until_something_is_set(tmp_path: Path):
    settings = Settings(tmp_path / "s.toml")
    assert {s.name: settings[s.name] for s in SETTINGS} == {s.name: s.default for s in SETTINGS}
    assert not (tmp_path / "s.toml").exists()


def test_all_kinds_come_back(tmp_path: Path):
    path = tmp_path / "deep" / "s.toml"
    settings = Settings(path)
    settings["reader"] = 'Dr. "Ä" \\ x'
    settings["show_masks"] = False
    settings["fundus_opacity"] = 0.25
    settings["brush_size"] = 7
    settings["keys"] = {"review.accept": "Space", "view.fit": "["}
    settings.add_recent(Path("/a b/ü"))
    again = Settings(path)
    for name in ("reader", "show_masks", "fundus_opacity", "brush_size", "keys", "recent_projects"):
        assert again[name] == settings[name], name
    assert again.problem is None


def test_environment_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LYNCEUS_CONFIG", str(tmp_path / "own"))
    Settings()["reader"] = "B"
    assert (tmp_path / "own" / "settings.toml").is_file()


@pytest.mark.parametrize(
    ("name", "value"), [("show_masks", 1), ("theme", "pink"), ("brush_size", "9"), ("brush_size", True)]
)
def test_values_of_another_kind_are_refused(tmp_path: Path, name: str, value: object):
    settings = Settings(tmp_path / "s.toml")
    with pytest.raises(ValueError, match=name):
        settings[name] = value


def test_a_damaged_file_is_told_and_the_defaults_hold(tmp_path: Path):
    path = tmp_path / "s.toml"
    path.write_text("reader = [unclosed")
    settings = Settings(path)
    assert settings.problem is not None and str(path) in str(settings.problem)
    assert settings["theme"] == "dark"
    assert path.read_text() == "reader = [unclosed"


def test_unknown_names_of_a_newer_version_do_no_harm(tmp_path: Path):
    path = tmp_path / "s.toml"
    path.write_text('reader = "C"\nfuture = 3\n')
    assert Settings(path)["reader"] == "C"


def test_a_place_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("")
    settings = Settings(tmp_path / "file" / "s.toml")
    with pytest.raises(StoreUnavailable, match=r"s\.toml"):
        settings["reader"] = "D"


def test_recent_projects_newest_first_and_few(tmp_path: Path):
    settings = Settings(tmp_path / "s.toml")
    for n in range(MAX_RECENT + 3):
        settings.add_recent(Path(f"/p{n}"))
    settings.add_recent(Path("/p5"))
    assert settings["recent_projects"][0] == "/p5"
    assert len(settings["recent_projects"]) == MAX_RECENT
    assert settings["recent_projects"].count("/p5") == 1


def test_a_reader_without_a_name_is_called_by_the_account(tmp_path: Path):
    settings = Settings(tmp_path / "s.toml")
    assert settings.reader
    settings["reader"] = "E"
    assert settings.reader == "E"

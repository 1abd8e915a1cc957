"""The one table of settings, kept as TOML in the platform's configuration folder."""

from __future__ import annotations

import getpass
import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from engine.errors import EngineError, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, default (whose type is its type) and what it does."""

    name: str
    default: str | bool | int | float | list[str] | dict[str, str]
    description: str
    choices: tuple[str, ...] = ()


SETTINGS: tuple[Setting, ...] = (
    Setting("reader", "", "Your name or initials; every correction carries it"),
    Setting("language", "system", "Language, from the next start on", ("system", "en", "de")),
    Setting("theme", "dark", "Colours of the window", ("dark", "light")),
    Setting("font_scale", 1.0, "Size of all texts, 1.0–2.0"),
    Setting("fundus_opacity", 0.6, "Opacity of lesion masks, 0–1"),
    Setting("evidence_opacity", 0.5, "Opacity of evidence maps, 0–1"),
    Setting("show_masks", True, "Show lesion masks when a case opens"),
    Setting("show_boxes", True, "Show region boxes when a case opens"),
    Setting("auto_predict", True, "Run the models on images as soon as they are imported"),
    Setting("allow_downloads", False, "Allow the engine to download published base weights"),
    Setting("image_cache_mb", 208, "Memory for decoded images, MB"),
    Setting("thumbnail_cache_mb", 48, "Memory for thumbnails, MB"),
    Setting("smooth_zoom", True, "Smooth magnified pixels instead of showing squares"),
    Setting("brush_size", 24, "Brush diameter in image pixels"),
    Setting("tour_seen", False, "The tour was shown"),
    Setting("recent_projects", [], "Projects opened last, newest first"),
    Setting("keys", {}, "Your own keys: command -> keys, separated by spaces"),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}
MAX_RECENT = 8


def config_folder() -> Path:
    """Folder of the settings; ``LYNCEUS_CONFIG`` overrides the platform's."""
    chosen = os.environ.get("LYNCEUS_CONFIG")
    return Path(chosen) if chosen else Path(platformdirs.user_config_dir("lynceus"))


class Settings:
    """Values of all settings; each change is written at once, atomically.

    Parameters
    ----------
    path
        The TOML file; need not exist.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or config_folder() / "settings.toml"
        self.problem: EngineError | None = None
        self._values: dict[str, Any] = {}
        self._read()

    def __getitem__(self, name: str) -> Any:
        default = BY_NAME[name].default
        value = self._values.get(name, default)
        if isinstance(value, list | dict):
            return value.copy()
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[name] = _checked(BY_NAME[name], value)
        self._write()

    def __iter__(self) -> Iterator[Setting]:
        return iter(SETTINGS)

    @property
    def reader(self) -> str:
        """Name that corrections carry: the setting, else the account's name."""
        return str(self["reader"]) or _account()

    def add_recent(self, project: Path) -> None:
        """Put a project at the head of the recent ones."""
        others = [entry for entry in self["recent_projects"] if entry != str(project)]
        self["recent_projects"] = [str(project), *others][:MAX_RECENT]

    def _read(self) -> None:
        if not self.path.is_file():
            return
        try:
            values = tomllib.loads(self.path.read_text(encoding="utf-8"))
            known = {name: value for name, value in values.items() if name in BY_NAME}
            self._values = {name: _checked(BY_NAME[name], value) for name, value in known.items()}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError) as error:
            self.problem = EngineError(
                f"the settings cannot be read ({error})",
                self.path,
                "The defaults are used; mend or delete it.",
            )

    def _write(self) -> None:
        lines = [f"{name} = {_toml(value)}" for name, value in self._values.items()]
        unfinished = self.path.with_suffix(".unfinished")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
            unfinished.replace(self.path)
        except OSError as error:
            raise StoreUnavailable(
                f"the settings cannot be written ({error.strerror})",
                self.path,
                "Free space or allow writing there.",
            ) from error


def _checked(setting: Setting, value: Any) -> Any:
    kind = type(setting.default)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{setting.name} must be of type {kind.__name__}, not {value!r}")
    if setting.choices and value not in setting.choices:
        raise ValueError(f"{setting.name} must be one of {', '.join(setting.choices)}, not {value!r}")
    return value


def _toml(value: Any) -> str:
    """A value as TOML; JSON strings are TOML basic strings."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    return json.dumps(value)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such account: some containers
        return "reader"

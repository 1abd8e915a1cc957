"""Several reads of one state."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.store.project import create_project


def test_reads_in_a_snapshot_see_one_state_and_those_after_it_the_new_one(tmp_path: Path) -> None:
    with create_project(tmp_path / "p") as project:
        project.set_setting("images", "before")

        def write() -> None:
            project.set_setting("images", "after")

        with project.snapshot():
            assert project.setting("images") == "before"
            other = threading.Thread(target=write)
            other.start()
            other.join()
            assert project.setting("images") == "before"
            with project.snapshot():
                assert project.setting("images") == "before"
            assert project.setting("images") == "before"
        assert project.setting("images") == "after"


def test_another_thread_has_its_own(tmp_path: Path) -> None:
    with create_project(tmp_path / "p") as project:
        project.set_setting("images", "before")
        seen: list[str] = []
        with project.snapshot():
            assert project.setting("images") == "before"
            for value in ("after", None):
                work = (
                    (lambda v=value: project.set_setting("images", v))
                    if value
                    else (lambda: seen.append(project.setting("images")))
                )
                thread = threading.Thread(target=work)
                thread.start()
                thread.join()
        assert seen == ["after"]


def test_an_error_in_it_ends_it(tmp_path: Path) -> None:
    with create_project(tmp_path / "p") as project:
        with pytest.raises(KeyError), project.snapshot():
            raise KeyError
        project.set_setting("images", "phantoms")
        assert project.setting("images") == "phantoms"

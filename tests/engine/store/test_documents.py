"""Named values: the newest counts, taken away stays away, what is no JSON is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.project import create_project, open_project


def test_the_newest_value_of_a_name_counts_and_survives_closing(tmp_path: Path) -> None:
    with create_project(tmp_path) as project:
        project.put_document("filter", "urgent", {"score": [0.5, 1]}, "anna")
        project.put_document("filter", "second", [1, 2])
        project.put_document("filter", "urgent", {"score": [0.7, 1]}, "anna")
        project.put_document("atlas", "urgent", "another kind")
    with open_project(tmp_path) as project:
        assert project.document("filter", "urgent") == {"score": [0.7, 1]}
        assert list(project.documents("filter").items()) == [
            ("urgent", {"score": [0.7, 1]}),
            ("second", [1, 2]),
        ]


def test_what_is_taken_away_is_gone_and_may_come_back(tmp_path: Path) -> None:
    with create_project(tmp_path) as project:
        assert project.document("filter", "none") is None
        project.put_document("filter", "mine", 1)
        project.put_document("filter", "mine", None)
        assert project.document("filter", "mine") is None
        assert project.documents("filter") == {}
        project.put_document("filter", "mine", 2)
        assert project.documents("filter") == {"mine": 2}


@pytest.mark.parametrize("value", [{1, 2}, float("nan")])
def test_what_is_no_json_is_refused(tmp_path: Path, value: object) -> None:
    with create_project(tmp_path) as project:
        with pytest.raises((TypeError, ValueError)):
            project.put_document("filter", "bad", value)
        assert project.documents("filter") == {}

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence

from viewer.actions import BY_ID, COMMANDS, MENUS, When, available, conflicts, keys_of


def test_ids_are_unique_and_menus_known():
    assert len(BY_ID) == len(COMMANDS)
    assert {command.menu.split(" > ")[0] for command in COMMANDS} == set(MENUS)


def test_no_key_means_two_things_at_one_time():
    assert conflicts() == []


def test_a_changed_key_that_clashes_is_found():
    assert conflicts(changed={"review.reject": "U"}) == ["U: review.reject and review.unsure"]


def test_every_default_key_is_one_that_qt_understands():
    for command in COMMANDS:
        for key in command.keys:
            assert QKeySequence(key).count() == 1, (command.id, key)
            assert QKeySequence(key)[0].key() != 0x1FFFFFF, (command.id, key)  # Key_unknown


@pytest.mark.parametrize(
    ("command", "key"),
    [
        ("review.next", "D"),
        ("review.previous", "A"),
        ("review.next_unreviewed", "N"),
        ("review.accept", "Return"),
        ("review.reject", "X"),
        ("review.unsure", "U"),
        ("edit.comment", "C"),
        ("edit.ungradable", "Q"),
        ("review.other_eye", "Y"),
        ("review.grade_3", "3"),
        ("review.finding_9", "9"),
        ("review.find_label", "/"),
        ("view.region_4", "Shift+4"),
        ("view.window_1", "Alt+1"),
        ("view.masks", "M"),
        ("view.boxes", "B"),
        ("view.labels", "L"),
        ("view.invert", "I"),
        ("view.red_free", "G"),
        ("view.reset", "R"),
        ("masks.edit", "E"),
        ("masks.leave", "Esc"),
        ("masks.smaller", "["),
        ("masks.larger", "]"),
        ("masks.next_class", "Tab"),
        ("masks.fill", "F"),
        ("masks.keep_others", "K"),
        ("edit.undo", "Ctrl+Z"),
        ("edit.redo", "Ctrl+Shift+Z"),
        ("help.keys", "F1"),
        ("view.next_pane", "F6"),
    ],
)
def test_keys_that_users_were_promised(command: str, key: str):
    assert key in BY_ID[command].keys


def test_digits_work_unshifted_on_a_french_keyboard():
    assert [BY_ID[f"review.grade_{g}"].keys[1] for g in range(5)] == ["à", "&", "é", '"', "'"]


def test_own_keys_replace_the_defaults():
    assert keys_of(BY_ID["review.accept"], {"review.accept": "Space G"}) == ("Space", "G")
    assert keys_of(BY_ID["review.accept"], {}) == ("Return", "Enter")


def test_grades_only_on_fundus_and_findings_only_on_chest():
    def usable(when: When, modality: str, editing: bool = False) -> bool:
        return available(when, project=True, modality=modality, editing=editing)

    assert usable(When.FUNDUS, "fundus") and not usable(When.FUNDUS, "chest")
    assert usable(When.CHEST, "chest") and not usable(When.CHEST, "fundus")
    assert not usable(When.FUNDUS, "fundus", editing=True)
    assert usable(When.EDIT, "fundus", editing=True) and not usable(When.EDIT, "fundus")
    assert not available(When.PROJECT, project=False, modality="", editing=False)

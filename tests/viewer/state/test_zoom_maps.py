from __future__ import annotations

from viewer.state.zoom_maps import KINDS, MapChoice, levels_of


def test_every_map_can_be_reached_in_turn():
    choice, seen = MapChoice(), set()
    for _ in KINDS:
        choice = choice.next_kind()
        for _ in range(6):
            choice = choice.next_level()
            seen.add(choice.name(2))
    assert seen == {f"{kind}/{level}" for kind in KINDS for level in range(5)}
    assert choice == MapChoice()


def test_without_a_level_it_is_the_map_of_the_models_grade():
    assert MapChoice("score").name(3) == "score/3"
    assert MapChoice("score").name(0) == "score/0"
    assert MapChoice("attention").name(None) == "attention/1"
    assert MapChoice("attention", 4).name(3) == "attention/4"


def test_the_levels_that_a_prediction_has():
    assert levels_of(["score/0", "score/2", "gated/1", "evidence/x", "score/x"], "score") == (0, 2)
    assert levels_of([], "gated") == ()

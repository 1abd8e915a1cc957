from __future__ import annotations

import copy
import inspect

import pytest

from engine import errors
from engine.errors import Cancelled, EngineError, UnreadableImage

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


def test_the_message_says_where_what_and_what_to_do():
    error = UnreadableImage("is empty", "a.png", "Copy it again.")
    assert str(error) == "a.png: is empty. Copy it again."
    assert (error.what, error.where, error.remedy) == ("is empty", "a.png", "Copy it again.")
    assert str(EngineError("failed")) == "failed"
    assert str(EngineError("failed", remedy="Try again.")) == "failed. Try again."
    assert str(EngineError("failed", 3)) == "3: failed"


def test_a_message_is_one_line_whatever_is_put_into_it():
    assert str(EngineError("one\ntwo\r\n\tthree", "a\nb")) == "a b: one two three"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_one_root_says_what_it_means_and_survives_a_copy(kind):
    assert issubclass(kind, EngineError)
    assert kind.__doc__
    error = copy.copy(kind("what", "where", "remedy"))
    assert type(error) is kind
    assert (error.what, error.where, error.remedy) == ("what", "where", "remedy")


def test_cancelled_needs_no_words():
    assert str(Cancelled()) == "cancelled"

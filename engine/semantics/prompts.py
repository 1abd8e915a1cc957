"""Which text stands for a label before a language model reads it."""

from __future__ import annotations

from collections.abc import Sequence

from engine import vocabulary
from engine.errors import UnknownLabel, WrongUsage
from engine.vocabulary import Term

MAX_NAME, MAX_DESCRIPTION = 200, 2000  # ours: longer texts outrun every label encoder
STYLES = ("name", "synonyms", "definition", "ensemble")
"""``name`` as in the papers; ``name + synonyms``; ``name + definition``; the mean of all three (ours)."""


def prompts(name: str, synonyms: Sequence[str], definition: str, style: str) -> tuple[str, ...]:
    """The texts whose embeddings are averaged for a label.

    Raises
    ------
    WrongUsage
        When no style has that name.
    """
    if style not in STYLES:
        raise WrongUsage(f"no prompt style is called {style!r}", remedy=f"Use one of {', '.join(STYLES)}.")
    plain = name.replace("_", " ").strip()
    also = f"{plain}, also called {', '.join(synonyms)}" if synonyms else plain
    defined = f"{plain}: {definition}" if definition else plain
    choices = {"name": (plain,), "synonyms": (also,), "definition": (defined,)}
    return choices.get(style) or (plain, also, defined)


def term_prompts(term: Term, style: str) -> tuple[str, ...]:
    """The texts of a label of the vocabulary."""
    return prompts(term.name, term.synonyms, term.definition, style)


def typed_prompts(name: str, description: str, style: str) -> tuple[str, ...]:
    """The texts of a label that a user typed; a word of the vocabulary brings its synonyms and definition.

    Raises
    ------
    WrongUsage
        When the name is empty, or the texts are too long to be read whole.
    """
    check_typed(name, description)
    try:
        known = vocabulary.term(name)
    except UnknownLabel:
        return prompts(name, (), description, style)
    return prompts(known.name, known.synonyms, description or known.definition, style)


def check_typed(name: str, description: str = "") -> None:
    """Refuse a typed label without a name, or with more text than an encoder reads.

    Raises
    ------
    WrongUsage
    """
    if not name.strip():
        raise WrongUsage("a typed label needs a name", remedy="Type a disease or finding.")
    if len(name) > MAX_NAME or len(description) > MAX_DESCRIPTION:
        raise WrongUsage(
            f"a typed label has at most {MAX_NAME} characters and {MAX_DESCRIPTION} of description",
            repr(name[:40]),
            "Shorten it.",
        )

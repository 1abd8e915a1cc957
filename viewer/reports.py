"""What the engine reports while it works, in the reader's language.

The engine speaks English; its sentences are known here as templates. One that is not known is shown as it is.
"""

from __future__ import annotations

import functools
import re

from viewer.language import term, translate

CONTEXT = "Reports"
COMPOSED = ("{0}, {1} left", "{0}, model {1} of {2}")  # the first place holds a sentence itself
TEMPLATES = (
    "clustering {0} patches",
    "comparing the images",
    "diagnosed",
    "disease similarity",
    "drawing synthetic images",
    "drawing {0}",
    "following the corrections",
    "graded",
    "grading",
    "imported",
    "labels of {0}",
    "learning corrections",
    "learning from corrected masks",
    "lesions",
    "lesions of {0}",
    "looking at the regions",
    "looking at the reviewed images",
    "looking for {0}",
    "masks of {0}",
    "measuring",
    "measuring on the held-back cases",
    "operating points of {0}",
    "ordering",
    "predicted",
    "ranking {0}",
    "reading cases",
    "reading corrected masks",
    "reading reviewed images",
    "reading what the models say",
    "reading {0}",
    "reference images of {0}",
    "similar cases",
    "similar diseases",
    "similar diseases of {0}",
    "vision-language model",
)
"""Sentences, with places for a file, a disease or a number."""


def told(text: str) -> str:
    """A report of the engine in the reader's language."""
    for template in (*COMPOSED, *sorted(TEMPLATES, key=_open)):
        found = _pattern(template).fullmatch(text)
        if found is not None:
            first, *others = found.groups() or ("",)
            values = (told(first) if template in COMPOSED else term(first), *others)
            return translate(CONTEXT, template).format(*values)
    return text


def _open(template: str) -> bool:
    """Templates without a place are looked at first: they say more."""
    return "{0}" in template


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\d\\\}", "(.+)", re.escape(template)), re.DOTALL)

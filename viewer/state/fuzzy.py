"""Finding a command by a few letters of its name: the letters in order, best where they begin words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WORD_START, NEXT_LETTER, ANY_LETTER = 6, 4, 1  # points of a letter that matches; ours
SKIPPED = 0.05  # taken off for each letter that was passed over; ours


def score(query: str, text: str) -> float | None:
    """How well a query fits a text, higher is better; None when its letters do not occur in that order.

    Case and spaces of the query do not matter. Of all ways to lay the letters the best one counts.

    >>> score("nuc", "Next unreviewed case") > score("nuc", "New user account") - 1
    True
    >>> score("zz", "Fit the image") is None
    True
    """
    letters = [c for c in query.casefold() if not c.isspace()]
    line = text.casefold()
    if not letters:
        return 0.0
    best: list[float | None] = [None] * len(line)  # of laying the letters so far, the last of them here
    for number, letter in enumerate(letters):
        current: list[float | None] = [None] * len(line)
        for place, c in enumerate(line):
            if c != letter:
                continue
            start = place == 0 or not line[place - 1].isalnum()
            points = WORD_START if start else ANY_LETTER
            if number == 0:
                current[place] = points - SKIPPED * place
                continue
            ways = [
                before
                + (max(NEXT_LETTER, points) if there == place - 1 else points)
                - SKIPPED * (place - there - 1)
                for there, before in enumerate(best[:place])
                if before is not None
            ]
            current[place] = max(ways, default=None)
        best = current
    return max((value for value in best if value is not None), default=None)


def ranked(query: str, texts: Sequence[str], usable: Iterable[bool]) -> list[int]:
    """Places of the texts that fit, best first; what cannot be used comes last, equals keep their order."""
    found = []
    for place, (text, can) in enumerate(zip(texts, usable, strict=True)):
        points = score(query, text)
        if points is not None:
            found.append((not can, -points, place))
    return [place for _, _, place in sorted(found)]

"""What one reader did since the window opened: how often as the model said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

GRADES = 5


@dataclass(slots=True)
class ReviewSession:
    """Running tally of a sitting.

    Attributes
    ----------
    grades
        Instance -> (model's grade, reader's grade), for images that have both.
    """

    grades: dict[int, tuple[int, int]] = field(default_factory=dict)

    def graded(self, instance_id: int, model: int | None, reader: int | None) -> None:
        """An eye was graded; None for the reader takes the grade back."""
        if model is None or reader is None:
            self.grades.pop(instance_id, None)
        else:
            self.grades[instance_id] = (model, reader)

    @property
    def kappa(self) -> float | None:
        """Quadratic weighted kappa of reader against model; None while it is not defined."""
        return weighted_kappa(list(self.grades.values()))


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968) over (model, reader) grades 0–4.

    None when either side used one grade only for all images: chance agreement is then total.
    """
    n = len(pairs)
    if n == 0:
        return None
    observed = sum((a - b) ** 2 for a, b in pairs) / n
    first = [sum(a == g for a, _ in pairs) / n for g in range(GRADES)]
    second = [sum(b == g for _, b in pairs) / n for g in range(GRADES)]
    expected = sum(first[i] * second[j] * (i - j) ** 2 for i in range(GRADES) for j in range(GRADES))
    return None if expected == 0 else 1.0 - observed / expected

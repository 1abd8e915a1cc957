"""The sentence under *Why*: assembled from computed facts only, nothing is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.records import Box, GradeScores, LabelScore
from engine.vocabulary import lesions


def lesion_shares(
    boxes: Sequence[Box], centers: Mapping[str, Sequence[tuple[float, float]]]
) -> dict[str, list[int]]:
    """Lesion code -> numbers (from 1) of the boxes that hold the center of at least one such lesion."""
    held = {
        code: [
            number
            for number, box in enumerate(boxes, start=1)
            if any(box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for x, y in points)
        ]
        for code, points in centers.items()
    }
    return {code: numbers for code, numbers in held.items() if numbers}


def why_grade(
    scores: GradeScores,
    boxes: Sequence[Box],
    centers: Mapping[str, Sequence[tuple[float, float]]],
) -> str:
    """What lies in the regions, and what the zoomed regions changed against M-Net alone."""
    return " ".join(
        part for part in (_regions(boxes, centers), _against_main(scores), _fellow(scores)) if part
    )


def _regions(boxes: Sequence[Box], centers: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    if not boxes:
        return "No region responded."
    shares = lesion_shares(boxes, centers)
    if not shares:
        return "No segmented lesion lies in the regions."
    names = {term.code: term.name.lower() for term in lesions()}
    by_regions: dict[tuple[int, ...], list[str]] = {}
    for code, numbers in shares.items():
        by_regions.setdefault(tuple(numbers), []).append(_plural(names.get(code, code)))
    sentences = []
    for held, kinds in by_regions.items():
        where = f"region{'s' if len(held) > 1 else ''} {listed([str(n) for n in held])}"
        sentences.append(f"{listed(kinds)} in {where}")
    text = "; ".join(sentences)
    return f"{text[0].upper()}{text[1:]}."


def _against_main(scores: GradeScores) -> str:
    if not scores.main_probabilities:
        return ""
    main, full = scores.main_probabilities, scores.probabilities
    first = max(range(len(main)), key=main.__getitem__)
    text = f"M-Net alone says {first} ({main[first]:.2f})"
    moved = max(range(len(full)), key=lambda g: abs(full[g] - main[g]))
    if abs(full[moved] - main[moved]) < 0.005:
        return f"{text}; the zoomed regions change nothing."
    verb = "raise" if full[moved] > main[moved] else "lower"
    return f"{text}, the zoomed regions {verb} {moved} to {full[moved]:.2f}."


def _fellow(scores: GradeScores) -> str:
    return "The fellow eye took part." if scores.fellow_used else "Graded without the fellow eye."


def why_finding(label: LabelScore, rank: int, total: int) -> str:
    """Whose evidence is shown, where it stands in the ranking and how it came to be known."""
    known = "typed by a reader" if label.typed else "seen in training" if label.seen else "unseen in training"
    return f"Evidence for {label.name}: relevance {label.score:.2f}, {rank} of {total}, {known}"


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _plural(name: str) -> str:
    return name if name.endswith("s") or "neovascul" in name else f"{name}s"

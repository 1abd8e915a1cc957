"""The sentence under *Why*: assembled from computed facts only, nothing is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.records import Box, GradeScores, LabelScore
from engine.vocabulary import Term, lesions
from viewer import language
from viewer.language import translate


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
        part
        for part in (_regions(boxes, centers), _against_main(scores), scores.disagreement, _fellow(scores))
        if part
    )


def _regions(boxes: Sequence[Box], centers: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    if not boxes:
        return translate("Why", "No region responded.")
    shares = lesion_shares(boxes, centers)
    if not shares:
        return translate("Why", "No segmented lesion lies in the regions.")
    names = {term.code: plural(term, sentence=True) for term in lesions()}
    by_regions: dict[tuple[int, ...], list[str]] = {}
    for code, numbers in shares.items():
        by_regions.setdefault(tuple(numbers), []).append(names.get(code, code))
    sentences = []
    for held, kinds in by_regions.items():
        one, several = translate("Why", "{0} in region {1}"), translate("Why", "{0} in regions {1}")
        places = listed([str(n) for n in held])
        sentences.append((several if len(held) > 1 else one).format(listed(kinds), places))
    text = "; ".join(sentences)
    return f"{text[0].upper()}{text[1:]}."


def _against_main(scores: GradeScores) -> str:
    if not scores.main_probabilities:
        return ""
    main, full = scores.main_probabilities, scores.probabilities
    first = max(range(len(main)), key=main.__getitem__)
    moved = max(range(len(full)), key=lambda g: abs(full[g] - main[g]))
    if abs(full[moved] - main[moved]) < 0.005:
        text = translate("Why", "M-Net alone says {0} ({1:.2f}); the zoomed regions change nothing.")
        return text.format(first, main[first])
    raised = translate("Why", "M-Net alone says {0} ({1:.2f}), the zoomed regions raise {2} to {3:.2f}.")
    lowered = translate("Why", "M-Net alone says {0} ({1:.2f}), the zoomed regions lower {2} to {3:.2f}.")
    text = raised if full[moved] > main[moved] else lowered
    return text.format(first, main[first], moved, full[moved])


def _fellow(scores: GradeScores) -> str:
    if scores.fellow_used:
        return translate("Why", "The fellow eye took part.")
    return translate("Why", "Graded without the fellow eye.")


def why_finding(label: LabelScore, rank: int, total: int) -> str:
    """Whose evidence is shown, where it stands in the ranking and how it came to be known."""
    text = translate("Why", "Evidence for {0}: relevance {1:.2f}, {2} of {3}, unseen in training")
    if label.seen:
        text = translate("Why", "Evidence for {0}: relevance {1:.2f}, {2} of {3}, seen in training")
    if label.typed:
        text = translate("Why", "Evidence for {0}: relevance {1:.2f}, {2} of {3}, typed by a reader")
    return text.format(language.term(label.name), label.score, rank, total)


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) == 1:
        return words[0]
    return translate("Why", "{0} and {1}").format(", ".join(words[:-1]), words[-1])


def plural(lesion: Term, sentence: bool = False) -> str:
    """Several of a lesion in the reader's language, as it is written within a sentence or by itself."""
    name = lesion.name if lesion.code == "NV" else f"{lesion.name}s"
    return translate("Lesions", name.lower() if sentence else name)

"""What the engine says while it works and of what it found, in the reader's language.

The engine speaks English, and its notes are stored so; the sentences are known here as templates. One that is
not known is shown as it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from viewer.language import term, translate

REPORTS, NOTES = "Reports", "Notes"
COMPOSED = ("{0}, {1} left", "{0}, model {1} of {2}")  # the first place holds a sentence itself
REPORT_TEMPLATES = (
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
"""Reports of work under way, with places for a file, a disease or a number."""

NOTE_TEMPLATES = (
    "Graded alone: there is no image of the fellow eye.",
    "Graded alone: the other image is said to be of the same eye.",
    "Graded alone: the file of the fellow eye holds the very same picture.",
    "Graded alone: which eye each image shows is not known.",
    "Graded alone: the image of the fellow eye cannot be graded.",
    "Graded alone: the image of the fellow eye could not be read.",
    "No suspicious region: nothing in the image speaks for the predicted grade more than against it.",
    "The image is only {0}×{1} pixels: small lesions cannot be seen.",
    "The image cannot be graded: no retina can be seen in it.",
    "The image cannot be graded: it is too dark.",
    "The image cannot be graded: it is overexposed.",
    "The image cannot be graded: it is blurred.",
    "The image cannot be graded: no vessels can be seen in it.",
    "Said to be a right eye, but the optic disc lies where a left eye has it: check the laterality.",
    "Said to be a left eye, but the optic disc lies where a right eye has it: check the laterality.",
    "M-Net alone says {0}, with the zoomed regions it is {1}; without region {2} it would stay {3}.",
    "M-Net alone says {0}, with the zoomed regions it is {1}; region {2} does most of it "
    "({3} of the expected grade).",
    "M-Net alone says {0}, with the zoomed regions it is {1}; no single region explains it.",
    "Disease similarity was trained on synthetic images only: unproven on photographs.",
    "{0} was trained on synthetic images only: its mask is unproven on photographs.",
    "{0} was trained on synthetic images only: no mask is given.",
    "Known diseases were ranked by {0} given images of {1}.",
    "{0} is more similar but shows no lesion with a mask.",
    "Ablation: no disease similarity, every known disease is the source.",
    "Clusters were fitted on the {0} given images.",
    "Clusters were fitted on {0} synthetic images of {1} and {2} of healthy eyes.",
    "The diseased cluster is the one with more lesion area; no label of the target was used.",
    "The diseased cluster is the one with more images of the source disease; the target has no label.",
)
"""Notes of predictions and diagnoses."""


def report(text: str) -> str:
    """A report of work under way."""
    for template in COMPOSED:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            sentence, *others = found.groups()
            return translate(REPORTS, template).format(report(sentence), *others)
    return _said(REPORTS, REPORT_TEMPLATES, text)


def note(text: str) -> str:
    """A note of a prediction or a diagnosis."""
    return _said(NOTES, NOTE_TEMPLATES, text)


def _said(context: str, templates: Sequence[str], text: str) -> str:
    for template in sorted(templates, key=_open):
        found = _pattern(template).fullmatch(text)
        if found is not None:
            return translate(context, template).format(*map(term, found.groups()))
    return text


def _open(template: str) -> bool:
    """Templates without a place are looked at first: they say more."""
    return "{0}" in template


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\d\\\}", "(.+)", re.escape(template)), re.DOTALL)

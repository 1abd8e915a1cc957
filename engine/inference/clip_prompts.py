"""Which sentences stand for a label before a CLIP-type model reads them; named ensembles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import vocabulary
from engine.errors import UnknownLabel, WrongUsage
from engine.semantics.prompts import prompts


@dataclass(frozen=True, slots=True)
class PromptEnsemble:
    """Sentences a label, ``{}`` standing for its text.

    Attributes
    ----------
    present
        Their normalised embeddings are averaged to the label's vector (Radford et al., ICML 2021, section
        3.1.4).
    absent
        The same for the label's absence; where there are some, the score is the difference of both cosines,
        which orders images as the softmax over the two does (Tiu et al., Nature BME 2022: CheXzero).
    style
        Which text of a label fills them (`engine.semantics.prompts`): its name, also its synonyms …
    """

    present: tuple[str, ...]
    absent: tuple[str, ...] = ()
    style: str = "name"

    def __post_init__(self) -> None:
        if not self.present or any("{}" not in one for one in (*self.present, *self.absent)):
            raise WrongUsage(
                "a prompt ensemble needs sentences with {} for the label", remedy="Write 'a film with {}'."
            )


ENSEMBLES = {
    "name": PromptEnsemble(("{}",)),
    "chexzero": PromptEnsemble(("{}",), ("no {}",)),
    "chest": PromptEnsemble(
        (
            "a chest radiograph showing {}",
            "chest X-ray with {}",
            "findings consistent with {}",
            "there is {}",
        ),
        (
            "a chest radiograph without {}",
            "chest X-ray with no {}",
            "no findings of {}",
            "there is no {}",
        ),
        style="ensemble",
    ),
}
"""``name``: the bare label; ``chexzero``: as in Tiu et al.; ``chest``: both sides, several words (ours)."""


def ensemble(name: str) -> PromptEnsemble:
    """The ensemble of that name.

    Raises
    ------
    WrongUsage
        When there is none.
    """
    if name not in ENSEMBLES:
        raise WrongUsage(
            f"no prompt ensemble is called {name!r}", remedy=f"Use one of {', '.join(ENSEMBLES)}."
        )
    return ENSEMBLES[name]


def sentences(
    chosen: PromptEnsemble, name: str, description: str = ""
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences of presence and of absence for a label, known or typed."""
    synonyms: Sequence[str] = ()
    try:
        known = vocabulary.term(name)
        name, synonyms, description = known.name, known.synonyms, description or known.definition
    except UnknownLabel:
        pass  # typed by a reader: what was typed is all that is known of it
    texts = dict.fromkeys(text.lower() for text in prompts(name, synonyms, description, chosen.style))
    present, absent = (
        tuple(sentence.replace("{}", text) for sentence in side for text in texts)
        for side in (chosen.present, chosen.absent)
    )
    return present, absent

"""Label names of chest data sets as target and known arrays over the vocabulary's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine import vocabulary
from engine.errors import BadTable, UnknownLabel

NO_FINDING = "No Finding"
LONGEST = 200  # characters of a label; a longer cell is something else
Targets = tuple[NDArray[np.float32], NDArray[np.bool_]]


def parse_labels(names: Iterable[str], where: str) -> frozenset[str]:
    """Vocabulary names of an image's labels as a source spells them; empty for ``No Finding``.

    Raises
    ------
    BadTable
        When a label is empty, endless, not in the vocabulary, or stands beside ``No Finding``.
    """
    given = [name.strip() for name in names]
    if any(not name or len(name) > LONGEST for name in given):
        odd = next(name for name in given if not name or len(name) > LONGEST)
        what = f"a label of {len(odd)} characters ({odd[:40]!r} …)" if odd else "a label without a name"
        raise BadTable(what, where, "Mend the row.")
    try:
        found = frozenset(vocabulary.term(name).name for name in given if name != NO_FINDING)
    except UnknownLabel as error:
        raise BadTable(f"unknown label: {error}", where, "Mend the row.") from error
    if found and NO_FINDING in given:
        raise BadTable("it says No Finding and a finding", where, "Mend the row.")
    return found


def exhaustive_targets(
    present: Sequence[frozenset[str]], labels: Sequence[str], asked: Iterable[str]
) -> Targets:
    """Targets of a set whose readers looked for every label of ``asked``.

    Returns
    -------
    targets, known
        float32 and bool ``[N, L]``; labels that nobody asked about are known only where present.
    """
    targets = np.array([[name in names for name in labels] for names in present], np.float32)
    targets = targets.reshape(len(present), len(labels))
    looked_for = np.isin(np.asarray(labels), list(asked))
    return targets, (targets > 0) | looked_for


def partial_targets(
    present: Sequence[frozenset[str]], spoken: Sequence[frozenset[str] | None], labels: Sequence[str]
) -> Targets:
    """Targets of images whose source speaks of some findings only: the others are unknown.

    Parameters
    ----------
    present
        Findings of each image.
    spoken
        Findings that its source speaks of; None where it looked for all 14 of NIH ChestX-ray14.
    """
    nih = [term.name for term in vocabulary.nih_findings()]
    targets, known = exhaustive_targets(present, labels, nih)
    for row, said in enumerate(spoken):
        if said is not None:
            known[row] = np.isin(np.asarray(labels), list(said)) | (targets[row] > 0)
    return targets, known


def reviewed_targets(findings: Sequence[Mapping[str, bool]], labels: Sequence[str]) -> Targets:
    """Targets of reviewed cases: a finding that nobody touched is unknown.

    Findings beyond ``labels`` are left out.
    """
    named = [_plain(one) for one in findings]
    known = np.array([[name in one for name in labels] for one in named], np.bool_)
    targets = np.array([[one.get(name, False) for name in labels] for one in named], np.float32)
    shape = (len(named), len(labels))
    return targets.reshape(shape), known.reshape(shape)


def _plain(findings: Mapping[str, bool]) -> dict[str, bool]:
    """Findings under the vocabulary's names; a word that it does not hold stays as typed."""
    plain = {}
    for name, value in findings.items():
        try:
            plain[vocabulary.term(name).name] = value
        except UnknownLabel:
            plain[name] = value
    return plain

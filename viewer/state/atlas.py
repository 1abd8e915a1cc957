"""The lesion atlas as the gallery shows it: clusters, their sample, and names. No Qt widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.records import Box
from engine.vocabulary import lesions
from viewer import language
from viewer.language import translate

HASH = 8  # characters of a hash that are shown, as in `ModelVersion.short`
REASONS = 3  # kinds of refusal that are told one by one; ours


@dataclass(frozen=True, slots=True)
class Patch:
    """One place that the model looked at; ``box`` in stored pixels, its score the response there."""

    instance: int
    case: int
    box: Box


@dataclass(frozen=True, slots=True)
class Cluster:
    """Patches that look alike, the exemplar first; ``name`` is empty until a reader gives one."""

    name: str
    patches: tuple[Patch, ...]

    @property
    def images(self) -> tuple[int, ...]:
        """Instance ids, each once, in the order of the patches."""
        return tuple(dict.fromkeys(patch.instance for patch in self.patches))


@dataclass(frozen=True, slots=True)
class Atlas:
    """One stored atlas, see `engine.operations.atlas`."""

    version: str = ""
    sha256: str = ""
    preference: float = 0.0
    looked_at: int = 0
    of: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    clusters: tuple[Cluster, ...] = ()

    @property
    def patches(self) -> int:
        """How many places were clustered."""
        return sum(len(cluster.patches) for cluster in self.clusters)

    def sample(self) -> str:
        """``1,500 patches of 375 of 12,000 images``."""
        text = translate("Atlas", "{0} patches of {1} of {2} images")
        return text.format(*(f"{count:,}" for count in (self.patches, self.looked_at, self.of)))

    def model(self) -> str:
        """Version and hash of the model that looked."""
        text = translate("Atlas", "Zoom-in-Net {0} ({1}), preference {2:g}")
        return text.format(self.version, self.sha256[:HASH], self.preference)


def atlas_from(document: Mapping[str, Any]) -> Atlas:
    """The atlas of a project's document.

    Raises
    ------
    ValueError
        It is none: made by another version, or damaged.
    """
    try:
        sample = document["sample"]
        return Atlas(
            str(document["model"]),
            str(document["weights_sha256"]),
            float(document["preference"]),
            int(sample["images"]),
            int(sample["of"]),
            tuple((str(file), str(why)) for file, why in sample["refused"]),
            tuple(_cluster(entry) for entry in document["clusters"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no atlas: {error}") from error


def _cluster(entry: Mapping[str, Any]) -> Cluster:
    return Cluster(str(entry["name"]), tuple(_patch(patch) for patch in entry["patches"]))


def _patch(entry: Mapping[str, Any]) -> Patch:
    x0, y0, x1, y1 = (float(value) for value in entry["box"])
    box = Box(x0, y0, x1, y1, float(entry["response"]))
    return Patch(int(entry["instance"]), int(entry["case"]), box)


def other_model(atlas: Atlas, version: str, sha256: str) -> str:
    """That the atlas is of other weights than those that count now; empty when it is not, or none count."""
    if not sha256 or sha256 == atlas.sha256:
        return ""
    now = f"{version} ({sha256[:HASH]})" if version else sha256[:HASH]
    text = translate(
        "Atlas",
        "Another model counts now: {0}. The clusters are what {1} looked at; rebuild to compare.",
    )
    return text.format(now, f"{atlas.version} ({atlas.sha256[:HASH]})")


def title_of(cluster: Cluster, number: int) -> str:
    """Its name in the reader's language, else its place."""
    return language.term(cluster.name) or translate("Atlas", "Cluster {0}").format(number + 1)


def lesion_words() -> list[str]:
    """What completes a name that is being typed: lesions and their synonyms, in the reader's language."""
    words = [word for term in lesions() for word in (language.term(term.name), term.name, *term.synonyms)]
    return list(dict.fromkeys(words))


def stored_name(text: str) -> str:
    """What is kept of a typed name: the vocabulary's own word where it is a lesion's name."""
    text = " ".join(text.split())
    for term in lesions():
        if text.casefold() in {term.name.casefold(), language.term(term.name).casefold()}:
            return term.name
    return text


def lesion_of(name: str) -> str:
    """Code of the lesion that a name is, or is a synonym of; empty when it is none."""
    for term in lesions():
        words = {term.name, language.term(term.name), *term.synonyms}
        if name.casefold() in {word.casefold() for word in words}:
            return term.code
    return ""


def refusals(refused: Sequence[Sequence[str]]) -> str:
    """Why some images were refused, the most frequent reason first; empty without any."""
    counts: dict[str, int] = {}
    for _, why in refused:
        counts[why] = counts.get(why, 0) + 1
    most = sorted(counts.items(), key=lambda entry: -entry[1])[:REASONS]
    parts = [translate("Atlas", "{0} × {1}").format(count, why) for why, count in most]
    left = len(counts) - len(most)
    return "; ".join([*parts, translate("Atlas", "other reasons: {0}").format(left)] if left else parts)

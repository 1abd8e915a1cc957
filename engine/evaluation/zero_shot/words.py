"""What stands for a label: text in several prompt styles, or the attributes that phantoms are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.chest_compositional import Composition
from engine.imaging.phantoms.chest_spec import FINDINGS, Attributes
from engine.semantics.encoders import MINILM, text_encoder
from engine.semantics.labels import label_embeddings
from engine.semantics.prompts import typed_prompts

ATTRIBUTES = "attributes"
TEXTURES = tuple(dict.fromkeys(looks.texture for looks in FINDINGS.values()))
COMPOSED_STYLE = "definition"  # a composed finding has no name beside its description

Words = Mapping[str, NDArray[np.float32]]


def of_findings(names: Sequence[str], styles: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Words of findings of the vocabulary by style, float32 ``[L, 384]`` each.

    Raises
    ------
    MissingExtra
        When a style is not shipped and the text encoder is not installed.
    """
    return {style: label_embeddings(names, style=style).vectors.numpy() for style in styles}


def of_phantoms(names: Sequence[str], styles: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Words as `of_findings`, and ``attributes``: what the phantoms of a finding are drawn from."""
    return of_findings(names, styles) | {ATTRIBUTES: attributes(names)}


def of_compositions(findings: Sequence[Composition]) -> dict[str, NDArray[np.float32]]:
    """Embedded descriptions under ``definition``, and the true ``attributes``."""
    encoder = text_encoder(MINILM)
    vectors = [encoder.embed_label(typed_prompts(one.description, "", "name")).numpy() for one in findings]
    return {COMPOSED_STYLE: np.stack(vectors), ATTRIBUTES: np.stack([one.vector() for one in findings])}


def attributes(names: Sequence[str]) -> NDArray[np.float32]:
    """Middle of every attribute's range and one-hot texture, each standardised over all 14, ``[L, 12]``."""
    every = {name: _numbers(looks) for name, looks in FINDINGS.items()}
    table = np.array(list(every.values()))
    mean, spread = table.mean(0), table.std(0)
    return np.array([(np.array(every[name]) - mean) / spread for name in names], np.float32)


def _numbers(looks: Attributes) -> list[float]:
    ranges = (looks.zone, looks.lateral, looks.extent, looks.aspect, looks.density)
    middles = [sum(ends) / 2 for ends in ranges]
    return [*middles, looks.edge, looks.both_sides, *(float(looks.texture == t) for t in TEXTURES)]

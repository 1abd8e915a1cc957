"""Systems to compare with (tables 2 of papers 001 and 004), on the same features, labels and tests.

All are `Rival`: made from the size of the visual features and the text embeddings of the trained labels,
trained by their own ``loss`` (or solved in closed form), and asked for the relevance of any labels by text
embedding. Visual features come from a cache or from an encoder that learns with them
(`engine.training.recipes.chest_rivals`)::

    rival = build("dem", visual_size=1024, seen=embeddings[:10])
    parts = rival.loss(features, embeddings[:10], targets, known)     # parts["loss"] is minimised
    scores = rival(features, embeddings)                              # [N, 14]
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from engine.errors import WrongUsage
from engine.models.zero_shot.rivals.classifier import Classifier
from engine.models.zero_shot.rivals.dem import Dem
from engine.models.zero_shot.rivals.lea import Lea
from engine.models.zero_shot.rivals.lesa import Lesa
from engine.models.zero_shot.rivals.linear_map import LinearMap
from engine.models.zero_shot.rivals.mlzsl import Mlzsl
from engine.models.zero_shot.rivals.rival import Rival

__all__ = ["RIVALS", "Rival", "build"]

RIVALS: dict[str, type[Rival]] = {
    "lesa": Lesa,
    "mlzsl": Mlzsl,
    "lea": Lea,
    "dem": Dem,
    "classifier": Classifier,
    "linear_map": LinearMap,
}
"""Name -> class. The first four are those of the papers' tables; the last two are what a sceptic asks for."""


def build(name: str, visual_size: int, seen: Tensor, **options: Any) -> Rival:
    """A new rival.

    Parameters
    ----------
    name
        Key of `RIVALS`.
    visual_size
        C, channels of the visual features.
    seen
        Text embeddings ``[S, d]`` of the labels that will be trained.
    options
        Keyword arguments of that class.

    Raises
    ------
    WrongUsage
        When there is no such rival, or it takes no such option.
    """
    if name not in RIVALS:
        raise WrongUsage(f"no rival is called {name!r}", remedy=f"Use one of {', '.join(RIVALS)}.")
    try:
        return RIVALS[name](visual_size, seen, **options)
    except TypeError as error:
        raise WrongUsage(f"{name} takes no such option ({error})", remedy="See its class.") from error

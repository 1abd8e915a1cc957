"""Switches of RURA-Net's chain (paper 000, fig. 2), its two ablations among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.clustering import estimators
from engine.errors import WrongUsage


@dataclass(frozen=True, slots=True)
class DiagnosisConfig:
    """Switches of the chain; each can be set by its name in `Options.extra`.

    Attributes
    ----------
    source
        Known disease to take instead of the most similar one.
    lesions
        Codes to cluster on instead of those of the source disease.
    features
        ``burden`` (ours: robust on a single image) or ``masked`` (the paper's masked image).
    backbone
        What sees the masked image: a name of the paper's table 4 or of timm; empty: the U-Net's own encoder,
        which knows fundus images (ours).
    clustering
        A name of `engine.clustering.estimators.ESTIMATORS`.
    fit
        ``source``: on synthetic images of the source disease and of healthy eyes; ``given``: on the images
        of the call.
    reference, side
        Synthetic images of each of the two that clusters are fitted on, and their longer side in pixels.
    similarity
        False is the paper's ablation without disease similarity: every known disease in turn is the source,
        and every lesion with a mask counts.
    segmentation
        False is the ablation without masks: the whole photograph is clustered.
    """

    source: str = ""
    lesions: tuple[str, ...] = ()
    features: str = "burden"
    backbone: str = ""
    clustering: str = "AGG"
    fit: str = "source"
    reference: int = 16
    side: int = 1024
    similarity: bool = True
    segmentation: bool = True
    seed: int = 0


def diagnosis_config(extra: Mapping[str, Any]) -> DiagnosisConfig:
    """The chain's switches among `Options.extra`; other keys are left alone.

    Raises
    ------
    WrongUsage
        For a value that a switch does not take.
    """
    values: dict[str, Any] = {}
    for name, field in DiagnosisConfig.__dataclass_fields__.items():
        if name not in extra:
            continue
        value = tuple(extra[name]) if isinstance(extra[name], (list, tuple)) else extra[name]
        if type(value) is not type(field.default):
            raise WrongUsage(
                f"{name} is {value!r}", remedy=f"Give it a value of type {type(field.default).__name__}."
            )
        values[name] = value
    config = DiagnosisConfig(**values)
    allowed: dict[str, tuple[str, tuple[str, ...]]] = {
        "features": (config.features, ("burden", "masked")),
        "clustering": (config.clustering, tuple(estimators.ESTIMATORS)),
        "fit": (config.fit, ("source", "given")),
    }
    for name, (value, choices) in allowed.items():
        if value not in choices:
            raise WrongUsage(f"{name} is {value!r}", remedy=f"Use {' or '.join(choices)}.")
    if config.reference < 2:
        raise WrongUsage(f"{config.reference} reference images are too few", remedy="Ask for two or more.")
    if not config.segmentation and config.fit == "given":
        raise WrongUsage(
            "clusters of the given images cannot be named without masks", remedy="Fit on the source disease."
        )
    return config

"""Zero-shot chest networks: CXR-ML-GZSL (paper 004) and CM-DML-GZSL (paper 001), one network, two configs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.models.zero_shot.network import ZeroShotNet

__all__ = ["ZeroShotNet", "build"]


def build(config: Mapping[str, Any]) -> ZeroShotNet:
    """The network of a checkpoint's config.

    Raises
    ------
    KeyError, WrongUsage
        When the config lacks a field or names an unknown part.
    """
    return ZeroShotNet(
        backbone=config["backbone"],
        backbone_options=dict(config["backbone_options"]),
        semantic_size=int(config["semantic_size"]),
        hidden=tuple(config["hidden"]),
        latent=int(config["latent"]),
        activation=config["activation"],
        relevance=config["relevance"],
        dropout=float(config["dropout"]),
        views=int(config.get("views", 0)),
    )

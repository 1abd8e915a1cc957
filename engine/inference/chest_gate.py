"""The gate before a chest ranking: how normal the film looks, and whether a chest model may speak of it.

Three small models on the encoder's pooled features, all ours, kept in the checkpoint as ``aux.gate.*`` and
fitted by `engine.training.chest_gate`: a logistic one for *no finding*; a logistic one for *child*; and the
Mahalanobis distance from the training images, beyond which an image is *not a chest* (Lee et al., NeurIPS
2018, with one class). A lateral view is known by the file's own word only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from engine.records import ChestGate, NamedScore

PREFIX = "aux.gate."
NAMES = ("mean", "whitening", "distance", "no_finding", "child")
LATERAL_VIEWS = frozenset({"LATERAL", "LL", "RL", "LLD", "RLD", "L", "LAT"})
CHILD, NOT_CHEST, LATERAL = "child", "not a chest", "lateral view"


@dataclass(frozen=True, slots=True, eq=False)
class GateModel:
    """What was fitted.

    Attributes
    ----------
    mean, whitening
        ``[C]`` and ``[C, K]``: ``z = (f - mean) @ whitening`` is white over the training images.
    distance
        ``[2]``: logarithm of the distance ``‖z‖`` at which the score is one half, and its spread.
    no_finding, child
        ``[K + 1]``: weights over z and bias of the log odds.
    """

    mean: Tensor
    whitening: Tensor
    distance: Tensor
    no_finding: Tensor
    child: Tensor

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> GateModel | None:
        """The gate of a checkpoint; None where it has none."""
        if any(PREFIX + name not in tensors for name in NAMES):
            return None
        return cls(**{name: tensors[PREFIX + name].float() for name in NAMES})

    def tensors(self) -> dict[str, Tensor]:
        """For a checkpoint; float32, as the distance has no room for rounding."""
        return {PREFIX + name: getattr(self, name).float().contiguous() for name in NAMES}

    def scores(self, pooled: Tensor) -> dict[str, Tensor]:
        """``no_finding``, ``child`` and ``not a chest``, each ``[B]`` in 0–1, of features ``[B, C]``."""
        white = (pooled.float().cpu() - self.mean) @ self.whitening
        away = white.norm(dim=1).clamp_min(1e-9).log()
        return {
            "no_finding": (white @ self.no_finding[:-1] + self.no_finding[-1]).sigmoid(),
            CHILD: (white @ self.child[:-1] + self.child[-1]).sigmoid(),
            NOT_CHEST: ((away - self.distance[0]) / self.distance[1]).sigmoid(),
        }

    def judge(self, pooled: Tensor, views: Sequence[str]) -> list[ChestGate]:
        """One verdict an image.

        Parameters
        ----------
        pooled
            The encoder's averaged features ``[B, C]``.
        views
            What the files say of the view: ``PA``, ``AP``, ``LL`` … or nothing.
        """
        found = {name: values.tolist() for name, values in self.scores(pooled).items()}
        return [_verdict({name: v[k] for name, v in found.items()}, view) for k, view in enumerate(views)]


def _verdict(scores: Mapping[str, float], view: str) -> ChestGate:
    named = tuple(NamedScore(name, scores[name]) for name in (NOT_CHEST, CHILD))
    strongest = max(named, key=lambda one: one.score)  # the age of another thing means nothing
    reasons = [strongest.name] if strongest.score > 0.5 else []
    if is_lateral(view):
        reasons.append(LATERAL)
    return ChestGate(scores["no_finding"], not reasons, tuple(reasons), named)


def is_lateral(view: str) -> bool:
    """Whether a file calls its view a lateral one (DICOM 0018,5101 and data sets' words)."""
    return view.strip().upper() in LATERAL_VIEWS


def sentence(gate: ChestGate) -> str:
    """What the reader is told of an image out of scope; empty in scope."""
    if gate.in_scope:
        return ""
    return f"Out of scope ({', '.join(gate.reasons)}): the ranking is of little worth here."

"""What is compared: both systems with their ablations, the papers' rivals, and what a sceptic asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.evaluation.zero_shot.conse import Conse
from engine.evaluation.zero_shot.heads import CmDmlGzsl, CxrMlGzsl
from engine.models.zero_shot.rivals import RIVALS, Rival

SYSTEM, ABLATION, RIVAL, REFERENCE = "system", "ablation", "rival", "reference"


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the table.

    Attributes
    ----------
    kind
        ``system`` and its ``ablation``; ``rival`` of the papers' tables; ``reference``: what they lack.
    of
        The system that an ablation belongs to.
    make
        Class whose first arguments are the size of the visual features and the text of the seen labels.
    """

    name: str
    title: str
    kind: str
    make: Callable[..., Rival]
    options: dict[str, Any] = field(default_factory=dict)
    of: str = ""

    @property
    def chosen_as(self) -> str:
        """The method whose choice of free numbers it shares: an ablation's is its system's."""
        return self.of or self.name

    def build(self, visual_size: int, seen: Tensor) -> Rival:
        """An untrained head."""
        return self.make(visual_size, seen, **self.options)

    @property
    def spatial(self) -> bool:
        """Whether it looks at feature maps rather than at one vector."""
        return bool(getattr(self.make, "spatial", False))


_CODE: dict[str, dict[str, Any]] = {
    "δ 0.2": {"margin": 0.2},
    "no alignment": {"gamma_align": 0.0},
    "consistency as released": {"released_consistency": True},
    "ranking not over S": {"per_label": False},
}
"""What the public code of paper 004 does otherwise, as far as a head can tell (decision 0007)."""

RELEASED = (
    *(
        Method(f"cxr_code_{number}", f"– code: {what}", ABLATION, CxrMlGzsl, options, "cxr_ml_gzsl")
        for number, (what, options) in enumerate(_CODE.items(), start=1)
    ),
    Method(
        "cxr_as_released",
        "– code: all four",
        ABLATION,
        CxrMlGzsl,
        {name: value for options in _CODE.values() for name, value in options.items()},
        "cxr_ml_gzsl",
    ),
)
"""Each of the code's choices alone, and all together."""

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("cxr_ml_gzsl", "CXR-ML-GZSL (rank + align + con)", SYSTEM, CxrMlGzsl),
        Method("cxr_rank_align", "– rank + align", ABLATION, CxrMlGzsl, {"gamma_con": 0.0}, "cxr_ml_gzsl"),
        Method(
            "cxr_rank",
            "– rank only",
            ABLATION,
            CxrMlGzsl,
            {"gamma_align": 0.0, "gamma_con": 0.0},
            "cxr_ml_gzsl",
        ),
        *RELEASED,
        Method("cm_dml_gzsl", "CM-DML-GZSL (α and β)", SYSTEM, CmDmlGzsl),
        Method("cm_no_beta", "– α alone", ABLATION, CmDmlGzsl, {"beta": 0.0}, "cm_dml_gzsl"),
        Method("cm_no_alpha", "– β alone", ABLATION, CmDmlGzsl, {"alpha": 0.0}, "cm_dml_gzsl"),
        Method("cm_neither", "– neither", ABLATION, CmDmlGzsl, {"alpha": 0.0, "beta": 0.0}, "cm_dml_gzsl"),
        Method("lesa", "LESA", RIVAL, RIVALS["lesa"]),
        Method("mlzsl", "MLZSL", RIVAL, RIVALS["mlzsl"]),
        Method("lea", "LEA", RIVAL, RIVALS["lea"]),
        # Features are standardised here, which prototypes after a ReLU could not reach.
        Method("dem", "DEM", RIVAL, RIVALS["dem"], {"rectify": False}),
        Method("linear_map", "ESZSL, closed form", REFERENCE, RIVALS["linear_map"]),
        Method("conse", "ConSE: nearest seen words", REFERENCE, Conse),
        Method("classifier", "classifier, seen only", REFERENCE, RIVALS["classifier"]),
    )
}

"""The one table of systems: what each looks at, and where its parts live.

Parts are named ``module:attribute`` and imported on use, so that the window can read this table
without importing torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.errors import WrongUsage
from engine.paths import RESOURCES
from engine.records import Modality


@dataclass(frozen=True, slots=True)
class System:
    """One published system.

    Attributes
    ----------
    network
        ``build(config) -> torch.nn.Module`` for its checkpoints.
    predictor
        Class with ``load(weights, device) -> Predictor`` (`engine.inference.predictor`).
    recipe
        Module with ``Config``, ``train`` and ``fine_tune`` (`engine.training.recipes`); empty when the
        system is composed of others or not trained here.
    find
        Function from what a user names to the weights file, where that need not be the file itself.
    ensemble
        Class whose ``load(folder, device)`` makes one predictor of all weights in a folder.
    """

    name: str
    title: str
    modality: Modality
    network: str
    predictor: str
    recipe: str
    uses: tuple[str, ...] = ()
    find: str = ""
    ensemble: str = ""

    @property
    def shipped_weights(self) -> Path:
        """Where its shipped weights lie; a system composed of others ships none of its own."""
        return RESOURCES / "weights" / f"{self.name}.safetensors"


SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        System(
            "zoom_in_net",
            "Zoom-in-Net: diabetic retinopathy grade",
            Modality.FUNDUS,
            "engine.models.zoom_in_net:build",
            "engine.inference.grading:GradingPredictor",
            "engine.training.recipes.zoom_in_net",
            ensemble="engine.inference.grading_ensemble:EnsemblePredictor",
        ),
        System(
            "lesion_unet",
            "U-Net: lesion masks",
            Modality.FUNDUS,
            "engine.models.unet:build",
            "engine.inference.segmentation:SegmentationPredictor",
            "engine.training.recipes.lesion_unet",
        ),
        System(
            "disease_similarity",
            "Siamese disease similarity",
            Modality.FUNDUS,
            "engine.models.siamese:build",
            "engine.inference.similarity:SimilarityPredictor",
            "engine.training.recipes.disease_similarity",
        ),
        System(
            "rura_net",
            "RURA-Net: diagnosis without labels",
            Modality.FUNDUS,
            "",
            "engine.inference.approximate_diagnosis:RuraPredictor",
            "",
            uses=("disease_similarity", "lesion_unet"),
        ),
        System(
            "cxr_ml_gzsl",
            "CXR-ML-GZSL: ranked chest findings",
            Modality.CHEST,
            "engine.models.zero_shot:build",
            "engine.inference.chest_findings:ChestPredictor",
            "engine.training.recipes.cxr_ml_gzsl",
        ),
        System(
            "cm_dml_gzsl",
            "CM-DML-GZSL: ranked chest findings",
            Modality.CHEST,
            "engine.models.zero_shot:build",
            "engine.inference.chest_findings:ChestPredictor",
            "engine.training.recipes.cm_dml_gzsl",
        ),
        System(
            "clip",
            "Vision-language model of your own: ranked chest findings",
            Modality.CHEST,
            "",
            "engine.inference.clip_ranking:ClipPredictor",
            "",
            find="engine.inference.clip_ranking:weights_file",
        ),
    )
}


def system(name: str) -> System:
    """The system of that name.

    Raises
    ------
    WrongUsage
        When there is none.
    """
    if name not in SYSTEMS:
        raise WrongUsage(f"no system is called {name!r}", remedy=f"Use one of {', '.join(SYSTEMS)}.")
    return SYSTEMS[name]


def load_part(reference: str) -> Any:
    """Import ``module:attribute``, or the module when no attribute is named."""
    module, _, attribute = reference.partition(":")
    part = import_module(module)
    return getattr(part, attribute) if attribute else part

"""What a user may ask of the engine, one function a wish; shared by the window's worker and the CLI.

Every operation takes JSON values and a ``progress`` and gives a JSON value, so that it can be asked for
from another process. Its result, beyond that value, is in the case store.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import WrongUsage
from engine.systems import load_part

OPERATIONS = {
    "import": "engine.operations.importing:import_paths",
    "predict": "engine.operations.predicting:predict_project",
    "retrain": "engine.operations.retraining:retrain",
    "retraining_plan": "engine.operations.retraining_plan:retraining_plan",
    "next_cases": "engine.operations.next_cases:next_cases",
    "type_label": "engine.operations.typing_labels:type_label",
    "threshold_curve": "engine.operations.thresholds:threshold_curve",
    "similar_cases": "engine.operations.similar:similar_cases",
    "similar_diseases": "engine.operations.similar:similar_diseases",
    "disease_matrix": "engine.operations.disease_matrix:disease_matrix",
    "diagnose": "engine.operations.diagnosing:diagnose",
    "export": "engine.operations.exporting:export_project",
    "import_annotations": "engine.operations.annotating:import_annotations",
    "demo": "engine.operations.demo:build_demo",
    "build_atlas": "engine.operations.atlas:build_atlas",
    "name_cluster": "engine.operations.atlas_clusters:name_cluster",
    "cluster_findings": "engine.operations.atlas_labels:cluster_findings",
    "cluster_masks": "engine.operations.atlas_labels:cluster_masks",
}


def named(name: str) -> Callable[..., Any]:
    """The operation of that name, imported on use.

    Raises
    ------
    WrongUsage
        When there is none.
    """
    if name not in OPERATIONS:
        raise WrongUsage(f"no operation is called {name!r}", remedy=f"Use one of {', '.join(OPERATIONS)}.")
    operation: Callable[..., Any] = load_part(OPERATIONS[name])
    return operation

"""Labels that readers typed, with their descriptions, kept for new images and for retraining."""

from __future__ import annotations

from engine.inference.predictor import TypedLabel
from engine.store.project import Project

KIND = "typed_label"


def remember(store: Project, label: TypedLabel, reader: str = "") -> None:
    """Keep a typed label; the same name again takes its new description."""
    data = {"description": label.description}
    if store.document(KIND, label.name) != data:
        store.put_document(KIND, label.name, data, reader)


def typed_labels(store: Project) -> tuple[TypedLabel, ...]:
    """All typed labels of a project, by name."""
    said = store.documents(KIND)
    return tuple(TypedLabel(name, str(said[name].get("description", ""))) for name in sorted(said))

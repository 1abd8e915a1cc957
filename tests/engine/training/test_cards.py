from __future__ import annotations

from pathlib import Path

from engine.records import ModelCard
from engine.training.cards import markdown, write_markdown

CARD = ModelCard(
    "zoom_in_net",
    "3",
    {"main_options": {"channels": [8, 16]}, "dropout": 0.25},
    ("0 no DR", "1 mild"),
    data="12 photographs.",
    licence="CC BY 4.0",
    seed=7,
    command="lynceus-engine train zoom_in_net",
    metrics={"real": {"kappa": "0.7 (0.6–0.8)", "recall": [0.5, "none"]}, "images": 12},
    limits="Few images.",
    tensors={"a": ("F16", (2, 3)), "b": ("I64", ())},
    content_sha256="f00d",
)


def test_everything_in_the_card_is_in_the_text() -> None:
    text = markdown(CARD)
    for part in (
        "# Zoom-in-Net: diabetic retinopathy grade, version 3",
        "12 photographs.",
        "CC BY 4.0",
        "0 no DR, 1 mild",
        "- real:\n  - kappa: 0.7 (0.6–0.8)\n  - recall: 0.5, none\n- images: 12",
        "`lynceus-engine train zoom_in_net`",
        "Seed: 7",
        "Few images.",
        "channels: 8, 16",
        "2 tensors, 7 values",
        "f00d",
        "Not for clinical use",
    ):
        assert part in text


def test_phantoms_alone_are_said(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    write_markdown(ModelCard("elsewhere", "1", {}, real_images=False), path)
    text = path.read_text(encoding="utf-8")
    assert "synthetic images only" in text
    assert "## Licence" not in text

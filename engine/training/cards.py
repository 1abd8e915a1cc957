"""A model card in prose, from the card in a weights file's header."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import systems
from engine.records import ModelCard


def write_markdown(card: ModelCard, path: Path) -> None:
    """Write the card beside its weights; nothing in it that the header does not hold."""
    path.write_text(markdown(card), encoding="utf-8")


def markdown(card: ModelCard) -> str:
    """The card as Markdown: what it is, data and licence, metrics, how it was made, limits."""
    title = systems.SYSTEMS[card.system].title if card.system in systems.SYSTEMS else card.system
    speaks = (
        "May be run on real images by default."
        if card.real_images
        else "**Trained on synthetic images only: off by default on real images.**"
    )
    parts = [
        f"# {title}, version {card.version}",
        f"System `{card.system}`. {speaks} Not for clinical use.",
        _section("Data", card.data),
        _section("Licence and attribution", card.licence),
        _section("Outputs", ", ".join(card.labels)),
        _section("Metrics", _bullets(card.metrics)),
        _section("How it was made", _making(card)),
        _section("Limits", card.limits),
        _section("Configuration", _bullets(card.config)),
        _section("File", _file(card)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _bullets(values: Mapping[str, Any], depth: int = 0) -> str:
    lines = []
    for name, value in values.items():
        indent = "  " * depth
        if isinstance(value, Mapping):
            lines.append(f"{indent}- {name}:")
            lines.append(_bullets(value, depth + 1))
        else:
            lines.append(f"{indent}- {name}: {_text(value)}")
    return "\n".join(line for line in lines if line)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_text(part) for part in value)
    return str(value)


def _making(card: ModelCard) -> str:
    lines = [f"- Command: `{card.command}`" if card.command else "", f"- Seed: {card.seed}"]
    lines += [f"- Retrained from: {card.parent}" if card.parent else "", f"- Made: {card.created}"]
    return "\n".join(line for line in lines if line)


def _file(card: ModelCard) -> str:
    values = sum(_size(shape) for _, shape in card.tensors.values())
    return f"{len(card.tensors)} tensors, {values:,} values, content SHA-256 `{card.content_sha256}`."


def _size(shape: tuple[int, ...]) -> int:
    total = 1
    for side in shape:
        total *= side
    return total

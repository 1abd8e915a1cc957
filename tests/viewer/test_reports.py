"""Everything that an operation of the window reports is known to the translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import engine
from viewer import language, reports

ROOT = Path(engine.__file__).parent
FOLDERS = ("operations", "inference")
RECIPES = ("chest_tuning", "zoom_in_net_tuning", "lesion_unet")  # what retraining runs of them
# Of commands that the window has no button for, and names of files or models, which nobody translates.
LEFT_OUT = {"exporting_models.py", "demo.py", "predicting.py", "atlas_labels.py"}


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield from (ROOT / "training" / "recipes" / f"{name}.py" for name in RECIPES)


def said(node: ast.expr) -> str | None:
    """A literal as it is, an f-string with ``{0}`` for its values; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else "{0}" for p in node.values]
        return "".join(str(part) for part in parts)
    return None


def reported() -> Iterator[tuple[str, str]]:
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id == "progress" and len(node.args) > 2 and path.name not in LEFT_OUT:
                text = said(node.args[2])
                if text is not None:
                    yield path.name, text


def known(text: str) -> bool:
    """Whether a template is the text, whatever the numbers of its places are."""
    plain = [re.sub(r"\{\d\}", "{0}", template) for template in (*reports.TEMPLATES, *reports.COMPOSED)]
    return text in plain


def test_every_report_has_a_template():
    found = list(reported())
    assert len(found) > 20
    assert not {pair for pair in found if not known(pair[1])}


def test_the_first_template_that_fits_is_the_one_that_says_most(app: QApplication):
    assert reports.told("reading reviewed images") == "reading reviewed images"
    assert reports.told("something new") == "something new"
    assert reports.told("") == ""


@pytest.fixture
def german(app: QApplication) -> Iterator[None]:
    language.install(app, "de")
    yield
    language.remove(app)


@pytest.mark.usefixtures("german")
def test_reports_are_told_in_german():
    assert reports.told("reading x, y.png") == "x, y.png wird gelesen"
    assert reports.told("learning from corrected masks, 12 min left") == (
        "Lernen aus korrigierten Masken, noch 12 min"
    )
    assert reports.told("grading, model 2 of 3") == "Graduierung, Modell 2 von 3"
    assert reports.told("operating points of Edema") == "Schwellenwerte für Lungenödem"
    for template in reports.TEMPLATES:
        assert reports.told(template.format("Z")) != template.format("Z")
        assert re.search("Z", reports.told(template.format("Z"))) or "{0}" not in template

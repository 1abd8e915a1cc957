"""Everything that an operation of the window reports is known to the translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import engine
from engine.imaging import fundus_quality
from engine.inference import approximate_diagnosis, grading, similarity
from engine.inference.grading_reasons import disagreement, other_eye
from engine.inference.preprocessing_fundus import size_notes
from engine.operations import pictures
from engine.records import Laterality, LateralityCheck
from viewer import engine_words, language

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
    templates = (*engine_words.REPORT_TEMPLATES, *engine_words.COMPOSED)
    return text in [re.sub(r"\{\d\}", "{0}", template) for template in templates]


def test_every_report_has_a_template():
    found = list(reported())
    assert len(found) > 20
    assert not {pair for pair in found if not known(pair[1])}


def test_the_first_template_that_fits_is_the_one_that_says_most(app: QApplication):
    assert engine_words.report("reading reviewed images") == "reading reviewed images"
    assert engine_words.report("something new") == "something new"
    assert engine_words.report("") == ""


@pytest.fixture
def german(app: QApplication) -> Iterator[None]:
    language.install(app, "de")
    yield
    language.remove(app)


@pytest.mark.usefixtures("german")
def test_reports_are_told_in_german():
    assert engine_words.report("reading x, y.png") == "x, y.png wird gelesen"
    assert engine_words.report("learning from corrected masks, 12 min left") == (
        "Lernen aus korrigierten Masken, noch 12 min"
    )
    assert engine_words.report("grading, model 2 of 3") == "Graduierung, Modell 2 von 3"
    assert engine_words.report("operating points of Edema") == "Schwellenwerte für Lungenödem"
    for template in engine_words.REPORT_TEMPLATES:
        assert engine_words.report(template.format("Z")) != template.format("Z")
        assert re.search("Z", engine_words.report(template.format("Z"))) or "{0}" not in template


def notes_of_the_engine() -> Iterator[str]:
    """Sentences as the engine makes them: constants, and what its functions say of examples."""
    yield from (grading.ALONE, grading.SAME_EYE, grading.SAME_PICTURE, grading.NO_LATERALITY)
    yield from (grading.FELLOW_UNGRADABLE, grading.NO_REGION, pictures.FELLOW_LOST, similarity.UNPROVEN)
    yield from (approximate_diagnosis.BURDEN, approximate_diagnosis.OWN_LABELS)
    yield from size_notes(100, 120)
    yield from (f"The image cannot be graded: {said}." for said in fundus_quality.SENTENCES.values())
    for stated, seen in ((Laterality.RIGHT, Laterality.LEFT), (Laterality.LEFT, Laterality.RIGHT)):
        yield other_eye(LateralityCheck(stated, seen, (1.0, 1.0), 0.9))
    yield disagreement(2, 3, [2, 3, 2, 3], [0.1, 0.0, 0.1, 0.0])
    yield disagreement(2, 3, [3, 3, 3, 3], [0.4, 0.0, 0.1, 0.0])
    yield disagreement(2, 3, [3, 3, 3, 3], [0.0, 0.0, 0.0, 0.0])


@pytest.mark.usefixtures("german")
def test_notes_are_told_in_german():
    for sentence in notes_of_the_engine():
        assert sentence and engine_words.note(sentence) != sentence, sentence
    for template in engine_words.NOTE_TEMPLATES:
        assert engine_words.note(template) != template
    said = engine_words.note(
        "Clusters were fitted on 32 synthetic images of glaucoma and 32 of healthy eyes."
    )
    assert (
        said
        == "Die Gruppen wurden an 32 synthetischen Bildern von Glaukom und 32 von gesunden Augen bestimmt."
    )


def test_a_note_that_nobody_knows_is_shown_as_it_is(app: QApplication):
    assert engine_words.note("Something new.") == "Something new."

"""No string of the window is left in English, and what is translated is what the window says."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.errors import EngineError
from engine.records import Modality
from engine.store.rows import CaseQuery
from viewer import language
from viewer.app import Lynceus
from viewer.panels.top_bar import banner
from viewer.window import Window

ROOT = Path(__file__).resolve().parents[2]
SHOWS_TEXT = {
    "setText",
    "setToolTip",
    "setWindowTitle",
    "setPlaceholderText",
    "setAccessibleName",
    "setTitle",
}
SHOWS_TEXT |= {"addMenu", "addAction", "setInformativeText", "QLabel", "QPushButton", "QCheckBox", "QAction"}
SHOWS_TEXT |= {"KeyButton", "heading", "note", "tell", "fail"}
NOT_WORDS = re.compile(r"^([A-Z]|[^A-Za-z]*)$")  # a key, or no letters


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """``make translations``: the script is no part of a package."""
    file = ROOT / "packaging" / "translations.py"
    if not file.is_file():
        pytest.skip("not run from a checkout")
    spec = importlib.util.spec_from_file_location("translations_tool", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.fixture
def german(app: QApplication) -> Iterator[None]:
    language.install(app, "de")
    yield
    language.remove(app)


def test_nothing_is_left_to_be_translated(tool: ModuleType):
    texts = tool.collect()
    assert len(texts) > 500
    for code in tool.LANGUAGES:
        assert tool.problems(texts, tool.translations(tool.FOLDER / f"lynceus_{code}.ts")) == []


def test_what_is_missing_left_over_or_damaged_is_found(tool: ModuleType):
    texts = {("A", "one"), ("A", "{0} of {1}")}
    assert tool.problems(texts, {("A", "one"): "eins", ("A", "{0} of {1}"): "{1} von {0}"}) == []
    said = tool.problems(texts, {("A", "{0} of {1}"): "{0}", ("B", "two"): "zwei"})
    assert [line.partition(":")[0] for line in said] == ["missing", "left over", "other places"]


def test_calls_are_found_with_the_class_that_they_stand_in(tool: ModuleType, tmp_path: Path):
    source = tmp_path / "x.py"
    source.write_text(
        "class A:\n"
        "    def f(self):\n"
        "        def g():\n"
        "            return self.tr('one' ' two')\n"
        "        return self.tr(name)\n"
        "x = translate('C', 'three'), language.translate('C', 'four'), marked('D', 'five')\n"
        "y = translate('C', z)\n"
    )
    expected = {("A", "one two"), ("C", "three"), ("C", "four"), ("D", "five")}
    assert set(tool.of_source(source)) == expected


def test_the_file_that_the_window_loads_says_the_same(tool: ModuleType, qapp: QApplication):
    for code in tool.LANGUAGES:
        translator = QTranslator()
        assert translator.load(str(tool.FOLDER / f"lynceus_{code}.qm"))
        said = tool.translations(tool.FOLDER / f"lynceus_{code}.ts")
        stale = [key for key, text in said.items() if translator.translate(*key) != text]
        assert stale == [], "run `make translations`"


def literal(node: ast.expr) -> str:
    """The English words of an argument that is a plain string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [v.value for v in node.values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
        return " ".join(parts)
    if isinstance(node, ast.IfExp):
        return literal(node.body) + literal(node.orelse)
    return ""


@pytest.mark.parametrize("folder", ["panels", "dialogs", "control", "canvas", "."])
def test_no_text_is_shown_without_the_translator(folder: str):
    wrong = []
    for file in sorted((ROOT / "viewer" / folder).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in SHOWS_TEXT:
                continue
            text = re.sub(r"<[^>]*>|Lynceus", "", literal(node.args[0]))
            if not NOT_WORDS.match(text.strip()) and len(re.findall("[A-Za-z]{3,}", text)) > 0:
                wrong.append(f"{file.name}:{node.lineno} {name}({text!r})")
    assert wrong == []


def test_the_window_speaks_german(german: None, qtbot: QtBot):
    window = Window()
    qtbot.addWidget(window)
    assert window.actions_by_id["review.accept"].text() == "Annehmen und weiter"
    assert window.menus["Help"].title() == "Hilfe"
    assert window.top.banner.text() == banner() == "Nicht für den klinischen Einsatz"
    assert window.worklist.chips["unsure"].text() == "Unsicher"
    assert window.status.saved.text() == "● alles gespeichert"
    assert language.term("Effusion") == "Pleuraerguss"
    assert language.term("glaucoma") == language.term("Glaucoma") == "Glaukom"
    assert language.term("a disease that a reader typed") == "a disease that a reader typed"


def test_german_words_are_not_cut_off(german: None, lynceus: Lynceus, qtbot: QtBot):
    """They are longer: what does not fit goes on in the next line."""
    lynceus.window.resize(1366, 768)
    project, panel = lynceus.desk.project, lynceus.window.review
    assert project is not None
    for modality in (Modality.FUNDUS, Modality.CHEST):
        for case in project.case_ids(CaseQuery(modality=modality)):
            lynceus.cases.open(case)
            qtbot.wait(10)
            body = panel.findChild(QWidget, "reviewBody")
            assert body is not None
            assert body.width() == body.parentWidget().width()
            shown = [child for child in body.findChildren(QWidget) if child.isVisible()]
            assert [c for c in shown if c.minimumSizeHint().width() > body.width()] == []
    chips = lynceus.window.worklist.chips.values()
    assert all(chip.width() >= chip.sizeHint().width() for chip in chips)
    assert all(chip.geometry().right() < lynceus.window.worklist.width() for chip in chips)


def test_english_comes_back(app: QApplication):
    language.install(app, "de")
    assert banner() != "Not for clinical use"
    language.install(app, "en")
    assert banner() == "Not for clinical use"


def test_a_system_that_speaks_another_language_gets_english(monkeypatch: pytest.MonkeyPatch):
    class Klingon:
        def name(self) -> str:
            return "tlh_KX"

    monkeypatch.setattr(language.QLocale, "system", staticmethod(Klingon))
    assert language.chosen("system") == "en"
    assert language.chosen("de") == "de"


def test_a_translation_that_is_gone_is_told(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    with pytest.raises(EngineError, match="lynceus_de"):
        language.install(app, "de")
    assert QCoreApplication.translate("TopBar", "Not for clinical use") == "Not for clinical use"

"""Collect every string of the window and bring the Qt Linguist files up to date: ``make translations``.

Strings come from the calls ``self.tr("…")``, ``translate("Context", "…")`` and ``marked("Context", "…")`` of
the viewer's sources and from the tables that are translated where they are shown. They are written as one
plain source file, which ``pyside6-lupdate`` merges into ``resources/translations/lynceus_*.ts``: what was
translated stays, what is gone is dropped. ``pyside6-lrelease`` makes the ``.qm`` files that the window loads.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("de",)
Text = tuple[str, str]
"""Context and English text."""


def collect() -> set[Text]:
    """All strings of the window."""
    found = set(of_tables())
    for file in sorted((ROOT / "viewer").rglob("*.py")):
        found |= set(of_source(file))
    return found


def of_source(file: Path) -> Iterator[Text]:
    """Strings of the calls in one file; a context is the class around a ``self.tr``, else the argument."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    for node, scope in _calls(tree, ""):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name == "tr" and len(texts) == 1 and len(node.args) == 1:
            yield scope, texts[0]
        elif name in {"translate", "marked"} and len(texts) == 2:
            yield texts[0], texts[1]


def _calls(node: ast.AST, scope: str) -> Iterator[tuple[ast.Call, str]]:
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.ClassDef) else scope
        if isinstance(child, ast.Call):
            yield child, scope
        yield from _calls(child, inside)


def of_tables() -> Iterator[Text]:
    """Strings of tables: commands, menus, settings, tools, states, grades and the vocabulary."""
    sys.path.insert(0, str(ROOT))
    from engine import vocabulary
    from engine.records import CaseState
    from viewer import engine_words
    from viewer.actions import COMMANDS, GRADES, MENUS
    from viewer.settings import SETTINGS
    from viewer.state.why import plural
    from viewer.tools.table import TOOLS

    yield from (("Commands", command.text) for command in COMMANDS)
    yield from (("Menus", part) for command in COMMANDS for part in command.menu.split(" > "))
    yield from (("Menus", menu) for menu in MENUS)
    for setting in SETTINGS:
        yield "Settings", setting.description
        yield from (("Settings", choice) for choice in setting.choices)
    yield from (("Tools", tool.title) for tool in TOOLS.values())
    yield from (("States", state.value) for state in CaseState)
    yield from (("Grades", grade) for grade in GRADES)
    yield from (("Vocabulary", term.name) for term in vocabulary.terms())
    for term in vocabulary.lesions():
        yield from (("Lesions", plural(term)), ("Lesions", plural(term, sentence=True)))
    yield from (("Badges", badge) for badge in ("seen", "unseen", "typed, unseen"))
    yield from (("Scope", reason) for reason in ("child", "not a chest", "lateral view"))
    sentences = (*engine_words.REPORT_TEMPLATES, *engine_words.COMPOSED)
    yield from ((engine_words.REPORTS, text) for text in sentences)
    yield from ((engine_words.NOTES, text) for text in engine_words.NOTE_TEMPLATES)
    yield from (("WorkerStates", f"worker {state}") for state in WORKER_STATES)


WORKER_STATES = ("starting", "idle", "busy", "restarting", "stopped", "not available")


def translations(file: Path) -> dict[Text, str]:
    """Finished translations of a ``.ts`` file."""
    found = {}
    for context in ET.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            target = message.find("translation")
            if target is not None and target.get("type") is None and target.text:
                found[context.findtext("name") or "", message.findtext("source") or ""] = target.text
    return found


def problems(texts: set[Text], translated: dict[Text, str]) -> list[str]:
    """What is wrong with a translation: missing, left over, or with other places for values."""
    said = [f"missing: {context}: {text!r}" for context, text in sorted(texts - set(translated))]
    said += [f"left over: {context}: {text!r}" for context, text in sorted(set(translated) - texts)]
    for (context, text), other in sorted(translated.items()):
        if sorted(set(_places(text))) != sorted(set(_places(other))):
            said.append(f"other places: {context}: {text!r}: {other!r}")
    return said


def _places(text: str) -> list[str]:
    return re.findall(r"\{[^}]*\}", text)


def update() -> int:
    """Bring ``.ts`` and ``.qm`` up to date; 1 when strings are left to be translated."""
    texts = collect()
    tools = Path(sys.executable).parent
    left = 0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "strings.py"
        lines = [f"QCoreApplication.translate({_quoted(c)}, {_quoted(t)})" for c, t in sorted(texts)]
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for language in LANGUAGES:
            file = FOLDER / f"lynceus_{language}.ts"
            options = ["-no-obsolete", "-locations", "none", "-source-language", "en"]
            options += ["-target-language", language]
            subprocess.run([tools / "pyside6-lupdate", *options, source, "-ts", file], check=True)
            subprocess.run([tools / "pyside6-lrelease", file, "-qm", file.with_suffix(".qm")], check=True)
            said = problems(texts, translations(file))
            print("\n".join(said))
            left += len(said)
    print(f"{len(texts)} strings, {left} to be seen to")
    return 1 if left else 0


def _quoted(text: str) -> str:
    """As lupdate reads it: in double quotes, with escapes."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


if __name__ == "__main__":
    sys.exit(update())

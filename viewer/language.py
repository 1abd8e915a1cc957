"""The language of the window: Qt Linguist files of ``resources/translations``, English without any.

Strings of the code are wrapped in ``self.tr("…")`` or ``translate("Context", "…")``; what stands in tables
(commands, menus, settings, states, the vocabulary) is translated where it is shown, in the context named
here. ``make translations`` collects all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from engine.errors import EngineError
from engine.paths import RESOURCES

FOLDER = RESOURCES / "translations"
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
SYSTEM = "system"

translate = QCoreApplication.translate
_installed: list[QTranslator] = []


def marked(context: str, text: str) -> str:
    """The text as it is: says that it is to be translated, in that context, where it is shown."""
    del context
    return text


def chosen(setting: str) -> str:
    """Code of the language that a setting means: the system's where there is a translation, else English."""
    code = QLocale.system().name().partition("_")[0] if setting == SYSTEM else setting
    return code if code in LANGUAGES else "en"


def install(application: QCoreApplication, setting: str) -> None:
    """Use a language from now on; widgets made before keep theirs.

    Raises
    ------
    EngineError
        Its file is gone or damaged; English is used.
    """
    remove(application)
    code = chosen(setting)
    if code == "en":
        return
    own = QTranslator(application)
    path = FOLDER / f"lynceus_{code}.qm"
    if not own.load(str(path)):
        raise EngineError("the translation cannot be read", path, "Install Lynceus again.")
    qt = QTranslator(application)  # what Qt's own dialogs and buttons say
    found = qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (qt, own) if found else (own,):
        application.installTranslator(translator)
        _installed.append(translator)


def remove(application: QCoreApplication) -> None:
    """Back to English."""
    while _installed:
        application.removeTranslator(_installed.pop())


def term(name: str) -> str:
    """A finding, disease, lesion or grade of the vocabulary as the reader's language calls it."""
    for known in (name, name[:1].upper() + name[1:]):  # models say some in small letters
        said = translate("Vocabulary", known)
        if said != known:
            return said
    return name


def state(name: str) -> str:
    """A state of a case, `engine.records.CaseState`, in words."""
    return translate("States", name)

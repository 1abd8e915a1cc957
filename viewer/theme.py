"""Colours and the style sheet of the window, dark and light; loads the shipped typeface.

State and badge colours are Okabe and Ito's, which colour-blind readers can tell apart; no state is
told by colour alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from engine.paths import RESOURCES
from engine.records import CaseState

FAMILY = "Inter"
BASE_PIXELS = 16  # 12 pt at 96 dpi: the smallest text in the window


# viridis (van der Walt and Smith 2015, matplotlib, CC0): perceptually uniform, rising in lightness, and safe
# for colour-vision deficiency; nine of its 256 colours, joined linearly.
VIRIDIS = (
    (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141),
    (39, 173, 129), (92, 200, 99), (170, 220, 50), (253, 231, 37),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colours:
    """What the style sheet and the painters draw with."""

    window: str
    panel: str
    raised: str
    field: str
    line: str
    text: str
    muted: str
    accent: str
    accent_strong: str
    selected: str
    track: str
    warning: str
    warning_back: str
    good: str
    bad: str


DARK = Colours(
    window="#14171c",
    panel="#171b21",
    raised="#222932",
    field="#0f1216",
    line="#2a313b",
    text="#e8ecf1",
    muted="#9aa5b1",
    accent="#56b4e9",
    accent_strong="#0f6cab",
    selected="#1d2b38",
    track="#262d36",
    warning="#f0c75e",
    warning_back="#3a2f10",
    good="#2fbf8f",
    bad="#ef8a4e",
)
LIGHT = Colours(
    window="#eef1f4",
    panel="#f7f8fa",
    raised="#e3e8ed",
    field="#ffffff",
    line="#ccd3da",
    text="#161b21",
    muted="#55606c",
    accent="#0072b2",
    accent_strong="#0072b2",
    selected="#d5e6f2",
    track="#d8dee4",
    warning="#6b4c00",
    warning_back="#fbe9b7",
    good="#00795a",
    bad="#b34700",
)
THEMES = {"dark": DARK, "light": LIGHT}

SEEN, UNSEEN, TYPED = "#56b4e9", "#e69f00", "#cc79a7"
STATE_COLOURS: dict[CaseState, str] = {
    CaseState.NEW: "#8a8f98",
    CaseState.PREDICTED: "#56b4e9",
    CaseState.IN_REVIEW: "#f0e442",
    CaseState.ACCEPTED: "#009e73",
    CaseState.CORRECTED: "#e69f00",
    CaseState.REJECTED: "#d55e00",
    CaseState.UNSURE: "#cc79a7",
    CaseState.UNGRADABLE: "#cc79a7",
    CaseState.ADJUDICATION: "#0072b2",
}

_current = DARK


def colours() -> Colours:
    """Those of the theme in use."""
    return _current


def pixels(scale: float = 1.0) -> int:
    """Height of the base text in device-independent pixels."""
    return round(BASE_PIXELS * min(max(scale, 1.0), 2.0))


def load_fonts() -> None:
    """Make the shipped typeface known to Qt: a bare machine has none at all."""
    if FAMILY in QFontDatabase.families():
        return
    for name in ("Inter-Regular.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / name))


def apply(application: QApplication, theme: str, scale: float = 1.0) -> None:
    """Give the whole application fonts, palette and style sheet of a theme."""
    global _current  # noqa: PLW0603  painters ask for the colours at each paint
    _current = THEMES[theme]
    load_fonts()
    font = QFont(FAMILY)
    font.setPixelSize(pixels(scale))
    application.setFont(font)
    application.setStyle("Fusion")
    application.setPalette(_palette(_current))
    template = (RESOURCES / "styles" / "lynceus.qss").read_text(encoding="utf-8")
    icons = (RESOURCES / "icons").as_posix()
    values = {**asdict(_current), "pixels": str(pixels(scale)), "icons": icons, "theme": theme}
    application.setStyleSheet(Template(template).substitute(values))


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: c.window,
        QPalette.ColorRole.WindowText: c.text,
        QPalette.ColorRole.Base: c.field,
        QPalette.ColorRole.AlternateBase: c.panel,
        QPalette.ColorRole.Text: c.text,
        QPalette.ColorRole.Button: c.raised,
        QPalette.ColorRole.ButtonText: c.text,
        QPalette.ColorRole.Highlight: c.accent_strong,
        QPalette.ColorRole.HighlightedText: "#ffffff",
        QPalette.ColorRole.ToolTipBase: c.raised,
        QPalette.ColorRole.ToolTipText: c.text,
        QPalette.ColorRole.PlaceholderText: c.muted,
        QPalette.ColorRole.Link: c.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.muted))
    return palette


def heat(value: float) -> tuple[int, int, int]:
    """Red, green, blue of `VIRIDIS` for a value; below 0 and above 1 as there."""
    place = min(max(value, 0.0), 1.0) * (len(VIRIDIS) - 1)
    low = min(int(place), len(VIRIDIS) - 2)
    red, green, blue = (
        round(a + (b - a) * (place - low)) for a, b in zip(VIRIDIS[low], VIRIDIS[low + 1], strict=True)
    )
    return red, green, blue

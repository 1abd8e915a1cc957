"""The texts in the corners of a view and its scale bar: laid out so that none lies on another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from engine.records import Window
from viewer.canvas.hud import SHADOW, TEXT, draw_text, font
from viewer.state.geometry import ViewTransform, nice_length
from viewer.state.overlays import CanvasPicture

MARGIN = 12.0  # logical pixels between a text and the border
GAP = 16.0  # between texts side by side
LEADING = 1.05
NARROWEST = 180.0  # a block that would get less room beside another stands above or below it
PLATE = QColor(0, 0, 0, 150)  # a side marker shows through; text has a contrast of 4.5 (WCAG 2.2, 1.4.3)
BAR_SHARE, BAR_SHORTEST = 0.18, 40.0  # width of the scale bar: of the view, and in logical pixels


@dataclass(frozen=True, slots=True)
class Corner:
    """Lines of text in one corner; the first of the top left one is the title."""

    right: bool
    bottom: bool
    lines: tuple[str, ...]
    titled: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A placed line: (x, y) of the start of its base line, in logical pixels."""

    text: str
    x: float
    y: float
    title: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A scale bar from ``left`` to ``right`` at height ``y``, and its text."""

    left: float
    right: float
    y: float
    text: str

    @property
    def rect(self) -> QRectF:
        """What it covers with its text."""
        metrics = QFontMetricsF(font())
        width = max(self.right - self.left, metrics.horizontalAdvance(self.text)) + 4.0
        middle = (self.left + self.right) / 2
        return QRectF(middle - width / 2, self.y - 10.0 - metrics.ascent(), width, metrics.ascent() + 12.0)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where everything stands; ``areas`` has the rectangle of each corner that has text."""

    lines: tuple[Line, ...]
    areas: tuple[QRectF, ...]
    bar: Bar | None


def texts_of(
    picture: CanvasPicture,
    window: Window,
    transform: ViewTransform,
    fit: bool,
    inverted: bool,
    red_free: bool,
) -> tuple[Corner, ...]:
    """What the corners of a view say; that the display is turned or mirrored is never left unsaid."""
    translate = QCoreApplication.translate
    zoom = f"{translate('Canvas', 'fit') + ' ' if fit else ''}{transform.scale:.2f}×"
    grey = "" if picture.colour else f"W {window.width:.0f}  L {window.center:.0f}"
    facing = transform.facing
    flags = [
        text
        for text, on in (
            (translate("Canvas", "inverted"), inverted),
            (translate("Canvas", "red-free"), red_free),
            (translate("Canvas", "mirrored"), facing.mirrored),
            (translate("Canvas", "turned {0}°").format(90 * facing.quarters), facing.quarters > 0),
        )
        if on
    ]
    return (
        Corner(False, False, (picture.title, *picture.subtitle.split("\n")), titled=True),
        Corner(True, False, (grey, *picture.details.split("\n"), *flags)),
        Corner(False, True, tuple(picture.note.split("\n"))),
        Corner(True, True, (zoom, picture.model)),
    )


@lru_cache(maxsize=64)
def layout(
    corners: tuple[Corner, ...], millimetres: float | None, family: str, width: float, height: float
) -> Placed:
    """Place texts and scale bar in a view of this logical size.

    The left text of a row wraps beside the right one; where it would be left less than `NARROWEST`, it
    takes the whole width and the right one moves below it (above it, at the bottom). The scale bar is in
    the middle at the bottom, and above the texts where it would touch one.

    Parameters
    ----------
    corners
        At most one for each corner.
    millimetres
        What a logical pixel spans; None: no scale bar.
    family
        Key of the font, which decides the widths: a change of font lays out anew.
    """
    lines: list[Line] = []
    areas: list[QRectF] = []
    for bottom in (False, True):
        left = next((c for c in corners if c.bottom is bottom and not c.right), None)
        right = next((c for c in corners if c.bottom is bottom and c.right), None)
        reach = _width(right) if right else 0.0
        beside = width - 2 * MARGIN - (reach + GAP if reach else 0.0)
        stacked = bool(reach) and left is not None and beside < min(NARROWEST, _width(left))
        offset = 0.0
        for corner, room in ((left, width - 2 * MARGIN if stacked else beside), (right, width - 2 * MARGIN)):
            if corner is None or not any(corner.lines):
                continue
            placed, area = _block(corner, room, offset, width, height)
            lines += placed
            areas.append(area)
            offset = area.height() + 2.0 if stacked else 0.0
    bar = _bar(millimetres, width, height, areas) if millimetres else None
    return Placed(tuple(lines), tuple(areas), bar)


def _font_of(corner: Corner, index: int) -> tuple[bool, QFontMetricsF]:
    title = corner.titled and index == 0
    return title, QFontMetricsF(font(bold=True, larger=2.0) if title else font())


def _width(corner: Corner) -> float:
    return max((_font_of(corner, i)[1].horizontalAdvance(t) for i, t in enumerate(corner.lines)), default=0.0)


def _block(
    corner: Corner, room: float, offset: float, width: float, height: float
) -> tuple[list[Line], QRectF]:
    """The lines of one corner, wrapped to ``room``, ``offset`` away from its border."""
    rows = []
    for index, text in enumerate(corner.lines):
        title, metrics = _font_of(corner, index)
        rows += [(part, title, metrics) for part in wrapped(text, metrics, room)]
    total = sum(metrics.height() * LEADING for _, _, metrics in rows)
    top = y = height - MARGIN - offset - total if corner.bottom else MARGIN + offset
    lines = []
    widest = max(metrics.horizontalAdvance(text) for text, _, metrics in rows)
    for text, title, metrics in rows:
        x = width - MARGIN - metrics.horizontalAdvance(text) if corner.right else MARGIN
        lines.append(Line(text, x, y + metrics.ascent(), title))
        y += metrics.height() * LEADING
    return lines, QRectF(width - MARGIN - widest if corner.right else MARGIN, top, widest, total)


def wrapped(text: str, metrics: QFontMetricsF, room: float) -> list[str]:
    """A text in lines of at most ``room``, broken between words; nothing for an empty text."""
    lines: list[str] = []
    for word in text.split(" ") if text else ():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _bar(millimetres: float, width: float, height: float, areas: Sequence[QRectF]) -> Bar:
    length = nice_length(millimetres * max(width * BAR_SHARE, BAR_SHORTEST))
    pixels = length / millimetres
    text = (
        f"{length / 10:g} cm"
        if length >= 10
        else (f"{length:g} mm" if length >= 1 else f"{length * 1000:g} µm")
    )
    left = (width - pixels) / 2
    bar = Bar(left, left + pixels, height - MARGIN - 4.0, text)
    for area in sorted(areas, key=lambda area: -area.bottom()):
        if area.adjusted(-4.0, -4.0, 4.0, 4.0).intersects(bar.rect) and area.top() > height / 2:
            bar = Bar(left, left + pixels, area.top() - 10.0, text)
    return bar


def draw(painter: QPainter, placed: Placed) -> None:
    """Paint what `layout` placed, on dim plates so that it reads on a white film too."""
    for area in placed.areas:
        painter.fillRect(area.adjusted(-6.0, -2.0, 6.0, 3.0), PLATE)
    for line in placed.lines:
        painter.setFont(font(bold=True, larger=2.0) if line.title else font())
        draw_text(painter, line.x, line.y, line.text)
    bar = placed.bar
    if bar is None:
        return
    points = [(bar.left, -5.0), (bar.left, 0.0), (bar.right, 0.0), (bar.right, -5.0)]
    shape = QPolygonF([QPointF(x, bar.y + dy) for x, dy in points])
    for pen in (QPen(SHADOW, 4.0), QPen(TEXT, 2.0)):
        painter.setPen(pen)
        painter.drawPolyline(shape)
    painter.setFont(font())
    middle = (bar.left + bar.right) / 2
    draw_text(painter, middle - QFontMetricsF(font()).horizontalAdvance(bar.text) / 2, bar.y - 8.0, bar.text)

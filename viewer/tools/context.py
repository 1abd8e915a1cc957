"""What a pointer tool is given: the pointer, the canvas and the edit. No Qt.

A tool is a generator function. The canvas calls it with the press, then sends it every further event;
it returns when it is done, usually at the release:

    def tool(context, press):
        ...
        while (event := (yield)).phase is Phase.MOVE:
            ...
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Protocol

from numpy.typing import NDArray

from engine.records import Box, Window
from viewer.state.geometry import Rect
from viewer.state.mask_edit import MaskEdit
from viewer.state.measurements import Measurement, MeasureScale
from viewer.state.model_maps import ModelMaps

MIN_BRUSH, MAX_BRUSH = 1.0, 1024.0  # diameter in image pixels; ours


class Phase(Enum):
    """Which moment of the pointer."""

    PRESS = "press"
    MOVE = "move"
    RELEASE = "release"
    DOUBLE = "double click"
    CONFIRM = "Enter"
    CANCEL = "Esc, or the focus went away"


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """The pointer at one moment.

    Attributes
    ----------
    x, y
        Upright image position.
    view_x, view_y
        Device pixels of the widget.
    """

    phase: Phase
    x: float
    y: float
    view_x: float
    view_y: float
    shift: bool = False
    control: bool = False
    alt: bool = False


class Mode(StrEnum):
    """What left-drag is for."""

    REVIEW = "review"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Shape:
    """A passing drawing of a tool: a polyline in upright image positions, with a text at its end."""

    points: tuple[tuple[float, float], ...]
    closed: bool = False
    text: str = ""


@dataclass(slots=True)
class ToolSettings:
    """What the user sets for the tools; shared by all canvases.

    Attributes
    ----------
    lesion
        Code of the lesion that is painted.
    brush
        Diameter in image pixels.
    keep_others
        The brush skips pixels that another lesion holds.
    tolerance
        How far a grey level (0–255) may lie from the one under the wand.
    """

    lesion: str = ""
    brush: float = 24.0
    keep_others: bool = False
    tolerance: int = 12

    def scaled_brush(self, factor: float) -> float:
        """Diameter of a larger or smaller brush: by a pixel at least, within the limits."""
        step = max(abs(self.brush * factor - self.brush), 1.0)
        grown = self.brush + (step if factor > 1 else -step)
        return float(min(max(round(grown), MIN_BRUSH), MAX_BRUSH))


class Canvas(Protocol):
    """What a tool may do with the canvas."""

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by view pixels."""

    def zoom_about(self, view_x: float, view_y: float, factor: float) -> None:
        """Zoom with the image position under a view position unmoved."""

    def zoom_to(self, box: Box) -> None:
        """Show a region as large as the view allows."""

    def window(self) -> Window:
        """The current window."""

    def set_window(self, center: float, width: float) -> None:
        """Set center and width."""

    def layer_changed(self, code: str, rect: Rect | None) -> None:
        """Draw a mask again inside ``rect`` (upright pixels; None: everywhere)."""

    def show_shape(self, shape: Shape | None) -> None:
        """Draw a passing shape, or none."""

    def view_size(self) -> tuple[int, int]:
        """(width, height) in view pixels."""

    def view_scale(self) -> float:
        """View pixels an image pixel."""

    def measure_scale(self) -> MeasureScale:
        """What lengths on the picture mean."""

    def add_measurement(self, made: Measurement) -> None:
        """Keep what was measured."""

    def pixels(self) -> NDArray[Any] | None:
        """The upright pixels at full resolution; None while only a preview is there."""

    def begin_stroke(self, code: str) -> None:
        """Start one undoable step on a lesion."""

    def end_stroke(self) -> None:
        """End it: what it changed is announced."""

    def cancel_stroke(self) -> None:
        """Take it back: nothing is announced."""


@dataclass(slots=True)
class ToolContext:
    """What a tool works on; ``edit`` and ``maps`` are None where masks are not being corrected."""

    view: Canvas
    settings: ToolSettings
    edit: MaskEdit | None = None
    maps: ModelMaps | None = None


ToolRun = Generator[None, PointerEvent, None]
ToolFunction = Callable[[ToolContext, PointerEvent], ToolRun]


@dataclass(frozen=True, slots=True)
class Tool:
    """One row of `viewer.tools.table.TOOLS`.

    Attributes
    ----------
    cursor
        ``arrow``, ``cross``, ``open hand``, ``point``, ``brush`` (its outline is drawn) or ``window``.
    modes
        Where it can be chosen.
    """

    name: str
    title: str
    cursor: str
    modes: frozenset[Mode]
    run: ToolFunction

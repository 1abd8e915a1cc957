"""The one table of pointer tools: a new tool is a file beside this one and a row here."""

from __future__ import annotations

from collections.abc import Mapping

from viewer.tools.accept import accept
from viewer.tools.angle import angle
from viewer.tools.area import area
from viewer.tools.box import box
from viewer.tools.brush import brush
from viewer.tools.context import Mode, Tool
from viewer.tools.eraser import eraser
from viewer.tools.lasso import lasso
from viewer.tools.measure import measure
from viewer.tools.pan import pan, zoom
from viewer.tools.polygon import polygon
from viewer.tools.wand import wand
from viewer.tools.window_level import window_level

_BOTH = frozenset({Mode.REVIEW, Mode.EDIT})
_EDIT = frozenset({Mode.EDIT})

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("pan", "Move", "open hand", _BOTH, pan),
        Tool("window_level", "Window and level", "window", _BOTH, window_level),
        Tool("zoom", "Zoom", "arrow", _BOTH, zoom),
        Tool("box", "Zoom to a region", "cross", _BOTH, box),
        Tool("measure", "Length", "cross", _BOTH, measure),
        Tool("angle", "Angle", "cross", _BOTH, angle),
        Tool("area", "Area", "cross", _BOTH, area),
        Tool("brush", "Brush", "brush", _EDIT, brush),
        Tool("eraser", "Eraser", "brush", _EDIT, eraser),
        Tool("polygon", "Polygon", "cross", _EDIT, polygon),
        Tool("lasso", "Lasso", "cross", _EDIT, lasso),
        Tool("wand", "Magic wand", "cross", _EDIT, wand),
        Tool("accept", "Accept a lesion", "point", _EDIT, accept),
    )
}

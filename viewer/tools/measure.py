"""Measure a length; what is measured stays until it is deleted."""

from __future__ import annotations

import math

from viewer.state.measurements import Kind, Measurement, Point, measured_text
from viewer.tools.context import Phase, PointerEvent, Shape, ToolContext, ToolRun

SMALLEST = 4.0  # view pixels; what is shorter was a click; ours


def measure(context: ToolContext, press: PointerEvent) -> ToolRun:
    """A length from press to release."""
    start = (press.x, press.y)
    while (event := (yield)).phase is Phase.MOVE:
        show(context, Kind.LENGTH, (start, (event.x, event.y)))
    finish(context, event, Kind.LENGTH, (start, (event.x, event.y)))


def show(context: ToolContext, kind: Kind, points: tuple[Point, ...]) -> None:
    """Draw what is being measured, with its value."""
    made = Measurement(kind, points)
    text = measured_text(made, context.view.measure_scale())
    context.view.show_shape(Shape(points, made.closed, text))


def finish(context: ToolContext, event: PointerEvent, kind: Kind, points: tuple[Point, ...]) -> None:
    """Keep it, unless it was given up or is too small to be meant."""
    context.view.show_shape(None)
    if event.phase is not Phase.CANCEL and span(context, points) >= SMALLEST:
        context.view.add_measurement(Measurement(kind, points))


def apart(context: ToolContext, one: Point, other: Point) -> float:
    """Distance in view pixels."""
    return math.dist(one, other) * context.view.view_scale()


def span(context: ToolContext, points: tuple[Point, ...]) -> float:
    """The longest distance from the first point, in view pixels."""
    return max(apart(context, points[0], point) for point in points)

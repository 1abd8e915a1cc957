"""A widget that is zoomed, turned and windowed: alone, or together with the one that it is linked to.

All positions in its methods and signals are upright image pixels unless they say view (device pixels).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.records import Box, Window
from viewer.state.geometry import (
    MAX_SCALE,
    UPRIGHT,
    Facing,
    ViewTransform,
    centered,
    clamped,
    fit_scale,
    fitted,
)
from viewer.state.overlays import IDENTITY_WINDOW


class LinkedView(QWidget):
    """Where the picture lies in the widget, and its grey-level window; what is shown is of `PictureView`."""

    window_changed = Signal(float, float)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transform = ViewTransform()
        self._fit = True
        self._window, self._first_window = IDENTITY_WINDOW, IDENTITY_WINDOW
        self._linked: LinkedView | None = None
        self._following = False

    def image_size(self) -> tuple[int, int]:
        """(width, height) of the upright picture; (1, 1) when there is none."""
        return 1, 1

    def shows_picture(self) -> bool:
        """Whether there is one."""
        return False

    def view_size(self) -> tuple[int, int]:
        """(width, height) in device pixels."""
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def view_scale(self) -> float:
        """Device pixels an image pixel."""
        return self._transform.scale

    def transform(self) -> ViewTransform:
        """From image to device pixels."""
        return self._transform

    def link(self, other: LinkedView | None) -> None:
        """Zoom, pan and window together with another view, both ways; None: alone again."""
        if self._linked is not None:
            self._linked._linked = None
        self._linked = other
        if other is not None:
            if other._linked is not None and other._linked is not self:
                other._linked._linked = None
            other._linked = self

    # Zoom ------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole picture; it stays fitted when the widget is resized."""
        self._fit = True
        self._place(fitted(self.image_size(), self.view_size(), self._transform.facing))

    def one_to_one(self, x: float | None = None, y: float | None = None) -> None:
        """One device pixel an image pixel, about a position (default: the middle of the view)."""
        width, height = self.view_size()
        view = (width / 2, height / 2) if x is None or y is None else self._transform.to_view(x, y)
        self.zoom_about(*view, 1.0 / self._transform.scale)

    def zoom_at(self, point: tuple[float, float], factor: float) -> None:
        """Zoom about an image position, which stays where it is on the screen."""
        self.zoom_about(*self._transform.to_view(*point), factor)

    def zoom_about(self, view_x: float, view_y: float, factor: float) -> None:
        """Zoom about a view position, from half the fitted scale to 16×."""
        least = min(0.5 * self._fit_scale(), 1.0)
        scale = min(max(self._transform.scale * factor, least), MAX_SCALE)
        self._fit = False
        self._place(self._transform.zoomed(view_x, view_y, scale))

    def zoom_to(self, box: Box) -> None:
        """Show a region as large as the view allows, at most at 16×."""
        self._fit = False
        facing = self._transform.facing
        size = (max(round(box.x1 - box.x0), 1), max(round(box.y1 - box.y0), 1))
        scale = fit_scale(size, self.view_size(), facing)
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        self._place(centered(x, y, scale, self.view_size(), facing))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by device pixels."""
        self._fit = False
        self._place(self._transform.panned(dx, dy))

    def set_facing(self, facing: Facing) -> None:
        """Turn or mirror the display; the middle of the view stays on its place of the image."""
        if facing == self._transform.facing:
            return
        width, height = self.view_size()
        x, y = self._transform.to_image(width / 2, height / 2)
        if self._fit:
            self._place(fitted(self.image_size(), self.view_size(), facing), tell=False)
        else:
            self._place(centered(x, y, self._transform.scale, self.view_size(), facing), tell=False)

    def follow_view(self, x: float, y: float, zoom: float, fit: bool) -> None:
        """Take the view of the linked one: relative middle (0–1) and scale relative to the fitted one."""
        if not self.shows_picture():
            return
        self._following, self._fit = True, fit
        width, height = self.image_size()
        scale = min(zoom * self._fit_scale(), MAX_SCALE)
        self._place(centered(x * width, y * height, scale, self.view_size(), self._transform.facing))
        self._following = False

    def _place(self, transform: ViewTransform, *, tell: bool = True) -> None:
        """Take a new transform and tell those who follow."""
        self._transform = clamped(transform, self.image_size(), self.view_size())
        self._moved()
        if not tell or not self.shows_picture():
            return
        self.view_changed.emit()
        if self._linked is not None and not self._following:
            width, height = self.view_size()
            x, y = self._transform.to_image(width / 2, height / 2)
            columns, rows = self.image_size()
            zoom = self._transform.scale / self._fit_scale()
            self._linked.follow_view(x / columns, y / rows, zoom, self._fit)

    def _show_fitted(self, facing: Facing = UPRIGHT) -> None:
        """A new picture: fitted, without telling the linked view."""
        self._fit = True
        self._place(fitted(self.image_size(), self.view_size(), facing), tell=False)

    def _fit_scale(self) -> float:
        return fit_scale(self.image_size(), self.view_size(), self._transform.facing)

    def _moved(self) -> None:
        """The transform changed."""
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted picture fitted, and the middle of any other in the middle."""
        if self._fit:
            self._show_fitted(self._transform.facing)
        else:
            old, ratio = event.oldSize(), self.devicePixelRatioF()
            dx = (self.width() - old.width()) * ratio / 2 if old.isValid() else 0.0
            dy = (self.height() - old.height()) * ratio / 2 if old.isValid() else 0.0
            self._place(self._transform.panned(dx, dy), tell=False)

    # Grey levels -----------------------------------------------------------------------------------

    def window(self) -> Window:  # type: ignore[override]
        """The current grey-level window (for the top-level widget ask ``QWidget.window(view)``)."""
        return self._window

    def set_window(self, center: float, width: float) -> None:
        """Set center and width in the units of the picture; function and curve stay."""
        least = 1.0 if self._window.function == "LINEAR" else 1e-3
        self.use_window(replace(self._window, center=center, width=max(width, least), name=""))

    def use_window(self, window: Window) -> None:
        """Take a whole window, with its VOI LUT function or curve; a linked view follows."""
        if window == self._window:
            return
        self._window = window
        self._window_moved()
        self.window_changed.emit(window.center, window.width)
        if self._linked is not None and not self._following:
            self._linked.follow_window(window, self._first_window)

    def follow_window(self, window: Window, first: Window) -> None:
        """Take the window of the linked view, whose first window was ``first``, relative to one's own.

        Two films of one patient need not share a scale: what is twice as wide there is so here.
        """
        own, center, width = self._first_window, window.center, window.width
        if (own.center, own.width) != (first.center, first.width):
            center = own.center + (window.center - first.center) / first.width * own.width
            width = window.width / first.width * own.width
        self._following = True
        self.set_window(center, width)
        self._following = False

    def _window_moved(self) -> None:
        """The window changed."""
        self.update()

"""A view of one picture: what it shows, how it is zoomed and linked, and how it is painted.

All positions in its methods and signals are upright image pixels unless they say view (device pixels).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.records import Box, Window
from viewer.canvas import corners, hud
from viewer.canvas.compositor import Compositor
from viewer.state.geometry import MAX_SCALE, Rect, ViewTransform, centered, clamped, fit_scale, fitted
from viewer.state.overlays import IDENTITY_WINDOW, CanvasBox, CanvasPicture, MaskLayer
from viewer.state.pyramid import ImagePyramid
from viewer.tools.context import Shape


class PictureView(QWidget):
    """One picture with masks, heat map and boxes; see `viewer.canvas.compositor` for how it is drawn."""

    window_changed = Signal(float, float)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compositor = Compositor()
        self._picture: CanvasPicture | None = None
        self._pyramid: ImagePyramid | None = None
        self._transform = ViewTransform()
        self._fit = True
        self._window, self._inverted, self._red_free = IDENTITY_WINDOW, False, False
        self._boxes: tuple[CanvasBox, ...] = ()
        self._current_box: int | None = None
        self._shape: Shape | None = None
        self._linked: PictureView | None = None
        self._following = False
        self._hidden = self._active = False
        self._texts = True
        self._mode_colour: QColor | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 120)

    # What is shown ---------------------------------------------------------------------------------

    def set_picture(self, picture: CanvasPicture | None) -> None:
        """Show a picture, fitted, with its first window; None: an empty view.

        Masks, heat map and boxes of the picture before are taken off: they never lie on another image.
        """
        self._picture, self._pyramid, self._shape = picture, None, None
        self._boxes, self._current_box, self._fit = (), None, True
        self._compositor.clear_overlays()
        if picture is not None:
            size = (picture.rows, picture.columns)
            self._pyramid = picture.pyramid or ImagePyramid(picture.array, size)
            self._window = picture.first_window()
            self._compositor.set_picture(self._pyramid, size)
        else:
            self._compositor.set_picture(None, (1, 1))
        self._sync_grey()
        self._place(fitted(self._image_size(), self.view_size()), tell=False)
        self.update()

    def replace_array(self, array: NDArray[Any], pyramid: ImagePyramid | None = None) -> None:
        """Show other pixels of the same picture: the full resolution after a preview; the view stays."""
        if self._picture is None:
            return
        self._picture = replace(self._picture, array=array, size=self._full_size(), pyramid=None)
        self._pyramid = pyramid or ImagePyramid(array, self._full_size())
        self._compositor.set_picture(self._pyramid, self._full_size())
        self.update()

    def set_texts(self, picture: CanvasPicture) -> None:
        """Take title, subtitle, details, note and model of another record; pixels and view stay."""
        if self._picture is not None:
            kept = self._picture
            self._picture = replace(picture, array=kept.array, size=kept.size, pyramid=kept.pyramid)
            self.update()

    def set_layers(self, layers: Sequence[MaskLayer]) -> None:
        """Show these mask layers, the last on top. Unchanged arrays cost nothing.

        Raises
        ------
        ValueError
            There are more than six, or a mask has another size than the picture.
        """
        for layer in layers:
            if self._picture is not None and layer.shape != self._full_size():
                raise ValueError(f"layer {layer.code} is {layer.shape}, not {self._full_size()}")
        self._compositor.set_layers(layers)
        self.update()

    def layer_changed(self, code: str, rect: Rect | None) -> None:
        """A mask changed inside ``rect`` (None: anywhere): draw just that again."""
        if rect is not None and rect.empty:
            return
        part = self._compositor.layer_changed(code, rect)
        if not part.empty:
            self.update(self._logical(part))

    def set_heat(self, values: NDArray[np.float32] | None, opacity: float = 0.6) -> None:
        """Show a low-resolution attention or evidence map over the whole image; None: no map."""
        self._compositor.set_heat(values, opacity)
        self.update()

    def set_boxes(self, boxes: Sequence[CanvasBox], current: int | None = None) -> None:
        """Show numbered regions; the one numbered ``current`` stands out."""
        self._boxes, self._current_box = tuple(boxes), current
        self.update()

    def set_overlays_hidden(self, hidden: bool) -> None:
        """Show the bare picture while H is held."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.update()

    def set_texts_visible(self, visible: bool) -> None:
        """Show or hide the corner texts and the scale bar."""
        self._texts = visible
        self.update()

    def set_active(self, active: bool) -> None:
        """Draw a bright frame: this is the eye that keys act on."""
        self._active = active
        self.update()

    def set_mode_colour(self, colour: str | None) -> None:
        """Draw a frame in the colour of a mode; None: no frame."""
        self._mode_colour = QColor(colour) if colour else None
        self.update()

    def picture(self) -> CanvasPicture | None:
        """What is shown."""
        return self._picture

    def show_shape(self, shape: Shape | None) -> None:
        """Draw a passing shape of a tool; None: none."""
        self._shape = shape
        self.update()

    # Grey levels -----------------------------------------------------------------------------------

    def window(self) -> Window:  # type: ignore[override]
        """The current grey-level window (for the top-level widget ask ``QWidget.window(view)``)."""
        return self._window

    def set_window(self, center: float, width: float) -> None:
        """Set the window, in the units of the picture; a linked view follows."""
        if (center, width) == (self._window.center, self._window.width):
            return
        self._window = Window(center, max(width, 1.0))
        self._sync_grey()
        self.update()
        self.window_changed.emit(self._window.center, self._window.width)
        if self._linked is not None and not self._following:
            self._linked.follow_window(self._window)

    def follow_window(self, window: Window) -> None:
        """Take the window of the linked view."""
        self._following = True
        self.set_window(window.center, window.width)
        self._following = False

    def set_inverted(self, inverted: bool) -> None:
        """Swap black and white."""
        self._inverted = inverted
        self._sync_grey()
        self.update()

    def set_red_free(self, red_free: bool) -> None:
        """Show the green channel of a colour picture alone, where vessels and bleedings stand out."""
        self._red_free = red_free
        self._sync_grey()
        self.update()

    def _sync_grey(self) -> None:
        self._compositor.set_grey(self._window, self._inverted, self._red_free)

    # View ------------------------------------------------------------------------------------------

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

    def pixel_spacing(self) -> tuple[float, float] | None:
        """(row, column) distance of pixels in millimetres, when the file states it."""
        return self._picture.spacing if self._picture else None

    def fit(self) -> None:
        """Show the whole picture; it stays fitted when the widget is resized."""
        self._fit = True
        self._place(fitted(self._image_size(), self.view_size()))

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
        least = min(0.5 * fit_scale(self._image_size(), self.view_size()), 1.0)
        scale = min(max(self._transform.scale * factor, least), MAX_SCALE)
        self._fit = False
        self._place(self._transform.zoomed(view_x, view_y, scale))

    def zoom_to(self, box: Box) -> None:
        """Show a region as large as the view allows, at most at 16×."""
        self._fit = False
        scale = fit_scale((max(round(box.x1 - box.x0), 1), max(round(box.y1 - box.y0), 1)), self.view_size())
        self._place(centered((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, scale, self.view_size()))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by device pixels."""
        self._fit = False
        self._place(self._transform.panned(dx, dy))

    def link(self, other: PictureView | None) -> None:
        """Zoom, pan and window together with another view, both ways; None: alone again."""
        if self._linked is not None:
            self._linked._linked = None
        self._linked = other
        if other is not None:
            if other._linked is not None and other._linked is not self:
                other._linked._linked = None
            other._linked = self

    def follow_view(self, x: float, y: float, zoom: float, fit: bool) -> None:
        """Take the view of the linked one: relative middle (0–1) and scale relative to the fitted one."""
        if self._picture is None:
            return
        self._following, self._fit = True, fit
        width, height = self._image_size()
        scale = zoom * fit_scale(self._image_size(), self.view_size())
        self._place(centered(x * width, y * height, min(scale, MAX_SCALE), self.view_size()))
        self._following = False

    def _place(self, transform: ViewTransform, *, tell: bool = True) -> None:
        """Take a new transform and tell those who follow."""
        self._transform = clamped(transform, self._image_size(), self.view_size())
        self._compositor.set_view(self._transform, *self.view_size())
        self.update()
        if not tell or self._picture is None:
            return
        self.view_changed.emit()
        if self._linked is not None and not self._following:
            width, height = self.view_size()
            x, y = self._transform.to_image(width / 2, height / 2)
            columns, rows = self._image_size()
            zoom = self._transform.scale / fit_scale(self._image_size(), self.view_size())
            self._linked.follow_view(x / columns, y / rows, zoom, self._fit)

    def _image_size(self) -> tuple[int, int]:
        rows, columns = self._full_size()
        return columns, rows

    def _full_size(self) -> tuple[int, int]:
        return (self._picture.rows, self._picture.columns) if self._picture else (1, 1)

    def _logical(self, part: Rect) -> QRect:
        """The widget's rectangle that holds device pixels."""
        ratio = self.devicePixelRatioF()
        if ratio == 1.0:
            return QRect(part.x0, part.y0, part.width, part.height)
        return QRectF(
            part.x0 / ratio, part.y0 / ratio, part.width / ratio, part.height / ratio
        ).toAlignedRect()

    def value_text(self, x: float, y: float) -> str:
        """Pixel value at an image position: a grey value, or R, G and B; empty outside the picture."""
        columns, rows = self._image_size()
        if self._pyramid is None or not (0 <= x < columns and 0 <= y < rows):
            return ""
        value = self._pyramid.full[int(y / self._pyramid.factor[1]), int(x / self._pyramid.factor[0])]
        return " ".join(str(int(v)) for v in np.atleast_1d(value))

    def box_at(self, position: QPointF) -> int | None:
        """Number of the box whose tag lies under a logical widget position."""
        ratio = self.devicePixelRatioF()
        for box in reversed(self._boxes):
            if hud.tag_rect(box, self._transform, ratio).contains(position):
                return box.number
        return None

    # Painting --------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """A view wants what it can get."""
        return QSize(800, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted picture fitted, and the middle of any other in the middle."""
        if self._fit:
            self._place(fitted(self._image_size(), self.view_size()), tell=False)
        else:
            old, ratio = event.oldSize(), self.devicePixelRatioF()
            dx = (self.width() - old.width()) * ratio / 2 if old.isValid() else 0.0
            dy = (self.height() - old.height()) * ratio / 2 if old.isValid() else 0.0
            self._place(self._transform.panned(dx, dy), tell=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the frames that the compositor holds, then draw what lies over them."""
        self._compositor.set_view(self._transform, *self.view_size())  # the screen may have changed
        self._compositor.render()
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        for part in event.region():  # type: ignore[attr-defined]  # the stubs lack its iterator
            self._draw_frames(painter, part)
        if self._picture is not None:
            self._draw_over(painter)
        self._draw_frame(painter)
        painter.end()

    def _draw_frames(self, painter: QPainter, part: QRect) -> None:
        ratio = self.devicePixelRatioF()
        device = QRectF(part.x() * ratio, part.y() * ratio, part.width() * ratio, part.height() * ratio)
        composed = self._compositor
        painter.drawImage(QRectF(part), _image(composed.base, QImage.Format.Format_RGB32), device)
        if self._hidden or self._picture is None:
            return
        for frame in (composed.heat, composed.overlay):
            if frame is not None:
                painter.drawImage(
                    QRectF(part), _image(frame, QImage.Format.Format_ARGB32_Premultiplied), device
                )

    def _draw_over(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatioF()
        if self._boxes and not self._hidden:
            hud.draw_boxes(painter, self._boxes, self._transform, ratio, self._current_box)
        if self._texts:
            corners.draw(painter, self._texts_placed(ratio))
        if self._shape is not None:
            hud.draw_shape(painter, self._shape, self._transform, ratio)
        self._draw_pointer(painter)

    def _texts_placed(self, ratio: float) -> corners.Placed:
        spacing = self.pixel_spacing()
        stated = spacing is not None and spacing[1] > 0
        millimetres = spacing[1] * ratio / self._transform.scale if spacing and stated else None
        size = (float(self.width()), float(self.height()))
        return corners.layout(tuple(self._corners()), millimetres, hud.font().key(), *size)

    def _draw_pointer(self, painter: QPainter) -> None:
        """What follows the pointer; the base class has nothing."""

    def _draw_frame(self, painter: QPainter) -> None:
        width, height = float(self.width()), float(self.height())
        if self._mode_colour is not None:
            hud.draw_frame(painter, width, height, self._mode_colour, 3.0)
        elif self._active:
            hud.draw_frame(painter, width, height, hud.ACCENT, 2.0)

    def _corners(self) -> list[corners.Corner]:
        picture = self._picture
        assert picture is not None
        zoom = f"{'fit ' if self._fit else ''}{self._transform.scale:.2f}×"
        grey = "" if picture.colour else f"W {self._window.width:.0f}  L {self._window.center:.0f}"
        flags = [t for t, on in (("inverted", self._inverted), ("red-free", self._red_free)) if on]
        return [
            corners.Corner(False, False, (picture.title, *picture.subtitle.split("\n")), titled=True),
            corners.Corner(True, False, (grey, *picture.details.split("\n"), *flags)),
            corners.Corner(False, True, tuple(picture.note.split("\n"))),
            corners.Corner(True, True, (zoom, picture.model)),
        ]


def _image(frame: NDArray[np.uint32], form: QImage.Format) -> QImage:
    """A QImage on the memory of a frame, which must outlive it."""
    rows, columns = frame.shape
    return QImage(frame.data, columns, rows, 4 * columns, form)

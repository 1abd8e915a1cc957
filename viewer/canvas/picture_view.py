"""A view of one picture: what it shows and how it is painted; `LinkedView` has zoom, turning and window.

All positions in its methods and signals are upright image pixels unless they say view (device pixels).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from viewer.canvas import corners, hud
from viewer.canvas.compositor import Compositor
from viewer.canvas.frames import as_image
from viewer.canvas.linked_view import LinkedView
from viewer.state.geometry import Facing, Rect
from viewer.state.measurements import Measurement, MeasureScale, measured_text
from viewer.state.overlays import CanvasBox, CanvasPicture, MaskLayer
from viewer.state.pyramid import ImagePyramid
from viewer.tools.context import Shape


class PictureView(LinkedView):
    """One picture with masks, heat map and boxes; see `viewer.canvas.compositor` for how it is drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compositor = Compositor()
        self._picture: CanvasPicture | None = None
        self._pyramid: ImagePyramid | None = None
        self._inverted = self._red_free = False
        self._boxes: tuple[CanvasBox, ...] = ()
        self._current_box: int | None = None
        self._shape: Shape | None = None
        self._measurements: tuple[Measurement, ...] = ()
        self._hidden = self._active = False
        self._texts = True
        self._mode_colour: QColor | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 120)

    # What is shown ---------------------------------------------------------------------------------

    def set_picture(self, picture: CanvasPicture | None) -> None:
        """Show a picture, fitted, turned as it says, with its first window; None: an empty view.

        Masks, heat map, boxes and measurements of the picture before are taken off: they never lie on
        another image.
        """
        self._picture, self._pyramid, self._shape = picture, None, None
        self._boxes, self._current_box, self._measurements = (), None, ()
        self._compositor.clear_overlays()
        if picture is not None:
            size = (picture.rows, picture.columns)
            self._pyramid = picture.pyramid or ImagePyramid(picture.array, size)
            self._window = self._first_window = picture.first_window()
            self._compositor.set_picture(self._pyramid, size)
        else:
            self._compositor.set_picture(None, (1, 1))
        self._sync_grey()
        self._show_fitted(picture.facing if picture is not None else Facing())
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

    def set_measurements(self, measurements: Sequence[Measurement]) -> None:
        """Show what was measured."""
        self._measurements = tuple(measurements)
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

    def shows_picture(self) -> bool:
        """Whether there is one."""
        return self._picture is not None

    def show_shape(self, shape: Shape | None) -> None:
        """Draw a passing shape of a tool; None: none."""
        self._shape = shape
        self.update()

    def measure_scale(self) -> MeasureScale:
        """What lengths on the picture mean."""
        return self._picture.measure if self._picture is not None else MeasureScale()

    def pixels(self) -> NDArray[Any] | None:
        """The upright pixels at full resolution; None while only a preview is there."""
        if self._pyramid is None or self._pyramid.factor != (1.0, 1.0):
            return None
        return self._pyramid.full

    # Grey levels and view --------------------------------------------------------------------------

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

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate magnified pixels, or show them as squares."""
        self._compositor.set_smooth(smooth)
        self.update()

    def set_facing(self, facing: Facing) -> None:
        """Turn or mirror the display; the picture remembers it."""
        super().set_facing(facing)
        if self._picture is not None:
            self._picture = replace(self._picture, facing=facing)

    def _window_moved(self) -> None:
        self._sync_grey()
        self.update()

    def _moved(self) -> None:
        self._compositor.set_view(self._transform, *self.view_size())
        self.update()

    def _sync_grey(self) -> None:
        self._compositor.set_grey(self._window, self._inverted, self._red_free)

    def pixel_spacing(self) -> tuple[float, float] | None:
        """(row, column) distance of pixels in millimetres, when the file states it."""
        return self.measure_scale().spacing

    def image_size(self) -> tuple[int, int]:
        """(width, height) of the upright picture; (1, 1) when there is none."""
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
        columns, rows = self.image_size()
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
        painter.drawImage(QRectF(part), as_image(composed.base), device)
        if self._hidden or self._picture is None:
            return
        for frame in (composed.heat, composed.overlay):
            if frame is not None:
                over = as_image(frame, QImage.Format.Format_ARGB32_Premultiplied)
                painter.drawImage(QRectF(part), over, device)

    def _draw_over(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatioF()
        if self._boxes and not self._hidden:
            hud.draw_boxes(painter, self._boxes, self._transform, ratio, self._current_box)
        if not self._hidden:
            for made in self._measurements:
                text = measured_text(made, self.measure_scale())
                hud.draw_shape(painter, Shape(made.points, made.closed, text), self._transform, ratio)
        if self._texts:
            corners.draw(painter, self._texts_placed(ratio))
        if self._shape is not None:
            hud.draw_shape(painter, self._shape, self._transform, ratio)
        self._draw_pointer(painter)

    def _texts_placed(self, ratio: float) -> corners.Placed:
        spacing = self.pixel_spacing()
        across = spacing[0 if self._transform.facing.swaps else 1] if spacing else 0.0
        millimetres = across * ratio / self._transform.scale if across > 0 else None
        size = (float(self.width()), float(self.height()))
        assert self._picture is not None
        texts = corners.texts_of(
            self._picture, self._window, self._transform, self._fit, self._inverted, self._red_free
        )
        return corners.layout(texts, millimetres, hud.font().key(), *size)

    def _draw_pointer(self, painter: QPainter) -> None:
        """What follows the pointer; the base class has nothing."""

    def _draw_frame(self, painter: QPainter) -> None:
        width, height = float(self.width()), float(self.height())
        if self._mode_colour is not None:
            hud.draw_frame(painter, width, height, self._mode_colour, 3.0)
        elif self._active:
            hud.draw_frame(painter, width, height, hud.ACCENT, 2.0)

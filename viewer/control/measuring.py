"""Measurements on the open images: the tools, what was measured, and the way into the comment."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from engine.records import Instance, Modality
from viewer.control.desk import Desk
from viewer.control.pictures import PictureControl
from viewer.state.measurements import Kind, Measurement, length, measured_text


class MeasureControl(QObject):
    """See the module. What was measured stays with its image for the sitting; it is no event of the case."""

    def __init__(self, desk: Desk, pictures: PictureControl) -> None:
        super().__init__(desk)
        self._desk, self._pictures = desk, pictures
        for index, view in enumerate(desk.window.canvas.views):
            view.measured.connect(lambda made, index=index: self.add(index, made))

    def use(self, tool: str) -> None:
        """Measure with left-drag from now on: ``measure``, ``angle`` or ``area``."""
        self._pictures.use_tool(tool)
        told = {
            "measure": self.tr("Length: drag a line. Esc ends measuring."),
            "angle": self.tr("Angle: drag the first arm to the vertex, then click the end of the second."),
            "area": self.tr("Area: draw around it, or click corners and double-click."),
        }
        self._desk.tell(told[tool])

    def stop(self) -> None:
        """Esc: left-drag moves or windows again; Compare mode ends too."""
        self._pictures.use_tool()
        self._desk.compare_left.emit()

    def add(self, index: int, made: Measurement) -> None:
        """A tool measured something on a view."""
        instance = self._pictures.shown[index]
        self._pictures.measured[instance.id] = (*self._pictures.measured.get(instance.id, ()), made)
        self._pictures.show_measured(instance)
        self._desk.tell(measured_text(made, self._desk.window.canvas.views[index].measure_scale()))

    def delete_last(self) -> None:
        """Take the newest measurement of the active image away."""
        instance = self._active()
        if instance is not None:
            self._pictures.measured[instance.id] = self._pictures.measured.get(instance.id, ())[:-1]
            self._pictures.show_measured(instance)

    def delete_all(self) -> None:
        """Take all measurements of the images on the canvas away."""
        for instance in self._pictures.shown:
            self._pictures.measured.pop(instance.id, None)
            self._pictures.show_measured(instance)

    def take_disc(self) -> None:
        """The newest length on the active photograph is the diameter of its optic disc."""
        here, instance = self._desk.open, self._active()
        if here is None or here.modality is not Modality.FUNDUS or instance is None:
            return
        made = self._pictures.measured.get(instance.id, ())
        lengths = [m for m in made if m.kind is Kind.LENGTH]
        if not lengths:
            self._desk.tell(self.tr("Measure the optic disc first, then choose this."))
            return
        disc = length(lengths[-1].points)
        self._pictures.discs[instance.id] = disc
        index = self._pictures.shown.index(instance)
        view = self._desk.window.canvas.views[index]
        picture = view.picture()
        if picture is not None:
            view.set_texts(replace(picture, disc=disc, disc_measured=True))
        self._pictures.show_active()
        self._desk.tell(
            self.tr("The optic disc measures {0:.0f} px; areas are given in its area.").format(disc)
        )

    def to_comment(self) -> None:
        """Add the measurements of the active image to the comment; it is saved as any typed text."""
        instance = self._active()
        made = self._pictures.measured.get(instance.id, ()) if instance is not None else ()
        if instance is None or not made:
            self._desk.tell(self.tr("Nothing was measured on this image."))
            return
        index = self._pictures.shown.index(instance)
        scale = self._desk.window.canvas.views[index].measure_scale()
        words = {
            Kind.LENGTH: self.tr("length"),
            Kind.ANGLE: self.tr("angle"),
            Kind.AREA: self.tr("area"),
        }
        eye = instance.info.laterality.value
        texts = "; ".join(f"{words[m.kind]} {measured_text(m, scale)}" for m in made)
        field = self._desk.window.review.comment.field
        before = field.toPlainText()
        field.setPlainText("\n".join(line for line in (before, f"{eye} {texts}".strip()) if line))
        self._desk.window.review.comment.commit()

    def _active(self) -> Instance | None:
        here = self._desk.open
        ids = [instance.id for instance in self._pictures.shown]
        if here is None or here.active not in ids:
            return None
        return self._pictures.shown[ids.index(here.active)]

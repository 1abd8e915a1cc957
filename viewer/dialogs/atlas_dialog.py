"""The gallery of the lesion atlas: clusters, the patches of one as a grid, and what to do with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.vocabulary import lesions
from viewer import language
from viewer.dialogs.patch_grid import Tile, TileModel, TileView
from viewer.state.atlas import Atlas, lesion_of, lesion_words, other_model, refusals, stored_name, title_of
from viewer.widgets import named, note, say

LIST_WIDTH = 300
PATCHES = (4, 5000)  # fewest and most that can be asked for
MARGINS = (20, 16, 20, 16)


class AtlasDialog(QDialog):
    """Shows an `Atlas`; asks by signals. Not modal: reviewing goes on beside it."""

    build_pressed = Signal(float, int)  # preference, most patches
    cancel_pressed = Signal()
    cluster_chosen = Signal(int)
    name_given = Signal(int, str)
    finding_pressed = Signal(int, str)
    masks_pressed = Signal(int, str)  # cluster, code of the lesion
    patch_opened = Signal(int, int)  # cluster, patch
    seen = Signal(object)  # keys of the pictures on the screen, the grid's first

    def __init__(
        self, picture: Callable[[Hashable], QImage | str | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Lesion atlas"))
        self.resize(1120, 760)
        self.atlas = Atlas()
        self._running = False
        self.sample, self.caution, self.told = note(), note(name="caution"), note()
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.clusters = TileView(TileModel(picture), rows=True)
        self.clusters.setAccessibleName(self.tr("Clusters"))
        self.clusters.setFixedWidth(LIST_WIDTH)
        self.patches = TileView(TileModel(picture))
        self.patches.setAccessibleName(self.tr("Patches of the cluster"))
        self._make_fields()
        self._lay_out()
        self._connect()
        self.show_atlas(None)

    @property
    def cluster(self) -> int:
        """Place of the chosen cluster, -1 without one."""
        return self.clusters.currentIndex().row()

    # -- showing -------------------------------------------------------------------------------------

    def show_atlas(self, atlas: Atlas | None, chosen: int = 0) -> None:
        """Show an atlas; None: there is none yet."""
        self.atlas = atlas or Atlas()
        texts = [self.tr("No atlas yet. Build it to see what the model looks at in all fundus photographs.")]
        if atlas is not None:
            texts = [f"{atlas.sample()} · {atlas.model()}"]
            if atlas.refused:
                texts.append(
                    self.tr("{0} images were not looked at: {1}.").format(
                        len(atlas.refused), refusals(atlas.refused)
                    )
                )
            if not atlas.clusters:
                texts.append(self.tr("It holds no cluster."))
            self.preference.setValue(atlas.preference)
        say(self.sample, "\n".join(texts))
        self.build.setText(self.tr("Build the atlas") if atlas is None else self.tr("Rebuild"))
        tiles = [
            Tile(
                cluster.patches[0] if cluster.patches else number,
                title_of(cluster, number),
                self.tr("{0} patches, {1} images").format(len(cluster.patches), len(cluster.images)),
            )
            for number, cluster in enumerate(self.atlas.clusters)
        ]
        self.clusters.tiles.show_tiles(tiles)
        self.patches.tiles.show_tiles(())
        if tiles:
            self.clusters.choose(min(max(chosen, 0), len(tiles) - 1))
        else:
            self._show_cluster(-1)

    def show_model(self, version: str, sha256: str) -> None:
        """Which weights count now: says so when the atlas is of others."""
        say(self.caution, other_model(self.atlas, version, sha256) if self.atlas.sha256 else "")

    def show_name(self, number: int, name: str) -> None:
        """A cluster has another name now."""
        clusters = list(self.atlas.clusters)
        clusters[number] = replace(clusters[number], name=name)
        self.atlas = replace(self.atlas, clusters=tuple(clusters))
        self.clusters.tiles.retitle(number, title_of(clusters[number], number))
        if number == self.cluster:
            self.finding.setText(language.term(name) if name else "")
            self.lesion.setCurrentIndex(max(self.lesion.findData(lesion_of(name)), 0))

    def show_patches(self, tiles: Sequence[Tile]) -> None:
        """The patches of the chosen cluster, in its order."""
        self.patches.tiles.show_tiles(tiles)
        self.patches.scrollToTop()

    def picture_ready(self, key: Hashable) -> None:
        """A picture was made, or cannot be."""
        self.clusters.tiles.changed(key)
        self.patches.tiles.changed(key)

    def show_progress(self, done: int, total: int, text: str) -> None:
        """The worker is at it."""
        self._run(True)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.step.setText(self.tr("{0} ({1} of {2})").format(text, done, total) if total else text)

    def show_end(self, text: str) -> None:
        """The worker ended: what it did."""
        self._run(False)
        say(self.told, text)

    def _run(self, running: bool) -> None:
        self._running = running
        for widget in (self.bar, self.step, self.cancel):
            widget.setVisible(running)
        for field in (self.build, self.preference, self.most):
            field.setEnabled(not running)
        if running:
            say(self.told, "")
        self._enable()

    def _show_cluster(self, number: int) -> None:
        known = 0 <= number < len(self.atlas.clusters)
        name = self.atlas.clusters[number].name if known else ""
        shown = language.term(name) if name else ""
        self.name.setText(shown)
        self.finding.setText(shown)
        place = self.lesion.findData(lesion_of(name))
        self.lesion.setCurrentIndex(max(place, 0))
        count = len(self.atlas.clusters[number].images) if known else 0
        self.record.setText(self.tr("Record as present in {0} images").format(count))
        self.seed.setText(self.tr("Seed masks in {0} images").format(count))
        self._enable()
        if known:
            self.cluster_chosen.emit(number)

    def _enable(self) -> None:
        chosen = self.cluster >= 0
        idle = chosen and not self._running
        self.name.setEnabled(chosen)
        self.go.setEnabled(chosen and self.patches.currentIndex().isValid())
        self.finding.setEnabled(idle)
        self.record.setEnabled(idle and bool(self.finding.text().strip()))
        self.lesion.setEnabled(idle)
        self.seed.setEnabled(idle)

    # -- making --------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.preference = QDoubleSpinBox()
        self.preference.setRange(0.0, 1.0)
        self.preference.setSingleStep(0.05)
        self.preference.setAccessibleName(self.tr("Preference: lower gives fewer clusters"))
        self.preference.setToolTip(self.tr("Lower gives fewer, larger clusters."))
        self.preference.setValue(0.2)
        self.most = QSpinBox()
        self.most.setRange(*PATCHES)
        self.most.setSingleStep(100)
        self.most.setValue(1500)
        self.most.setAccessibleName(self.tr("Most patches: four of each image; more images are sampled"))
        self.most.setToolTip(self.tr("Four patches of each image; a project with more images is sampled."))
        self.build = named(QPushButton(), "primary")
        self.cancel = QPushButton(self.tr("Cancel"))
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(6)
        self.step = named(QLabel(), "muted")
        self.name, self.finding = QLineEdit(), QLineEdit()
        self.name.setPlaceholderText(self.tr("Microaneurysm, flame haemorrhage …"))
        self.name.setAccessibleName(self.tr("Name of the cluster"))
        self.finding.setAccessibleName(self.tr("Finding"))
        for field in (self.name, self.finding):
            completer = QCompleter(lesion_words(), field)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            field.setCompleter(completer)
            field.setMaxLength(200)
        self.go = QPushButton(self.tr("Go to the case   Enter"))
        self.record, self.seed = QPushButton(), QPushButton()
        self.lesion = QComboBox()
        self.lesion.setAccessibleName(self.tr("Lesion of the masks"))
        for term in lesions():
            self.lesion.addItem(language.term(term.name), term.code)
        for button in (self.build, self.cancel, self.go, self.record, self.seed):
            button.setAutoDefault(False)  # Enter belongs to the lists and the fields

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        for widget in (
            QLabel(self.tr("Preference")),
            self.preference,
            QLabel(self.tr("Most patches")),
            self.most,
            self.build,
        ):
            top.addWidget(widget)
        top.addSpacing(12)
        top.addWidget(self.step)
        top.addWidget(self.bar, 1)
        top.addWidget(self.cancel)
        top.addStretch()
        name = QHBoxLayout()
        name.addWidget(QLabel(self.tr("Name")))
        name.addWidget(self.name, 1)
        name.addWidget(self.go)
        uses = QGridLayout()
        uses.setColumnStretch(1, 1)
        for row, (title, field, button) in enumerate(
            (
                (self.tr("Finding"), self.finding, self.record),
                (self.tr("Masks"), self.lesion, self.seed),
            )
        ):
            uses.addWidget(QLabel(title), row, 0)
            uses.addWidget(field, row, 1)
            uses.addWidget(button, row, 2)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addLayout(name)
        right.addWidget(self.patches, 1)
        right.addLayout(uses)
        body = QHBoxLayout()
        body.setSpacing(14)
        body.addWidget(self.clusters)
        body.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(10)
        layout.addWidget(self.sample)
        layout.addWidget(self.caution)
        layout.addLayout(top)
        layout.addLayout(body, 1)
        layout.addWidget(self.told)

    def _connect(self) -> None:
        self._run(False)
        self.build.clicked.connect(
            lambda: self.build_pressed.emit(round(self.preference.value(), 4), self.most.value())
        )
        self.cancel.clicked.connect(self.cancel_pressed)
        self.clusters.chosen.connect(self._show_cluster)
        self.clusters.opened.connect(lambda _: self.name.setFocus())
        self.name.editingFinished.connect(self._name_left)
        self.name.returnPressed.connect(self.patches.setFocus)
        self.finding.textChanged.connect(lambda _: self._enable())
        self.patches.chosen.connect(lambda _: self._enable())
        self.patches.opened.connect(lambda row: self.patch_opened.emit(self.cluster, row))
        self.go.clicked.connect(
            lambda: self.patch_opened.emit(self.cluster, self.patches.currentIndex().row())
        )
        self.record.clicked.connect(
            lambda: self.finding_pressed.emit(self.cluster, stored_name(self.finding.text()))
        )
        self.seed.clicked.connect(
            lambda: self.masks_pressed.emit(self.cluster, str(self.lesion.currentData()))
        )
        for view in (self.patches, self.clusters):
            view.seen.connect(
                lambda _: self.seen.emit([*self.patches.visible_keys(), *self.clusters.visible_keys()])
            )

    def _name_left(self) -> None:
        """A name holds as soon as its field is left."""
        if self.cluster < 0:
            return
        name = stored_name(self.name.text())
        if name != self.atlas.clusters[self.cluster].name:
            self.name_given.emit(self.cluster, name)

"""The diagnosis page: a disease that no model learnt, asked for by name, with every step to its answer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QCompleter,
    QDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.records import Modality
from engine.vocabulary import TermKind, lesions, terms
from viewer import engine_words, language
from viewer.dialogs.cluster_map import ClusterMap
from viewer.dialogs.judged_model import JudgedModel
from viewer.state.diagnosis import CLUSTERINGS, EXAMPLES_SEEN, GIVEN_LEAST, Diagnosed
from viewer.widgets import heading, named, note, say

ASIDE = 340
OPEN, LISTED, ALL, NONE = "open", "listed", "all", "none"


class DiagnosisDialog(QDialog):
    """Asks by signals, shows a `Diagnosed`. Not modal: reviewing goes on beside it.

    Parameters
    ----------
    bars
        What shows the similar diseases; whoever makes the page fills it.
    """

    start_pressed = Signal()
    cancel_pressed = Signal()
    save_pressed = Signal()
    image_opened = Signal(int)  # place among the images of the run

    def __init__(self, bars: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = bars
        self.setWindowTitle(self.tr("Diagnosis without labels"))
        self.resize(1180, 780)
        self.found: Diagnosed | None = None
        self._make_fields()
        self._make_results()
        self._lay_out()
        self._connect()
        self._run(False)
        self.show_found(None, ())

    # -- what is asked -------------------------------------------------------------------------------

    def lesions(self) -> tuple[str, ...]:
        """Codes of the ticked lesions; none: those of the source disease."""
        return tuple(code for code, box in self.signs.items() if box.isChecked())

    def switches(self) -> tuple[tuple[str, object], ...]:
        """Fields of the engine's ``DiagnosisConfig`` that the page offers."""
        return (
            ("clustering", self.clustering.currentText()),
            ("fit", str(self.fit.currentData())),
            ("similarity", self.similarity.isChecked()),
            ("segmentation", self.segmentation.isChecked()),
        )

    # -- showing -------------------------------------------------------------------------------------

    def show_found(self, found: Diagnosed | None, names: Sequence[str]) -> None:
        """Show a run, ``names`` of its images in their order; None: nothing was asked yet."""
        self.found = found
        self.map.show_found(found, names)
        self.judged.show_found(found, names)
        self.save.setEnabled(found is not None)
        if found is None:
            say(self.steps, self.tr("Name a disease and press Diagnose. Nothing learns from the answer."))
            say(self.notes, "")
            return
        likely = sum(one.positive for one in found.images)
        words = {term.code: language.term(term.name) for term in lesions()}
        said = [
            self.tr("{0}: likely in {1} of {2} images.").format(
                language.term(found.target), likely, len(found.images)
            ),
            self.tr("Source: {0}. Lesions: {1}.").format(
                language.term(found.source) if found.source else self.tr("every known disease"),
                ", ".join(words.get(code, code) for code in found.lesions) or self.tr("none"),
            ),
            self.tr("Margins say how much nearer one cluster is than the other: they are no probabilities."),
        ]
        if found.refused:
            said.append(self.tr("Not looked at: {0} images.").format(len(found.refused)))
        self.steps.setToolTip("\n".join(f"{file}: {why}" for file, why in found.refused))
        say(self.steps, "\n".join(said))
        say(self.notes, "\n".join(engine_words.note(said) for said in (found.named_by, *found.notes)))

    def show_progress(self, done: int, total: int, text: str) -> None:
        """The worker is at it."""
        self._run(True)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        say(self.told, text)

    def show_end(self, text: str) -> None:
        """The worker ended; what went wrong, or nothing."""
        self._run(False)
        say(self.told, text)

    def _run(self, running: bool) -> None:
        self._running = running
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self._enable()

    def _enable(self) -> None:
        self.start.setEnabled(not self._running and bool(self.target.text().strip()))
        given = self.fit.currentData() == "given"
        self.segmentation.setEnabled(not given)  # clusters of the images themselves are named by masks
        if given:
            self.segmentation.setChecked(True)

    # -- making --------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.target = QLineEdit()
        self.target.setMaxLength(200)
        self.target.setPlaceholderText(self.tr("Diabetic retinopathy, or any other name"))
        self.target.setAccessibleName(self.tr("Disease to look for"))
        known = [term.name for term in terms(Modality.FUNDUS, TermKind.DISEASE)]
        completer = QCompleter(known, self.target)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.target.setCompleter(completer)
        self.signs = {term.code: QCheckBox(language.term(term.name)) for term in lesions()}
        self.cases, self.examples = QComboBox(), QComboBox()
        self.cases.addItem(self.tr("all fundus cases"), ALL)
        self.cases.addItem(self.tr("the cases listed now"), LISTED)
        self.cases.addItem(self.tr("the open case"), OPEN)
        self.examples.addItem(self.tr("none: the cases themselves"), NONE)
        self.examples.addItem(self.tr("the open case"), OPEN)
        self.examples.addItem(self.tr("the cases listed now"), LISTED)
        self.examples.setToolTip(
            self.tr("Known diseases are ranked by at most {0} of these images.").format(EXAMPLES_SEEN)
        )
        self.clustering, self.fit = QComboBox(), QComboBox()
        self.clustering.addItems(CLUSTERINGS)
        self.fit.addItem(self.tr("synthetic images of the source"), "source")
        self.fit.addItem(self.tr("the images themselves ({0} or more)").format(GIVEN_LEAST), "given")
        self.similarity = QCheckBox(self.tr("Take the most similar disease"))
        self.segmentation = QCheckBox(self.tr("Look at lesions only"))
        for box in (self.similarity, self.segmentation):
            box.setChecked(True)
        self.start = named(QPushButton(self.tr("Diagnose")), "primary")
        self.cancel = QPushButton(self.tr("Cancel"))
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(6)
        self.told = note()

    def _make_results(self) -> None:
        self.steps, self.notes = note(), note(name="caution")
        self.map = ClusterMap()
        self.judged = JudgedModel()
        self.table = QTableView()
        self.table.setModel(self.judged)
        self.table.setAccessibleName(self.tr("Images by margin; Enter opens one"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setTabKeyNavigation(False)
        self.save = QPushButton(self.tr("Save as csv…"))
        for button in (self.start, self.cancel, self.save):
            button.setAutoDefault(False)  # Enter belongs to the table and the map

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        signs = QGridLayout()
        for k, box in enumerate(self.signs.values()):
            signs.addWidget(box, k // 2, k % 2)
        form.addRow(self.tr("Disease"), self.target)
        form.addRow(self.tr("Its lesions (none ticked: those of the source)"), signs)
        form.addRow(self.tr("Examples of it"), self.examples)
        form.addRow(self.tr("Diagnose"), self.cases)
        form.addRow(self.tr("Clusters fitted on"), self.fit)
        form.addRow(self.tr("Clustering"), self.clustering)
        form.addRow(self.similarity)
        form.addRow(self.segmentation)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancel)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addLayout(buttons)
        for widget in (self.bar, self.told, heading(self.tr("Similar diseases")), self.bars):
            left.addWidget(widget)
        left.addStretch()
        aside = QWidget()
        aside.setFixedWidth(ASIDE)
        left.setContentsMargins(0, 0, 0, 0)
        aside.setLayout(left)
        key = QLabel(self.tr("◆ diseased cluster   ● other cluster   outlines: fitted on   + centres"))
        bottom = QHBoxLayout()
        bottom.addWidget(named(key, "muted"), 1)
        bottom.addWidget(self.save)
        right = QVBoxLayout()
        right.addWidget(self.steps)
        right.addWidget(self.notes)
        right.addWidget(self.map, 3)
        right.addWidget(self.table, 2)
        right.addLayout(bottom)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(18)
        layout.addWidget(aside)
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        self.target.textChanged.connect(lambda _: self._enable())
        self.fit.currentIndexChanged.connect(lambda _: self._enable())
        self.target.returnPressed.connect(self.start.click)
        self.start.clicked.connect(self.start_pressed)
        self.cancel.clicked.connect(self.cancel_pressed)
        self.save.clicked.connect(self.save_pressed)
        self.map.picked.connect(self.table.selectRow)
        self.map.opened.connect(self.image_opened)
        self.table.activated.connect(lambda index: self.image_opened.emit(index.row()))
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self.map.choose(now.row()))

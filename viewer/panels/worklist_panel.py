"""The left pane: search, filter chips, sort menu, progress and the list of cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer import language
from viewer.flow_layout import FlowLayout
from viewer.language import marked
from viewer.panels.worklist_delegate import WorklistDelegate
from viewer.panels.worklist_model import WorklistModel
from viewer.state.filters import NEXT_BEST, ORDERS, Filters, Order, score_order
from viewer.widgets import named, note, say

WIDTH = 240
CHIPS = (
    ("unreviewed", marked("WorklistPanel", "Unreviewed")),
    ("unsure", marked("WorklistPanel", "Unsure")),
    ("referable", marked("WorklistPanel", "Referable")),
    ("disagree", marked("WorklistPanel", "Disagree")),
)


class WorklistPanel(QFrame):
    """See the module."""

    case_chosen = Signal(int)
    filters_changed = Signal(object, object)  # Filters, Order
    filters_wanted = Signal()
    plain_wanted = Signal()  # an end to a list of its own: a sample, the queue

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("worklistPanel")
        self.setFixedWidth(WIDTH)
        self.order: Order = ORDERS[0]
        self._dialog = Filters()  # what the filter dialog says
        self.score_labels: Callable[[], Sequence[str]] = tuple
        self.search = QLineEdit(placeholderText=self.tr("Search ID, label, reader…"))
        self.search.setAccessibleName(self.tr("Search the worklist"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._changed)
        self.chips = {name: self._chip(self.tr(title)) for name, title in CHIPS}
        self._sort = named(QPushButton(), "flat")
        self._sort.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._sort.clicked.connect(self._show_orders)
        self._more = named(QPushButton(), "flat")
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.clicked.connect(self.filters_wanted)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setFixedHeight(4)
        self.decided = note()
        self.banner = note()
        self.back = named(QPushButton(self.tr("Back to the whole list")), "flat")
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.back.clicked.connect(self.plain_wanted)
        self.show_banner("")
        self._empty = note()
        self.list = self._make_list()
        self._selecting = False  # by `select`: no choice of the reader's
        self._lay_out()
        self._show_order()
        self._show_more()

    def set_model(self, model: WorklistModel) -> None:
        """List another project."""
        self.list.setModel(model)
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self._check_empty()
        model.modelReset.connect(self._check_empty)

    def filters(self) -> Filters:
        """What search box, chips and filter dialog say."""
        chips: dict[str, Any] = {name: chip.isChecked() for name, chip in self.chips.items()}
        return replace(self._dialog, text=self.search.text(), **chips)

    def set_filters(self, filters: Filters, order: Order | None = None) -> None:
        """List what these say: search box, chips and all."""
        for widget in (self.search, *self.chips.values()):
            widget.blockSignals(True)
        self.search.setText(filters.text)
        for name, chip in self.chips.items():
            chip.setChecked(getattr(filters, name))
        for widget in (self.search, *self.chips.values()):
            widget.blockSignals(False)
        self._dialog = filters
        self.order = order or self.order
        self._show_order()
        self._show_more()
        self._changed()

    def show_progress(self, decided: int, total: int) -> None:
        """How many cases of the project are decided; the rest stands on its chip."""
        self.chips["unreviewed"].setText(self.tr("Unreviewed {0}").format(total - decided))
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(decided)
        self.progress.setVisible(total > 0)
        say(self.decided, self.tr("{0} of {1} decided").format(decided, total) if total else "")

    def show_banner(self, text: str) -> None:
        """What the list is when it is no plain one, with a way back; nothing when it is empty."""
        say(self.banner, text)
        self.back.setVisible(bool(text))

    def select(self, case_id: int | None) -> None:
        """Highlight a case without choosing it again; a selection that holds it already stays."""
        model = self.list.model()
        if not isinstance(model, WorklistModel):
            return
        position = model.worklist.position(case_id) if case_id else None
        selection = self.list.selectionModel()
        index = model.index(position) if position is not None else None
        if index is not None and selection.currentIndex() == index:
            return  # the reader's own click, whose selection Qt makes
        self._selecting = True
        try:
            if index is None:
                selection.clear()
            else:
                flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
                selection.setCurrentIndex(index, flag)
                self.list.scrollTo(index)
        finally:
            self._selecting = False

    def selected(self) -> list[int]:
        """The cases that are selected (Ctrl or Shift and a click), in the list's order."""
        model = self.list.model()
        if not isinstance(model, WorklistModel):
            return []
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [model.worklist.ids[row] for row in rows if row < len(model.worklist.ids)]

    def set_order(self, order: Order) -> None:
        """Sort otherwise."""
        self.order = order
        self._show_order()
        self._changed()

    def _chip(self, title: str) -> QPushButton:
        chip = named(QPushButton(title), "chip")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.toggled.connect(self._changed)
        return chip

    def _make_list(self) -> QListView:
        view = QListView(uniformItemSizes=True)
        view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        view.setItemDelegate(WorklistDelegate(view))
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setAccessibleName(self.tr("Worklist"))
        return view

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(10, 0, 10, 0)
        head.setSpacing(6)
        head.addWidget(self.search)
        chips = FlowLayout(spacing=6)
        for chip in self.chips.values():
            chips.addWidget(chip)
        head.addLayout(chips)
        layout.addLayout(head)
        line = QHBoxLayout()
        line.setContentsMargins(10, 0, 10, 0)
        line.addWidget(self._sort)
        line.addStretch()
        line.addWidget(self._more)
        layout.addLayout(line)
        told = QVBoxLayout()
        told.setContentsMargins(14, 0, 14, 0)
        told.setSpacing(4)
        for widget in (self.decided, self.progress, self.banner, self.back):
            told.addWidget(widget)
        layout.addLayout(told)
        empty = QHBoxLayout()
        empty.setContentsMargins(14, 0, 14, 0)
        empty.addWidget(self._empty)
        layout.addLayout(empty)
        layout.addWidget(self.list, 1)

    def _show_order(self) -> None:
        text = self.tr("Sort: {0}").format(self.order.words)
        self._sort.setText(text)
        self._sort.setAccessibleName(text)

    def _show_more(self) -> None:
        count = self._dialog.count
        text = self.tr("Filters {0}").format(count) if count else self.tr("Filters")
        self._more.setText(text)
        self._more.setAccessibleName(text)

    def _show_orders(self) -> None:
        menu = QMenu(self)
        for order in (NEXT_BEST, *ORDERS):
            menu.addAction(order.words, partial(self.set_order, order))
        labels = self.score_labels()
        if labels:
            scores = menu.addMenu(self.tr("score of"))
            for name in labels:
                scores.addAction(language.term(name), partial(self.set_order, score_order(name)))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._sort.mapToGlobal(self._sort.rect().bottomLeft()))

    def _changed(self) -> None:
        self.filters_changed.emit(self.filters(), self.order)

    def _chosen(self, index: QModelIndex) -> None:
        model = self.list.model()
        if index.isValid() and isinstance(model, WorklistModel) and not self._selecting:
            self.case_chosen.emit(model.worklist.ids[index.row()])

    def _check_empty(self) -> None:
        model = self.list.model()
        empty = model is None or model.rowCount() == 0
        filtered = self.filters() != Filters()
        text = (
            self.tr("No case matches. Clear the search or a filter.")
            if filtered
            else self.tr("No cases yet. Drop images here.")
        )
        say(self._empty, text if empty else "")

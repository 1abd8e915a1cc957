"""The left pane: search, filter chips, sort menu and the list of cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer import language
from viewer.language import marked
from viewer.panels.worklist_delegate import WorklistDelegate
from viewer.panels.worklist_model import WorklistModel
from viewer.state.worklist import ORDERS, Filters, Order, score_order
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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("worklistPanel")
        self.setFixedWidth(WIDTH)
        self.order: Order = ORDERS[0]
        self.score_labels: Callable[[], Sequence[str]] = tuple
        self.search = QLineEdit(placeholderText=self.tr("Search ID, label, reader…"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._changed)
        self.chips = {name: self._chip(self.tr(title)) for name, title in CHIPS}
        self._sort = named(QPushButton(), "flat")
        self._sort.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._sort.clicked.connect(self._show_orders)
        self._empty = note()
        self.list = self._make_list()
        self._lay_out()
        self._show_order()

    def set_model(self, model: WorklistModel) -> None:
        """List another project."""
        self.list.setModel(model)
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self._check_empty()
        model.modelReset.connect(self._check_empty)

    def filters(self) -> Filters:
        """What search box and chips say."""
        return Filters(self.search.text(), **{name: chip.isChecked() for name, chip in self.chips.items()})

    def show_unreviewed(self, count: int) -> None:
        """Write the number of undecided cases on its chip."""
        self.chips["unreviewed"].setText(self.tr("Unreviewed {0}").format(count))

    def select(self, case_id: int | None) -> None:
        """Highlight a case without choosing it again."""
        model = self.list.model()
        if not isinstance(model, WorklistModel):
            return
        position = model.worklist.position(case_id) if case_id else None
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        if position is None:
            selection.clear()
        else:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            selection.setCurrentIndex(model.index(position), flag)
            self.list.scrollTo(model.index(position))
        selection.blockSignals(False)
        self.list.viewport().update()

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
        for names in (("unreviewed", "unsure"), ("referable", "disagree")):
            row = QHBoxLayout()
            for name in names:
                row.addWidget(self.chips[name])
            row.addStretch()
            head.addLayout(row)
        layout.addLayout(head)
        line = QHBoxLayout()
        line.setContentsMargins(10, 0, 10, 0)
        line.addWidget(self._sort)
        line.addStretch()
        layout.addLayout(line)
        empty = QHBoxLayout()
        empty.setContentsMargins(14, 0, 14, 0)
        empty.addWidget(self._empty)
        layout.addLayout(empty)
        layout.addWidget(self.list, 1)

    def _show_order(self) -> None:
        text = self.tr("Sort: {0}").format(self.order.words)
        self._sort.setText(text)
        self._sort.setAccessibleName(text)

    def _show_orders(self) -> None:
        menu = QMenu(self)
        for order in ORDERS:
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
        if index.isValid() and isinstance(model, WorklistModel):
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

"""Ranked chest findings: relevance, not probability; marks by digit or click, evidence on hover."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from engine.records import ChestGate
from viewer import language, theme
from viewer.language import translate
from viewer.panels.score_list import ScoreList, ScoreRow
from viewer.state.ranking import NUMBERED, RankedFinding, find
from viewer.widgets import column, heading, named, note, number, say

FIRST_SHOWN = 10
BADGE_COLOURS = {"seen": theme.SEEN, "unseen": theme.UNSEEN, "typed, unseen": theme.TYPED}


class FindingsPanel(QWidget):
    """See the module. Findings are told by name."""

    mark_pressed = Signal(str)
    evidence_wanted = Signal(str)  # empty when the pointer leaves
    evidence_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 4)
        layout.addWidget(heading(self.tr("Ranked findings")))
        layout.addWidget(_always(note(self.tr("Relevance, not probability."))))
        self.scope, self.normal = note(name="caution"), note()
        layout.addWidget(self.scope)
        layout.addWidget(self.normal)
        self.search = QLineEdit(placeholderText=self.tr("Find a label   /"))
        self.search.setAccessibleName(self.tr("Find a label"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._mark_found)
        self.list = ScoreList(bar_below=True)
        self.list.hovered.connect(lambda row: self.evidence_wanted.emit(self._name(row)))
        self.list.clicked.connect(lambda row: self.evidence_chosen.emit(self._name(row)))
        self.more = named(QPushButton(), "flat")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(self._toggle_more)
        self.hint = note(self.tr("1–9 present, absent, unknown"))
        for widget in (self.list, self.more, self.hint, self.search):
            layout.addWidget(widget)
        self._findings: tuple[RankedFinding, ...] = ()
        self._all = False
        self._found: int | None = None
        self._chosen = ""

    def show_findings(self, findings: Sequence[RankedFinding], chosen: str = "") -> None:
        """Show a ranking; ``chosen`` is the finding whose evidence is on the canvas."""
        self._findings = tuple(findings)
        self._chosen = chosen
        self._paint()

    def show_gate(self, gate: ChestGate | None) -> None:
        """Show how normal the film looks, and whether the model may speak of it; nothing without a gate."""
        said = "" if gate is None else self.tr("No finding: {0} of 1").format(number(gate.no_finding))
        say(self.normal, said)
        reasons = [translate("Scope", reason) for reason in gate.reasons] if gate is not None else []
        text = self.tr("Out of scope: {0}. The ranking is of little worth here.").format(", ".join(reasons))
        say(self.scope, text if reasons else "")

    def numbered(self, number: int) -> str:
        """Name of the finding with that number, empty when there is none."""
        return self._name(number - 1) if number <= NUMBERED else ""

    def _paint(self) -> None:
        shown = self._findings if self._all else self._findings[:FIRST_SHOWN]
        if self._found is not None and self._found >= len(shown):
            shown = self._findings[: self._found + 1]
        self.list.show_rows([self._row(place, finding) for place, finding in enumerate(shown)])
        left = len(self._findings) - len(shown)
        self.more.setVisible(left > 0 or (self._all and len(self._findings) > FIRST_SHOWN))
        self.more.setText(self.tr("{0} more").format(left) if left > 0 else self.tr("Fewer"))

    def _row(self, place: int, finding: RankedFinding) -> ScoreRow:
        return ScoreRow(
            language.term(finding.name),
            finding.fraction,
            "–" if finding.score is None else number(finding.score),
            key=str(place + 1) if place < NUMBERED else " ",
            badge=language.translate("Badges", finding.badge),
            colour=BADGE_COLOURS[finding.badge],
            mark=finding.mark,
            chosen=place == self._found or finding.name == self._chosen,
            bold=finding.mark is True or finding.above is True,
            tip=_tip(finding),
            limit=finding.limit,
            said=_against(finding),
        )

    def _name(self, row: int) -> str:
        return self._findings[row].name if 0 <= row < len(self._findings) else ""

    def _toggle_more(self) -> None:
        self._all = not self._all
        self._paint()

    def _find(self, text: str) -> None:
        self._found = find(self._findings, text)
        self._paint()
        if self._found is not None:
            self.evidence_chosen.emit(self._name(self._found))

    def _mark_found(self) -> None:
        if self._found is not None:
            self.mark_pressed.emit(self._name(self._found))


def _tip(finding: RankedFinding) -> str:
    known = {
        "seen": translate("FindingsPanel", "Seen: training images carried this finding."),
        "unseen": translate(
            "FindingsPanel",
            "Unseen: no training image carried this finding; it is ranked by its description.",
        ),
        "typed, unseen": translate("FindingsPanel", "Typed by a reader; ranked by its description."),
    }[finding.badge]
    lines = [language.term(finding.name), known, _against(finding)]
    return "\n".join(line for line in lines if line)


def _against(finding: RankedFinding) -> str:
    """Where the score stands against the label's threshold; empty without one."""
    if finding.above is None:
        return ""
    if finding.above:
        return translate("FindingsPanel", "At or above its threshold")
    return translate("FindingsPanel", "Below its threshold")


def _always(label: QLabel) -> QLabel:
    label.setVisible(True)
    return label

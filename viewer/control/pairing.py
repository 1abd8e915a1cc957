"""Which images are the two eyes of a patient: paired and separated by hand, read from file names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.operations.importing import PATTERNS
from engine.records import Instance, Laterality, Modality
from engine.store.rows import CaseQuery
from viewer.control.decisions import DecisionControl
from viewer.control.desk import Desk
from viewer.dialogs.pairing_dialog import PairDialog, PairingRulesDialog
from viewer.state.pairing import Offer, offers

NEAR = 150  # cases before and behind in the order of names that are looked at; ours
FILES = 200  # file names that the rules are tried on


class PairingControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, decisions: DecisionControl) -> None:
        super().__init__(desk)
        self._desk, self._decisions = desk, decisions
        self.dialog: PairDialog | None = None
        self.rules: PairingRulesDialog | None = None

    def open(self) -> PairDialog | None:
        """Choose the case of the fellow eye."""
        here = self._desk.open
        if here is None:
            return None
        eyes = {i.info.laterality for i in here.instances}
        if {Laterality.RIGHT, Laterality.LEFT} <= eyes:
            self._desk.tell(self.tr("This case holds both eyes: separate them first."))
            return None
        dialog = self.dialog = PairDialog(here.case.name, self._desk.window)
        dialog.searched.connect(self._show)
        dialog.chosen.connect(self.pair)
        dialog.finished.connect(dialog.deleteLater)
        self._show("")
        dialog.open()
        dialog.search.setFocus()
        return dialog

    def _show(self, text: str) -> None:
        if self.dialog is not None:
            why = self.tr("No case of photographs here lacks the eyes of this one.")
            self.dialog.show_offers(self._offers(text), why)

    def _offers(self, text: str) -> list[Offer]:
        """Of the cases that a search finds, or of those nearest by name."""
        project, here = self._desk.project, self._desk.open
        if project is None or here is None:
            return []
        ids = project.case_ids(CaseQuery(text=text, modality=Modality.FUNDUS))
        place = ids.index(here.case.id) if here.case.id in ids else 0
        near = [i for i in ids[max(place - NEAR, 0) : place + NEAR] if i != here.case.id]
        images: dict[int, list[Instance]] = {}
        for instance in project.instances_of(near):
            images.setdefault(instance.case_id, []).append(instance)
        named = [(row.name, images.get(row.id, [])) for row in project.case_rows(near)]
        return offers(here.case.name, here.instances, named)

    def pair(self, other: int) -> None:
        """Move the images of another case to the open one."""
        project, here, reader = self._desk.project, self._desk.open, self._desk.settings.reader
        if project is None or here is None:
            return
        case_id, name = here.case.id, project.case_rows([other])[0].name
        text = self.tr("{0} paired with {1}").format(here.case.name, name)
        self._decisions.do(text, case_id, lambda: [project.pair_cases(case_id, other, reader)])
        self._desk.tell(self.tr("{0}. Run the models on it, and each eye counts for the other.").format(text))

    def split(self) -> None:
        """Give every image of the open case but the first a case of its own."""
        project, here, reader = self._desk.project, self._desk.open, self._desk.settings.reader
        if project is None or here is None:
            return
        if len(here.instances) < 2:
            self._desk.tell(self.tr("This case holds one image only."))
            return
        case_id = here.case.id
        text = self.tr("eyes of {0} separated").format(here.case.name)
        self._decisions.do(text, case_id, lambda: [project.split_case(case_id, reader)])

    def open_rules(self) -> PairingRulesDialog | None:
        """Edit the project's patterns for file names."""
        project = self._desk.project
        if project is None:
            return None
        ids = project.case_ids(CaseQuery(modality=Modality.FUNDUS))[:FILES]
        names = [i.info.path.stem for i in project.instances_of(ids)][:FILES]
        own = project.document(*PATTERNS) or []
        dialog = self.rules = PairingRulesDialog(names, own, self._desk.window)
        dialog.save_pressed.connect(self.save_rules)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def save_rules(self, patterns: Sequence[str]) -> None:
        """Keep the patterns for the project's next imports."""
        project = self._desk.project
        if project is None:
            return
        try:
            project.put_document(*PATTERNS, list(patterns) or None, self._desk.settings.reader)
        except EngineError as error:
            self._desk.fail(self.tr("The patterns could not be saved"), error)
            return
        self._desk.tell(self.tr("Saved. The next imports pair eyes by them; paired cases stay as they are."))

"""Grades, findings, accept, reject, comments: recorded at once by the writer; undo and redo across cases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError, StoreConflict
from engine.records import CaseState, Correction, CorrectionKind, Laterality, MaskDelta, Modality
from engine.store.rows import Reading
from viewer.control.cases import CaseControl
from viewer.control.desk import Desk
from viewer.dialogs.reason_dialog import ReasonDialog
from viewer.jobs.writer import Write
from viewer.panels.history_panel import event_text
from viewer.state.ranking import next_mark
from viewer.state.review import Decision, OpenCase
from viewer.state.undo import MOST_EVENTS, STEPS, UndoEntry, UndoStack, steps_of

AT_ONCE = 50  # events that one transaction takes back; ours


@dataclass(slots=True, eq=False)
class Step:
    """One undoable step.

    Attributes
    ----------
    events
        Those that hold now.
    strokes
        As (instance id, lesion, delta).
    states
        Case -> the state that the step left it in.
    busy
        Whether events are still being added: it cannot be undone yet.
    """

    events: list[Correction] = field(default_factory=list)
    strokes: tuple[tuple[int, str, MaskDelta], ...] = ()
    states: dict[int, CaseState] = field(default_factory=dict)
    busy: bool = False


class DecisionControl(QObject):
    """See the module."""

    stroke_undone = Signal(int, str, object)  # instance id, lesion, delta to apply

    def __init__(self, desk: Desk, cases: CaseControl) -> None:
        super().__init__(desk)
        self._desk, self._cases = desk, cases
        self.undo_stack = UndoStack()
        desk.project_opened.connect(self._restore)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(desk.case_changed)
        desk.writer.saved.connect(self._saved)
        desk.writer.failed.connect(self._failed)
        desk.writer.pending_changed.connect(self._show_pending)
        desk.window.status.retry_pressed.connect(self.retry)
        desk.window.status.give_up_pressed.connect(self.give_up)
        review = desk.window.review
        review.grade.graded.connect(self.grade)
        review.grade.dme_graded.connect(self.grade_dme)
        review.findings.mark_pressed.connect(self.toggle_finding)
        review.readings.take_pressed.connect(self.take_reading)
        review.comment.changed.connect(self.comment)
        review.comment.dirty_changed.connect(lambda: self._show_pending(desk.writer.pending))

    # -- commands ------------------------------------------------------------------------------------

    def grade(self, value: int) -> None:
        """Grade the active eye, move on to the other."""
        self._decide(lambda case: case.grade(value))

    def grade_dme(self, value: int) -> None:
        """Say the active eye's risk of macular oedema."""
        self._decide(lambda case: case.grade_dme(value))

    def accept(self) -> None:
        """Enter."""
        self._desk.window.review.comment.commit()
        self._decide(OpenCase.accept)

    def reject(self) -> None:
        """X."""
        self._decide(OpenCase.reject)

    def unsure(self) -> None:
        """U."""
        self._decide(OpenCase.unsure)

    def ungradable(self) -> None:
        """Q: asks for the reason first."""
        dialog = ReasonDialog(self._desk.window)
        dialog.accepted.connect(lambda: self.set_ungradable(dialog.reason))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def set_ungradable(self, reason: str) -> None:
        """The case cannot be judged, and why."""
        if reason:
            self._decide(lambda case: case.ungradable(reason))

    def toggle_finding(self, name: str) -> None:
        """Unknown, present, absent, in turn."""
        here = self._desk.open
        if name and here is not None:
            mark = here.human(here.active).findings.get(name)
            self._decide(lambda case: case.mark(name, next_mark(mark)))

    def toggle_numbered(self, number: int) -> None:
        """A digit on a chest case."""
        self.toggle_finding(self._desk.window.review.findings.numbered(number))

    def take_reading(self, reading: Reading) -> None:
        """Answer as one of two readers who differ did."""
        self._decide(lambda case: case.take(reading))

    def comment(self, text: str) -> None:
        """The comment was changed."""
        self._decide(lambda case: case.comment(text))

    def set_laterality(self, value: Laterality) -> None:
        """Which eye the active image shows."""
        self._decide(lambda case: case.set_laterality(value))

    def set_modality(self, value: Modality) -> None:
        """What the active image shows."""
        self._decide(lambda case: case.set_modality(value))

    def _decide(self, make: Callable[[OpenCase], Decision]) -> None:
        here = self._desk.open
        if here is None:
            return
        decision = make(here)
        case_id, veiled = here.case.id, here.veiled
        if decision.corrections:
            self.record(decision.text, decision.corrections)
        self._tally(decision.corrections, veiled)
        if veiled and not here.veiled:
            for instance in here.instances:  # what the model sees may be loaded now
                self._desk.masks_changed.emit(instance.id)
        if decision.move_to is not None:
            here.active = decision.move_to
        self._desk.case_changed.emit()
        self._desk.tell(decision.message or decision.text)
        if decision.advance and self._desk.open is not None and self._desk.open.case.id == case_id:
            self._cases.step(1)

    # -- recording -----------------------------------------------------------------------------------

    def record(self, text: str, corrections: Sequence[Correction]) -> None:
        """Record corrections of the open case: here at once, in the store by the writer."""
        project, here = self._desk.project, self._desk.open
        assert project is not None and here is not None
        here.apply(corrections)
        step = Step(states=_states(corrections))
        for left, state in step.states.items():
            self._desk.case_left.emit(left, state)
        self._submit(text, here.case.id, step, lambda: project.record(list(corrections)))

    def do(self, text: str, case_id: int, run: Callable[[], Sequence[Correction]]) -> None:
        """Something that only the store can say the events of; shown when it is recorded."""
        self._submit(text, case_id, Step(), run)
        self._desk.tell(text)

    def record_stroke(
        self, text: str, correction: Correction, delta: MaskDelta, run: Callable[[], Sequence[Correction]]
    ) -> None:
        """Record a stroke that is on the canvas already."""
        assert correction.instance_id is not None and self._desk.open is not None
        self._desk.open.apply([correction])
        step = Step(strokes=((correction.instance_id, correction.key, delta),))
        self._submit(text, correction.case_id, step, run)
        self._soon.start()  # the next stroke need not wait for the panels

    def recorded_elsewhere(self, recorded: Mapping[int, Collection[int]], text: str) -> None:
        """The worker recorded events (case -> their ids): one undoable step, shown at once."""
        project = self._desk.project
        assert project is not None
        events = [e for case, ids in recorded.items() for e in project.events(case) if e.id in ids]
        events.sort(key=lambda event: event.id)
        if not events:
            return
        self.undo_stack.push(events[0].case_id, [Step(events)], text)
        self._show_undo()
        self._look_again({e.instance_id for e in events if e.kind is CorrectionKind.MASK and e.instance_id})

    def recorded_unsaid(self, instance_ids: Collection[int]) -> None:
        """The worker was stopped and may have recorded something of these images: all is read anew."""
        self._restore()
        self._look_again(instance_ids)

    def _look_again(self, masks: Collection[int]) -> None:
        """The list, the open case, and the masks of these images as the store has them now."""
        here, project = self._desk.open, self._desk.project
        if here is not None and project is not None:
            here.review = project.review(here.case.id)
        for instance_id in masks:
            self._desk.masks_changed.emit(instance_id)
        self._desk.list_changed.emit()
        self._desk.case_changed.emit()

    def _submit(self, text: str, case_id: int, step: Step, run: Callable[[], Sequence[Correction]]) -> None:
        def work() -> Sequence[Correction]:
            step.events[:] = run()
            return step.events

        self.undo_stack.push(case_id, [step], text)
        self._desk.writer.submit(Write(text, case_id, work, step))
        self._show_undo()

    def _saved(self, write: Write) -> None:
        """The store has it: the worklist line, and the review with ids, times and what others did."""
        self._cases.line_changed(write.case_id)
        here, project = self._desk.open, self._desk.project
        kinds = {event.kind for event in write.recorded}
        masks = {e.instance_id for e in write.recorded if e.kind is CorrectionKind.MASK and e.instance_id}
        if CorrectionKind.PAIRING in kinds:
            self._desk.list_changed.emit()
        anew = here is not None and here.case.id == write.case_id and self._desk.writer.pending == 0
        other = kinds & {CorrectionKind.MODALITY, CorrectionKind.LATERALITY, CorrectionKind.PAIRING}
        if anew and not other and here is not None and project is not None:
            known = _corrected(here)
            here.review = project.review(write.case_id)  # the masks below are read as it says
            masks |= {number for number, codes in _corrected(here).items() if codes != known[number]}
        for instance_id in masks:
            self._desk.masks_changed.emit(instance_id)
        if anew:
            (self._desk.case_opened if other else self._desk.case_changed).emit()

    def _failed(self, write: Write, error: EngineError) -> None:
        """A conflict can never be saved: show the other reader's word. All else is kept for another try."""
        if isinstance(error, StoreConflict):
            self._forget(self._desk.writer.drop())
            self._desk.fail(self.tr("Not saved: {0}").format(write.text), error)
            self._desk.case_opened.emit()
            return
        self._desk.window.status.show_pending(self._desk.writer.pending, failed=True)
        ways = self.tr("The edit is kept here: mend this, then press Try again; or give it up.")
        remedy = f"{error.remedy} {ways}".strip()
        self._desk.fail(
            self.tr("Not saved: {0}").format(write.text), type(error)(error.what, error.where, remedy)
        )

    def _show_pending(self, count: int) -> None:
        """A comment that is being typed is not saved either."""
        typed = int(self._desk.window.review.comment.dirty)
        self._desk.window.status.show_pending(count + typed, self._desk.writer.blocked)

    def retry(self) -> None:
        """Try the failed edit again."""
        self._desk.window.status.show_pending(self._desk.writer.pending)
        self._desk.writer.retry()

    def give_up(self) -> None:
        """Forget the failed edit and those of its case behind it: what the store has is shown again."""
        dropped = self._desk.writer.drop()
        if not dropped:
            return
        self._forget(dropped)
        self._desk.case_opened.emit()
        text = self.tr("Given up, not saved: {0}.")
        if len(dropped) > 1:
            text = self.tr("Given up, not saved: {0} and {1} later of the same case.")
        self._desk.tell(text.format(dropped[0].text, len(dropped) - 1))

    def _forget(self, dropped: Sequence[Write]) -> None:
        """Undo does not offer what was never recorded; an undo that was not recorded did not happen."""
        steps = {id(write.step): write.step for write in dropped}
        self.undo_stack.remove(lambda entry: any(id(step) in steps for step in entry.changes))
        if any(isinstance(step, Step) and step.events for step in steps.values()):
            self._desk.writer.flush()
            self._restore()
        self._show_undo()

    def _tally(self, corrections: Sequence[Correction], blind: bool) -> None:
        here, session = self._desk.open, self._desk.session
        if here is None:
            return
        for correction in corrections:
            dr = correction.kind is CorrectionKind.GRADE and correction.key == "dr"
            if dr and correction.instance_id is not None:
                model = here.model_grade(correction.instance_id)
                session.graded(correction.instance_id, model, correction.after, blind)
        self._desk.window.status.show_agreement(session.kappa, len(session.grades))

    # -- undo ----------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last step back; when it is of another case, go there first and say what it is."""
        self._travel(self.undo_stack.next_undo(), self.undo_stack.undo, self.tr("undone"), forward=False)

    def redo(self) -> None:
        """Do the last undone step again."""
        self._travel(self.undo_stack.next_redo(), self.undo_stack.redo, self.tr("done again"), forward=True)

    def _travel(
        self, entry: UndoEntry | None, move: Callable[[], UndoEntry | None], word: str, forward: bool
    ) -> None:
        if entry is None:
            self._desk.tell(self.tr("Nothing to redo.") if forward else self.tr("Nothing to undo."))
            return
        if any(step.busy for step in entry.changes):
            self._desk.tell(self.tr("{0}: still being recorded. Stop it first.").format(entry.text))
            return
        here = self._desk.open
        if here is None or here.case.id != entry.case_id:
            self._cases.open(entry.case_id)
            self._desk.tell(self.tr("Press again: {0} will be {1}.").format(entry.text, word))
            return
        move()
        for step in entry.changes:
            self._reverse(entry, step, forward)
        self._desk.tell(f"{entry.text}: {word}.")
        self._show_undo()

    def _reverse(self, entry: UndoEntry, step: Step, forward: bool) -> None:
        project, reader = self._desk.project, self._desk.settings.reader
        assert project is not None

        def work() -> Sequence[Correction]:
            backwards = [event.id for event in reversed(step.events)]
            if len(backwards) <= AT_ONCE:
                step.events[:] = [project.undo(number, reader) for number in backwards]
            else:
                parts = [backwards[n : n + AT_ONCE] for n in range(0, len(backwards), AT_ONCE)]
                step.events[:] = [done for part in parts for done in project.undo_all(part, reader)]
            return step.events

        step.states = step.states or _states(step.events)
        for left, state in step.states.items():
            self._desk.case_left.emit(left, state if forward else None)

        step.strokes = step.strokes or self._restored_strokes(step)
        for instance_id, code, delta in step.strokes:
            self.stroke_undone.emit(instance_id, code, delta if forward else delta.inverted())
        self._desk.writer.submit(Write(self.tr("{0} (undo)").format(entry.text), entry.case_id, work, step))

    def _restored_strokes(self, step: Step) -> tuple[tuple[int, str, MaskDelta], ...]:
        """Strokes of a step from an earlier sitting as they were made; what a mask began with is none."""
        project = self._desk.project
        assert project is not None
        found = []
        for event in step.events:
            begun = event.before is None or event.after is None
            if event.kind is CorrectionKind.MASK and event.instance_id and not begun:
                delta = project.mask_delta(event.id)
                taken_back = event.undoes is not None
                found.append((event.instance_id, event.key, delta.inverted() if taken_back else delta))
        return tuple(found)

    def _restore(self) -> None:
        """Undo and redo reach back beyond the start of the program."""
        project, reader = self._desk.project, self._desk.settings.reader
        assert project is not None
        most = STEPS * MOST_EVENTS
        done, undone = (
            [
                UndoEntry(events[0].case_id, (Step(events),), restored_text(events))
                for events in steps_of(newest[::-1])
            ]
            for newest in (project.undoable(reader, most), project.redoable(reader, most))
        )
        self.undo_stack.restore(done, undone)
        self._show_undo()

    def _show_undo(self) -> None:
        entry = self.undo_stack.next_undo()
        self._desk.window.status.show_undo(len(self.undo_stack), entry.text if entry else "")


def _corrected(here: OpenCase) -> dict[int, list[str]]:
    """Image -> lesions that a reader corrected on it."""
    return {instance.id: sorted(here.human(instance.id).lesions) for instance in here.instances}


def _states(events: Sequence[Correction]) -> dict[int, CaseState]:
    """The state that events leave each case in, of those that say one."""
    return {e.case_id: CaseState(e.after) for e in events if e.kind is CorrectionKind.STATE}


def restored_text(events: Sequence[Correction]) -> str:
    """What a step of an earlier sitting was: the event of it that the reader meant."""
    said = next((e for e in events if e.kind is CorrectionKind.THRESHOLD), None)
    said = said or next((e for e in reversed(events) if e.before is not None), events[-1])
    if said.undoes is not None:
        said = replace(said, before=said.after, after=said.before)
    return event_text(replace(said, undoes=None))

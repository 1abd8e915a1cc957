"""The open case: what models say, what the reader decided, and what each command makes of it.

Commands return a `Decision`: the corrections to record and where to go next. Nothing is written here;
`OpenCase.apply` folds corrections into the local state at once, the store follows in its own thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.records import (
    Case,
    CaseState,
    Correction,
    CorrectionKind,
    GradeScores,
    Instance,
    LabelScore,
    Laterality,
    Modality,
)
from engine.store.folding import JUDGEMENTS
from engine.store.rows import InstanceReview, Reading, Review, StoredPrediction
from viewer import language
from viewer.language import translate
from viewer.state.reading import BLIND, PLAIN, Mode, closed_by_others_only, own_part, settles

DECIDED = frozenset(
    {CaseState.ACCEPTED, CaseState.CORRECTED, CaseState.REJECTED, CaseState.UNSURE, CaseState.UNGRADABLE}
)
STAYS_OPEN = frozenset({CaseState.UNSURE, CaseState.ADJUDICATION})
Predictions = Mapping[int, Mapping[str, StoredPrediction]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command asks for.

    Attributes
    ----------
    text
        Names the edit for undo and the status line.
    move_to
        Instance that becomes active.
    message
        Why nothing was done, or what is still missing.
    """

    corrections: tuple[Correction, ...] = ()
    text: str = ""
    advance: bool = False
    move_to: int | None = None
    message: str = ""


class OpenCase:
    """A case under review.

    Attributes
    ----------
    truth
        The judgement of all readers; `review` is what this reader may see of it.
    behind
        What the models say; `predictions` is what the reader may see of it.
    """

    def __init__(
        self, case: Case, review: Review, predictions: Predictions, reader: str, mode: Mode = PLAIN
    ) -> None:
        self.case = case
        self.behind = predictions
        self.reader = reader
        self.mode = mode
        self.review = review
        self.instances = _in_reading_order(case.instances)
        self.active = self.instances[0].id

    @property
    def review(self) -> Review:
        """The judgement so far; the reader's own alone while a second or third one reads apart."""
        return self.truth if self._own is None else self._own

    @review.setter
    def review(self, review: Review) -> None:
        self.truth = review
        hidden = self.mode.double and closed_by_others_only(review, self.reader)
        self._own: Review | None = None
        if hidden or settles(review, self.reader):
            self._own = own_part(review, self.reader)

    @property
    def apart(self) -> bool:
        """Whether others decided the case, and this reader decides anew."""
        return self._own is not None

    @property
    def secret(self) -> bool:
        """Whether this reader may not see yet what the others decided."""
        return self.apart and self.truth.state is not CaseState.ADJUDICATION

    @property
    def veiled(self) -> bool:
        """Whether the models are hidden: blind reading, and the reader has not decided yet."""
        if not self.mode.blind or self.review.state in DECIDED:
            return False
        return bool(self.ungraded()) if self.modality is Modality.FUNDUS else True

    @property
    def predictions(self) -> Predictions:
        """What the models say, as far as the reader may see it."""
        return {} if self.veiled else self.behind

    @property
    def modality(self) -> Modality:
        """What the case shows."""
        return self.case.modality

    @property
    def active_instance(self) -> Instance:
        """The image that grades and masks go to."""
        return next(i for i in self.instances if i.id == self.active)

    def human(self, instance_id: int) -> InstanceReview:
        """What reviewers decided about an image."""
        return self.review.instances.get(instance_id, InstanceReview())

    def stored(self, instance_id: int, system: str) -> StoredPrediction | None:
        """What a system says of an image."""
        return self.predictions.get(instance_id, {}).get(system)

    def grade_scores(self, instance_id: int) -> GradeScores | None:
        """The grading system's result."""
        found = self.stored(instance_id, "zoom_in_net")
        return found.prediction.grade if found else None

    def model_grade(self, instance_id: int) -> int | None:
        """The model's grade, seen or not: for the tally of a sitting."""
        found = self.behind.get(instance_id, {}).get("zoom_in_net")
        return found.prediction.grade.grade if found and found.prediction.grade else None

    def labels(self, instance_id: int, system: str) -> tuple[LabelScore, ...]:
        """The findings ranked by a system."""
        found = self.stored(instance_id, system)
        return found.prediction.labels if found else ()

    def chest_systems(self) -> list[str]:
        """Systems that ranked findings for the active image."""
        found = self.predictions.get(self.active, {})
        return [name for name, stored in found.items() if stored.prediction.labels]

    def other_eye(self) -> int | None:
        """The image of the pair that is not active."""
        others = [i.id for i in self.instances if i.id != self.active]
        return others[0] if others else None

    def ungraded(self) -> list[int]:
        """Eyes that the reader has not graded, in reading order."""
        return [i.id for i in self.instances if self.human(i.id).grade is None]

    # -- commands ------------------------------------------------------------------------------------

    def grade(self, value: int) -> Decision:
        """Grade the active eye and move on to the other."""
        made = self._correction(
            CorrectionKind.GRADE, "dr", self._before(self.active).grade, value, self.active
        )
        text = translate("OpenCase", "{0} grade {1}").format(self._eye(self.active), value).strip()
        return Decision((made,), text, move_to=self.other_eye())

    def grade_dme(self, value: int) -> Decision:
        """Say the risk of macular oedema of the active eye, 0–2."""
        made = self._correction(
            CorrectionKind.GRADE, "dme", self._before(self.active).dme, value, self.active
        )
        text = translate("OpenCase", "{0} DME risk {1}").format(self._eye(self.active), value)
        return Decision((made,), text.strip())

    def mark(self, name: str, value: bool | None) -> Decision:
        """Say that a finding is present, absent, or unknown again."""
        before = self._before(self.active).findings.get(name)
        word = {
            True: translate("OpenCase", "present"),
            False: translate("OpenCase", "absent"),
            None: translate("OpenCase", "unknown"),
        }[value]
        made = self._correction(CorrectionKind.FINDING, name, before, value, self.active)
        return Decision((made,), f"{language.term(name)} {word}")

    def accept(self) -> Decision:
        """Accept; a fundus case only when every eye has a grade, taking the model's for the active one."""
        if self.modality is not Modality.FUNDUS:
            return self._close(CaseState.CORRECTED if self._differs() else CaseState.ACCEPTED)
        made: tuple[Correction, ...] = ()
        if self.human(self.active).grade is None:
            scores = self.grade_scores(self.active)
            if scores is None and self.veiled:
                return Decision(message=translate("OpenCase", "Blind reading: grade each eye by 0–4 first."))
            if scores is None:
                eye = self._eye(self.active) or translate("OpenCase", "this eye")
                return Decision(message=translate("OpenCase", "No model graded {0}: press 0–4.").format(eye))
            made = self.grade(scores.grade).corrections
        left = [i for i in self.ungraded() if not (made and i == self.active)]
        if left:
            done = translate("OpenCase", "{0} accepted").format(self._eye(self.active))
            message = translate("OpenCase", "{0} is still to be graded.").format(self._eye(left[0]))
            return Decision(made, done if made else "", move_to=left[0], message=message)
        after = self.copy_with(made)
        closing = self._close(CaseState.CORRECTED if after._differs() else CaseState.ACCEPTED)
        return replace(closing, corrections=(*made, *closing.corrections))

    def take(self, reading: Reading) -> Decision:
        """Make one reader's answer this one's, where they differ; Enter then settles the case."""
        made = []
        for instance, grade in reading.grades.items():
            if instance in self.truth.instances and self.human(instance).grade != grade:
                before = self._before(instance).grade
                made.append(self._correction(CorrectionKind.GRADE, "dr", before, grade, instance))
        for instance, findings in reading.findings.items():
            for name, value in findings.items():
                before_f = self._before(instance).findings.get(name)
                mine = self.human(instance).findings.get(name)
                if instance in self.truth.instances and mine is not value:
                    made.append(self._correction(CorrectionKind.FINDING, name, before_f, value, instance))
        text = translate("OpenCase", "reading of {0} taken").format(reading.reader)
        return Decision(tuple(made), text if made else "", message="" if made else text)

    def reject(self) -> Decision:
        """Reject the whole case."""
        return self._close(CaseState.REJECTED)

    def unsure(self) -> Decision:
        """Hand the case to a second reader."""
        return self._close(CaseState.UNSURE)

    def ungradable(self, reason: str) -> Decision:
        """Say why the images cannot be judged."""
        made = self._correction(
            CorrectionKind.STATE, reason, self.truth.state.value, CaseState.UNGRADABLE.value, None
        )
        return Decision((made,), translate("OpenCase", "ungradable: {0}").format(reason), advance=True)

    def comment(self, text: str) -> Decision:
        """Change the comment."""
        if text == self.truth.comment:
            return Decision()
        made = self._correction(CorrectionKind.COMMENT, "", self.truth.comment, text, None)
        return Decision((made,), translate("OpenCase", "comment"))

    def set_laterality(self, value: Laterality) -> Decision:
        """Say which eye the active image shows."""
        before = self.active_instance.info.laterality
        made = self._correction(CorrectionKind.LATERALITY, "", before.value, value.value, self.active)
        return Decision((made,), translate("OpenCase", "laterality {0}").format(value.value))

    def set_modality(self, value: Modality) -> Decision:
        """Say what the active image shows; overrides the file and the detector."""
        before = self.active_instance.info.modality
        made = self._correction(CorrectionKind.MODALITY, "", before.value, value.value, self.active)
        return Decision((made,), translate("OpenCase", "modality {0}").format(value.value))

    # -- local state ---------------------------------------------------------------------------------

    def apply(self, corrections: Iterable[Correction]) -> None:
        """Fold corrections into the local state, as the store will."""
        for correction in corrections:
            self.truth = folded(self.truth, correction)
            if self._own is not None:
                self._own = folded(self._own, correction)

    def copy_with(self, corrections: Iterable[Correction]) -> OpenCase:
        """The same case after some corrections."""
        other = OpenCase(self.case, self.review, self.behind, self.reader)
        other.active = self.active
        other.apply(corrections)
        return other

    def _differs(self) -> bool:
        """Whether the reader's word differs from the model's anywhere."""
        for instance in self.instances:
            human, scores = self.human(instance.id), self.grade_scores(instance.id)
            if human.lesions or False in human.findings.values():
                return True
            if human.dme is not None and (scores is None or scores.dme != human.dme):
                return True
            if human.grade is not None and (scores is None or scores.grade != human.grade):
                return True
        return False

    def _close(self, state: CaseState) -> Decision:
        made = self._correction(CorrectionKind.STATE, "", self.truth.state.value, state.value, None)
        return Decision((made,), f"{self.case.name} {language.state(state.value)}", advance=True)

    def _correction(
        self, kind: CorrectionKind, key: str, before: Any, after: Any, instance_id: int | None
    ) -> Correction:
        return Correction(
            self.case.id, instance_id, kind, key, before, after, self.reader, self._model_behind(kind)
        )

    def _before(self, instance_id: int) -> InstanceReview:
        """What the store has: an event names what it replaces, seen or not."""
        return self.truth.instances.get(instance_id, InstanceReview())

    def _model_behind(self, kind: CorrectionKind) -> str:
        if self.veiled:
            return BLIND
        systems = {
            CorrectionKind.GRADE: ("zoom_in_net",),
            CorrectionKind.FINDING: ("cxr_ml_gzsl", "cm_dml_gzsl"),
            CorrectionKind.MASK: ("lesion_unet",),
        }.get(kind, ())
        found = [s for name in systems if (s := self.stored(self.active, name))]
        return found[0].prediction.model.short if found else ""

    def _eye(self, instance_id: int) -> str:
        laterality = next(i.info.laterality for i in self.instances if i.id == instance_id)
        names = {
            Laterality.RIGHT: translate("OpenCase", "Right eye"),
            Laterality.LEFT: translate("OpenCase", "Left eye"),
        }
        return names.get(laterality, "")


def folded(review: Review, correction: Correction) -> Review:
    """A review after one more correction, as `engine.store.folding.fold` makes it."""
    if correction.kind is CorrectionKind.STATE:
        state = CaseState(correction.after)
        return replace(review, state=state, reason=correction.key if state is CaseState.UNGRADABLE else "")
    if correction.kind is CorrectionKind.COMMENT:
        return replace(review, comment=correction.after)
    if correction.instance_id is None:
        return review
    old = review.instances.get(correction.instance_id, InstanceReview())
    instances = {**review.instances, correction.instance_id: _instance_after(old, correction)}
    opens = correction.kind in JUDGEMENTS and review.state not in STAYS_OPEN
    state = CaseState.IN_REVIEW if opens else review.state
    return replace(review, instances=instances, state=state)


def _instance_after(old: InstanceReview, correction: Correction) -> InstanceReview:
    key, after = correction.key, correction.after
    if correction.kind is CorrectionKind.GRADE:
        return replace(old, dme=after) if key == "dme" else replace(old, grade=after)
    if correction.kind is CorrectionKind.FINDING:
        rest = {name: value for name, value in old.findings.items() if name != key}
        return replace(old, findings=rest if after is None else {**rest, key: after})
    if correction.kind is CorrectionKind.MASK:
        return replace(old, lesions=old.lesions | {key})
    if correction.kind is CorrectionKind.THRESHOLD:
        rest_t = {code: value for code, value in old.thresholds.items() if code != key}
        return replace(old, thresholds=rest_t if after is None else {**rest_t, key: after})
    return old


def _in_reading_order(instances: Iterable[Instance]) -> tuple[Instance, ...]:
    """The right eye first: it is shown on the left, as the patient faces the reader."""
    order = {Laterality.RIGHT: 0, Laterality.UNKNOWN: 1, Laterality.LEFT: 2}
    return tuple(sorted(instances, key=lambda i: (order[i.info.laterality], i.id)))

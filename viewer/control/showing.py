"""What the right pane says of the open case: models, readers, other studies, and what to beware of."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from engine.operations.thresholds import thresholds
from engine.records import CaseState, LabelScore, Laterality, Modality, ModalitySource, Prediction
from engine.systems import SYSTEMS
from viewer import language
from viewer.control.captions import date_of
from viewer.control.cases import CHEST_SYSTEMS, CaseControl
from viewer.control.desk import Desk
from viewer.engine_words import note
from viewer.language import translate
from viewer.panels.grade_panel import eye_name
from viewer.state.ranking import RankedFinding, freeze, rank
from viewer.state.rankings import compared
from viewer.state.review import OpenCase


class ShowControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, cases: CaseControl) -> None:
        super().__init__(desk)
        self._desk, self._cases = desk, cases
        self._other = ""  # ranking that is compared with
        self._studied: object = None  # project, case and mode whose studies are shown
        desk.case_changed.connect(self.show)
        cases.shown.connect(self.show)
        desk.window.review.rankings.other_chosen.connect(self.compare_with)

    def show(self) -> None:
        """Show the open case in the right pane."""
        here = self._desk.open
        if here is None:
            return
        review = self._desk.window.review
        review.show_case(here.modality, caution_of(here))
        mode = self.tr("Editing masks") if self._desk.editing else self._mode()
        mode = translate("CompareBar", "Compare") if self._desk.comparing else mode
        self._desk.window.top.mode.setText(f"{mode} · {language.state(here.review.state.value)}")
        review.comment.show_comment(here.review.comment)
        stored = [s for by_system in here.predictions.values() for s in by_system.values()]
        review.history.show_history(here.review.events, stored)
        self._show_models(here)
        self._show_readings(here)
        self._show_studies(here)
        if here.modality is Modality.FUNDUS:
            self._show_fundus(here)
        elif here.modality is Modality.CHEST:
            self._show_chest(here)

    def compare_with(self, key: str) -> None:
        """Compare the ranking with another one, from case to case."""
        self._other = key
        if self._desk.open is not None and self._desk.open.modality is Modality.CHEST:
            self._show_comparison(self._desk.open)

    def _mode(self) -> str:
        words = [self.tr("Review")]
        if self._desk.mode.blind:
            words.append(self.tr("blind"))
        if self._desk.mode.double:
            words.append(self.tr("double reading"))
        return " · ".join(words)

    def _show_models(self, here: OpenCase) -> None:
        models = {s.prediction.model.short for s in here.predictions.get(here.active, {}).values()}
        how = here.active_instance.info
        detected = how.modality_source is ModalitySource.DETECTED and how.modality is not Modality.UNKNOWN
        recognised = {
            Modality.FUNDUS: self.tr("Recognised as fundus from its pixels."),
            Modality.CHEST: self.tr("Recognised as chest from its pixels."),
        }
        notes = [recognised[how.modality]] if detected else []
        self._desk.window.review.show_models("\n".join([*sorted(models), *notes]))

    def _show_readings(self, here: OpenCase) -> None:
        eyes = {i.id: eye_name(i.info.laterality) for i in here.instances}
        if here.modality is not Modality.FUNDUS:
            eyes = {}
        quarrel = here.truth.state is CaseState.ADJUDICATION
        readings = () if here.secret else here.truth.readings
        self._desk.window.review.readings.show_readings(readings, eyes, quarrel)

    def _show_studies(self, here: OpenCase) -> None:
        key = (self._desk.generation, here.case.id, self._desk.mode)
        project = self._desk.project
        if key == self._studied or project is None:
            return
        self._studied = key
        studies = [replace(s, date=date_of(s.date)) for s in project.studies(here.case.id)]
        if self._desk.mode.blind or self._desk.mode.double:
            studies = [replace(s, top="", state=CaseState.PREDICTED) for s in studies]
        self._desk.window.review.studies.show_studies(studies, here.case.id)

    def _show_fundus(self, here: OpenCase) -> None:
        review = self._desk.window.review
        graded = here.stored(here.active, "zoom_in_net")
        notes = tuple(map(note, graded.prediction.notes)) if graded else ()
        laterality = here.active_instance.info.laterality
        human = here.human(here.active)
        scores = here.grade_scores(here.active)
        instead = ""
        if here.veiled:
            instead = self.tr("Blind reading: the model is shown when both eyes are graded.")
        elif graded is not None and scores is None and graded.prediction.withheld is not None:
            instead = self.tr("The model's grade is withheld: see above.")
        review.grade.show_grade(laterality, scores, human.grade, notes, human.dme, instead)
        review.lesions.setVisible(not here.veiled)
        similar = here.stored(here.active, "disease_similarity")
        rura = here.stored(here.active, "rura_net")
        named = similar.prediction.similar if similar else rura.prediction.similar if rura else ()
        spoken = similar or rura
        review.similar.show_similar(
            named,
            rura.prediction.diagnosis if rura else None,
            " ".join(map(note, spoken.prediction.notes)) if spoken else "",
        )

    def _show_chest(self, here: OpenCase) -> None:
        marks = here.human(here.active).findings
        if here.veiled:  # by name, without a score: the order of the list would give the model away
            names = {x.name for s in here.behind.get(here.active, {}).values() for x in s.prediction.labels}
            plain = [RankedFinding(n, None, 0.0, True, False, marks.get(n)) for n in sorted(names)]
            self._cases.ranking = tuple(plain)
        else:
            labels = here.labels(here.active, leading_system(here))
            fresh = rank(labels, marks, self._thresholds(here))
            self._cases.ranking = freeze(self._cases.ranking, fresh)
        self._desk.window.review.findings.show_findings(self._cases.ranking, self._cases.evidence)
        said = here.stored(here.active, leading_system(here))
        self._desk.window.review.findings.show_gate(said.prediction.gate if said else None)
        self._show_comparison(here)

    def _thresholds(self, here: OpenCase) -> dict[str, float]:
        """Operating points of the version that ranked the active image."""
        project, said = self._desk.project, here.stored(here.active, leading_system(here))
        if project is None or said is None:
            return {}
        return thresholds(project, said.prediction.model.system, said.prediction.model.version)

    def _show_comparison(self, here: OpenCase) -> None:
        panel = self._desk.window.review.rankings
        choices = self._choices(here)
        panel.show_choices(list(choices.items()), self._other)
        labels = self._labels_of(here, self._other) if self._other in choices else ()
        panel.show_moved(compared(here.labels(here.active, leading_system(here)), labels))

    def _choices(self, here: OpenCase) -> dict[str, str]:
        """Key -> title of rankings of the active image by other systems, and by other leading versions."""
        leading, project = leading_system(here), self._desk.project
        found = {system: _short(system) for system in here.chest_systems() if system != leading}
        now = here.stored(here.active, leading)
        if project is None or now is None or here.veiled:
            return found
        versions = project.prediction_versions(here.active, leading)
        others = [version for version in versions if version != now.prediction.model.version]
        return found | {f"{leading} {v}": self.tr("version {0}").format(v) for v in others}

    def _labels_of(self, here: OpenCase, key: str) -> tuple[LabelScore, ...]:
        """The ranking of a key of `_choices`; of a version the newest."""
        system, _, version = key.partition(" ")
        if not version:
            return here.labels(here.active, system)
        assert self._desk.project is not None
        history = self._desk.project.prediction_history(here.active, system)
        return next((s.prediction.labels for s in history if s.prediction.model.version == version), ())


def _short(system: str) -> str:
    """The name of a system without what it does."""
    return SYSTEMS[system].title.partition(":")[0] if system in SYSTEMS else system


def leading_system(here: OpenCase) -> str:
    """The system whose ranking is shown."""
    return next((name for name in CHEST_SYSTEMS if name in here.chest_systems()), CHEST_SYSTEMS[0])


def caution_of(here: OpenCase) -> str:
    """What the reader must know before anything else."""
    info = here.active_instance.info
    if here.modality is Modality.UNKNOWN:
        return translate(
            "CaseControl",
            "Neither a fundus photograph nor a chest X-ray was recognised. No model runs on it. "
            "Set the modality in the Edit menu if it is one.",
        )
    texts = []
    if here.modality is Modality.FUNDUS and info.laterality is Laterality.UNKNOWN:
        texts.append(translate("CaseControl", "Which eye it is, is not known: set it in the Edit menu."))
    if not here.behind.get(here.active):
        systems = [s.title for s in SYSTEMS.values() if s.modality is here.modality]
        texts.append(
            translate("CaseControl", "No model has looked at it yet ({0} could).").format(len(systems))
        )
    stored = here.behind.get(here.active, {}).get("zoom_in_net")
    if stored is not None:  # of the pixels, no opinion on the disease: shown in blind reading too
        texts += flags(stored.prediction)
    return " ".join(texts)


def flags(prediction: Prediction) -> list[str]:
    """What a look at the pixels says against grading this image as it is."""
    texts = []
    quality = prediction.quality
    if quality is not None and not quality.gradable:
        text = translate("CaseControl", "The image may be ungradable: {0} Press Q, or grade it yourself.")
        texts.append(text.format(" ".join(map(note, quality.reasons))))
    side = prediction.laterality
    if side is not None and side.contradicts:
        text = translate("CaseControl", "The optic disc lies as in a {0}, but the file says {1}.")
        texts.append(text.format(eye_name(side.seen).lower(), eye_name(side.stated).lower()))
    return texts

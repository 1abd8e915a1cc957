"""What happened to a case, newest first: predictions and corrections with time, reader and model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from engine.records import Correction, CorrectionKind
from engine.store.rows import StoredPrediction
from viewer import language
from viewer.language import translate
from viewer.widgets import column, heading

SHOWN = 12


class HistoryPanel(QWidget):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 3)
        layout.addWidget(heading(self.tr("History")))
        self.text = QLabel()
        self.text.setObjectName("note")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(self.text)

    def show_history(self, events: Iterable[Correction], predictions: Iterable[StoredPrediction]) -> None:
        """Show the newest of both."""
        lines = [(event.at, event_text(event)) for event in events]
        lines += predicted_lines(predictions)
        lines.sort(key=lambda line: line[0] or "9", reverse=True)  # what is not committed yet is newest
        self.text.setText(
            "\n".join(f"{clock(at)} {text}" for at, text in lines[:SHOWN]) or self.tr("Nothing yet.")
        )


def predicted_lines(predictions: Iterable[StoredPrediction]) -> list[tuple[str, str]]:
    """One line for all models that spoke in one minute: (time, text)."""
    minutes: dict[str, list[StoredPrediction]] = {}
    for stored in predictions:
        minutes.setdefault(clock(stored.at), []).append(stored)
    lines = []
    for spoken in minutes.values():
        models = sorted({f"{s.prediction.model.system} {s.prediction.model.version}" for s in spoken})
        alone = translate("HistoryPanel", "predicted · {0}").format(models[0])
        several = translate("HistoryPanel", "predicted by {0} models").format(len(models))
        text = alone if len(models) == 1 else several
        lines.append((max(s.at for s in spoken), text))
    return lines


def event_text(event: Correction) -> str:
    """One correction in a few words."""
    key, before, after = event.key, _value(event.before), _value(event.after)
    text = {
        CorrectionKind.GRADE: translate("HistoryPanel", "{0} grade {1} → {2}"),
        CorrectionKind.FINDING: "{0} {2}",
        CorrectionKind.MASK: translate("HistoryPanel", "mask {0} corrected"),
        CorrectionKind.STATE: "{2}: {0}" if key else "{2}",
        CorrectionKind.COMMENT: translate("HistoryPanel", "comment changed"),
        CorrectionKind.MODALITY: translate("HistoryPanel", "modality set to {2}"),
        CorrectionKind.LATERALITY: translate("HistoryPanel", "laterality set to {2}"),
        CorrectionKind.PAIRING: translate("HistoryPanel", "eyes paired or separated"),
        CorrectionKind.THRESHOLD: translate("HistoryPanel", "threshold of {0} {2}"),
    }[event.kind]
    if event.kind is CorrectionKind.GRADE:
        key = key.upper()
    elif event.kind is CorrectionKind.FINDING:
        key, after = language.term(key), presence(event.after)
    elif event.kind is CorrectionKind.STATE:
        after = language.state(after)
    elif event.kind is CorrectionKind.LATERALITY and not event.after:
        after = translate("HistoryPanel", "unknown")
    said = f"{text.format(key, before, after)} · {event.reader}"
    return translate("HistoryPanel", "undone: {0}").format(said) if event.undoes else said


def presence(value: bool | None) -> str:
    """What a reader said of a finding."""
    if value is None:
        return translate("HistoryPanel", "unknown")
    return translate("HistoryPanel", "present") if value else translate("HistoryPanel", "absent")


def clock(at: str) -> str:
    """Local time of a UTC timestamp, with the date unless it is today's; ``now`` before the commit."""
    if not at:
        return translate("HistoryPanel", "now")
    moment = datetime.fromisoformat(at).astimezone()
    today = datetime.now().astimezone().date()
    return moment.strftime("%H:%M" if moment.date() == today else "%Y-%m-%d %H:%M")


def _value(value: object) -> str:
    return "–" if value is None else str(value)

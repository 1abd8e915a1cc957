"""What happened to a case, newest first: predictions and corrections with time, reader and model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from engine.records import Correction, CorrectionKind
from engine.store.rows import StoredPrediction
from viewer.widgets import column, heading

SHOWN = 12
WORDS = {True: "present", False: "absent", None: "unknown"}


class HistoryPanel(QWidget):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 3)
        layout.addWidget(heading("History"))
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
        self.text.setText("\n".join(f"{clock(at)} {text}" for at, text in lines[:SHOWN]) or "Nothing yet.")


def predicted_lines(predictions: Iterable[StoredPrediction]) -> list[tuple[str, str]]:
    """One line for all models that spoke in one minute: (time, text)."""
    minutes: dict[str, list[StoredPrediction]] = {}
    for stored in predictions:
        minutes.setdefault(clock(stored.at), []).append(stored)
    lines = []
    for spoken in minutes.values():
        models = sorted({f"{s.prediction.model.system} {s.prediction.model.version}" for s in spoken})
        text = f"predicted · {models[0]}" if len(models) == 1 else f"predicted by {len(models)} models"
        lines.append((max(s.at for s in spoken), text))
    return lines


def event_text(event: Correction) -> str:
    """One correction in a few words."""
    text = {
        CorrectionKind.GRADE: f"{event.key.upper()} grade {_value(event.before)} → {_value(event.after)}",
        CorrectionKind.FINDING: f"{event.key} {WORDS.get(event.after, event.after)}",
        CorrectionKind.MASK: f"mask {event.key} corrected",
        CorrectionKind.STATE: f"{event.after}{': ' + event.key if event.key else ''}",
        CorrectionKind.COMMENT: "comment changed",
        CorrectionKind.MODALITY: f"modality set to {event.after}",
        CorrectionKind.LATERALITY: f"laterality set to {event.after or 'unknown'}",
        CorrectionKind.PAIRING: "eyes paired or separated",
        CorrectionKind.THRESHOLD: f"threshold of {event.key} {_value(event.after)}",
    }[event.kind]
    return f"{'undone: ' if event.undoes else ''}{text} · {event.reader}"


def clock(at: str) -> str:
    """Local time of a UTC timestamp, with the date unless it is today's; ``now`` before the commit."""
    if not at:
        return "now"
    moment = datetime.fromisoformat(at).astimezone()
    today = datetime.now().astimezone().date()
    return moment.strftime("%H:%M" if moment.date() == today else "%Y-%m-%d %H:%M")


def _value(value: object) -> str:
    return "–" if value is None else str(value)

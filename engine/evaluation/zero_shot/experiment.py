"""``lynceus-engine evaluate zero_shot_experiment DATA --out FOLDER``: both systems, ablations and rivals.

A run that was done is never done again, so the command may be stopped at any time and given again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.errors import WrongUsage
from engine.evaluation.protocols import Report, Request
from engine.evaluation.zero_shot import diagnosis, queue, report, rows, selection, stages
from engine.evaluation.zero_shot.settings import Settings
from engine.evaluation.zero_shot.tasks import Task
from engine.progress import Progress, silent

MARKDOWN, CSV = "zero_shot_experiment.md", "zero_shot_experiment.csv"


def evaluate(request: Request, progress: Progress = silent) -> Report:
    """Work off the queue and write the tables as a row of `engine.evaluation.protocols`.

    Raises
    ------
    WrongUsage
        Without ``--out``, for an unknown part, or when the folder holds runs of other settings.
    """
    options = request.options
    settings = replace(Settings(), seeds=int(options.get("seeds", Settings().seeds)))
    return run(request.data, request.out, settings, tuple(options.get("parts", stages.HEADS_ALONE)), progress)


def run(
    data: Path, out: Path | None, settings: Settings, parts: tuple[str, ...], progress: Progress = silent
) -> Report:
    """The experiment with given settings; see `evaluate`.

    Parameters
    ----------
    data
        Folder of NIH images; only read for the part ``nih``.
    """
    if out is None:
        raise WrongUsage("the experiment keeps its runs in a folder", remedy="Name one with --out FOLDER.")
    unknown = [part for part in parts if part not in stages.PARTS]
    if unknown:
        raise WrongUsage(
            f"the experiment has no part {unknown[0]!r}", remedy=f"Parts: {', '.join(stages.PARTS)}."
        )
    if settings.seeds < 1:
        raise WrongUsage(f"{settings.seeds} seeds", remedy="Use at least one, for intervals three.")
    out.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    queue.finished(out, settings)  # refuses a folder of other settings before anything is drawn
    every = stages.stages(parts, settings, data)
    queue.work(every, settings, out, progress)
    return written(every, settings, out, progress)


def written(every: list[stages.Stage], settings: Settings, out: Path, progress: Progress) -> Report:
    """The tables of what is finished, as ``.md`` and ``.csv``."""
    tables = rows.tables(list(queue.results(every, settings, out)), settings)
    text = report.markdown(tables, settings) + _why(every, progress) + report.choices(selection.tried(out))
    (out / MARKDOWN).write_text(text, encoding="utf-8")
    report.write_csv(out / CSV, tables)
    return Report(report.as_values(tables, settings), text)


def _why(every: list[stages.Stage], progress: Progress) -> str:
    """Whether words and pictures agree, on the phantoms of the first seed."""
    first = next((stage for stage in every if stage.part == stages.PHANTOMS), None)
    task = first.prepare(progress) if first else None
    return report.likeness(diagnosis.likeness(task)) if isinstance(task, Task) else ""

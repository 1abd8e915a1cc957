"""Import files and folders into a project: read in place, never changed; a bad file stops no other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError, StoreUnavailable, UnreadableImage
from engine.io.sandbox import Sandbox
from engine.progress import Progress, silent
from engine.records import ImageInfo
from engine.store.pairing import compiled
from engine.store.rows import STORE_FILE, PairingRules

if TYPE_CHECKING:
    from engine.store.project import Project

BATCH = 64
PATTERNS = ("pairing", "patterns")
IGNORED_SUFFIXES = {".csv", ".json", ".jsonl", ".md", ".toml", ".txt", ".xlsx", ".xml", ".zip", ".py"}


def import_paths(
    project: str,
    paths: Sequence[str],
    pairs: str | None = None,
    url: str | None = None,
    progress: Progress = silent,
    patterns: Sequence[str] = (),
) -> dict[str, Any]:
    """Import every image under the paths; creates the project where there is none.

    Parameters
    ----------
    pairs
        A csv ``file,patient,eye`` that says which images are the two eyes of one patient.
    patterns
        Regular expressions with the groups ``patient`` and ``eye`` for file names, tried before the usual
        ones; the project keeps them (document ``pairing``, ``patterns``) for its next imports.

    Returns
    -------
    dict
        ``added``, ``known``, ``cases`` (counts), ``case_ids``, and ``refused``: pairs of file and reason.

    Raises
    ------
    WrongUsage
        A pattern is no regular expression or lacks a group; nothing was imported.
    UnreadableImage
        When the paths hold no file at all.
    StoreUnavailable
        When the project cannot be written: what was imported before stays.
    """
    files = list(find_files(Path(p) for p in paths))
    if not files:
        raise UnreadableImage(
            "there is no image here", ", ".join(paths), "Choose image files or their folder."
        )
    root = Path(project)
    rules = _rules(pairs)
    compiled(replace(rules, patterns=tuple(patterns)))
    refused: list[tuple[str, str]] = []
    totals = {"added": 0, "known": 0, "cases": 0}
    case_ids: list[int] = []
    with Sandbox() as sandbox, ThreadPoolExecutor(1) as beside:
        starting = beside.submit(sandbox.start)  # while the store is loaded and opened: each takes a while
        with _project(root, url) as store:
            starting.result()
            rules = replace(rules, patterns=(*_kept(store, patterns), *rules.patterns))
            for start in range(0, len(files), BATCH):
                batch = files[start : start + BATCH]
                infos = _read(batch, start, len(files), sandbox, refused, progress)
                summary = store.import_images(infos, rules)
                totals = {name: totals[name] + getattr(summary, name) for name in totals}
                case_ids += summary.case_ids
    progress(len(files), len(files), "imported")
    return {**totals, "case_ids": case_ids, "refused": refused}


def _project(root: Path, url: str | None) -> Project:
    from engine.store.project import create_project, open_project, project_exists

    return open_project(root, url) if project_exists(root, url) else create_project(root, url)


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files named, and files under folders that may be images, in a stable order, each once."""
    seen: set[Path] = set()
    for path in paths:
        for file in _under(path) if _is_folder(path) else [path]:
            if file not in seen:
                seen.add(file)
                yield file


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # too long a name, a folder that may not be searched: reading the file says so
        return False


def _under(folder: Path) -> Iterator[Path]:
    closed: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=lambda e: closed.append(Path(e.filename))):
        if STORE_FILE in names:  # a project's own folder: nothing in it is there to be imported
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() not in IGNORED_SUFFIXES:
                yield Path(parent) / name
    yield from closed  # reading one says that it is a folder and could not be listed


def _read(
    files: Sequence[Path],
    done: int,
    total: int,
    sandbox: Sandbox,
    refused: list[tuple[str, str]],
    progress: Progress,
) -> list[ImageInfo]:
    infos = []
    for offset, file in enumerate(files):
        progress(done + offset, total, f"reading {file.name}")
        try:
            infos.append(sandbox.info(file.absolute(), detect=True))
        except StoreUnavailable:
            raise
        except EngineError as error:
            refused.append((str(file), str(error)))
    return infos


def _kept(store: Project, patterns: Sequence[str]) -> list[str]:
    """The project's own patterns for file names; new ones take their place."""
    if patterns:
        store.put_document(*PATTERNS, list(patterns))
    return list(store.document(*PATTERNS) or [])


def _rules(pairs: str | None) -> PairingRules:
    if pairs is None:
        return PairingRules()
    from engine.io.tables import read_pairs

    return PairingRules(pairs=read_pairs(Path(pairs)))

"""Kill the program again and again while it works; whatever it had acknowledged must be there afterwards.

    python -m tests.benchmarks.durability [--times 100] [--parts strokes import retrain]

Each time a process is started on a project, works, and is killed (``SIGKILL``) at a moment that nobody
chose. Then the project is opened again: SQLite must find it sound, every edit whose commit had been
acknowledged must be in it (at most one more, which was on its way), every mask must have the pixels that
its last event says, every imported file must be listed, every model version that is listed must be whole
and the active one the same. Exit code 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine import weights
from engine.errors import EngineError
from engine.imaging.phantoms import fundus
from engine.operations.importing import import_paths
from engine.records import CaseState, Correction, CorrectionKind
from engine.store.project import Project, open_project
from engine.store.rows import STORE_FILE

PARTS = ("strokes", "import", "retrain")
CHILD = "tests.benchmarks._durability_child"
ROOT = Path(__file__).resolve().parents[2]
LONGEST_WAIT = 180.0  # seconds for the first acknowledgement
LIVES = (0.02, 1.5)  # seconds between it and the kill; ours

Told = list[dict[str, Any]]


def killed(part: str, arguments: Sequence[str], life: float, environment: dict[str, str]) -> Told:
    """Start a child, kill it a while after its first acknowledgement; everything that it told."""
    words = [sys.executable, "-m", CHILD, part, *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=ROOT
        )
        assert process.stdout is not None
        stop = threading.Timer(LONGEST_WAIT, process.kill)
        stop.start()
        first = process.stdout.readline()
        stop.cancel()
        time.sleep(life)
        process.send_signal(signal.SIGKILL)
        lines = [first, *process.stdout.read().splitlines(keepends=True)]
        process.stdout.close()
        code = process.wait()
        if not first or code != -signal.SIGKILL:
            errors.seek(0)
            raise RuntimeError(f"{part} ended by itself ({code}): {errors.read()[-2000:]}")
    return [json.loads(line) for line in lines if line.endswith("\n")]


def lost(project: Path, told: Told) -> list[str]:
    """What was acknowledged and is not there, or does not fit together."""
    with open_project(project) as store:
        with store.database.read() as connection:
            sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        found = [] if sound == "ok" else [f"SQLite says {sound}"]
        cases = store.case_ids()
        events = {event.id: event for case in cases for event in store.events(case)}
        for number, kind, key, after in (event for line in told for event in line.get("events", ())):
            event = events.get(number)
            if event is None or (event.kind.value, event.key, event.after) != (kind, key, after):
                found.append(f"event {number} ({kind} {key})")
        files = {str(instance.info.path) for instance in store.instances_of(cases)}
        found += [f"file {file}" for line in told for file in line.get("files", ()) if file not in files]
        return found + _masks_that_do_not_fit(store, cases) + _models_that_are_broken(store, told)


def _masks_that_do_not_fit(store: Project, cases: Sequence[int]) -> list[str]:
    wrong = []
    for case in cases:
        last = {(e.instance_id, e.key): e for e in store.events(case) if e.kind is CorrectionKind.MASK}
        for (instance, lesion), event in last.items():
            mask = store.mask(instance, lesion) if instance is not None else None
            if mask is None or int(mask.sum()) != event.after:
                wrong.append(f"mask {lesion} of image {instance} after event {event.id}")
    return wrong


def _models_that_are_broken(store: Project, told: Told) -> list[str]:
    wrong, rows = [], {row.version: row for row in store.models()}
    wrong += [
        f"model {line['version']}" for line in told if "version" in line and line["version"] not in rows
    ]
    for row in rows.values():
        try:
            weights.verify(row.path)
        except EngineError as error:
            wrong.append(f"model {row.version}: {error}")
        if row.active:
            wrong.append(f"model {row.version} became active by itself")
    return wrong


def prepare(part: str, folder: Path) -> list[str]:
    """A project for a part; what its child is called with."""
    project = folder / "project"
    images = folder / "images"
    images.mkdir(parents=True)
    if part == "strokes":
        for seed in range(2):
            rgb = fundus.fundus(fundus.sample_fundus(np.random.default_rng(seed)), 768).rgb
            cv2.imwrite(str(images / f"P{seed}_right.png"), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        import_paths(str(project), [str(images)])
        _set_modality(project)
        return [str(project)]
    if part == "import":
        cv2.imwrite(str(images / "first.png"), np.full((96, 96), 90, np.uint8))
        import_paths(str(project), [str(images)])
        return [str(project), str(images)]
    return [str(project), str(_reviewed_films(project, images, folder / "resources"))]


def _set_modality(project: Path) -> None:
    with open_project(project) as store:
        for instance in store.instances_of(store.case_ids()):
            if instance.info.modality.value != "fundus":
                before = instance.info.modality.value
                kind = CorrectionKind.MODALITY
                store.record([Correction(instance.case_id, instance.id, kind, "", before, "fundus", "ada")])


def _reviewed_films(project: Path, images: Path, resources: Path) -> Path:
    """Films that a tiny network ranked and a reader decided."""
    from engine import systems
    from engine.operations.predicting import predict_project
    from tests.engine.operations import tiny

    systems.RESOURCES = tiny.write_weights(resources)
    for number in (1, 2, 3, 11, 21):
        tiny.save_film(images / f"C{number}.dcm", f"C{number}", number)
    import_paths(str(project), [str(images)])
    predict_project(str(project), systems=["cxr_ml_gzsl"], device="cpu")
    with open_project(project) as store:
        for instance in store.instances_of(store.case_ids()):
            case = instance.case_id
            state = store.case(case).state.value
            store.record(
                [
                    Correction(case, instance.id, CorrectionKind.FINDING, "Mass", None, True, "ada"),
                    Correction(case, None, CorrectionKind.STATE, "", state, CaseState.CORRECTED.value, "ada"),
                ]
            )
    return resources


def run(part: str, times: int, folder: Path, chance: random.Random) -> int:
    """Kill a part so many times on one project that lives on; how many times something was lost."""
    arguments = prepare(part, folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    environment |= {"LYNCEUS_CONFIG": str(folder / "config"), "LYNCEUS_CACHE": str(folder / "cache")}
    acknowledged = bad = 0
    told: Told = []
    for number in range(1, times + 1):
        told += killed(part, arguments, chance.uniform(*LIVES), environment)
        acknowledged = sum(len(line.get("events", line.get("files", [1]))) for line in told)
        missing = lost(Path(arguments[0]), told)
        bad += bool(missing)
        for text in missing[:5]:
            print(f"    {part} {number}: LOST {text}", flush=True)
    size = (Path(arguments[0]) / STORE_FILE).stat().st_size / 1e6
    print(
        f"{part:10}{times:6} kills{acknowledged:9} acknowledged{bad:6} with losses{size:9.1f} MB", flush=True
    )
    return bad


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line a part; 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=10, help="kills of each part")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seed", type=int, default=None, help="of the moments of the kills")
    arguments = parser.parse_args(argv)
    chance = random.Random(arguments.seed)
    bad = 0
    for part in arguments.parts:
        folder = Path(tempfile.mkdtemp(prefix=f"durability-{part}-"))
        try:
            bad += run(part, arguments.times, folder, chance)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

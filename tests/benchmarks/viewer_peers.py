"""Lynceus beside napari, labelme and X-AnyLabeling: ``python -m tests.benchmarks.viewer_peers --bench DIR``.

Runs the harness (``--harness``, by default ``../shared/bench/viewer_peers``, whose README says how the peers
are installed under ``FOLDER/venvs``) with Lynceus as one more peer, the runs interleaved, and prints its
report. Peers that are not installed are left out. Needs Xvfb, and a machine that does nothing else: it
refuses to start above a load of 3 unless ``--busy`` is given.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = {"napari": "napari", "labelme7": "labelme7", "xanylabeling": "anylabel"}  # name -> folder in venvs
QUIET = 3.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the harness; its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--bench", type=Path, required=True, metavar="FOLDER", help="venvs, data and results")
    harness = ROOT.parent / "shared" / "bench" / "viewer_peers"
    parser.add_argument("--harness", type=Path, default=harness)
    parser.add_argument("--kinds", default="startup:fundus:3,work:fundus:2,work:cxr:2")
    parser.add_argument("--busy", action="store_true", help="measure on a busy machine all the same")
    arguments = parser.parse_args(argv)
    if os.getloadavg()[0] > QUIET and not arguments.busy:
        print(
            f"the load is {os.getloadavg()[0]:.1f}: wait for a quiet moment, or give --busy", file=sys.stderr
        )
        return 2
    bench = arguments.bench.resolve()
    copy = bench / "harness"
    shutil.copytree(arguments.harness, copy, dirs_exist_ok=True)
    shutil.copy(Path(__file__).with_name("peer_lynceus.py"), copy)
    (bench / "results").mkdir(parents=True, exist_ok=True)
    _link_own(bench)
    environment = {**os.environ, "BENCH": str(bench), "KINDS": arguments.kinds, "PYTHONPATH": str(ROOT)}
    environment |= {"VIEWER_PEERS": str(copy)}
    environment.pop("QT_QPA_PLATFORM", None)  # a real window on a virtual display
    if not (bench / "data" / "cxr").is_dir():
        subprocess.run([sys.executable, copy / "make_data.py"], env=environment, check=True)
    peers = ["lynceus", *(p for p, folder in PEERS.items() if (bench / "venvs" / folder / "bin").is_dir())]
    words = [
        "bash",
        str(copy / "run.sh"),
        sys.executable,
        str(copy / "run_peers.py"),
        "1",
        "1",
        ",".join(peers),
    ]
    code = subprocess.run(words, env=environment, cwd=copy, check=False).returncode
    subprocess.run([sys.executable, str(copy / "report.py")], env=environment, check=False)
    return code


def _link_own(bench: Path) -> None:
    """The harness looks for every peer's Python under ``venvs``."""
    folder = bench / "venvs" / "lynceus" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "python"
    if not python.exists():
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())

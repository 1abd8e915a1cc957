"""Run the benchmarks of this folder, one after the other: ``python -m tests.benchmarks [NAMES]``.

Those that need other programs or take long on purpose run only when they are named.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
ON_REQUEST = frozenset({"peer_lynceus", "viewer_peers", "next_cases", "camera_retraining"})


def main(names: Sequence[str] = ()) -> int:
    """Each in a process of its own; 1 when one of them failed, after all have run."""
    scripts = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if not path.stem.startswith("_")}
    unknown = sorted(set(names) - set(scripts))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(scripts)}", file=sys.stderr)
        return 2
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    failed = []
    for name in names or [name for name in scripts if name not in ON_REQUEST]:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
        if subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env bash
# Builds the demo project once and opens the window on it; without a display it renders the same window
# offscreen, saves build/demo/*.png and prints the results table.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f build/demo/project/.complete ] || { rm -rf build/demo/project build/demo/images; .venv/bin/lynceus-engine demo build/demo; touch build/demo/project/.complete; }
if [ "$(uname -s)" = Darwin ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec .venv/bin/lynceus build/demo/project
fi
echo "no display: rendering the window offscreen"
QT_QPA_PLATFORM=offscreen .venv/bin/lynceus build/demo/project --screenshot build/demo
.venv/bin/lynceus-engine demo build/demo --table
ls build/demo/*.png

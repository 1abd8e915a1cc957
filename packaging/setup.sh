#!/usr/bin/env bash
# Leaves a ready .venv: Python packages by uv where installed, else venv and pip; the system libraries
# that Qt needs by apt when root on Debian or Ubuntu, else it names the exact command.
set -euo pipefail
cd "$(dirname "$0")/.."
extras="${LYNCEUS_EXTRAS:-gui,offline-text,dev}"
libraries="libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libx11-xcb1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-image0 libxcb-render-util0 libxcb-xinerama0"

find_python() {
  for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      "$name" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echo "Lynceus needs Python 3.11, 3.12 or 3.13; none was found. Name one: make setup PYTHON=/path/to/python3.12" >&2
  exit 3
}

apt_install() { # quietly, with the lists fetched once
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

can_apt() { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; }

system_libraries() {
  [ "$(uname -s)" = Linux ] || return 0
  if .venv/bin/python - <<'PY' >/dev/null 2>&1
import ctypes
for name in ("libGL.so.1", "libEGL.so.1", "libxkbcommon.so.0", "libfontconfig.so.1", "libdbus-1.so.3",
             "libglib-2.0.so.0", "libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1",
             "libxcb-shape.so.0", "libxkbcommon-x11.so.0", "libX11-xcb.so.1"):
    ctypes.CDLL(name)
PY
  then return 0; fi
  if can_apt; then
    echo "installing the system libraries that Qt needs"
    # shellcheck disable=SC2086  # a list of words
    apt_install $libraries || echo "apt could not install them; the window may not start: $libraries" >&2
  elif command -v apt-get >/dev/null; then
    echo "Qt needs system libraries that are missing here. Install them with:" >&2
    echo "  sudo apt-get install -y $libraries" >&2
  else
    echo "Qt needs the libraries of these Debian packages, under your system's names: $libraries" >&2
  fi
}

stamp=.venv/.ready
want="$extras $(cat pyproject.toml packaging/setup.sh | cksum)"
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
  if command -v uv >/dev/null; then
    [ -x .venv/bin/python ] || uv venv --quiet --python '>=3.11,<3.14' .venv
    uv pip install --quiet --python .venv/bin/python -e ".[$extras]"
  else
    python="$(find_python)"
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
      rm -rf .venv
      if ! "$python" -m venv .venv 2>/dev/null; then
        version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
        rm -rf .venv
        if can_apt; then apt_install "python$version-venv"; "$python" -m venv .venv
        else echo "Python's venv module is missing. Install it: sudo apt-get install -y python$version-venv" >&2; exit 3; fi
      fi
    fi
    echo "installing Python packages (several GB with torch; minutes the first time)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".[$extras]"
  fi
  system_libraries
  printf '%s' "$want" > "$stamp"
fi

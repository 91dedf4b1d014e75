#!/bin/sh
# Serves the model in this folder: makes its environment in .venv once (uv where it is there, else venv and pip), then
# runs its server, on this machine only unless --host says otherwise. See README.md.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
wanted=$(cat "$here/python-version")

fits() {
  [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$wanted" ]
}

find_python() {
  for name in "${PYTHON:-}" "python$wanted" python3 python; do
    if [ -n "$name" ] && fits "$name"; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

make_venv() {
  if [ -e "$venv" ] && [ ! -e "$venv/pyvenv.cfg" ]; then
    echo "$venv is there and is no virtual environment; nothing was changed." >&2
    exit 1
  fi
  rm -rf "$venv"
  if command -v uv >/dev/null 2>&1; then
    uv venv --quiet --no-project --python "$(find_python || echo "$wanted")" "$venv"
    uv pip install --quiet --python "$venv/bin/python" --no-deps $hashes -r "$here/requirements.txt"
  else
    base=$(find_python) || {
      echo "This model needs Python $wanted. Install it, name it in PYTHON, or install uv." >&2
      exit 1
    }
    "$base" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps $hashes -r "$here/requirements.txt"
  fi
  cp "$here/requirements.txt" "$venv/installed"
}

if [ -s "$here/requirements.txt" ]; then
  venv=${SLUICE_VENV:-$here/.venv}
  hashes=
  if grep -q -- --hash= "$here/requirements.txt"; then hashes=--require-hashes; fi
  # Written last: an environment that was interrupted half-way is made again.
  cmp -s "$here/requirements.txt" "$venv/installed" || make_venv
  python=$venv/bin/python
else
  python=$(find_python) || {
    echo "This model needs Python $wanted. Install it, or name it in PYTHON." >&2
    exit 1
  }
fi

export PYTHONPATH="$here/server${PYTHONPATH:+:$PYTHONPATH}" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
exec "$python" -m sluiceworks.package_server --root "$here" "$@"

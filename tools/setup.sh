#!/bin/sh
# Makes the virtual environment: uv by its pinned hash, every dependency by its pinned hash, then our own packages.
set -eu
venv=$1
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "DL Workbench needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1). Set PYTHON=..." >&2
    exit 2
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -q && apt-get install -qy python3-venv
    else
        echo "This Python cannot make virtual environments; on Debian: apt-get install python3-venv" >&2
        exit 2
    fi
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Setting up $venv …"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.bootstrap.lock
# Compiled now: no core can leave compiled files beside the libraries, and would compile them again each time.
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --compile-bytecode --require-hashes -r requirements.lock
own=""
for project in libs/*/ services/*/; do
    [ -f "$project/pyproject.toml" ] && own="$own -e ./$project"
done
# shellcheck disable=SC2086  # the list is meant to be split
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-build-isolation --no-deps $own

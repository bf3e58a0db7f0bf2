#!/bin/sh
# Makes dist/ a folder that a machine without internet is set up from: beside our wheels (tools/dist.sh) those of all that
# they need, for the Python of the environment that is given, and uv; each as its lock has it.
set -eu
venv=$(cd "$1" && pwd)
sh "$(dirname "$0")/dist.sh" "$venv"
pip="$venv/bin/python -m pip download --quiet --disable-pip-version-check --only-binary :all: --dest dist"
$pip --no-deps --require-hashes -r requirements.bootstrap.lock
$pip --find-links dist --constraint dist/constraints.txt dl-workbench
echo "dist/: $(ls dist/*.whl | wc -l) wheels; workbench targets connect NAME USER@HOST --wheels dist"

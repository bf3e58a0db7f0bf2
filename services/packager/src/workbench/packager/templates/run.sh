#!/bin/sh
# Runs the recommended variant on images, folders, videos or a camera; run.sh --help says more.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ ! -x "$here/.venv/bin/python" ]; then
    printf '%s: run %s/install.sh first\n' "run.sh" "$here" >&2
    exit 1
fi
PYTHONPATH="$here/app" exec "$here/.venv/bin/python" -m workbench.application "$@"

#!/bin/sh
# Checks files, outputs and speed against the record; selftest.sh --help says more.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ ! -x "$here/.venv/bin/python" ]; then
    printf '%s: run %s/install.sh first\n' "selftest.sh" "$here" >&2
    exit 1
fi
exec "$here/.venv/bin/python" "$here/selftest.py" "$@"

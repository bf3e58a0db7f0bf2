#!/bin/sh
# Makes .venv beside this script and installs requirements.txt, pinned, into it; with --video, requirements-video.txt, too.
# PYTHON chooses the interpreter.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}

fail() {
    printf 'install: %s\n' "$1" >&2
    exit 1
}

case "${1:-}" in
    "") lists=requirements.txt ;;
    --video) lists="requirements.txt requirements-video.txt" ;;
    *) fail "$1 is not known; --video installs what reads videos and cameras, too" ;;
esac
command -v "$python" >/dev/null 2>&1 ||
    fail "there is no $python here; install Python 3.11 or newer, or name one: PYTHON=/path/to/python $0"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is $("$python" -V 2>&1); Python 3.11 or newer is needed: PYTHON=/path/to/python $0"
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "$python cannot make virtual environments; install its venv package (Debian, Ubuntu: apt install python3-venv)"

"$python" -m venv --clear "$here/.venv"
for list in $lists; do
    # Wheels only: a source build would run code and need a compiler.
    if ! "$here/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
        -r "$here/$list"; then
        rm -rf "$here/.venv"
        fail "pip could not install $list; its lines above say why. Nothing was left behind"
    fi
done
printf 'installed. Next: %s/selftest.sh, then %s/run.sh INPUT\n' "$here" "$here"

"""Run one core in this process: ``python -m workbench.runner MODULE FOLDER``. Standard library only."""

from __future__ import annotations

import errno
import faulthandler
import importlib
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from workbench.runner.core import Refusal, Run
from workbench.runner.local.ends import NO_MEMORY_CODE, NO_SPACE_CODE

_CRASHED_CODE = 70


class OutOfMemory(Refusal):
    """The launcher knows this kind: the run then counts as one that passed its limit."""


def _execute(module: str, run: Run) -> int:
    try:
        run.outputs.mkdir(exist_ok=True)
        run.finish({"result": importlib.import_module(module).run(run)})
    except Refusal as refusal:
        return _refuse(run, refusal)
    except MemoryError:
        _refuse(run, OutOfMemory("The run needed more memory than it may use."))
        return NO_MEMORY_CODE
    except BaseException as fault:  # the traceback belongs in the log; the launcher sees a missing result
        _log_traceback(run)
        full = isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT)
        return NO_SPACE_CODE if full else _CRASHED_CODE
    return 0


def _refuse(run: Run, refusal: Refusal) -> int:
    _log_traceback(run)
    try:
        run.finish({"refusal": refusal.document()})
    except OSError as fault:
        return NO_SPACE_CODE if fault.errno in (errno.ENOSPC, errno.EDQUOT) else _CRASHED_CODE
    return 1


def _log_traceback(run: Run) -> None:
    with suppress(OSError, MemoryError):  # the exit code still tells
        run.log(traceback.format_exc())


if __name__ == "__main__":
    # Python ignores this signal; native code then writes a cut file and calls it a success.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    faulthandler.enable(all_threads=False)  # native code that crashes says nothing; where it was called from helps
    code = _execute(sys.argv[1], Run(Path(sys.argv[2])))
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: tearing OpenVINO down can hang or abort after the result is already written.
    os._exit(code)

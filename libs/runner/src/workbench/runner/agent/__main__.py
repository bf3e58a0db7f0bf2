"""The first process of a run's pod: ``python -m workbench.runner.agent``.

Its settings: WORKBENCH_RUN_URL and WORKBENCH_RUN_TOKEN, WORKBENCH_RUN_POD (the pod's uid), WORKBENCH_RUN_HOME (a
folder for the run's files), WORKBENCH_RUN_MEMORY (bytes that the pod may use), WORKBENCH_RUN_SANDBOX (``require``, or
``try`` to run a core as far confined as the node permits).
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

from workbench.runner.agent.run import OneRun
from workbench.runner.agent.service import Gone, Refused, Service
from workbench.runner.local.process import ProcessLauncher

_SETTINGS = ("URL", "TOKEN", "POD", "HOME", "MEMORY", "SANDBOX")
_GONE_CODE, _TERMINATED_CODE, _FAILED_CODE = 75, 143, 1


def main() -> int:
    """See the module."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = {name: os.environ.get(f"WORKBENCH_RUN_{name}", "") for name in _SETTINGS}
    url = f"{settings['URL'].rstrip('/')}/internal/run"
    service = Service(url, settings["TOKEN"], settings["POD"], stop.is_set)
    home = Path(settings["HOME"] or "/data")
    shutil.rmtree(home / "run", ignore_errors=True)  # of a container that was started again
    launcher = ProcessLauncher(home, sandbox=settings["SANDBOX"] or "try")
    run = OneRun(service, launcher, home / "run", int(settings["MEMORY"] or 0), stop)
    try:  # the pod is ended: whoever ended it knows why
        return 0 if run.carry_out() else _TERMINATED_CODE
    except Gone as gone:
        print(f"workbench: this run is over: {gone}", file=sys.stderr)  # noqa: T201
        return _GONE_CODE
    except (Refused, TimeoutError, OSError) as fault:
        print(f"workbench: {fault}", file=sys.stderr)  # noqa: T201
        return _TERMINATED_CODE if stop.is_set() else _FAILED_CODE
    finally:
        run.end()


if __name__ == "__main__":
    raise SystemExit(main())

"""A service with a machine of a team, whose agent is a process here: everything is real, the wires are short."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Engine
from workbench.jobs import Job, Jobs, Kind, Made, Worker, claim
from workbench.jobs.migrate import migrate
from workbench.jobs.pods.dispatcher import Dispatcher
from workbench.jobs.pods.dispatching import Dispatching
from workbench.jobs.pods.placed import Places, routed, with_machines
from workbench.jobs.working.execution import Execution
from workbench.messages import InProcessMessages
from workbench.runner import Launch, Limits, ProcessLauncher
from workbench.store import File, FileStore, Keys, Manifests
from workbench.targets.machines import Machines, digest_of
from workbench.webapp import app
from workbench.webapp.settings import load

from runs.answering import Answering
from runs.place import ProcessPlace

TEAM, MACHINE = "vision", "bench"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 26, wall_s=60)
CORES = Path(__file__).resolve().parents[2] / "libs" / "runner" / "tests" / "cores"

# Cores are imported from what a launcher is told, and a journal lies beside the runs; the one service is the test's.
AGENT = """
import sys, pathlib
from workbench.runner.agent import machine
from workbench.runner.local.process import ProcessLauncher
server, token, home, cores, journals = sys.argv[1:]
machine.SERVICES = ("profiler",)
machine.ProcessLauncher = lambda home, sandbox: ProcessLauncher(
    home, (pathlib.Path(cores),), sandbox, (pathlib.Path(journals),))
raise SystemExit(machine.work(server, token or None, pathlib.Path(home)))
"""


def _plan(job: Job, _manifests: Manifests) -> Launch:
    return Launch("runner_test_cores.acting", job.request["spec"], {}, LIMITS, target=MACHINE)


def _publish(_job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    return Made("deed", result, files)


KIND = Kind("deed", plan=_plan, publish=_publish)


class MachineService(Answering):
    """``url``: its real API, with rows in a file and objects in a folder."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        migrate(engine)
        self.store = FileStore(folder / "store")
        self.record = Jobs(engine, InProcessMessages(), self.store, "profiler")
        self.machines = Machines(self.store)
        deeds = Blueprint("deeds", __name__, url_prefix="/v1/deeds")
        settings = load({"WORKBENCH_HOME": str(folder)})
        self._places: list[Places] = []
        super().__init__(app.create_app("profiler", settings, self.record, [KIND], [deeds]))

    def job(self) -> Job:
        """A new job for the machine, claimed."""
        submitted = self.record.submit(KIND, TEAM, {"target": MACHINE})
        claimed = claim(self.record, [KIND.name], "test", 3600)
        assert claimed is not None
        assert claimed.id == submitted.id
        return claimed

    def submit(self, do: str, **spec: Any) -> Job:
        """A new job for the machine, for a worker to claim."""
        return self.record.submit(KIND, TEAM, {"target": MACHINE, "spec": {"do": do, **spec}})

    def worker(self, work: Path, *, dispatching: bool) -> Worker:
        """With a thread for each job; or, as in a cluster, with steps."""
        work.mkdir(parents=True, exist_ok=True)
        kinds = {KIND.name: KIND}
        if dispatching:
            places = with_machines(self.record, ProcessPlace(work.parent, self.record, CORES), bool)
            self._places.append(places)
            return Dispatcher(Dispatching(self.record, kinds, places, work), slots=4, lease_s=3)
        launcher = routed(self.record, ProcessLauncher(work.parent), bool)
        execution = Execution(self.record, kinds, launcher, work, elsewhere=launcher.elsewhere)
        return Worker(execution, slots=4, lease_s=3, poll_s=0.1)

    def unwatch(self) -> None:
        """No dispatcher that has left looks at anything any more."""
        for places in self._places:
            places.machines.close()
            places.others.close()

    def blob(self, content: bytes) -> str:
        """Kept; its digest."""
        digest = digest_of(content.decode())
        self.store.put(Keys(TEAM).blob(digest), content)
        return digest


class Agent:
    """The agent of the machine, which tests kill and start again."""

    def __init__(self, service: MachineService, folder: Path) -> None:
        self.home, self.log, self._service = folder / "machine", folder / "agent.log", service
        self._journals = folder / "journals"
        self._journals.mkdir(exist_ok=True)
        self._journals.chmod(0o777)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def journal(self) -> Path:
        """Where cores write down that they began."""
        return self._journals / "journal"

    def start(self, token: str = "") -> None:
        """With a token it joins first."""
        program = [
            sys.executable,
            "-c",
            AGENT,
            self._service.url,
            token,
            str(self.home),
            str(CORES),
            str(self._journals),
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(program, stdout=log, stderr=log)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Whatever it is doing."""
        if self._process is not None:
            os.kill(self._process.pid, number)
            self._process.wait()
            self._process = None

    def ended(self, timeout_s: float) -> int:
        """Its exit code, when it has left by itself."""
        assert self._process is not None
        code = self._process.wait(timeout_s)
        self._process = None
        return code


def on_machine(launch: Launch) -> Launch:
    """The launch, for the machine."""
    return Launch(launch.core, launch.spec, launch.inputs, launch.limits, launch.device, launch.exclusive, MACHINE)

"""Every service as processes of its own over real servers, behind one URL: an installation on one machine."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from servers.nginx import Nginx
from servers.process import Server

# Which service owns which part of the URL space.
OWNERS = {
    "model_registry": ("/v1/models", "/v1/inspections", "/v1/catalogue"),
    "converter": ("/v1/conversions",),
    "dataset": ("/v1/datasets", "/v1/exports", "/v1/tasks"),
    "profiler": ("/v1/targets", "/v1/profiles", "/v1/tensors", "/v1/profiler-runs"),
    "calibrator": ("/v1/calibrations", "/v1/evaluations", "/v1/recipes", "/v1/trials", "/v1/calibrator-runs"),
    "packager": ("/v1/packages",),
    "project": ("/v1/projects", "/v1/identity", "/v1/tokens"),
}
# Pages over all of them: no jobs, so neither migration nor worker.
PAGES = {"console": ("/console",)}


class Service(Server):
    """``python -m <module> api|worker``."""

    def __init__(self, folder: Path, module: str, action: str, environment: Mapping[str, str]) -> None:
        super().__init__(folder)
        self.module = module
        self.action = action
        self._environment = environment

    def environment(self) -> Mapping[str, str]:
        """The installation's settings and this process's own port."""
        port = "PORT" if self.action == "api" else "HEALTH_PORT"
        return {**self._environment, f"WORKBENCH_{port}": str(self.port)}

    def command(self) -> list[str]:
        """The service's own program."""
        return [sys.executable, "-m", self.module, self.action]

    def ready(self) -> bool:
        """Whether its health is good."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


class Services:
    """All of them. ``environment`` has the addresses of the servers and the home for working folders."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *, workers: int = 1) -> None:
        self._environment = dict(environment)
        self.apis = {name: Service(folder / name / "api", f"workbench.{name}", "api", environment) for name in OWNERS}
        self.workers = [
            Service(folder / name / f"worker-{number}", f"workbench.{name}", "worker", environment)
            for name in OWNERS
            for number in range(workers)
        ]
        urls = ",".join(
            f"{prefix}=http://{self.apis[name].host}:{self.apis[name].port}"
            for name, prefixes in OWNERS.items()
            for prefix in prefixes
        )
        pages = {
            "WORKBENCH_API_URLS": urls,
            "WORKBENCH_SESSION_KEY": "of the tests",
            "WORKBENCH_HOME": environment["WORKBENCH_HOME"],
        }
        self.apis |= {name: Service(folder / name / "api", f"workbench.{name}", "api", pages) for name in PAGES}
        owned = (OWNERS | PAGES).items()
        owners = {prefix: self.apis[name] for name, prefixes in owned for prefix in prefixes}
        routes = {prefix: [f"{api.host}:{api.port}"] for prefix, api in owners.items()}
        self.front = Nginx(folder / "nginx", routes)

    @property
    def url(self) -> str:
        """The one URL space."""
        return self.front.url

    @property
    def processes(self) -> list[Server]:
        """Everything that runs."""
        return [*self.apis.values(), *self.workers, self.front]

    def migrate(self) -> None:
        """Bring every service's schema up to date, as the chart's hook does before an upgrade."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._migrate, OWNERS))

    def _migrate(self, name: str) -> None:
        command = [sys.executable, "-m", f"workbench.{name}", "migrate"]
        subprocess.run(command, check=True, timeout=120, env={**os.environ, **self._environment})

    def start(self) -> None:
        """Everything; the processes come up side by side."""
        for process in self.processes:
            process.launch()
        for process in self.processes:
            process.wait_ready()

    def stop(self) -> None:
        """Everything, the front first."""
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            process.stop()

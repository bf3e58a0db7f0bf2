"""Serve every service as processes of its own over real servers, until Ctrl-C: an installation to try things on."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from servers import nginx, postgres, rabbitmq, seaweedfs
from servers.process import Server
from servers.services import Services
from workbench.webapp.identity import Identity, write_token


def main() -> int:
    """Exit code 2 when a server is not installed."""
    parser = argparse.ArgumentParser(prog="up_services", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/services"), help="where everything is kept")
    parser.add_argument("--workers", type=int, default=1, help="worker processes of each service")
    arguments = parser.parse_args()
    missing = [reason for module in (postgres, rabbitmq, seaweedfs, nginx) if (reason := module.available())]
    if missing:
        print("\n".join(missing), file=sys.stderr)
        return 2
    with ExitStack() as stack:
        folder = arguments.folder.resolve()
        servers = postgres.Postgres(folder / "p"), rabbitmq.RabbitMQ(folder / "r"), seaweedfs.SeaweedFS(folder / "s")
        _start(stack, servers)
        services = Services(folder, _settings(folder, *servers), workers=arguments.workers)
        services.migrate()
        stack.callback(services.stop)
        services.start()
        _tell(services, servers[2])
        _await_signal()
    return 0


def _start(stack: ExitStack, servers: Sequence[Server]) -> None:
    for server in servers:
        stack.callback(server.stop)
        server.launch()
    for server in servers:
        server.wait_ready()


def _settings(
    folder: Path, database: postgres.Postgres, broker: rabbitmq.RabbitMQ, store: seaweedfs.SeaweedFS
) -> dict[str, str]:
    return {
        "WORKBENCH_HOME": str(folder / "home"),
        "WORKBENCH_DATABASE_URL": database.url,
        "WORKBENCH_BROKER_URL": broker.url,
        **store.settings,
    }


def _tell(services: Services, store: seaweedfs.SeaweedFS) -> None:
    token = secrets.token_urlsafe(32)
    write_token(store.store(), token, Identity("local", "admin"), "up-services")
    print(f"DL Workbench is at {services.url}. In another terminal:\n", flush=True)
    print(f"    export WORKBENCH_SERVER={services.url} WORKBENCH_TOKEN={token}", flush=True)
    print("    .venv/bin/workbench models list\n\nCtrl-C stops everything.", flush=True)


def _await_signal() -> None:
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    asked.wait()


if __name__ == "__main__":
    raise SystemExit(main())

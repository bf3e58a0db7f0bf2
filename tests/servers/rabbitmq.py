"""A RabbitMQ server on loopback with its queues in a folder of ours, kept over restarts and kills."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from amqp.exceptions import AMQPError
from kombu import Connection

from servers.process import Server, free_port

_DEBIAN = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
# Started by ourselves in the foreground: the runtime would start one that outlives us.
_COMMAND = 'epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" & sleep 0.3; exec "$0"'
# After a sudden death, version 3.10 may leave a quorum queue of its one node without a leader for ever.
_ELECT = "[ra:trigger_election(amqqueue:get_pid(Q)) || Q <- rabbit_amqqueue:list(), amqqueue:is_quorum(Q)]."
_CONFIGURATION = """\
default_user = workbench
default_pass = {password}
loopback_users = none
vm_memory_high_watermark.absolute = 512MiB
disk_free_limit.absolute = 50MB
collect_statistics = none
"""


def _program() -> Path | None:
    """Debian's wrapper on the PATH would change the user; the server itself lies elsewhere."""
    on_path = shutil.which("rabbitmq-server")
    return _DEBIAN if _DEBIAN.exists() else Path(on_path) if on_path else None


def available() -> str | None:
    """None, or why no server can be started here."""
    if _program() is None:
        return "RabbitMQ is not installed (Debian: apt-get install rabbitmq-server)"
    return None if shutil.which("epmd") else "Erlang's epmd is not on the PATH"


class RabbitMQ(Server):
    """``url`` is kombu's address of it, with its own user and password."""

    start_s = 120.0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._password = secrets.token_urlsafe(12)
        self._epmd_port, self._distribution_port = free_port(), free_port()

    @property
    def url(self) -> str:
        """With user and password."""
        return f"amqp://workbench:{self._password}@{self.host}:{self.port}//"

    def prepare(self) -> None:
        """Write the configuration, once."""
        (self.folder / "enabled_plugins").write_text("[].\n")
        if not (self.folder / "rabbitmq.conf").exists():
            (self.folder / "rabbitmq.conf").write_text(_CONFIGURATION.format(password=self._password))

    def command(self) -> list[str]:
        """The server beside an epmd of its own."""
        return ["sh", "-c", _COMMAND, str(_program())]

    def environment(self) -> Mapping[str, str]:
        """Nothing of it is the machine's own RabbitMQ."""
        return {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"workbench{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": self.host,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            # The schedulers would spin on the two processors that the tests measure on.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none "
            f"-kernel inet_dist_use_interface {{127,0,0,1}} -kernel inet_dist_listen_min {self._distribution_port} "
            f"-kernel inet_dist_listen_max {self._distribution_port}",
        }

    def wait_ready(self) -> None:
        """Until it answers and every queue has a leader."""
        super().wait_ready()
        program = _program()
        assert program is not None
        control = [str(program.with_name("rabbitmqctl")), "-n", self.environment()["RABBITMQ_NODENAME"], "eval", _ELECT]
        subprocess.run(control, env={**os.environ, **self.environment()}, capture_output=True, check=True, timeout=60)

    def ready(self) -> bool:
        """Whether it takes a connection of our user."""
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
            return True
        except (OSError, AMQPError):
            return False

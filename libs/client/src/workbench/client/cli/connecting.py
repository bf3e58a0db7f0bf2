"""`workbench targets connect`: a machine that the workbench cannot be reached from, by SSH."""

from __future__ import annotations

import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from workbench.client.cli import output
from workbench.client.cli.options import Argument, Option, Values
from workbench.client.cli.session import Session
from workbench.client.errors import Refused
from workbench.client.heard import TooMuch, has_said
from workbench.client.ssh import NotOverSsh, Way, endless, explained, far_end, port_of
from workbench.client.staging import set_up
from workbench.client.wheels import Wheels

HELP = """Make a machine a target by SSH, and keep it connected until Ctrl-C.

Looks whether an agent can work there, starts it, and gives it a tunnel to this workbench and nothing else. When the
connection is lost it is made again; what runs there goes on meanwhile, and after Ctrl-C.
"""
OPTIONS = (
    Option("--key", "Private key to log in with (default: what ssh finds).", metavar="FILE"),
    Option("--program", "The workbench's command there (default: workbench).", metavar="PATH"),
    Option("--wheels", "Bring the workbench there from this folder, which `make wheels` makes.", metavar="DIR"),
)
PARAMETERS = (
    Argument("ADDRESS", "Of the machine: [USER@]HOST[:PORT], as ssh takes it."),
    *OPTIONS,
)
HEARD_S = 45.0  # until an agent that was removed has left, and ours has joined
LOOK_S = 5.0
LEAVING_S = 45  # two long polls
_PAUSES_S = (1.0, 2.0, 5.0, 10.0)


def connect(session: Session, values: Values) -> None:
    """Until Ctrl-C, or the target is removed. Raises NotOverSsh for what does not mend itself."""
    way = Way(values["address"], values["key"], values["program"] or "workbench")
    wheels = Wheels(Path(values["wheels"])) if values["wheels"] else None
    if session.client.base_url.startswith("https:"):
        raise NotOverSsh(
            "https",
            f"{session.client.base_url} is reached without a tunnel",
            "use `workbench targets add`, and start what it says there",
        )
    port = port_of(session.workbench, values["name"])
    if wheels is not None:
        way = set_up(way, wheels, far_end(port), output.tell)
    way.look(version("workbench-client"))
    _keep(session, way, values["name"], port)


def _keep(session: Session, way: Way, name: str, port: int) -> None:
    """Connected, again and again. Raises NotOverSsh for what was so from the beginning, and for another host key."""
    token, tries, silent = _token(session, way, name, port), 0, False
    try:
        while True:
            try:
                if silent:  # an agent with a secret of an older backup removes that, and leaves
                    token = _token(session, way, name, port)
                if not _held(session, way, name, port, token):
                    output.tell(f"{name} is removed.")
                    return
                tries, silent = 0, False
            except NotOverSsh as fault:
                if token or fault.code.startswith("host-key"):
                    raise
                output.tell(str(fault))
                tries, silent = tries + 1, fault.code == "agent-silent"
            token = ""
            time.sleep(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
    except KeyboardInterrupt:
        output.tell(f"Not connected any more; what runs on {name} goes on.")


def _token(session: Session, way: Way, name: str, port: int) -> str:
    """For a machine that has not joined yet, or has lost its secret; "" for one that has it."""
    known = _target(session, name)
    if known is None or not known.get("heard_at"):
        return str(session.client.targets.register(name)["token"])
    if way.has_joined(port):
        return ""
    output.tell(f"{name} has lost its secret, or is another machine than before: it joins anew.")
    return str(session.client.targets.renew(name)["token"])


def _held(session: Session, way: Way, name: str, port: int, token: str) -> bool:
    """For as long as the connection lasts; False when the target is there no more."""
    url = session.client.base_url
    heard = _heard(_target(session, name))
    ssh = way.hold(url, port, token)
    try:
        assert ssh.stdout is not None
        if not _started(ssh.stdout):
            _, said = ssh.communicate()
            raise explained(said)
        _await_agent(session, name, ssh, heard)
        output.tell(f"{name} is connected.")
        while ssh.poll() is None and session.client.base_url == url:
            if _target(session, name) is None:
                way.agent_ended(port, LEAVING_S)  # it hears of it by the tunnel, and cleans up
                return False
            time.sleep(LOOK_S)
        return True
    finally:
        ssh.terminate()
        ssh.communicate()


def _started(source: IO[str]) -> bool:
    try:
        return has_said("started", source)
    except TooMuch:
        raise endless() from None


def _await_agent(session: Session, name: str, ssh: subprocess.Popen[str], heard: Any) -> None:
    """Until it asks for work. ``heard``: when it did before; its first look at its devices may take a while."""
    deadline = time.monotonic() + HEARD_S
    while ssh.poll() is None:
        known = _target(session, name)
        looks = known is not None and known["seen_at"] is None and _heard(known) != heard
        if known is None or known["usable"] or looks:
            return
        if time.monotonic() > deadline:
            raise NotOverSsh(
                "agent-silent",
                f"its agent does not ask for work ({known['reason']})",
                "see agent.log in the workbench's folder there",
            )
        time.sleep(1.0)


def _heard(target: dict[str, Any] | None) -> Any:
    return (target or {}).get("heard_at")


def _target(session: Session, name: str) -> dict[str, Any] | None:
    try:
        return session.client.targets.get(name)
    except Refused as refused:
        if refused.problem.get("status") == 404:
            return None
        raise

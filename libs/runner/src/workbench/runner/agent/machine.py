"""The agent of a machine that is registered as a target: joins its workbench once, then works for it.

It reaches out and is reached by nobody, so it works behind NAT and without an open port. Its runs outlive it: the next
agent of the same home goes on with them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from workbench.runner.agent.kept import AlreadyRuns, Kept, Membership
from workbench.runner.agent.protocol import SERVICES, prefix
from workbench.runner.agent.service import FAULTS, Gone, Refused, ask
from workbench.runner.agent.taken import Taken
from workbench.runner.local.process import ProcessLauncher

_FAILED, _USAGE = 3, 2
_JOIN_S, _PAUSE_S = 60.0, 1.0


class NotJoined(Exception):
    """The message says why, and what would help."""


def work(server: str, token: str | None, home: Path, sandbox: str = "try") -> int:
    """Until the machine is removed, or a signal; the exit code. ``sandbox``: see ProcessLauncher."""
    server, home = server.rstrip("/"), home.expanduser().resolve()
    try:
        kept = Kept(home, server)
        member = _joined(kept, server, token)
    except AlreadyRuns as other:
        _tell(f"an agent works for {server} already ({other}).")
        return _USAGE
    except NotJoined as why:
        _tell(str(why))
        return _FAILED
    launcher = ProcessLauncher(home, sandbox=sandbox)
    taken = [Taken(server, each, member.secret, kept.runs_of(each), launcher, home) for each in SERVICES]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    removed = threading.Event()
    for each in taken:
        each.resume()
        threading.Thread(target=each.keep_asking, args=(removed,), daemon=True).start()
    print(f"workbench: this machine takes the runs of {server}. Stop it with Ctrl-C.", flush=True)  # noqa: T201
    removed.wait()
    for each in taken:
        each.end()
    kept.leave()
    _tell(f"{server} knows this machine no more; nothing of its runs is left here.")
    return 0


def _joined(kept: Kept, server: str, token: str | None) -> Membership:
    if token is None:
        member = kept.membership()
        if member is None:
            raise NotJoined(
                f"this machine has not joined {server}: give --token, as `workbench targets add NAME` tells it; "
                "`workbench targets renew NAME` for one that had joined and has lost its secret."
            )
        return member
    member = kept.expect(token)
    deadline = time.monotonic() + _JOIN_S
    while True:
        try:
            ask(f"{server}{prefix(SERVICES[0])}/join", {}, {"token": token, "secret": member.secret})
            return member
        except Gone:
            raise NotJoined(
                f"{server} does not accept the token: it joins one machine, once, and within a day. "
                "`workbench targets renew NAME` gives another."
            ) from None
        except Refused as refused:
            raise NotJoined(f"{server} refuses: {refused}") from None
        except FAULTS as fault:
            if time.monotonic() > deadline:
                raise NotJoined(f"{server} does not answer: {fault}") from None
            time.sleep(_PAUSE_S)


def _leave(*_: object) -> None:
    """At once: what runs is told of when the next agent begins."""
    os._exit(0)


def _tell(line: str) -> None:
    print(f"workbench: {line}", file=sys.stderr, flush=True)  # noqa: T201

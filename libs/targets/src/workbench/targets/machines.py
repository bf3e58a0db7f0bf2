"""Machines that a team has registered as targets: small documents in the store, which every process reads.

A machine is expected from the moment somebody names it, with a token that opens once: it is exchanged for a secret of
the agent's own, of which only the digest is kept. Both open nothing but the machine's own work, and nothing any more
once the machine has been removed.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.runner.agent.protocol import release
from workbench.runner.machines.launcher import Standing
from workbench.store import Keys, ObjectMissing, Store
from workbench.store.keys import machine_token
from workbench.targets.here import Here, here_of
from workbench.targets.problems import TargetNameTaken

NAME = r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"
JOIN_S = 24 * 3600.0  # how long it may take until somebody has started the agent
AWAY_S = 60.0  # three long polls
NOTED_S = 10.0
_REGISTERED, _SEEN, _DEVICES = "registered", "seen", "devices"


@dataclass(frozen=True)
class Machine:
    """Times are since the epoch. ``seen_at``: when it last asked for work; ``host``: its name for itself; ``release``:
    its agent's; ``working``: what its device lock said then, None for nothing."""

    team: str
    name: str
    joined_at: float | None
    seen_at: float | None = None
    host: str | None = None
    release: str | None = None
    working: str | None = None

    def away(self, now: float) -> str | None:
        """Why nothing begins there now, as what a job waits for; None when it asks for work."""
        if self.joined_at is None or self.seen_at is None:
            return f"the machine {self.name}, which has not joined yet"
        silent_s = now - self.seen_at
        if silent_s <= AWAY_S and self.release == release():
            return None
        if silent_s <= AWAY_S:
            return f"the machine {self.name}, whose agent is of release {self.release}, to get {release()}"
        return f"the machine {self.name}, which was last heard of {_long(silent_s)} ago"


class Machines:
    """Of every team. Raises what the store raises when it is away."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock

    def add(self, team: str, name: str) -> str:
        """Expect a machine; the token that it joins with, which is told only here, in place of an earlier one that
        nobody has used. Raises TargetNameTaken for one that has joined."""
        known = self._read(team, name, _REGISTERED)
        if known is not None and known["token"]:
            raise TargetNameTaken(name)
        return self._expect(team, name, known or {"token": None})

    def renew(self, team: str, name: str) -> str | None:
        """Another token for a machine that has lost its secret, or for one that takes its place; None where there is
        none of that name. Until somebody joins with it, the secret that there is goes on being good."""
        known = self._read(team, name, _REGISTERED)
        return None if known is None else self._expect(team, name, known)

    def _expect(self, team: str, name: str, known: dict[str, Any]) -> str:
        if "joining" in known:
            self._store.delete(machine_token(known["joining"]))
        token = secrets.token_urlsafe(32)
        until = self._clock() + JOIN_S
        self._name_token(digest_of(token), team, name)
        self._write(team, name, _REGISTERED, {**known, "joining": digest_of(token), "until": until, "open": True})
        return token

    def join(self, token: str, own: str) -> Machine | None:
        """Exchange the token for ``own``, the agent's secret; again with the same one answers alike. None: not so."""
        team, name = self._named_by(digest_of(token)) or ("", "")
        known = self._read(team, name, _REGISTERED) if team else None
        if known is None or known["joining"] != digest_of(token):
            return None
        if known.get("open", known["token"] is None):  # not said by an earlier release
            if self._clock() > known["until"]:
                return None
            self._name_token(digest_of(own), team, name)
            if known["token"] not in (None, digest_of(own)):
                self._store.delete(machine_token(known["token"]))
            known |= {"token": digest_of(own), "joined_at": self._clock(), "open": False}
            self._write(team, name, _REGISTERED, known)
        return self.get(team, name) if known["token"] == digest_of(own) else None

    def identify(self, secret: str) -> Machine | None:
        """Whose secret it is; None when it is nobody's, or not any more."""
        team, name = self._named_by(digest_of(secret)) or ("", "")
        known = self._read(team, name, _REGISTERED) if team else None
        return self.get(team, name) if known and known["token"] == digest_of(secret) else None

    def get(self, team: str, name: str) -> Machine | None:
        """None where the team has none of that name."""
        known = self._read(team, name, _REGISTERED)
        if known is None:
            return None
        seen = self._read(team, name, _SEEN) or {}
        return Machine(
            team,
            name,
            known.get("joined_at"),
            seen.get("at"),
            seen.get("host"),
            seen.get("release"),
            seen.get("working"),
        )

    def of(self, team: str) -> list[Machine]:
        """The team's, by name."""
        folder = Keys(team).machines()
        names = sorted({info.key.removeprefix(folder).partition("/")[0] for info in self._store.list(folder)})
        return [machine for name in names if (machine := self.get(team, name)) is not None]

    def remove(self, team: str, name: str) -> bool:
        """Whether there was one. From now on its tokens open nothing."""
        known = self._read(team, name, _REGISTERED)
        if known is None:
            return False
        for what in (_REGISTERED, _SEEN, _DEVICES):
            self._store.delete(Keys(team).machine(name, what))
        for digest in (known["joining"], known["token"]):
            if digest:
                self._store.delete(machine_token(digest))
        return True

    def note(self, machine: Machine, host: str, release: str, working: str | None) -> None:
        """It has just asked for work."""
        now = self._clock()
        quiet = machine.seen_at is not None and 0 <= now - machine.seen_at < NOTED_S
        if not (quiet and (machine.host, machine.release, machine.working) == (host, release, working)):
            seen = {"at": now, "host": host, "release": release, "working": working}
            self._write(machine.team, machine.name, _SEEN, seen)

    def tell(self, team: str, name: str, seen: Mapping[str, Any], at: float) -> None:
        """What a core has seen of it, which replaces what was told before. A machine that was removed stays so."""
        if self._read(team, name, _REGISTERED) is not None:
            self._write(team, name, _DEVICES, {"at": at, "target": dict(seen)})

    def told(self, team: str, name: str) -> tuple[dict[str, Any], float] | None:
        """What was told last, and when; None when nobody has looked."""
        known = self._read(team, name, _DEVICES)
        return (known["target"], known["at"]) if known else None

    def here(self, team: str, name: str) -> Here | None:
        """Its devices as they were last seen."""
        known = self.told(team, name)
        return here_of(*known) if known else None

    def standing(self, team: str, name: str) -> Standing:
        """As its launcher asks."""
        machine = self.get(team, name)
        return Standing(False) if machine is None else Standing(True, machine.away(self._clock()))

    def _named_by(self, digest: str) -> tuple[str, str] | None:
        try:
            document = json.loads(self._store.get(machine_token(digest)))
        except ObjectMissing:
            return None
        return document["team"], document["machine"]

    def _name_token(self, digest: str, team: str, name: str) -> None:
        self._store.put(machine_token(digest), json.dumps({"team": team, "machine": name}).encode())

    def _read(self, team: str, name: str, what: str) -> dict[str, Any] | None:
        try:
            document: dict[str, Any] = json.loads(self._store.get(Keys(team).machine(name, what)))
        except (ObjectMissing, ValueError):  # a name from a request may be no key
            return None
        return document

    def _write(self, team: str, name: str, what: str, document: Mapping[str, Any]) -> None:
        self._store.put(Keys(team).machine(name, what), json.dumps(document).encode())


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _long(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return f"{int(seconds)} s"

"""What a launcher is asked for and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

LOCAL = "local"  # the target that is the machine itself, where there are no device types
State = Literal["absent", "waiting", "running", "exited"]
ExitReason = Literal[
    "finished",
    "stopped",
    "killed",
    "crashed",
    "out_of_memory",
    "wall_limit",
    "cpu_limit",
    "file_limit",
    "disk_limit",
    "files_limit",
    "disk_full",
    "bad_input",
    "evicted",
    "node_lost",
    "image_missing",
    "not_admitted",
    "refused",
    "target_removed",
    "unconfined",
]


@dataclass(frozen=True)
class Limits:
    """How much one run may use; whoever exceeds a limit is ended and the exit names it.

    ``memory_bytes`` and ``cpu_s`` count the core and all its children together, ``file_bytes`` is the
    largest single file, ``disk_bytes`` all that the run may have on disk at a time, its inputs aside;
    ``wall_s`` is how long it may have its device in all, and ``turn_s`` at one time (see Run.next_turn): waiting for
    the device counts as neither.
    """

    memory_bytes: int
    cpu_s: int
    file_bytes: int
    wall_s: float
    turn_s: float | None = None
    disk_bytes: int = 64 * 2**30


@dataclass(frozen=True)
class Launch:
    """One run of one core.

    ``inputs``: path below ``inputs/`` to the SHA-256 of the blob that the caller stages there.
    ``device``: the OpenVINO device that works, None for plain host work. ``exclusive``: a measurement,
    nothing else heavy runs on this machine meanwhile. ``target``: the device type that was asked for, None for host
    work or the machine itself. ``env``: the variables that its device type gives to a core (see ``variables``).
    """

    core: str
    spec: dict[str, Any]
    inputs: Mapping[str, str]
    limits: Limits
    device: str | None = None
    exclusive: bool = False
    target: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exit:
    """How a run ended; ``code`` is the core's exit code, negative for a signal, None when unknown.

    "finished" only says that the core left a ``result.json``: success or refusal is in there.
    ``detail`` is a sentence for the person who asked.
    """

    reason: ExitReason
    code: int | None
    detail: str


@dataclass(frozen=True)
class Status:
    """Where a run is now; ``waiting_for`` is text for people, only while waiting."""

    state: State
    exit: Exit | None = None
    waiting_for: str | None = None


def is_plain_path(name: str) -> bool:
    """Whether an input's name is a plain relative path, which leads out of no folder."""
    path = PurePosixPath(name)
    return str(path) == name and not path.is_absolute() and ".." not in path.parts and name != "." and "\0" not in name


def device_type(target: str | None) -> str | None:
    """The device type that a request's target names; None for host work and for the machine itself."""
    return None if target == LOCAL else target

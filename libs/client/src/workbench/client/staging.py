"""A machine is set up by SSH: the wheels of a runner are brought there, and an environment is made of them.

It needs no internet there and no root, and changes nothing outside the workbench's folder of that login.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files
from typing import IO, Any

from workbench.client import preflight
from workbench.client.ssh import NotOverSsh, Way, explained, refuse
from workbench.client.wheels import MAKE, Interpreter, Wheel, Wheels

TRIES = 5
# A wheel, what is unpacked of it, and compiled.
_OF_ITS_SIZE, _GIB = 6, 2**30
_LINE_BYTES, _LINES = 1 << 20, 100
_GOES_ON = ("broken-off", "unreachable", "wheel-damaged")


def set_up(way: Way, wheels: Wheels, url: str, tell: Callable[[str], None]) -> Way:
    """The way to the runner that is there then. ``url``: of the workbench, there. Raises NotOverSsh, BadInput."""
    facts = way.facts()
    refuse([*preflight.of_a_place(facts, time.time()), *preflight.of_a_runner(facts)])
    python, there = _interpreter(facts, wheels)
    chosen = wheels.fitting(there)
    size = sum(wheel.size for wheel in chosen)
    refuse(preflight.of_a_place(facts, time.time(), preflight.LEAST_DISK_GIB + _OF_ITS_SIZE * size / _GIB))
    tell(f"Setting up {way.address}: {len(chosen)} wheels, {size / 1e6:.0f} MB, for {there} …")
    command = [python, "-I", "-c", files("workbench.client").joinpath("there.py").read_text()]
    command += [facts["home"], _key(wheels, chosen), url]
    for left in range(TRIES - 1, -1, -1):
        try:
            return replace(way, program=_bring(way, shlex.join(command), chosen))
        except NotOverSsh as fault:
            if fault.code not in _GOES_ON or not left:
                raise
            tell(f"{fault} It goes on.")
    raise AssertionError("the last try has raised")


def _interpreter(facts: preflight.Facts, wheels: Wheels) -> tuple[str, Interpreter]:
    """The first that all wheels are there for."""
    major, _, minor = facts["glibc"].split()[-1].partition(".")
    glibc = (int(major), int(minor.partition(".")[0]))
    known = [each for each in preflight.pythons_of(facts) if each[0] >= preflight.LEAST_PYTHON]
    found = [(path, Interpreter(version, facts.get("architecture", ""), glibc)) for version, path in known]
    fitting = next((each for each in found if not wheels.unfit(each[1])), None)
    if fitting is not None:
        return fitting
    there, lacks = found[0][1], wheels.unfit(found[0][1])
    raise NotOverSsh(
        "wheels-unfit",
        f"{wheels.folder} has no wheel for {there} of {', '.join(lacks[:3])}{' and others' if lacks[3:] else ''}",
        f"make it with such a Python: {MAKE}, `PYTHON=python3.12 make wheels` with that one",
    )


def _key(wheels: Wheels, chosen: Iterable[Wheel]) -> str:
    """Names this very set."""
    names = "\n".join(sorted(f"{wheel.path.name} {wheel.sha256}" for wheel in chosen))
    return f"{wheels.release}-{hashlib.sha256(names.encode()).hexdigest()[:12]}"


def _bring(way: Way, command: str, chosen: Iterable[Wheel]) -> str:
    """The path of the program there. Raises NotOverSsh."""
    process = subprocess.Popen(
        [*way.command, command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    answer: dict[str, Any] = {}
    try:
        with suppress(BrokenPipeError):
            wanted = {wheel.path.name: {"size": wheel.size, "sha256": wheel.sha256} for wheel in chosen}
            process.stdin.write(json.dumps(wanted).encode() + b"\n")
            process.stdin.flush()
            answer = _answer(process.stdout)
            for wheel in chosen if "have" in answer else ():
                _send(wheel, answer["have"].get(wheel.path.name, 0), process.stdin)
        if "fault" not in answer:
            answer = _answer(process.stdout)
        if not answer:
            raise explained(process.stderr.read(_LINE_BYTES).decode(errors="replace"))
    finally:
        process.kill()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        process.stderr.close()
        process.wait()
    if "fault" in answer:
        raise NotOverSsh(*(str(each) for each in answer["fault"][:3]))
    return str(answer["program"])


def _send(wheel: Wheel, have: int, target: IO[bytes]) -> None:
    with wheel.path.open("rb") as file:
        file.seek(have)
        while chunk := file.read(1 << 20):
            target.write(chunk)
    target.flush()


def _answer(source: IO[bytes]) -> dict[str, Any]:
    """What it says next, whatever a login prints before; nothing where it is gone, or says too much else."""
    for _ in range(_LINES):
        line = source.readline(_LINE_BYTES)
        with suppress(ValueError):
            document = json.loads(line)
            if isinstance(document, dict):
                return document
        if not line:
            break
    return {}

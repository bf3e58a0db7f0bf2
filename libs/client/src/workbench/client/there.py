"""What sets a runner up on a machine, by the Python that is there: sent to it as text, so it stands alone.

It reads from standard input which wheels there must be, with size and digest, says how much of each it has, and reads
the rest. What was broken off goes on where it was; what is complete stays. A line of JSON says what came of it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

LEAVING_S = 10.0


class Fault(Exception):
    """``args``: a word for programs, what is wrong, and what helps."""


def main(home: str, key: str, url: str) -> dict[str, Any]:
    """Which program there is then. ``key``: names this very set of wheels; ``url``: of the workbench, for its agent."""
    folder = Path(home, "runners", key)
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "venv" / "bin" / "workbench"
    with open(folder.parent / "lock", "w") as lock:  # noqa: PTH123
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault("set-up-busy", "somebody sets it up at this moment", "try again in a minute") from None
        wanted = json.loads(sys.stdin.buffer.readline())
        ready = (folder / "complete").exists()
        have = {name: each["size"] if ready else size_of(folder, name) for name, each in wanted.items()}
        say({"have": have})
        if not ready:
            for name, each in wanted.items():
                receive(sys.stdin.buffer, folder / name, each, have[name])
            install(folder)
            (folder / "complete").touch()
        leave_others(folder, url)
    return {"program": str(program)}


def size_of(folder: Path, name: str) -> int:
    """Of a wheel, what has come."""
    for path in (folder / name, folder / (name + ".part")):
        if path.exists():
            return path.stat().st_size
    return 0


def receive(source: BinaryIO, path: Path, wanted: dict[str, Any], have: int) -> None:
    """The rest of a wheel. Raises Fault for another than it should be, OSError."""
    if path.exists():
        return
    part, left = path.with_name(path.name + ".part"), wanted["size"] - have
    with part.open("ab") as file:
        while left > 0:
            chunk = source.read(min(left, 1 << 20))
            if not chunk:
                raise Fault("broken-off", f"{path.name} has not come whole", "the same command goes on from there")
            file.write(chunk)
            left -= len(chunk)
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted["sha256"]:
        part.unlink()
        raise Fault("wheel-damaged", f"{path.name} has arrived as another file", "try again")
    part.rename(path)


def install(folder: Path) -> None:
    """An environment of these wheels and nothing else: uv, which is one of them, asks nobody."""
    uv, venv = folder / "uv", folder / "venv"
    with zipfile.ZipFile(next(folder.glob("uv-*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".data/scripts/uv"))
        uv.write_bytes(wheel.read(name))
    uv.chmod(0o700)
    shutil.rmtree(venv, ignore_errors=True)
    # By its own path: a confined core could not follow a link that lies elsewhere.
    call(folder, "venv", "--python", os.path.realpath(sys.executable), str(venv))
    offline = ("--no-index", "--find-links", str(folder), "--python", str(venv / "bin" / "python"))
    call(folder, "pip", "install", *offline, "--compile-bytecode", "dl-workbench")
    shutil.rmtree(folder / "cache", ignore_errors=True)
    uv.unlink()
    for path in folder.glob("*.whl"):
        path.unlink()


def call(folder: Path, *arguments: str) -> None:
    """uv, with nothing of the user's. Raises Fault with what it says."""
    own = {"UV_CACHE_DIR": str(folder / "cache"), "UV_OFFLINE": "1", "UV_NO_CONFIG": "1", "UV_LINK_MODE": "hardlink"}
    command = [str(folder / "uv"), *arguments, "--quiet"]
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    if done.returncode:
        if os.strerror(errno.ENOSPC) in done.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        said = " ".join(done.stderr.split())[-400:]
        raise Fault("set-up-failed", f"its runner cannot be installed ({said})", "make the folder of wheels anew")


def leave_others(folder: Path, url: str) -> None:
    """Of other sets of wheels: their agent for this workbench ends, its runs go on with the next one; what nobody uses
    goes."""
    for other in folder.parent.iterdir():
        if not other.is_dir() or other == folder:
            continue
        deadline = time.monotonic() + LEAVING_S
        while (agents := using(f"{other}/", "agent", url)) and time.monotonic() < deadline:
            for pid in agents:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            time.sleep(0.1)
        if not using(f"{other}/"):
            shutil.rmtree(other, ignore_errors=True)


def using(place: str, *words: str) -> list[int]:
    """Living processes that were started from there, and with these words."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if int(process.name) != os.getpid() and any(place in each for each in line) and set(words) <= set(line):
                found.append(int(process.name))
    return found


def say(document: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps(document), flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        say(main(*sys.argv[1:]))
    except Fault as fault:
        say({"fault": fault.args})
    except OSError as fault:
        full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
        code, remedy = ("disk-full", "free some of it") if full else ("set-up-failed", "see that the login may do it")
        say({"fault": (code, f"its runner cannot be written ({fault})", remedy)})

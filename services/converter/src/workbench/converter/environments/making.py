"""Making an environment apart: whole or not at all, and once however many ask at the same time.

It is made under another name and then renamed. Who makes it holds a lock, which the programs that it starts hold, too:
should it be killed, nobody else begins before they have ended, and what they left is removed then.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from workbench.converter.environments.recipes import Recipe
from workbench.runner.environments import interpreter_of

# Done so far from 0 to 1, and what is being done. Whatever it raises ends the making.
Tell = Callable[[float, str], None]
_MB = 10**6
_LOOK_S = 0.5
_NOT_REACHED = "Retrying (Retry("  # in pip's words
_MARK = "recipe"  # the digest of what it was made of
_OURS = ("WORKBENCH_", "PYTHON", "VIRTUAL_ENV")  # variables that are no business of what is started
_INSTALL = (
    "install",
    "--disable-pip-version-check",
    "--no-input",
    "--no-cache-dir",
    "--retries",
    "1",
    "--timeout",
    "20",
    "--no-deps",
    "--require-hashes",
)


class NotMade(Exception):
    """Why it could not be made, for a person; nothing is left of it."""


def is_current(recipe: Recipe, folder: Path) -> bool:
    """Whether what lies there was made of this recipe."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return (folder / _MARK).read_text() == recipe.digest
    return False


def make(recipe: Recipe, place: Path, tell: Tell) -> Path:
    """``place/<name>``, made now unless it is there. Raises NotMade, and what ``tell`` raises."""
    target = place / recipe.name
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)  # cores may be other users
    with _alone(recipe, place, tell) as lock:
        if is_current(recipe, target):
            return target
        _refuse_no_room(recipe, place)
        draft = place / f".{recipe.name}-{secrets.token_hex(4)}"
        try:
            _make(recipe, draft, tell, lock)
            remove(target)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target


def remove(folder: Path) -> None:
    """Out of sight at once, then off the disk."""
    gone = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    with suppress(FileNotFoundError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def _alone(recipe: Recipe, place: Path, tell: Tell) -> Iterator[int]:
    """Hold its lock; what somebody left who was killed is gone then."""
    lock = os.open(place / f"{recipe.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _locked(lock):
            tell(0.0, f"{recipe.name}: it is being made already")
            time.sleep(_LOOK_S)
        for left in place.glob(f".{recipe.name}-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield lock
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _refuse_no_room(recipe: Recipe, place: Path) -> None:
    needed, free = recipe.download_mb + recipe.size_mb, shutil.disk_usage(place).free // _MB
    if free < needed:
        raise NotMade(f"it takes {needed} MB while it is made, and {free} MB are free in {place}")


def _make(recipe: Recipe, draft: Path, tell: Tell, lock: int) -> None:
    tell(0.0, recipe.told)
    interpreter = interpreter_of(draft)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", interpreter]
    without: list[str | Path] = ["--without-pip"]
    if find_spec("pip") is None:  # as where uv has made ours
        pip, without = [interpreter, "-m", "pip"], []
    _run([_python(recipe), "-m", "venv", *without, draft], recipe, draft, tell, lock)
    # Compiled as it is installed: no core can leave compiled files there. The lock names all there is.
    _run([*pip, *_INSTALL, "-r", recipe.lock], recipe, draft, tell, lock)
    for program in recipe.programs:
        shutil.copyfile(program, draft / program.name)
    (draft / _MARK).write_text(recipe.digest)


def _python(recipe: Recipe) -> str:
    if recipe.python is None or sys.version_info[:2] == recipe.python:
        return sys.executable
    version = ".".join(map(str, recipe.python))
    if other := shutil.which(f"python{version}"):
        return other
    raise NotMade(f"it needs Python {version}: install it, so that there is a python{version}")


def _run(command: list[str | Path], recipe: Recipe, draft: Path, tell: Tell, lock: int) -> None:
    downloads = draft / "tmp"
    downloads.mkdir(parents=True, exist_ok=True)
    said = downloads / "said"
    variables = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
    with said.open("wb") as stream:
        child = subprocess.Popen(
            command,
            stdout=stream,
            stderr=stream,
            stdin=subprocess.DEVNULL,
            umask=0o022,
            env={**variables, "TMPDIR": str(downloads)},
            pass_fds=(lock,),
            process_group=0,
        )
        try:
            while child.poll() is None:
                tell(*_progress(recipe, draft))
                time.sleep(_LOOK_S)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
    if child.returncode:
        raise NotMade(_last_words(said))
    shutil.rmtree(downloads)


def _progress(recipe: Recipe, draft: Path) -> tuple[float, str]:
    """Files come and go meanwhile; packages lie there packed and unpacked before they are all there."""
    here = 0
    for folder, _, names in os.walk(draft):
        for name in names:
            with suppress(OSError):
                here += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - ten thousand of them
    total = recipe.download_mb + recipe.size_mb
    return min(here / _MB / total, 1.0), f"{recipe.name}: {here // _MB} of about {total} MB"


def _last_words(said: Path) -> str:
    text = said.read_text(errors="replace")
    if _NOT_REACHED in text:
        return "the package index was not reached"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it ended without a word"])[-1][:400]

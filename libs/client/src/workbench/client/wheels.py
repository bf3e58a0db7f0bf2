"""A folder of wheels that a machine can be set up from: which of them fit it, and that they are what was locked.

`make wheels` makes such a folder: our own wheels, those of all that they need, uv, and the lock with a digest of each.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from workbench.client.errors import BadInput

LOCK = "requirements.lock"
MAKE = "`make wheels` in a checkout of the same release makes such a folder"
_OLDEST_GLIBC = 5  # what manylinux1 says
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)|--hash=sha256:([0-9a-f]{64})", re.MULTILINE)


@dataclass(frozen=True)
class Wheel:
    """A file, as it was found and as the lock has it."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Interpreter:
    """A CPython of a Linux with glibc."""

    version: tuple[int, int]
    architecture: str
    glibc: tuple[int, int]

    def __str__(self) -> str:
        python, glibc = (".".join(map(str, each)) for each in (self.version, self.glibc))
        return f"Python {python} on {self.architecture} with glibc {glibc}"

    @property
    def tags(self) -> list[Tag]:
        """What it takes, best first."""
        platforms = [name for minor in range(self.glibc[1], _OLDEST_GLIBC - 1, -1) for name in self._platforms(minor)]
        platforms.append(f"linux_{self.architecture}")
        name = "cp" + "".join(map(str, self.version))
        return [
            *cpython_tags(self.version, [name], platforms),
            *compatible_tags(self.version, name, platforms),
        ]

    def _platforms(self, minor: int) -> list[str]:
        legacy = [f"{_LEGACY[minor]}_{self.architecture}"] if minor in _LEGACY else []
        return [f"manylinux_{self.glibc[0]}_{minor}_{self.architecture}", *legacy]


class Wheels:
    """Those of one folder. Raises BadInput where it is none."""

    def __init__(self, folder: Path) -> None:
        if not (folder / LOCK).is_file():
            raise BadInput(f"{folder} has no {LOCK}: {MAKE}.")
        self.folder, self._locked = folder, _locked((folder / LOCK).read_text())
        self._found: dict[str, list[Path]] = {}
        for path in sorted(folder.glob("*.whl")):
            try:
                self._found.setdefault(parse_wheel_filename(path.name)[0], []).append(path)
            except InvalidWheelFilename:
                raise BadInput(f"{path} is not named as a wheel is.") from None
        for name in ("dl-workbench", "uv"):
            if name not in self._found:
                raise BadInput(f"{folder} has no wheel of {name}: {MAKE}.")

    @property
    def release(self) -> str:
        """Of the workbench in it."""
        return str(parse_wheel_filename(self._found["dl-workbench"][-1].name)[1])

    def unfit(self, there: Interpreter) -> list[str]:
        """What has no wheel that this interpreter takes."""
        rank = dict.fromkeys(there.tags)
        return [name for name, paths in self._found.items() if not any(_tags(path) & rank.keys() for path in paths)]

    def fitting(self, there: Interpreter) -> list[Wheel]:
        """The best wheel of each distribution, digest verified. Raises BadInput for one that is not what was locked."""
        rank = {tag: place for place, tag in enumerate(there.tags)}
        chosen = []
        for paths in self._found.values():
            ranked = [(min(rank[tag] for tag in tags), path) for path in paths if (tags := _tags(path) & rank.keys())]
            if ranked:
                chosen.append(self._verified(min(ranked)[1]))
        return chosen

    def _verified(self, path: Path) -> Wheel:
        name, version, _, _ = parse_wheel_filename(path.name)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 not in self._locked.get((name, str(version)), ()):
            raise BadInput(f"{path} is not the wheel that {LOCK} names: get it again. {MAKE[0].upper()}{MAKE[1:]}.")
        return Wheel(path, sha256, path.stat().st_size)


def _tags(path: Path) -> frozenset[Tag]:
    return parse_wheel_filename(path.name)[3]


def _locked(text: str) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    digests: set[str] = set()
    for name, version, digest in _LOCKED.findall(text):
        if name:
            digests = found.setdefault((canonicalize_name(name), version), set())
        else:
            digests.add(digest)
    return found

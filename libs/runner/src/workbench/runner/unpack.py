"""A run's folder out of a tar that a pod has sent: whoever wrote it may be hostile."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path, PurePosixPath

from workbench.runner.documents import BadDocument
from workbench.runner.outcome import MAX_FILES

FILES = ("result.json", "log.txt", "progress.jsonl")
FOLDER = "outputs"


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write its regular files below ``folder``. Raises BadDocument for anything else in it, or when it is cut."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    try:
        for count, member in enumerate(archive):
            if count > MAX_FILES:
                raise BadDocument(f"there are more than {MAX_FILES} output files")
            _write(archive, member, folder)
    except tarfile.TarError as error:
        raise BadDocument(f"the run's outputs are not whole: {error}") from None


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = folder / _checked(member.name)
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    source = archive.extractfile(member) if member.isreg() else None
    if source is None:
        raise BadDocument(f"{member.name!a} is not a regular file")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except FileExistsError:
        raise BadDocument(f"{member.name!a} is there twice") from None


def _checked(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    inside = path.parts and not path.is_absolute() and ".." not in path.parts and name.isprintable()
    if not inside or (path.parts[0] != FOLDER and name not in FILES):
        raise BadDocument(f"{name!a} is no file that a run leaves")
    return path

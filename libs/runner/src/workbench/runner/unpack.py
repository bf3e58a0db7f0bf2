"""A run's folder out of a tar that a pod has sent: whoever wrote it may be hostile."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

from workbench.runner.documents import BadDocument
from workbench.runner.outcome import MAX_FILES

FILES = ("result.json", "log.txt", "progress.jsonl")
FOLDER = "outputs"
MAX_NAME_BYTES, MAX_PART_BYTES = 1024, 255
MAX_HEADER_BYTES = 1 << 20
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class _Member(tarfile.TarInfo):
    """One whose extended headers fit into memory: tarfile reads them whole."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if self.type in _HEADERS and self.size > MAX_HEADER_BYTES:
            raise tarfile.ReadError("a header is too large")
        return super()._proc_member(archive)  # type: ignore[misc]  # what tarfile calls for each, and lets override


def unpack(source: Any, folder: Path) -> None:
    """Write the regular files of a tar below ``folder``. ``source``: anything with read(size).

    Raises BadDocument when something else is in it, or when it is cut.
    """
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=1 << 20, tarinfo=_Member) as archive:
            for count, member in enumerate(archive):
                if count > MAX_FILES:
                    raise BadDocument(f"there are more than {MAX_FILES} output files")
                _write(archive, member, folder)
    except (tarfile.TarError, ValueError, OverflowError) as error:
        if isinstance(error, BadDocument):
            raise
        raise BadDocument(f"the run's outputs are not whole: {error}") from None


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = folder / _checked(member.name)
    source = archive.extractfile(member) if member.isreg() and not member.issparse() else None
    if source is None and not member.isdir():
        raise BadDocument(f"{member.name!a} is not a regular file")
    try:
        (path if source is None else path.parent).mkdir(parents=True, exist_ok=True)
        if source is not None:
            with path.open("xb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
    except (FileExistsError, NotADirectoryError):
        raise BadDocument(f"{member.name!a} is there twice") from None


def _checked(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    inside = path.parts and not path.is_absolute() and ".." not in path.parts and name.isprintable()
    if not inside or (path.parts[0] != FOLDER and name not in FILES):
        raise BadDocument(f"{name!a} is no file that a run leaves")
    if len(name.encode()) > MAX_NAME_BYTES or any(len(part.encode()) > MAX_PART_BYTES for part in path.parts):
        raise BadDocument(f"the name {name[:80]!a}… is too long")
    return path

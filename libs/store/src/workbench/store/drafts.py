"""Files that appear whole or not at all: written under another name, flushed to disk, renamed into place."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.store.port import NoRoom

_FORGOTTEN_S = 24 * 3600


class Drafts:
    """The folder of unfinished files; it must lie on the file system of what they become."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def becoming(self, path: Path, *, make_folders: bool = True) -> Iterator[BinaryIO]:
        """A file that becomes ``path`` when the block ends well, and vanishes otherwise.

        Raises NoRoom; without ``make_folders``, FileNotFoundError when the folder of ``path`` is gone.
        """
        with refusing_when_full():
            descriptor, name = tempfile.mkstemp(dir=self.folder)
            try:
                with os.fdopen(descriptor, "wb") as draft:
                    yield draft
                    draft.flush()
                    os.fsync(draft.fileno())
                _rename(Path(name), path, make_folders)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def link(self, source: Path, path: Path) -> bool:
        """Make ``path`` a second name of a finished file; False where that cannot be, or there is no such file.

        Its bytes are on the disk already. It is younger then under either name: what is copied is needed again.
        """
        draft = self.folder / secrets.token_hex(16)
        try:
            os.link(source, draft)
        except OSError:
            return False
        try:
            if not draft.is_file() or not draft.stat().st_size:  # an empty file may be written again in its place
                return False
            os.utime(draft)
            with refusing_when_full():
                _rename(draft, path, make_folders=True)
            return True
        finally:
            draft.unlink(missing_ok=True)  # a rename of one name of a file to another does nothing

    def sweep(self, *, dry_run: bool = False) -> int:
        """Remove what killed writers left behind; how many that were."""
        return sum(forget(draft, dry_run=dry_run) for draft in self.folder.iterdir())


def forget(draft: Path, *, dry_run: bool = False) -> bool:
    """Remove it if nobody has touched it for a day; a living writer touches its file far more often."""
    with contextlib.suppress(FileNotFoundError):
        if draft.stat().st_mtime < time.time() - _FORGOTTEN_S:
            if not dry_run:
                shutil.rmtree(draft, ignore_errors=True) if draft.is_dir() else draft.unlink()
            return True
    return False


def create_empty(path: Path) -> bool:
    """Make an empty file where there is nothing or an empty one; False when something else is there.

    An empty file cannot be half-written, so it needs neither a draft nor a flush of its own: one of the folder does.
    """
    with refusing_when_full():
        for _ in _while_folders_vanish(path):
            _make_folder(path.parent)
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:
                continue
            except IsADirectoryError:
                return False
            try:
                if os.fstat(descriptor).st_size:
                    return False
                os.utime(descriptor)  # written again is younger again
            finally:
                os.close(descriptor)
            if _flush_folder(path.parent):
                return True
    raise AssertionError("unreachable")


def _rename(draft: Path, path: Path, make_folders: bool) -> None:
    for _ in _while_folders_vanish(path):
        if make_folders:
            _make_folder(path.parent)
        try:
            draft.rename(path)
        except FileNotFoundError:
            if make_folders:
                continue
            raise
        _flush_folder(path.parent)
        return


def _make_folder(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):  # gone again when it was looked at; or a file, as its user will find
        folder.mkdir(parents=True, exist_ok=True)


def _while_folders_vanish(path: Path) -> Iterator[int]:
    """A racing delete may remove the folder between making it and using it."""
    yield from range(20)
    raise OSError(errno.EAGAIN, "the folder kept vanishing", str(path))


def _flush_folder(folder: Path) -> bool:
    """Make the names in a folder survive a power cut; False when the folder itself is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True


@contextlib.contextmanager
def refusing_when_full() -> Iterator[None]:
    """ENOSPC and EDQUOT as NoRoom."""
    try:
        yield
    except NoRoom:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(error.errno, "no room left in the store") from error
        raise

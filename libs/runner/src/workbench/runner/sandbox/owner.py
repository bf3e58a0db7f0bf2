"""Make a run's folder and hand to its core what is the core's: the rest stays ours, whoever the core is."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.runner.sandbox.paths import READ, WRITTEN_FILES, WRITTEN_FOLDERS


def furnish(folder: Path) -> None:
    """Everything that a core writes is there before it starts: it may fill these, and make nothing beside them."""
    for name in WRITTEN_FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    for name in WRITTEN_FILES:
        (folder / name).touch(exist_ok=True)
    telemetry = folder / "tmp" / "intel" / "openvino_telemetry"  # tmp is the core's HOME
    telemetry.parent.mkdir(exist_ok=True)
    telemetry.write_text("0")  # no, thank you


def hand_over(folder: Path, user: int) -> None:
    """The core's user owns what it writes; by its group it reads spec and inputs, and passes through the folder."""
    _give(folder, 0, user, 0o710)
    for name in READ:
        for path in _tree(folder / name):
            _give(path, 0, user, 0o750 if path.is_dir() else 0o640)
    for name in (*WRITTEN_FILES, *WRITTEN_FOLDERS):
        for path in _tree(folder / name):
            _give(path, user, user, 0o700 if path.is_dir() else 0o600)


def _give(path: Path, user: int, group: int, mode: int) -> None:
    os.chown(path, user, group, follow_symlinks=False)
    path.chmod(mode)


def _tree(top: Path) -> list[Path]:
    """It and all below it; made by us alone, so without links."""
    return [top, *(Path(parent, name) for parent, folders, names in os.walk(top) for name in (*folders, *names))]

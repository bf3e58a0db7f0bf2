"""Folders of runs on this machine whose job has ended: their worker was killed, and none came after it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from workbench.admin.installation import Installation
from workbench.webapp.spool import FORGOTTEN_S


def forgotten_runs(place: Installation) -> list[Path]:
    """That nobody has touched for a day."""
    found = []
    for folder in sorted((place.home / "work").glob("*/*")):
        engine = place.rows.engines.get(folder.parent.name)
        if engine is None or folder.stat().st_mtime > time.time() - FORGOTTEN_S:
            continue
        if not place.rows.going_on(engine, folder.name.partition(".")[0]):
            found.append(folder)
    return found


def remove_runs(place: Installation) -> int:
    """How many that were."""
    folders = forgotten_runs(place)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return len(folders)

"""The application of a package: the very files that evaluated its model, at the very import path.

They need the standard library, NumPy, Pillow and OpenVINO, and each other: ``tests/test_carried.py`` runs them so.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench import application, imaging, tasks

_TASKS = ("__init__.py", "outputs.py", "protocols.py", "recipe.py", "boxes/*.py", "redrawn/*.py")
# The rooms that judge, or ask for options. All else is carried.
_STAYS = (
    "annotation.py",
    "confusion.py",
    "contents.py",
    "guessing.py",
    "importance.py",
    "looks.py",
    "metrics.py",
    "options.py",
    "readings.py",
    "remarks.py",
    "seen.py",
)


def carry(task: str, app: Path) -> None:
    """Copy what a model of this task needs into ``app``, verbatim."""
    folder = task.replace("-", "_")
    _copy(Path(application.__file__).parent, ("*.py",), app / "workbench" / "application")
    _copy(Path(imaging.__file__).parent, ("*.py",), app / "workbench" / "imaging")
    _copy(Path(tasks.__file__).parent, _TASKS, app / "workbench" / "tasks", _STAYS)
    _copy(Path(tasks.__file__).parent / folder, ("**/*.py",), app / "workbench" / "tasks" / folder, _STAYS)


def _copy(source: Path, patterns: tuple[str, ...], target: Path, leave: tuple[str, ...] = ()) -> None:
    found = sorted(file for pattern in patterns for file in source.glob(pattern))
    for file in (file for file in found if file.name not in leave):
        into = target / file.relative_to(source)
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, into)

"""The application of a package: the very files that evaluated its model, at the very import path.

They need the standard library, NumPy, Pillow and OpenVINO, and each other: ``tests/test_carried.py`` runs them so.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench import application, imaging, tasks

_IMAGING = ("__init__.py", "fields.py", "preparation.py", "preprocess.py")
_TASKS = ("__init__.py", "protocols.py", "recipe.py")
# Of the package's own task; not what judges or asks for options. A task may lack some of them.
_OF_A_TASK = ("__init__.py", "result.py", "feed.py", "alike.py", "draw.py", "running.py", "heads/*.py")


def carry(task: str, app: Path) -> None:
    """Copy what a model of this task needs into ``app``, verbatim."""
    folder = task.replace("-", "_")
    _copy(Path(application.__file__).parent, ("*.py",), app / "workbench" / "application")
    _copy(Path(imaging.__file__).parent, _IMAGING, app / "workbench" / "imaging")
    _copy(Path(tasks.__file__).parent, _TASKS, app / "workbench" / "tasks")
    _copy(Path(tasks.__file__).parent / folder, _OF_A_TASK, app / "workbench" / "tasks" / folder)


def _copy(source: Path, patterns: tuple[str, ...], target: Path) -> None:
    for file in sorted(file for pattern in patterns for file in source.glob(pattern)):
        into = target / file.relative_to(source)
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, into)

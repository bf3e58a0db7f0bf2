"""What a package carries is what evaluates, byte for byte, and needs nothing but NumPy, Pillow and OpenVINO."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import workbench.application
import workbench.imaging
import workbench.tasks
from workbench.packager.carried import carry
from workbench.tasks.catalogue import NAMES

PROGRAM = """
import pathlib, sys
app = pathlib.Path(sys.argv[1])
names = [".".join(file.relative_to(app).with_suffix("").parts) for file in sorted(app.rglob("*.py"))]
for name in names:
    __import__(name.removesuffix(".__init__"))
elsewhere = [name for name, module in sys.modules.items() if name.startswith("workbench.")
             and app not in pathlib.Path(module.__file__).parents]
assert not elsewhere, elsewhere
print(len(names))
"""


@pytest.mark.parametrize("task", NAMES)
def test_all_that_is_carried_imports_with_nothing_else_installed(task: str, needed: Path, tmp_path: Path) -> None:
    carry(task, tmp_path / "app")

    path = {"PYTHONPATH": f"{tmp_path / 'app'}:{needed}"}
    ended = subprocess.run(
        [sys.executable, "-S", "-c", PROGRAM, tmp_path / "app"],
        capture_output=True,
        text=True,
        env=path,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )

    assert ended.stderr == ""
    assert int(ended.stdout) == len(list((tmp_path / "app").rglob("*.py"))) > 10


@pytest.mark.parametrize("task", NAMES)
def test_each_file_is_the_one_that_evaluates(task: str, tmp_path: Path) -> None:
    carry(task, tmp_path)

    for part in (workbench.application, workbench.imaging, workbench.tasks):
        source = Path(str(part.__file__)).parent
        carried = tmp_path / "workbench" / source.name
        for file in carried.rglob("*.py"):
            assert file.read_bytes() == (source / file.relative_to(carried)).read_bytes()


def test_another_task_is_not_carried(tmp_path: Path) -> None:
    carry("generic", tmp_path)

    assert not (tmp_path / "workbench" / "tasks" / "classification").exists()

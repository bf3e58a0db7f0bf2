"""The task of docs/howto/add-a-task.md, added to a copy of the tasks from that very page, does all that a task does."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from PIL import Image
from workbench.shards import AnnotationWriter, ShardWriter

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "howto" / "add-a-task.md"
TASKS = Path("libs") / "tasks"
BLOCK = re.compile(r"```python\n# (in )?(\S+?)(?:, after: ([^\n]+))?\n(.*?)```", re.DOTALL)
RECIPE = {
    "version": 2,
    "task": "brightness",
    "preparation": {
        "resize": "stretch",
        "input": {"name": "x", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
    },
}


@pytest.fixture(scope="module")
def copy(whole: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tasks of this repository, with what the page says to write and to insert."""
    copied = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / TASKS, copied / TASKS, ignore=shutil.ignore_patterns("__pycache__"))
    for is_inside, path, after, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        file = copied / path
        if is_inside:
            before = file.read_text(encoding="utf-8")
            assert before.count(f"{after}\n") == 1, f"{path} has no line {after!r}"
            text = before.replace(f"{after}\n", f"{after}\n{text}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return copied


def run(copy: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """By a Python that imports the tasks of the copy."""
    path = {"PYTHONPATH": str(copy / TASKS / "src")}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd or copy,
        check=False,
    )


def test_all_that_every_task_owes_it_does(copy: Path) -> None:
    tests = [str(copy / TASKS / "tests" / name) for name in ("test_every_task.py", "test_every_room.py")]

    ended = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-rA", *tests)

    assert ended.returncode == 0, ended.stdout
    passed = [line for line in ended.stdout.splitlines() if line.startswith("PASSED") and "[brightness" in line]
    assert len(passed) >= 14


def test_the_type_checker_holds_its_rooms_against_the_protocols(copy: Path) -> None:
    settings, source = (ROOT / "pyproject.toml").read_text(), str(TASKS / "src")
    (copy / "pyproject.toml").write_text(
        settings.replace(source, str(copy / source))
        .replace("libs/imaging", str(ROOT / "libs" / "imaging"))
        .replace("libs/figures", str(ROOT / "libs" / "figures"))
    )

    ended = run(copy, "-m", "mypy", "--cache-dir", str(copy / "cache"), str(copy / TASKS / "src"))

    assert ended.returncode == 0, ended.stdout


def test_it_is_told_and_its_options_are_held_to_their_range(copy: Path) -> None:
    told = run(
        copy,
        "-c",
        "import json; from workbench.tasks.catalogue import task_of, check_settings\n"
        "print(json.dumps(task_of('brightness').to_json()))\n"
        "check_settings('brightness', 'number', {'tolerance': 2})",
    )

    assert [option["name"] for option in json.loads(told.stdout)["options"]] == ["tolerance"]
    assert "options.tolerance: must be a number from 0 to 1, not 2" in told.stderr


def test_the_evaluation_scores_it_without_a_line_of_its_own(copy: Path, tmp_path: Path) -> None:
    _model(tmp_path / "inputs" / "model" / "model.xml")
    _dataset(tmp_path / "inputs" / "dataset")
    (tmp_path / "spec.json").write_text(json.dumps({"main_file": "model.xml", "recipe": RECIPE}))

    ended = run(copy, "-m", "workbench.runner", "workbench.calibrator.evaluate", str(tmp_path))

    assert ended.returncode == 0, (tmp_path / "result.json").read_text()
    [within] = json.loads((tmp_path / "result.json").read_text())["result"]["metrics"]
    assert (within["metric"], within["value"], within["n"]) == ("within", 0.5, 6)


def test_a_package_carries_its_folder_but_for_what_judges(copy: Path, tmp_path: Path) -> None:
    run(
        copy,
        "-c",
        f"from pathlib import Path; from workbench.packager.carried import carry\n"
        f"carry('brightness', Path({str(tmp_path)!r}))",
    )

    carried = {file.name for file in (tmp_path / "workbench" / "tasks" / "brightness").rglob("*.py")}
    assert carried == {"__init__.py", "result.py", "number.py", "alike.py", "draw.py", "running.py"}


def _model(file: Path) -> None:
    image = ops.parameter([1, 3, 8, 8], np.float32, name="x")
    image.output(0).set_names({"x"})
    mean: Any = ops.reshape(ops.reduce_mean(image, np.array([1, 2, 3])), np.array([1, 1]), special_zero=False)
    bright = ops.divide(mean, np.float32(255))
    file.parent.mkdir(parents=True)
    ov.save_model(ov.Model([bright], [image], "meter"), file, compress_to_fp16=False)


def _dataset(folder: Path) -> None:
    """Of six grey pictures half are annotated as bright as they are, half not."""
    with ShardWriter(folder) as writer, AnnotationWriter(folder, ["brightness"]) as annotations:
        for number in range(6):
            level, file = 40 * number, io.BytesIO()
            Image.new("RGB", (20, 10), (level, level, level)).save(file, "PNG")
            writer.add(f"{number}.png", file.getvalue(), split="evaluation", width=20, height=10)
            known = level / 255 if number % 2 else abs(level / 255 - 0.5)
            annotations.add(f"{number}.png", {"brightness": {"brightness": known}})
        annotations.close({})

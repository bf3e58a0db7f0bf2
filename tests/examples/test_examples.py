"""Each file of examples/, and each command of the tutorial, run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
BIN = Path(sys.executable).parent
WORD = re.compile(r"```sh run\n(.*?)```", re.DOTALL)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def environment(tmp_path: Path, serving: None) -> Iterator[dict[str, str]]:
    """An environment with a workbench of its own that `python` and `workbench` find, as in an activated one."""
    home = tmp_path / "home"
    yield {**os.environ, "WORKBENCH_HOME": str(home), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    pid = json.loads((home / "lock").read_text())["pid"]
    os.kill(pid, 15)


def run(environment: dict[str, str], folder: Path, *command: str | Path) -> str:
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=250,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_the_sdk_says_how_fast_a_model_is(environment: dict[str, str], inputs: Path, tmp_path: Path) -> None:
    output = run(environment, tmp_path, "python", EXAMPLES / "first_model.py", inputs / "model.onnx")

    assert "onnx with the inputs ['image']" in output
    assert re.search(r"\d+ frames per second, between \d+ and \d+: (un)?(trusted|doubtful)", output), output


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_does_the_same(environment: dict[str, str], inputs: Path, tmp_path: Path) -> None:
    run(environment, tmp_path, "workbench", "models", "list")  # starts it
    home = Path(environment["WORKBENCH_HOME"])
    environment |= {
        "SERVER": json.loads((home / "lock").read_text())["url"],
        "TOKEN": (home / "token").read_text().strip(),
    }

    output = run(environment, tmp_path, "sh", EXAMPLES / "first-model-curl.sh", inputs / "model.onnx")

    assert float(output.rpartition(":")[2]) > 0


def test_the_tutorial_goes_from_inputs_to_an_unpacked_package(environment: dict[str, str], tmp_path: Path) -> None:
    """Its first block is examples/first-model.sh, so that is run here, too."""
    blocks = WORD.findall((ROOT / "docs" / "tutorial.md").read_text())
    script = (EXAMPLES / "first-model.sh").read_text()
    commands = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert not [line for line in commands if line not in "\n".join(["set -eu", *blocks])]

    last = "--report report.json --package package.tar.zst"  # 4: undecided, on a machine that is busy with other tests
    commands_run = "\n".join(blocks).replace(last, f"{last} || test $? = 4")
    output = run(environment, tmp_path, "bash", "-c", f"set -eu\n{commands_run}")

    assert "INT8" in output
    assert (tmp_path / "package.tar.zst").stat().st_size > 10_000
    assert str(json.loads((tmp_path / "report.json").read_text())["recommended"]["model"]) in output

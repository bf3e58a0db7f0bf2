"""The commands of docs/howto/upload-with-curl.md, run as they stand there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "upload-with-curl.md"


def commands(*sections: str) -> str:
    blocks = re.findall(r"```sh (\w+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return "set -eu\n" + "\n".join(text for section, text in blocks if section in sections)


def write_model(path: Path, megabytes: int) -> None:
    """A matrix multiplication whose weights have this size."""
    columns = megabytes * 256
    weights = helper.make_tensor("w", TensorProto.FLOAT, [1024, columns], os.urandom(4) * 1024 * columns, raw=True)
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1024])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, columns])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, path)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_of_the_page_upload_a_model_and_fetch_it_back(workbench: Any, tmp_path: Path) -> None:
    workbench.run("models", "list")  # starts it
    lock = json.loads((workbench.home / "lock").read_text())
    environment = {**os.environ, "SERVER": lock["url"], "TOKEN": (workbench.home / "token").read_text().strip()}
    write_model(tmp_path / "model.onnx", 20)

    done = subprocess.run(
        ["bash", "-c", commands("parts", "result")],
        cwd=tmp_path,
        env=environment,
        text=True,
        capture_output=True,
        timeout=200,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "succeeded"
    view = json.loads((tmp_path / "job.json").read_text())
    assert (view["name"], view["facts"]["format"]) == ("large", "onnx")
    sent, back = (hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in ("model.onnx", "back.onnx"))
    assert sent == back

    write_model(tmp_path / "model.onnx", 1)
    done = subprocess.run(
        ["bash", "-c", commands("small")], cwd=tmp_path, env=environment, text=True, capture_output=True, timeout=60
    )
    assert json.loads(done.stdout)["name"] == "small"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_file_that_is_not_the_one_declared_fails_the_job_by_name(workbench: Any, tmp_path: Path) -> None:
    workbench.run("models", "list")
    lock = json.loads((workbench.home / "lock").read_text())
    environment = {**os.environ, "SERVER": lock["url"], "TOKEN": (workbench.home / "token").read_text().strip()}
    write_model(tmp_path / "model.onnx", 10)
    script = commands("parts", "result").replace("sha256=$(", "sha256=$(echo other | sha256sum | cut -d' ' -f1); : $(")

    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, text=True, capture_output=True, timeout=200
    )

    assert "failed model.onnx: SHA-256" in done.stdout, done.stdout + done.stderr

"""`profiles create --input NAME=FILE.npy`: arrays are looked at and sent first, then named by the profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commanding import CliRunner
from workbench.client.cli import app

TENSOR = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def model(server: Any) -> str:
    inputs = [{"name": name, "shape": [1, -1]} for name in ("ids", "mask")]
    job = server.add("models", {}, [])
    job.view |= {"state": "succeeded", "facts": {"inputs": inputs}}
    return str(job.view["id"])


@pytest.fixture
def array(tmp_path: Path) -> Path:
    np.save(tmp_path / "ids.npy", np.arange(128).reshape(1, 128))
    return tmp_path / "ids.npy"


def run(server: Any, *words: str) -> Any:
    return CliRunner().invoke(
        app, ["profiles", "create", *words, "--server", server.url], env={"WORKBENCH_TOKEN": server.token}
    )


def test_an_array_is_sent_and_named_by_its_input(server: Any, model: str, array: Path) -> None:
    result = run(server, model, "--input", f"ids={array}", "--input", f"mask={TENSOR}")

    assert result.exit_code == 0, result.output
    [tensor] = [id for id, job in server.jobs.items() if job.view["kind"] == "tensors"]
    assert server.uploads == [{"ids.npy": array.stat().st_size}]
    assert server.posted("/profiles")["inputs"] == {"ids": tensor, "mask": TENSOR}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{array}", "several inputs, write NAME=...; its inputs: ids, mask"),
        ("image={array}", "the model has no input 'image'; its inputs: ids, mask"),
        ("ids={folder}/none.npy", "none.npy does not exist"),
        ("ids={folder}", "give a .npy file"),
        ("ids={folder}/photo.png", "photo.png is no array: give a .npy file, as numpy.save writes it"),
    ],
)
def test_what_cannot_be_fed_is_wrong_usage_and_nothing_is_sent(
    server: Any, model: str, array: Path, text: str, said: str
) -> None:
    (array.parent / "photo.png").write_bytes(b"a picture")

    result = run(server, model, "--input", text.format(array=array, folder=array.parent))

    assert result.exit_code == 2, result.output
    assert said in " ".join(result.stderr.split())
    assert server.uploads == []


def test_an_array_that_is_none_ends_before_anything_is_measured(server: Any, model: str, array: Path) -> None:
    error = {"title": "The input was refused", "detail": "ids.npy: is no array", "remedy": "Write it again."}
    server.script["tensors"] = [{"state": "failed", "error": error}]

    result = run(server, model, "--input", f"ids={array}")

    assert result.exit_code == 3
    assert "ids.npy: is no array" in result.stderr
    assert not [job for job in server.jobs.values() if job.view["kind"] == "profiles"]

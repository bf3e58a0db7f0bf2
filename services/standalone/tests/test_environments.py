"""`workbench environments`, in a prefix of its own and without a package index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner
from workbench.ir.environments import folder_of, interpreter_of
from workbench.standalone import environments


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where environments go; the recipe of keras has an empty lock."""
    recipe = tmp_path / "recipes" / "keras"
    recipe.mkdir(parents=True)
    (recipe / "requirements.lock").write_text("")
    (recipe / "convert.py").write_text("print('converts')\n")
    monkeypatch.setattr(environments, "files", lambda _package: tmp_path / "recipes")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def told(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(environments.app, arguments)
    return done.exit_code, done.output


def test_it_is_made_whole_runs_and_can_be_removed(prefix: Path) -> None:
    assert told("list") == (0, "keras  .keras and .h5 files  390 MB  not installed\n"
                               "legacy  Caffe and MXNet networks  620 MB  not installed\n")
    code, output = told("install", "keras")
    program = [interpreter_of("keras"), folder_of("keras") / "convert.py"]

    assert (code, "about 110 MB to download, 390 MB in" in output) == (0, True)
    assert subprocess.run(program, capture_output=True, text=True, check=True).stdout == "converts\n"
    assert [path.name for path in (prefix / "environments").iterdir()] == ["keras"]
    assert told("rm", "keras")[0] == 0
    assert told("list")[1].endswith("not installed\n")


def test_what_fails_leaves_nothing_and_says_why(prefix: Path) -> None:
    (prefix / "recipes" / "keras" / "requirements.lock").write_text("./nowhere --hash=sha256:" + "0" * 64)

    code, output = told("install", "keras")

    assert code == 3
    assert "Error: installing failed: " in output
    assert not list((prefix / "environments").iterdir())


def test_an_unknown_one_is_told_which_there_are(prefix: Path) -> None:
    assert told("install", "caffe")[0] == 2
    assert "'caffe' is not one of keras, legacy" in told("rm", "caffe")[1]


def test_one_for_another_python_is_refused_where_that_is_not(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environments.PYTHONS, "legacy", (3, 99))

    code, output = told("install", "legacy")

    assert (code, "legacy needs Python 3.99: install it" in output) == (2, True)
    assert not list((prefix / "environments").iterdir())

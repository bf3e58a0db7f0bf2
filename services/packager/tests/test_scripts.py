"""install.sh, run.sh and selftest.sh: what they say when something is missing, and that they pass work on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"], **environment},
    )


def fake_python(folder: Path, body: str) -> str:
    file = folder / "fake-python"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def installed(whole: None, package: Path) -> Path:
    """A package whose environment is the one the tests run in."""
    link = package / ".venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    link.chmod(0o755)
    return package


@pytest.mark.parametrize("script", ["run.sh", "selftest.sh"])
def test_before_the_installation_a_script_says_what_to_run(package: Path, script: str) -> None:
    ended = run(package / script, "x.png")

    assert ended.returncode == 1
    assert ended.stderr == f"{script}: run {package}/install.sh first\n"


def test_the_self_test_script_runs_from_any_folder_and_passes_arguments_on(installed: Path) -> None:
    ended = run(installed / "selftest.sh", "--seconds", "0")

    assert (ended.returncode, ended.stdout.splitlines()[-1][:17]) == (0, "self-test: passed")


def test_the_run_script_classifies(installed: Path) -> None:
    ended = run(installed / "run.sh", str(installed / "samples" / "01.png"))

    assert (ended.returncode, len(ended.stdout.splitlines())) == (0, 3)


def test_a_folder_with_spaces_is_no_obstacle(installed: Path) -> None:
    moved = installed.rename(installed.parent / "my fruit")

    assert run(moved / "selftest.sh", "--seconds", "0").returncode == 0


def test_a_python_that_is_not_there_is_named(package: Path) -> None:
    ended = run(package / "install.sh", PYTHON="python9.9")

    assert ended.returncode == 1
    assert "there is no python9.9 here; install Python 3.11 or newer" in ended.stderr


def test_a_python_that_is_too_old_is_named_with_its_version(package: Path, tmp_path: Path) -> None:
    old = fake_python(tmp_path, 'case "$1" in -V) echo "Python 3.8.10";; *) exit 1;; esac')

    ended = run(package / "install.sh", PYTHON=old)

    assert ended.returncode == 1
    assert "Python 3.8.10; Python 3.11 or newer is needed" in ended.stderr
    assert not (package / ".venv").exists()


def test_a_python_without_venv_is_told_which_package_to_install(package: Path, tmp_path: Path) -> None:
    bare = fake_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')

    ended = run(package / "install.sh", PYTHON=bare)

    assert ended.returncode == 1
    assert "apt install python3-venv" in ended.stderr


def test_an_installation_that_fails_leaves_nothing_and_says_so(whole: None, package: Path) -> None:
    ended = run(package / "install.sh", PYTHON=sys.executable, PIP_NO_INDEX="1")

    assert ended.returncode == 1
    assert "pip could not install requirements.txt" in ended.stderr
    assert not (package / ".venv").exists()


def test_an_option_that_the_installation_has_not_is_told(package: Path) -> None:
    ended = run(package / "install.sh", "--films")

    assert (ended.returncode, ended.stderr) == (
        1,
        "install: --films is not known; --video installs what reads videos and cameras, too\n",
    )
    assert not (package / ".venv").exists()

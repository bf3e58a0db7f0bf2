"""`make dist`, and what a stranger gets from it: nothing here but Python and what pip puts beside the wheels."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PROJECTS = sorted([*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")])
QUICK = ("--duration-s", "0.1", "--subset-size", "10")


def declared(project: Path) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads(project.read_text())["project"]
    return found


@pytest.fixture(scope="module")
def dist(whole: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of wheels, made of what git knows of."""
    clone = tmp_path_factory.mktemp("clone")
    files = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "libs",
            "services",
            "tools/dist.sh",
            "requirements.lock",
            "requirements.bootstrap.lock",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, files.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    subprocess.run(["sh", "tools/dist.sh", BIN.parent], cwd=clone, check=True)
    return clone / "dist"


def test_the_distribution_people_install_names_every_other_in_its_own_version() -> None:
    ours = {project.parent.name: declared(project) for project in PROJECTS}
    whole = ours.pop("standalone")
    named = dict(re.fullmatch(r"([\w-]+)(?:\[core\])?==(.+)", text).groups() for text in whole["dependencies"])

    assert whole["name"] == "dl-workbench"
    assert named == {one["name"]: whole["version"] for one in ours.values()}
    assert {one["version"] for one in ours.values()} == {whole["version"]}


def test_wheels_hold_every_file_of_their_package_and_say_that_it_is_typed(dist: Path) -> None:
    held = {name for wheel in dist.glob("*.whl") for name in zipfile.ZipFile(wheel).namelist()}
    sources = [
        path.relative_to(project.parent / "src").as_posix()
        for project in PROJECTS
        for path in (project.parent / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]

    assert len(list(dist.glob("*.whl"))) == len(PROJECTS)
    assert not set(sources) - held
    packages = {"/".join(name.split("/")[:2]) for name in sources}
    assert not {f"{package}/py.typed" for package in packages} - held
    assert not [name for name in held if "/tests/" in name]


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory, serving: None) -> Path:
    """The folder of commands of a bare environment with `dl-workbench`."""
    venv = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([BIN / "uv", "venv", "--quiet", "--python", sys.executable, venv], check=True)
    subprocess.run(
        [
            BIN / "uv",
            "pip",
            "install",
            "--quiet",
            "--python",
            venv / "bin" / "python",
            "--find-links",
            dist,
            "--constraint",
            dist / "constraints.txt",
            "dl-workbench",
        ],
        check=True,
        timeout=240,
    )
    return venv / "bin"


def command(installed: Path, home: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """Started in an empty folder, with nothing of this environment's."""
    home.mkdir(exist_ok=True)
    environment = {"PATH": os.defpath, "HOME": str(home), "WORKBENCH_HOME": str(home / "workbench")}
    return subprocess.Popen(
        [installed / "workbench", *map(str, arguments)],
        env=environment,
        cwd=home,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )


def ended(process: subprocess.Popen[str], timeout_s: float = 150, codes: tuple[int, ...] = (0,)) -> str:
    output, _ = process.communicate(timeout=timeout_s)
    assert process.returncode in codes, output
    return output


@pytest.mark.slow
@pytest.mark.timeout(600)  # an environment of 600 MB, and its libraries compiled by the first who imports them
def test_pip_install_gives_a_workbench_that_serves_and_optimizes(installed: Path, inputs: Path, tmp_path: Path) -> None:
    version = ended(command(installed, tmp_path / "home", "--version"))
    assert version.strip() == f"workbench {declared(ROOT / 'libs/client/pyproject.toml')['version']}"

    serving = command(installed, tmp_path / "home", "up")
    try:
        url, token = answering(serving, tmp_path / "home" / "workbench")
        assert "classification" in asked(f"{url}/v1/tasks", token)

        output = ended(
            command(
                installed,
                tmp_path / "home",
                "optimize",
                inputs / "model.onnx",
                *QUICK,
                "--task",
                "classification",
                "--dataset",
                inputs / "digits",
                "--package",
                "out.tar.zst",
            ),
            codes=(0, 4),
        )  # 4: undecided, on a machine that is busy
        assert "INT8" in output
        assert (tmp_path / "home" / "out.tar.zst").stat().st_size > 10_000
    finally:
        serving.terminate()
        serving.communicate(timeout=30)


def asked(url: str, token: str) -> str:
    """Patient: its address is told before it listens there."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=9), headers={"Authorization": f"Bearer {token}"}) as client:
        return client.get(url, timeout=60).raise_for_status().text


def answering(serving: subprocess.Popen[str], home: Path) -> tuple[str, str]:
    """Its URL and token, once it says that it serves."""
    assert serving.stdout is not None
    line = ""
    while not (found := re.search(r"http://[\w.:]+", line)):
        line = serving.stdout.readline()
        assert line, "it ended before it said where it serves"
    return found[0], (home / "token").read_text().strip()

"""`workbench environments`, and one that a job makes when it needs it first: below a home, without an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from commanding import CliRunner
from workbench.converter.environments import recipes
from workbench.converter.environments.recipes import Recipe
from workbench.jobs import Conduct
from workbench.standalone import environments
from workbench.standalone.first_use import FirstUse
from workbench.standalone.problems import EnvironmentNotMade


@pytest.fixture
def home(whole: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where environments go; the only recipe has an empty lock."""
    folder = tmp_path / "recipes" / "poems"
    folder.mkdir(parents=True)
    (folder / "requirements.lock").write_text("")
    (folder / "convert.py").write_text("print('converts')\n")
    poems = Recipe("poems", ".poem files", 1, 40, folder=tmp_path / "recipes")
    monkeypatch.setattr(recipes, "RECIPES", (poems,))
    monkeypatch.setattr(environments, "RECIPES", (poems,))
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Told(list[dict[str, Any]]):
    """What a job is told of, as its record would have it."""

    def log(self, text: str) -> None:
        self.append({"log": text})

    def report(self, progress: dict[str, Any]) -> None:
        self.append(progress)


def told(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(environments.app, arguments)
    return done.exit_code, done.output


def test_it_is_installed_listed_and_removed(home: Path) -> None:
    assert told("list") == (0, "poems  .poem files  40 MB  not installed\n")

    code, output = told("install", "poems")

    assert (code, "poems: about 1 MB to download, 40 MB on the disk, in" in output) == (0, True)
    assert told("list") == (0, "poems  .poem files  40 MB  installed\n")
    assert told("install", "poems") == (0, f"poems is installed: {home / 'environments' / 'poems'}\n")
    (home / "environments" / "poems" / "recipe").write_text("an older one")
    assert told("list")[1].endswith("of another release: install it again\n")
    assert told("rm", "poems")[0] == 0
    assert told("list")[1].endswith("not installed\n")


def test_what_cannot_be_made_is_told_and_an_unknown_one_with_those_there_are(home: Path) -> None:
    (home.parent / "recipes" / "poems" / "requirements.lock").write_text("./none.whl --hash=sha256:" + "0" * 64)

    code, output = told("install", "poems")

    assert (code, "Error: poems could not be made: " in output) == (3, True)
    assert told("rm", "poems")[0] == 2
    assert "'prose' is not one of" in told("install", "prose")[1]


def test_a_job_that_needs_one_makes_it_and_is_told_of_its_size_first(home: Path) -> None:
    job = Told()

    FirstUse(home)("poems", cast(Conduct, job))

    assert "poems: about 1 MB to download, 40 MB on the disk, in" in job[0]["log"]
    assert {each.get("stage") for each in job[1:]} == {"environment"}
    assert told("list")[1].endswith("40 MB  installed\n")


def test_where_it_cannot_be_made_the_job_names_the_command(home: Path) -> None:
    (home.parent / "recipes" / "poems" / "requirements.lock").write_text("./none.whl --hash=sha256:" + "0" * 64)

    with pytest.raises(EnvironmentNotMade) as refused:
        FirstUse(home)("poems", cast(Conduct, Told()))

    document = refused.value.document()
    assert document["environment"] == "poems"
    assert "Run `workbench environments install poems`" in document["detail"]
    with pytest.raises(EnvironmentNotMade, match="none of that name"):
        FirstUse(home)("prose", cast(Conduct, Told()))

"""Environments apart are made whole, once, of what their recipe says; real virtual environments, no package index."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from workbench.converter.environments import making
from workbench.converter.environments.making import NotMade, is_current, make
from workbench.converter.environments.recipes import RECIPES, Recipe
from workbench.runner.environments import interpreter_of

QUIET = lambda _done, _what: None  # noqa: E731


@pytest.fixture
def recipe(whole: None, tmp_path: Path) -> Recipe:
    """One that needs no package."""
    folder = tmp_path / "recipes" / "poems"
    folder.mkdir(parents=True)
    (folder / "requirements.lock").write_text("")
    (folder / "convert.py").write_text("print('converts')\n")
    return Recipe("poems", "poems", 1, 40, folder=tmp_path / "recipes")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home" / "environments"


def visible(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.suffix != ".lock")


def test_it_is_told_with_its_size_first_made_whole_and_runs(recipe: Recipe, place: Path) -> None:
    told: list[tuple[float, str]] = []

    folder = make(recipe, place, lambda done, what: told.append((done, what)))
    said = subprocess.run([interpreter_of(folder), folder / "convert.py"], capture_output=True, text=True, check=True)

    assert said.stdout == "converts\n"
    assert told[0] == (0.0, "poems: about 1 MB to download, 40 MB on the disk")
    assert (visible(place), is_current(recipe, folder)) == (["poems"], True)
    assert folder.stat().st_mode & 0o005 == 0o005  # a core that is another user reads it


def test_it_is_made_once_and_again_when_its_recipe_is_another(recipe: Recipe, place: Path) -> None:
    first = make(recipe, place, QUIET)
    marked = first / "made-once"
    marked.touch()
    make(recipe, place, QUIET)
    assert marked.exists()

    (recipe.folder / "poems" / "convert.py").write_text("print('otherwise')\n")

    assert not is_current(recipe, first)
    assert (make(recipe, place, QUIET) / "convert.py").read_text() == "print('otherwise')\n"
    assert (marked.exists(), visible(place)) == (False, ["poems"])


def test_two_at_once_are_one(recipe: Recipe, place: Path) -> None:
    told: list[str] = []
    made: list[Path] = []

    def one() -> None:
        made.append(make(recipe, place, lambda _done, what: told.append(what)))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [place / "poems"] * 2
    assert told.count("poems: about 1 MB to download, 40 MB on the disk") == 1
    assert "poems: it is being made already" in told
    assert visible(place) == ["poems"]


def test_what_fails_leaves_nothing_and_says_why(recipe: Recipe, place: Path) -> None:
    recipe.lock.write_text("./nothing-there.whl --hash=sha256:" + "0" * 64)

    with pytest.raises(NotMade, match="nothing-there"):
        make(recipe, place, QUIET)

    assert visible(place) == []


def test_without_a_network_that_is_what_is_told(recipe: Recipe, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    recipe.lock.write_text("poem==1 --hash=sha256:" + "0" * 64)

    with pytest.raises(NotMade, match="the package index was not reached"):
        make(recipe, place, QUIET)

    assert visible(place) == []


def test_a_wrong_hash_is_refused(recipe: Recipe, place: Path, tmp_path: Path) -> None:
    (tmp_path / "poem-1-py3-none-any.whl").write_bytes(b"PK")
    recipe.lock.write_text(f"poem @ file://{tmp_path}/poem-1-py3-none-any.whl --hash=sha256:" + "0" * 64)

    with pytest.raises(NotMade, match="(?i)hash|Got"):
        make(recipe, place, QUIET)

    assert visible(place) == []


def test_whoever_ends_it_by_what_is_told_ends_what_it_started(recipe: Recipe, place: Path) -> None:
    class Enough(Exception):
        """As a job that is cancelled."""

    def tell(_done: float, what: str) -> None:
        if " of about " in what:
            raise Enough

    with pytest.raises(Enough):
        make(recipe, place, tell)

    assert visible(place) == []
    make(recipe, place, QUIET)  # nobody holds its lock


def _make_slowly(recipe: Recipe, place: Path) -> None:
    make(recipe, place, lambda _done, _what: time.sleep(0.1))


def test_one_that_was_killed_is_made_by_the_next_who_asks(recipe: Recipe, place: Path) -> None:
    doomed = multiprocessing.get_context("fork").Process(target=_make_slowly, args=(recipe, place))
    doomed.start()
    while not list(place.glob(".poems-*")):
        time.sleep(0.01)
    assert doomed.pid is not None
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.join()

    folder = make(recipe, place, QUIET)

    assert interpreter_of(folder).exists()
    assert visible(place) == ["poems"]


def test_no_room_is_told_before_anything_is_made(recipe: Recipe, place: Path) -> None:
    large = Recipe("poems", "poems", 10**9, 1, folder=recipe.folder)

    with pytest.raises(NotMade, match="MB are free in"):
        make(large, place, QUIET)


def test_one_for_another_python_says_which(recipe: Recipe, place: Path) -> None:
    other = Recipe("poems", "poems", 1, 1, python=(3, 99), folder=recipe.folder)

    with pytest.raises(NotMade, match=r"needs Python 3\.99"):
        make(other, place, QUIET)


def test_nothing_of_ours_is_given_to_what_is_started(
    recipe: Recipe, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_TOKEN", "secret")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror/simple")
    draft = place / "draft"
    draft.mkdir(parents=True)
    asked = ("PIP_INDEX_URL", "WORKBENCH_TOKEN")
    program = [sys.executable, "-c", f"import os, sys; sys.exit(' '.join({{*{asked}}} & {{*os.environ}}))"]

    with pytest.raises(NotMade) as said:
        making._run(program, recipe, draft, QUIET, 2)

    assert str(said.value) == "PIP_INDEX_URL"


def test_every_recipe_has_a_folder_a_lock_with_hashes_and_a_program() -> None:
    folders = {path.parent.name for path in RECIPES[0].folder.glob("*/requirements.lock")}

    assert {recipe.name for recipe in RECIPES} == folders
    for recipe in RECIPES:
        assert recipe.lock.read_text().count("--hash=") > recipe.lock.read_text().count("==")
        assert "convert.py" in [path.name for path in recipe.programs]

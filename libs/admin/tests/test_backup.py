"""Backup and restore as the how-to says, its own commands run on a workbench that goes on working meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from servers import postgres as postgres_server
from workbench.admin.check import check
from workbench.admin.gc import collect
from workbench.admin.installation import opened
from workbench.jobs import State
from workbench.webapp.settings import Settings

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "howto" / "backup-and-restore.md"
TEAM = "red"


def commands(name: str) -> str:
    found = re.findall(rf"^```sh {name}\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"the how-to has {len(found)} blocks called {name}"
    return found[0]


@dataclass(frozen=True)
class Operator:
    """Somebody with a shell, the how-to and an environment."""

    settings: Settings
    backup: Path

    def follow(self, name: str) -> subprocess.CompletedProcess[str]:
        programs = postgres_server._programs()
        path = os.pathsep.join([str(Path(sys.executable).parent), str(programs or ""), os.environ["PATH"]])
        environment = {
            **os.environ,
            "PATH": path,
            "BACKUP": str(self.backup),
            "WORKBENCH_HOME": str(self.settings.home),
            "WORKBENCH_DATABASE_URL": self.settings.database_url,
            "DATABASE": self.settings.database_url.replace("+psycopg", ""),
        }
        return subprocess.run(
            ["bash", "-eu", "-c", commands(name)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def must(self, name: str) -> None:
        done = self.follow(name)
        assert done.returncode == 0, done.stderr

    @property
    def rows(self) -> str:
        return "postgres" if self.settings.database_url else "sqlite"

    def save_objects(self) -> None:
        self.must("manifests")
        self.must("objects")


@pytest.fixture
def operator(whole: None, settings: Settings, tmp_path: Path) -> Operator:
    (tmp_path / "backup").mkdir()
    return Operator(settings, tmp_path / "backup")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, operator: Operator, tmp_path: Path) -> Operator:
    """Another, empty installation of the same make."""
    url = request.getfixturevalue("postgres").fresh() if operator.settings.database_url else ""
    return replace(operator, settings=replace(operator.settings, home=tmp_path / "elsewhere", database_url=url))


@pytest.fixture
def busy(bench: Any) -> Iterator[Any]:
    """Jobs come and end all the time until the test does."""
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            bench.made(f"bytes {number}", fails=number % 5 == 0)

    worker = threading.Thread(target=work)
    worker.start()
    yield bench
    stop.set()
    worker.join(60)


def restored(operator: Operator) -> None:
    operator.must(f"restore-{operator.rows}")
    operator.must("restore-objects")


def finished(operator: Operator) -> int:
    """How many jobs have succeeded by now."""
    with opened(operator.settings) as place:
        return sum(row.state == State.SUCCEEDED for row in place.rows.all())


def test_what_was_saved_while_everybody_worked_is_whole_when_it_is_restored(
    operator: Operator, elsewhere: Operator, busy: Any
) -> None:
    until(lambda: finished(operator) >= 3)
    operator.must(operator.rows)
    before = finished(operator)
    until(lambda: finished(operator) > before)  # results go on coming between the two halves
    operator.save_objects()

    restored(elsewhere)

    elsewhere.must("verify")
    with opened(elsewhere.settings) as place:
        succeeded = [row for row in place.rows.all() if row.state == State.SUCCEEDED]
        assert len(succeeded) >= 3
        assert not list(check(place, deep=True))
        assert sum(1 for _ in place.store.list("teams/red/manifests/")) > len(succeeded), "nothing came in between"


def test_results_that_come_between_any_two_steps_are_whole_or_not_in_the_backup(
    operator: Operator, elsewhere: Operator, bench: Any
) -> None:
    saved = bench.made("before the rows")
    operator.must(operator.rows)
    bench.made("before the manifests")
    operator.must("manifests")
    bench.made("before the other objects")
    operator.must("objects")

    restored(elsewhere)

    elsewhere.must("verify")
    with opened(elsewhere.settings) as place:
        assert [row.id for row in place.rows.all()] == [saved.id]
        assert sum(1 for _ in place.store.list("teams/red/manifests/")) == 2


def test_in_the_other_order_files_are_missing_and_check_names_them(
    operator: Operator, elsewhere: Operator, bench: Any
) -> None:
    bench.made("before")
    operator.save_objects()
    job = bench.made("in between")
    operator.must(operator.rows)

    restored(elsewhere)

    verified = elsewhere.follow("verify")
    assert verified.returncode == 1
    assert job.id in verified.stdout


def test_a_damaged_copy_is_found_before_any_service_starts(operator: Operator, elsewhere: Operator, bench: Any) -> None:
    job = bench.made("bytes")
    operator.must(operator.rows)
    operator.save_objects()
    blob = next((operator.backup / "store" / "teams" / "red" / "blobs" / "sha256").iterdir())
    blob.write_bytes(b"rotte")

    restored(elsewhere)

    verified = elsewhere.follow("verify")
    assert verified.returncode == 1
    assert job.id in verified.stdout


def test_jobs_go_on_where_they_were_and_collecting_garbage_takes_nothing(
    operator: Operator, elsewhere: Operator, bench: Any
) -> None:
    done, waiting = bench.made("done"), bench.submit("waiting")
    operator.must(operator.rows)
    operator.save_objects()
    restored(elsewhere)

    from workbench.webapp.connect import connect

    adapters = connect(elsewhere.settings, "here", migrates=True)
    there = replace(bench, adapters=adapters)
    claimed = there.claim()
    assert claimed is not None
    assert claimed.id == waiting.id
    there.execution.carry_out(claimed)

    assert there.jobs.get("thing", TEAM, waiting.id).state is State.SUCCEEDED
    assert there.jobs.get("thing", TEAM, done.id).manifest == done.manifest
    with opened(elsewhere.settings) as place:
        assert collect(place, 0).blobs == 0
        assert not list(check(place, deep=True))
    there.jobs.engine.dispose()


def test_unfinished_writes_are_not_copied(operator: Operator, bench: Any) -> None:
    bench.made("bytes")
    drafts = operator.settings.home / "store" / ".drafts"
    (drafts / "half").write_bytes(b"half")

    operator.save_objects()

    assert not list((operator.backup / "store").glob(".*"))
    assert (operator.backup / "store" / "teams").is_dir()


def test_the_guide_needs_no_tool_that_is_not_there() -> None:
    assert shutil.which("tar")
    assert "aws s3 sync" in GUIDE.read_text()

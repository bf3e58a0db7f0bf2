"""What a service's rows promise on either database: whole migrations, odd text, and an absence that is said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from eventually import until
from sqlalchemy import Engine, func, insert, inspect, select, text, update
from workbench.jobs import (
    Adapters,
    DatabaseAway,
    Jobs,
    Kind,
    Made,
    State,
    claim,
    postgres_engine,
    reading,
    sqlite_engine,
)
from workbench.jobs.migrate import configuration, migrate
from workbench.jobs.problems import IdempotencyConflict
from workbench.jobs.record import answering, stored
from workbench.jobs.record import engine as engines
from workbench.jobs.record.tables import jobs as table
from workbench.jobs.working import lease
from workbench.messages import InProcessMessages
from workbench.problems.common import InvalidRequest, NotFound, RunRefused
from workbench.store import File, FileStore, Manifest, Manifests

THING = Kind("thing", plan=lambda _job, _manifests: None, publish=lambda job, *_: Made("thing", dict(job.request)))
HOLDING = Kind("thing", plan=THING.plan, publish=THING.publish, needs=lambda request: [("model", request["model"])])
ODD = "a\0b \ud800 ü 🚀 '; drop table jobs; --"
KEPT = "ab ? ü 🚀 '; drop table jobs; --"
# Columns of the release before, whose code still runs while a new one is rolled out.
OLD_ROW = {
    "id": "old",
    "team": "a",
    "kind": "thing",
    "state": "queued",
    "request": '{"x": 1}',
    "created_at": 1.0,
    "seq": 1,
    "attempt": 0,
    "fence": 0,
    "cancel_requested": False,
    "holds": "[]",
}
HALF_WAY = """
import pathlib, time
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "own_0001", None, ("own",), None

def upgrade():
    op.create_table("own", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("insert into own (id) values (1)")
    pathlib.Path({marker!r}).touch()
    if pathlib.Path({hang!r}).exists():
        time.sleep(600)
"""
MIGRATE = """
import pathlib, sys
from workbench.jobs import postgres_engine, sqlite_engine
from workbench.jobs.migrate import migrate
where, own = sys.argv[1:3]
engine = postgres_engine(where, "a-b") if "://" in where else sqlite_engine(pathlib.Path(where))
migrate(engine, pathlib.Path(own) if own else None)
"""


@pytest.fixture
def jobs(adapters: Adapters) -> Jobs:
    return adapters.record("here")


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    return str(tmp_path / "x.sqlite") if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()


@pytest.fixture
def engine(where: str) -> Any:
    made = postgres_engine(where, "a-b") if "://" in where else sqlite_engine(Path(where))
    yield made
    made.dispose()


def migrating(where: str, own: Path | str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", MIGRATE, where, str(own)], start_new_session=True)


def upgraded_to(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text('create schema if not exists "wb_a_b"'))
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def record_on(engine: Engine, tmp_path: Path) -> Jobs:
    return Jobs(engine, InProcessMessages(), FileStore(tmp_path / "store"), "a-b")


# -- migrations -------------------------------------------------------------------------------------


def versions(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("select version_num from alembic_version")).scalars())


def test_a_migration_killed_half_way_leaves_nothing_and_the_next_one_finishes(
    where: str, engine: Engine, tmp_path: Path
) -> None:
    migrate(engine)
    before = versions(engine)
    own, marker, hang = tmp_path / "own", tmp_path / "half-way", tmp_path / "hang"
    own.mkdir()
    hang.touch()
    (own / "0001.py").write_text(HALF_WAY.format(marker=str(marker), hang=str(hang)))
    process = migrating(where, own)
    until(marker.exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)

    assert "own" not in inspect(engine).get_table_names()
    assert versions(engine) == before

    hang.unlink()
    process = migrating(where, own)
    assert process.wait(60) == 0
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from own")).scalar_one() == 1


def test_starts_that_race_to_migrate_all_succeed(where: str, engine: Engine) -> None:
    racing = [migrating(where) for _ in range(4)]

    assert [process.wait(60) for process in racing] == [0, 0, 0, 0]
    migrate(engine)
    assert {"jobs", "job_log", "outbox", "turns"} <= set(inspect(engine).get_table_names())


def test_jobs_of_the_release_before_go_on_after_the_migration(engine: Engine, tmp_path: Path) -> None:
    upgraded_to(engine, "jobs_0001")
    columns = ", ".join(OLD_ROW)
    add = text(f"insert into jobs ({columns}) values ({', '.join(':' + name for name in OLD_ROW)})")
    with engine.begin() as connection:
        connection.execute(add, OLD_ROW)
    migrate(engine)
    record = record_on(engine, tmp_path)

    job = claim(record, ["thing"], "new worker", 30)

    assert (job.id, job.request, job.request_id) == ("old", {"x": 1}, None)


@pytest.mark.parametrize(("said", "target"), [("npu", "npu"), ("local", ""), (None, "")])
def test_what_waited_before_the_migration_waits_for_its_target_after_it(
    engine: Engine, tmp_path: Path, said: str | None, target: str
) -> None:
    upgraded_to(engine, "jobs_0004")
    row = {**OLD_ROW, "request": json.dumps({"target": said})}
    with engine.begin() as connection:
        connection.execute(text(f"insert into jobs ({', '.join(row)}) values ({', '.join(':' + n for n in row)})"), row)
    migrate(engine)

    assert claim(record_on(engine, tmp_path), ["thing"], "new worker", 30).target == target


def test_the_release_before_can_still_submit_after_the_migration(engine: Engine, tmp_path: Path) -> None:
    migrate(engine)
    columns = ", ".join(OLD_ROW)
    add = text(f"insert into jobs ({columns}) values ({', '.join(':' + name for name in OLD_ROW)})")
    with engine.begin() as connection:
        connection.execute(add, OLD_ROW)

    assert claim(record_on(engine, tmp_path), ["thing"], "new worker", 30).id == "old"


def test_the_tables_are_what_the_migrations_make(engine: Engine) -> None:
    migrate(engine)
    made = inspect(engine)

    for made_table in table.metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in made.get_columns(made_table.name)}
        assert columns == {column.name: column.nullable for column in made_table.columns}
        indexes = {index["name"]: index["column_names"] for index in made.get_indexes(made_table.name)}
        assert indexes == {index.name: [column.name for column in index.columns] for index in made_table.indexes}


def test_each_service_has_its_rows_to_itself(adapters: Adapters) -> None:
    here, there = adapters.record("here"), adapters.record("there")
    job = here.submit(THING, "a", {})

    assert there.find(job.id) is None
    assert claim(there, ["thing"], "w", 30) is None


# -- text that databases refuse ---------------------------------------------------------------------


def test_odd_text_is_kept_as_far_as_it_can_be(jobs: Jobs) -> None:
    job = jobs.submit(THING, "a", {"text": ODD, "number": 2**80}, name=ODD)
    held = claim(jobs, ["thing"], "w", 30)
    lease.append_log(jobs, held, ODD)
    lease.report(jobs, held, {"stage": "x", "fraction": 0.5, "message": ODD}, ODD)
    lease.fail(jobs, held, RunRefused("Odd", ODD, {"file": ODD}))

    ended = jobs.find(job.id)

    assert ended.request == {"text": ODD, "number": 2**80}
    assert ended.name == KEPT
    assert ended.progress["message"] == ODD
    assert ODD in ended.error["detail"]
    assert jobs.log(ended, 0)[0] == KEPT


def test_numbers_that_json_has_not_are_kept_as_null(jobs: Jobs) -> None:
    job = jobs.submit(THING, "a", {"x": [float("nan"), {"y": float("inf")}, 1.5]})

    assert jobs.find(job.id).request == {"x": [None, {"y": None}, 1.5]}


@pytest.mark.parametrize("job_id", ["\0", "a\0b", "\ud800", "x" * 65, "x" * 100_000, ""])
def test_an_id_that_no_row_can_have_is_not_found(jobs: Jobs, job_id: str) -> None:
    assert jobs.find(job_id) is None
    with pytest.raises(NotFound):
        jobs.get("thing", "a", job_id)
    with pytest.raises(NotFound):
        jobs.cancel("thing", "a", job_id)
    with pytest.raises(InvalidRequest):
        jobs.submit(THING, "a", {}, job_id=job_id)


@pytest.mark.parametrize("key", ["\0", "k" * 201, "\udfff"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused_by_name(jobs: Jobs, key: str) -> None:
    with pytest.raises(InvalidRequest, match="Idempotency-Key"):
        jobs.submit(THING, "a", {}, idempotency_key=key)
    assert jobs.submit(THING, "a", {}, idempotency_key="k" * 200).state is State.QUEUED


@pytest.mark.parametrize("cursor", ["nonsense", "0x1.8p+1~\0", "0x1p+99999~a", "~", "0x1p+1~" + "x" * 65])
def test_a_cursor_that_is_not_ours_is_a_value_error(jobs: Jobs, cursor: str) -> None:
    with pytest.raises(ValueError, match="invalid"):
        jobs.list("thing", "a", cursor=cursor)


def test_a_log_is_read_from_any_character_on(jobs: Jobs) -> None:
    jobs.submit(THING, "a", {})
    job = claim(jobs, ["thing"], "w", 30)
    for piece in ("über", "", "🚀🚀", "end"):
        lease.append_log(jobs, job, piece)
    whole = "über🚀🚀end"

    assert [jobs.log(job, at) for at in range(len(whole) + 1)] == [
        (whole[at:], len(whole)) for at in range(len(whole) + 1)
    ]
    assert jobs.log(job, 10**30)[0] == ""
    lease.forget_log(jobs, job)
    assert jobs.log(job, 0) == ("", 0)


# -- submitting under race --------------------------------------------------------------------------


def test_racing_submissions_with_one_key_are_one_job_that_holds_once(adapters: Adapters, jobs: Jobs) -> None:
    manifests = Manifests(adapters.store, "a")
    manifests.write(Manifest("model", "m", "a", "").text())
    barrier = threading.Barrier(8)

    def submit(_number: int) -> str:
        barrier.wait()
        return jobs.submit(HOLDING, "a", {"model": "m"}, idempotency_key="k").id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(submit, range(8)))

    assert len(ids) == 1
    assert manifests.holders("m") == [f"thing-{ids.pop()}"]


def test_racing_submissions_of_one_id_are_one_job_that_keeps_its_hold(adapters: Adapters, jobs: Jobs) -> None:
    manifests = Manifests(adapters.store, "a")
    manifests.write(Manifest("model", "m", "a", "").text())
    barrier = threading.Barrier(8)

    def submit(_number: int) -> str:
        barrier.wait()
        return jobs.submit(HOLDING, "a", {"model": "m"}, job_id="one").id

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(submit, range(8))) == {"one"}
    assert manifests.holders("m") == ["thing-one"]


def test_racing_requests_under_one_key_leave_one_job_and_refuse_the_other(jobs: Jobs) -> None:
    barrier = threading.Barrier(8)

    def submit(number: int) -> str:
        barrier.wait()
        try:
            return jobs.submit(THING, "a", {"x": number % 2}, idempotency_key="k").id
        except IdempotencyConflict:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, range(8)))

    assert answers.count("refused") == 4
    assert len(set(answers)) == 2


def test_another_teams_or_kinds_id_cannot_be_taken(jobs: Jobs) -> None:
    jobs.submit(THING, "a", {}, job_id="mine")

    with pytest.raises(IdempotencyConflict):
        jobs.submit(THING, "b", {}, job_id="mine")
    with pytest.raises(IdempotencyConflict):
        jobs.submit(Kind("other", plan=THING.plan, publish=THING.publish), "a", {}, job_id="mine")


def test_writers_of_one_process_all_get_their_turn(jobs: Jobs) -> None:
    overtaken: list[int] = []

    def submit(number: int) -> None:
        before = len(overtaken)
        jobs.submit(THING, "a", {"number": number})
        overtaken.append(len(overtaken) - before)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(submit, range(300)))

    assert len(overtaken) == jobs.active() == 300
    assert max(overtaken) < 150, "eleven others come first, and what they submit next, not all that come later"


# -- away -------------------------------------------------------------------------------------------


def test_tables_that_are_not_there_yet_are_a_database_away(postgres: Any, tmp_path: Path) -> None:
    record = record_on(postgres_engine(postgres.fresh(), "a-b"), tmp_path)

    for ask in (lambda: record.find("x"), lambda: record.submit(THING, "a", {}), record.active):
        with pytest.raises(DatabaseAway) as refused:
            ask()
        assert refused.value.document()["retry_after_s"] == 5
    record.engine.dispose()


def test_a_database_that_nobody_serves_is_away_within_seconds_and_nothing_is_held(tmp_path: Path) -> None:
    record = record_on(postgres_engine("postgresql://nobody:secret@127.0.0.1:1/none", "a-b"), tmp_path)
    manifests = Manifests(record.store, "a")
    manifests.write(Manifest("model", "m", "a", "").text())
    began = time.monotonic()

    with pytest.raises(DatabaseAway) as refused:
        record.submit(HOLDING, "a", {"model": "m"})

    assert time.monotonic() - began < 10
    assert "secret" not in str(refused.value.document())
    assert manifests.holders("m") == []


def test_a_file_that_is_no_database_is_away(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").mkdir()

    with pytest.raises(DatabaseAway):
        record_on(sqlite_engine(tmp_path / "x.sqlite"), tmp_path).find("x")


def test_a_killed_server_is_away_and_what_it_accepted_is_there_when_it_is_back(postgres: Any, tmp_path: Path) -> None:
    engine = postgres_engine(postgres.fresh(), "a-b")
    migrate(engine)
    record = record_on(engine, tmp_path)
    accepted = [record.submit(THING, "a", {"number": number}).id for number in range(20)]
    postgres.kill()
    with pytest.raises(DatabaseAway):
        record.find(accepted[0])
    with pytest.raises(DatabaseAway):
        record.submit(THING, "a", {})
    postgres.start()

    assert {record.find(job_id).state for job_id in accepted} == {State.QUEUED}
    assert record.submit(THING, "a", {}).state is State.QUEUED
    engine.dispose()


@pytest.mark.parametrize(("rested_s", "failing"), [(0.0, 0), (3600.0, 1)])
def test_a_restart_costs_no_request_after_a_rest_and_one_without(
    postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rested_s: float, failing: int
) -> None:
    monkeypatch.setattr(engines, "RESTED_S", rested_s)
    engine = postgres_engine(postgres.fresh(), "a-b")
    migrate(engine)
    record = record_on(engine, tmp_path)
    for connection in [engine.connect() for _ in range(3)]:
        connection.close()
    postgres.kill()
    postgres.start()

    failed = 0
    for _ in range(6):
        try:
            record.find("x")
        except DatabaseAway:
            failed += 1

    assert failed == failing
    engine.dispose()


def test_a_server_that_stands_still_is_away_and_what_it_was_asked_is_not_lost(
    postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering.AnsweringConnection, "patience_s", 1.0)
    engine = postgres_engine(postgres.fresh(), "a-b")
    migrate(engine)
    record = record_on(engine, tmp_path)
    accepted = record.submit(THING, "a", {})

    postgres.pause()
    try:
        for ask in (lambda: record.find(accepted.id), lambda: record.submit(THING, "a", {})):
            began = time.monotonic()
            with pytest.raises(DatabaseAway):
                ask()
            assert time.monotonic() - began < 15, "it waited for somebody who does not answer"
    finally:
        postgres.resume()

    found = record.find(accepted.id)
    assert found is not None
    assert found.state is State.QUEUED
    engine.dispose()


def test_whoever_asks_a_server_that_has_stood_still_for_a_while_is_told_soon_however_many_they_are(
    postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "SILENT_S", 0.5)
    monkeypatch.setattr(answering, "HASTE_S", 0.5)
    monkeypatch.setattr(answering.AnsweringConnection, "patience_s", 8.0)
    engine = postgres_engine(postgres.fresh(), "a-b")
    migrate(engine)
    record = record_on(engine, tmp_path)
    record.find("x")

    def ask(_number: int) -> float:
        began = time.monotonic()
        with pytest.raises(DatabaseAway):
            record.find("x")
        return time.monotonic() - began

    postgres.pause()
    try:
        with ThreadPoolExecutor(80) as clients:
            first = [clients.submit(ask, number) for number in range(20)]
            time.sleep(1.0)
            later = list(clients.map(ask, range(50)))
            assert max(later) < 4, later
            assert all(each.result(30) < 20 for each in first)
    finally:
        postgres.resume()

    assert record.find("x") is None
    assert not answering.AnsweringConnection.silence.lasts
    engine.dispose()


def test_a_migration_may_take_longer_than_a_request(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering.AnsweringConnection, "patience_s", 0.5)
    engine = postgres_engine(postgres.fresh(), "a-b")
    migrate(engine)
    with engine.begin() as other:
        other.execute(text("select pg_advisory_xact_lock(hashtext(current_setting('search_path')))"))
        waiting = threading.Thread(target=migrate, args=(engine,))
        waiting.start()
        waiting.join(1.5)
        assert waiting.is_alive()
    waiting.join(20)
    assert not waiting.is_alive()
    engine.dispose()


def test_a_pool_with_no_connection_left_is_a_database_away(
    postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "POOL_TIMEOUT_S", 0.2)
    engine = postgres_engine(postgres.fresh(), "a-b")
    migrate(engine)
    record = record_on(engine, tmp_path)
    taken = [engine.connect() for _ in range(engines.POOL_SIZE + engines.POOL_OVERFLOW)]

    with pytest.raises(DatabaseAway):
        record.find("x")
    for connection in taken:
        connection.close()
    assert record.find("x") is None
    engine.dispose()


def test_a_refusal_of_the_database_is_not_an_absence(jobs: Jobs) -> None:
    row = {
        "id": "twice",
        "team": "a",
        "kind": "thing",
        "state": "queued",
        "request": {},
        "created_at": 1.0,
        "seq": 1,
        "attempt": 0,
        "fence": 0,
        "cancel_requested": False,
        "holds": [],
    }
    with pytest.raises(Exception, match=r"(?i)unique"), jobs.engine.begin() as connection:
        connection.execute(insert(table), [row, row])


def test_readers_do_not_wait_for_a_writer(jobs: Jobs) -> None:
    jobs.submit(THING, "a", {})
    with jobs.engine.begin() as writer:
        writer.execute(text("update jobs set name = 'being written'"))
        began = time.monotonic()
        with reading(jobs.engine).connect() as reader:
            assert reader.execute(select(func.count()).select_from(table)).scalar_one() == 1
        assert jobs.list("thing", "a").items[0].name is None

    assert time.monotonic() - began < 15, "they would have waited for half a minute"


def test_a_new_teams_first_job_ends_after_all_is_counted_again_and_counts_once(adapters: Adapters) -> None:
    engine = adapters.record("here").engine

    def end() -> None:
        with engine.begin() as connection:
            stored.keep(connection, "red", "one", {"a": 500})

    with ThreadPoolExecutor(1) as threads:
        with engine.begin() as connection:
            stored.recount(connection)
            ended = threads.submit(end)
            with pytest.raises(TimeoutError):
                ended.result(0.5)
            assert stored.recount(connection) == {}
        ended.result(30)
    with engine.begin() as connection:
        assert stored.recount(connection) == {"red": (500, 0)}, "a row nothing made is forgotten"


def test_a_job_that_is_deleted_while_all_is_counted_again_for_the_first_time_counts_nothing(adapters: Adapters) -> None:
    record = adapters.record("here")
    record.index(
        "thing", Manifest("thing", "made", "red", "2026-11-28T00:00:00Z", (File("a.bin", "a" * 64, 500),)), None
    )
    with record.engine.begin() as connection:  # as an earlier release left it: made here, and counted nowhere
        connection.execute(update(table).values(fence=1))

    with ThreadPoolExecutor(1) as threads:
        with record.engine.begin() as connection:
            stored.recount(connection)
            gone = threads.submit(record.delete, "thing", "red", "made")
            with pytest.raises(TimeoutError):
                gone.result(0.5)
        gone.result(30)

    assert record.storage.used("red") == 0

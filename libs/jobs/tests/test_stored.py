"""What a team stores, counted in rows: once each content, exact however many count, given back once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select, update
from workbench.jobs import Jobs
from workbench.jobs.record import stored
from workbench.jobs.record.storage import Storage
from workbench.jobs.record.stored import NoRoomLeft
from workbench.jobs.record.tables import jobs as jobs_table
from workbench.jobs.record.tables import stored as stored_rows
from workbench.jobs.record.tables import usage
from workbench.messages import Message
from workbench.store import File, Manifest

MIB = 1 << 20


@pytest.fixture
def record(jobs: Jobs) -> Jobs:
    return jobs


@pytest.fixture
def engine(record: Jobs) -> Engine:
    return record.engine


@pytest.fixture
def keep(engine: Engine) -> Callable[..., None]:
    def kept(job: str, **files: int) -> None:
        with engine.begin() as connection:
            stored.keep(connection, "red", job, files)

    return kept


def used(engine: Engine, team: str = "red") -> int:
    with engine.connect() as connection:
        return connection.execute(select(usage.c.used_bytes).where(usage.c.team == team)).scalar() or 0


def test_the_same_bytes_twice_count_once_until_the_last_is_gone(engine: Engine, keep: Callable[..., None]) -> None:
    keep("one", a=500, b=7)
    keep("two", a=500)
    assert used(engine) == 507

    keep("one")
    assert used(engine) == 500
    keep("two")
    assert used(engine) == 0


def test_publishing_or_deleting_twice_counts_once(engine: Engine, keep: Callable[..., None]) -> None:
    for _ in range(2):
        keep("one", a=500)
    assert used(engine) == 500

    for _ in range(2):
        keep("one")
    assert used(engine) == 0


def test_what_an_upload_reserved_becomes_what_its_job_has_made(record: Jobs, keep: Callable[..., None]) -> None:
    record.storage.reserve("red", "job", 1000, limit_bytes=1000)
    assert record.storage.used("red") == 1000

    keep("job", a=30)
    assert record.storage.used("red") == 30


def test_a_second_part_that_is_counted_after_its_uploads_job_has_ended_counts_nothing(
    record: Jobs, keep: Callable[..., None]
) -> None:
    record.storage.reserve("red", "job", 1000, limit_bytes=0)
    record.storage.reserve_second("red", "job", "0", 100, limit_bytes=0)
    assert record.storage.used("red") == 1100
    keep("job", a=30)

    record.storage.reserve_second("red", "job", "0", 100, limit_bytes=0)  # by a request that was under way meanwhile

    assert record.storage.used("red") == 30


def test_a_reservation_grows_to_the_limit_and_not_a_byte_beyond(record: Jobs) -> None:
    record.storage.reserve("red", "u", 400, limit_bytes=1000)
    record.storage.reserve("red", "u", 1000, limit_bytes=1000)
    with pytest.raises(NoRoomLeft):
        record.storage.reserve("red", "u", 1001, limit_bytes=1000)
    with pytest.raises(NoRoomLeft):
        record.storage.reserve("red", "v", 1, limit_bytes=1000)
    record.storage.reserve("blue", "w", 1000, limit_bytes=1000)

    record.storage.reserve("red", "u", 10, limit_bytes=5)  # shrinking always may
    assert record.storage.used("red") == 10


def test_racing_reservations_share_what_there_is(engine: Engine, record: Jobs) -> None:
    """Each thread has a Storage of its own, as each process has."""

    def ask(number: int) -> bool:
        try:
            Storage(engine, record.store, "test").reserve("red", f"u{number}", 300, limit_bytes=1000)
        except NoRoomLeft:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(24))) == 3
    assert used(engine) == 900


def test_another_service_counts_once_it_has_told(record: Jobs, engine: Engine) -> None:
    record.storage.reserve("red", "u", 700, limit_bytes=0)
    other = Storage(engine, record.store, "dataset")
    converter = Storage(engine, record.store, "converter")
    assert converter.elsewhere("red") == 0

    other.publish(["red"])

    assert converter.elsewhere("red") == 0, "asked once a minute"
    assert converter.elsewhere("red", again=True) == 700


def test_news_is_told_once_a_minute_and_only_when_it_is_news(record: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(record.store, "put", lambda key, _data: told.append(key))
    record.storage.reserve("red", "u", 700, limit_bytes=0)

    record.storage.publish()
    record.storage.publish()
    record.storage.reserve("red", "u", 800, limit_bytes=0)
    record.storage.publish()
    assert len(told) == 1

    monkeypatch.setattr("workbench.jobs.record.storage.TOLD_S", -1.0)
    record.storage.publish()
    assert len(told) == 2


def test_of_two_processes_that_tell_at_once_the_newer_sum_stays(
    record: Jobs, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = record.store.put
    record.storage.reserve("red", "u", 700, limit_bytes=0)

    def put_late(key: str, data: bytes) -> None:
        monkeypatch.setattr(record.store, "put", put)
        record.storage.reserve("red", "u", 900, limit_bytes=0)
        Storage(engine, record.store, "dataset").publish(["red"])
        put(key, data)

    monkeypatch.setattr(record.store, "put", put_late)
    Storage(engine, record.store, "dataset").publish(["red"])

    assert Storage(engine, record.store, "converter").elsewhere("red") == 900


def test_counting_again_finds_the_same_and_mends_what_is_wrong(engine: Engine, record: Jobs) -> None:
    record.storage.reserve("red", "u", 700, limit_bytes=0)
    with engine.begin() as connection:
        stored._add(connection, "red", 5)
        assert stored.recount(connection) == {"red": (705, 700)}
        assert stored.recount(connection) == {"red": (700, 700)}


def test_what_is_deleted_at_another_service_counts_no_more(record: Jobs, keep: Callable[..., None]) -> None:
    keep("made-here", a=500)
    told = Message("model.deleted", "/model-registry", "made-here", "red", {})

    record.uncount(told)
    record.uncount(told)

    assert record.storage.used("red") == 0


def test_what_was_deleted_at_another_service_is_not_counted_again_either(record: Jobs, engine: Engine) -> None:
    files = (File("a.bin", "a" * 64, 500),)
    record.index("thing", Manifest("thing", "made-here", "red", "2026-11-28T00:00:00Z", files), None)
    with engine.begin() as connection:
        connection.execute(update(jobs_table).values(fence=1))  # as if a worker of ours had made it
        assert stored.recount(connection) == {"red": (0, 500)}

    record.uncount(Message("model.deleted", "/model-registry", "made-here", "red", {}))
    record.uncount(Message("model.deleted", "/model-registry", "never-ours", "red", {}))

    with engine.begin() as connection:
        assert stored.recount(connection) == {"red": (0, 0)}
    record.delete("thing", "red", "made-here")
    with engine.connect() as connection:
        assert connection.execute(select(stored_rows)).all() == []


def test_a_team_cannot_make_room_of_what_is_anothers(record: Jobs, keep: Callable[..., None]) -> None:
    keep("made-here", a=500)

    record.uncount(Message("model.deleted", "/model-registry", "made-here", "blue", {}))

    assert record.storage.used("red") == 500

"""A small chaos run; and what the counting would say if something had gone wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from workbench.store import Keys

from chaos import account
from chaos.installation import install
from chaos.run import disturb

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def after(every_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """An installation that has been through it."""
    it = install(tmp_path_factory.mktemp("chaos") / "it")
    try:
        account.watch(it)
        teams, kills = disturb(it, jobs=72, seed=5)
        yield SimpleNamespace(it=it, teams=teams, kills=kills, first=account.settle(it, teams, kills))
    finally:
        it.stop()


def settled(after: SimpleNamespace) -> account.Account:
    return account.settle(after.it, after.teams, after.kills)


def test_nothing_is_lost_doubled_or_written_by_who_lost_the_lease(after: SimpleNamespace) -> None:
    assert after.first.clean, account.explain(after.first)
    assert after.first.jobs == sum(len(team.accepted) for team in after.teams) == 72
    assert after.kills > 0


def test_a_job_whose_row_is_gone_would_count_as_lost(after: SimpleNamespace) -> None:
    with account.connect(after.it) as connection:
        connection.execute("create table wb_ticker.kept as select * from wb_ticker.jobs limit 1")
        connection.execute("delete from wb_ticker.jobs where id in (select id from wb_ticker.kept)")
        without = settled(after)
        connection.execute("insert into wb_ticker.jobs select * from wb_ticker.kept")

    assert without.lost == 1
    assert without.stale_writes == 1  # and its manifest belongs to nobody


def test_a_missing_or_foreign_manifest_would_be_noticed(after: SimpleNamespace) -> None:
    team, job_id = next((team.name, next(iter(team.accepted.values()))) for team in after.teams)
    store, keys = after.it.store(), Keys(team)
    text = store.get(keys.manifest("tick", job_id))

    store.put(keys.manifest("tick", job_id), text + b" ")
    assert settled(after).lost == 1
    store.delete(keys.manifest("tick", job_id))
    assert settled(after).lost == 1
    store.put(keys.manifest("tick", job_id), text)
    store.put(keys.manifest("tick", "nobody"), text)
    assert settled(after).stale_writes == 1
    store.delete(keys.manifest("tick", "nobody"))
    assert settled(after).clean


def test_a_second_row_for_the_same_request_would_count_as_doubled(after: SimpleNamespace) -> None:
    with account.connect(after.it) as connection:
        connection.execute("create table wb_ticker.twin as select * from wb_ticker.jobs limit 1")
        connection.execute("update wb_ticker.twin set id = 'twin', idempotency_key = null, manifest = null")
        connection.execute("insert into wb_ticker.jobs select * from wb_ticker.twin")
        assert settled(after).doubled == 1
        connection.execute("delete from wb_ticker.jobs where id = 'twin'")


def test_cores_that_ran_beside_a_measurement_would_be_noticed(after: SimpleNamespace) -> None:
    with account.connect(after.it) as connection:
        query = "select (request ->> 'number')::int from wb_ticker.jobs where request ->> 'how' = 'exclusive' limit 1"
        row = connection.execute(query).fetchone()
    assert row is not None, "the seed gave no exclusive job"
    (journal,) = [path for path in after.it.journal.iterdir() if path.name.startswith(f"{row[0]}-")][:1]
    intruder: Path = after.it.journal / "99999-0-0"
    intruder.write_text(journal.read_text())

    assert settled(after).overlaps >= 1
    intruder.unlink()


def test_a_write_under_an_old_fence_would_be_noticed(after: SimpleNamespace) -> None:
    with account.connect(after.it) as connection:
        for step in ("- 1", "+ 1"):
            one = "where id = (select min(id) from wb_ticker.jobs)"
            connection.execute(f"update wb_ticker.jobs set fence = fence {step} {one}")

    assert settled(after).stale_writes >= 1

"""What is collected and what never is: alone, at every line of a publication, and in a real race."""

from __future__ import annotations

import hashlib
import io
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from workbench.admin import gc
from workbench.admin.check import check
from workbench.admin.gc import NoRows, collect
from workbench.admin.installation import Installation
from workbench.admin.inventory import Unreadable
from workbench.admin.rows import Rows
from workbench.jobs import Job, State
from workbench.jobs.record.tables import usage
from workbench.jobs.working import lease, staging
from workbench.store import File, Keys, Manifest, Manifests
from workbench.webapp import upload_state

KEYS = Keys("red")
Aged = Callable[[str, float], None]


def blob_of(text: str, team: str = "red") -> str:
    return Keys(team).blob(hashlib.sha256(text.encode()).hexdigest())


def kept(place: Installation, prefix: str = "teams/") -> list[str]:
    """But for what services tell each other of their counts."""
    return [info.key for info in place.store.list(prefix) if "/usage/" not in info.key]


def tombstone_of(place: Installation, thing_id: str) -> str:
    """The key of the one that a deletion has written."""
    (info,) = place.store.list(KEYS.tombstone(thing_id))
    return info.key


def test_where_nothing_is_garbage_nothing_goes(place: Installation, bench: Any, aged: Aged) -> None:
    job = bench.made("bytes")
    aged(blob_of("bytes"), 30)
    before = kept(place)

    collected = collect(place)

    assert (collected.blobs, collected.staged, collected.uploads) == (0, 0, 0)
    assert kept(place) == before
    assert place.store.get(blob_of("bytes")) == b"bytes"
    assert job.state is State.SUCCEEDED


def test_a_blob_that_nothing_lists_goes_when_it_is_seven_days_old(place: Installation, bench: Any, aged: Aged) -> None:
    bench.made("old", fails=True)
    bench.made("young", fails=True)
    aged(blob_of("old"), 7.01)
    aged(blob_of("young"), 6.99)

    collected = collect(place)

    assert (collected.blobs, collected.blob_bytes) == (1, 3)
    assert not place.store.exists(blob_of("old"))
    assert place.store.exists(blob_of("young"))


def test_a_dry_run_says_the_same_and_removes_nothing(place: Installation, bench: Any, aged: Aged) -> None:
    bench.made("old", fails=True)
    place.store.put(KEYS.run("gone", 1, "a.bin"), b"staged")
    aged(blob_of("old"), 8)
    before = kept(place)

    would = collect(place, dry_run=True)

    assert kept(place) == before
    did = collect(place)
    assert replace(would, dry_run=False) == did
    assert (did.blobs, did.staged, did.staged_bytes) == (1, 1, 6)


def test_the_same_bytes_of_another_team_are_another_blob(place: Installation, bench: Any, aged: Aged) -> None:
    bench.made("shared", team="red", fails=True)
    bench.made("shared", team="blue")
    for team in ("red", "blue"):
        aged(blob_of("shared", team), 8)

    collect(place)

    assert not place.store.exists(blob_of("shared", "red"))
    assert place.store.exists(blob_of("shared", "blue"))


def test_a_blob_of_two_things_stays_until_both_are_deleted(place: Installation, bench: Any, aged: Aged) -> None:
    jobs = [bench.made("shared"), bench.made("shared")]
    bench.long_ago()
    aged(blob_of("shared"), 30)

    for job, stays in zip(jobs, (True, False), strict=True):
        assert Manifests(place.store, "red").bury(job.id) == []
        aged(tombstone_of(place, job.id), 8)
        collect(place)
        assert place.store.exists(blob_of("shared")) is stays


def test_what_was_deleted_lately_keeps_its_files_and_its_manifest_stays_for_ever(
    place: Installation, bench: Any, aged: Aged
) -> None:
    job = bench.made("bytes")
    aged(blob_of("bytes"), 30)
    bench.long_ago()
    Manifests(place.store, "red").bury(job.id)

    collect(place)
    assert place.store.exists(blob_of("bytes"))

    aged(tombstone_of(place, job.id), 8)
    collect(place)
    assert not place.store.exists(blob_of("bytes"))
    assert Manifests(place.store, "red").get("thing", job.id).files[0].size_bytes == 5


def test_a_tombstone_that_a_holder_makes_withdraw_never_counts(place: Installation, bench: Any, aged: Aged) -> None:
    """Killed between writing it and taking it back, a deletion leaves a tombstone on a thing that is held."""
    job = bench.made("bytes")
    Manifests(place.store, "red").hold("thing", job.id, "project-1")
    place.store.put(KEYS.tombstone(job.id, "deleter"), b"")
    aged(KEYS.tombstone(job.id, "deleter"), 30)
    aged(blob_of("bytes"), 30)

    assert collect(place).blobs == 0


def test_even_at_age_zero_a_tombstone_must_have_settled(place: Installation, bench: Any, aged: Aged) -> None:
    job = bench.made("bytes")
    bench.long_ago()
    Manifests(place.store, "red").bury(job.id)

    assert collect(place, 0).blobs == 0

    aged(tombstone_of(place, job.id), 0.1)
    assert collect(place, 0).blobs == 1


# -- at every line of a publication -------------------------------------------------------------------


def test_a_blob_collected_before_its_manifest_is_accepted_is_put_back(place: Installation, bench: Any) -> None:
    bench.made("bytes", fails=True)
    collected = []

    def meanwhile(_conductor: Any) -> None:
        collected.append(collect(place, 0).blobs)
        assert not place.store.exists(blob_of("bytes"))

    job = replace(bench, meanwhile=meanwhile).made("bytes")

    assert collected == [1]
    assert job.state is State.SUCCEEDED
    assert place.store.get(blob_of("bytes")) == b"bytes"
    assert not list(check(place, deep=True))


def test_what_a_run_under_way_has_staged_is_never_collected(place: Installation, bench: Any) -> None:
    def meanwhile(conductor: Any) -> None:
        assert collect(place, 0).staged == 0
        assert place.store.exists(KEYS.run(conductor.job.id, conductor.job.fence, "a.bin"))

    assert replace(bench, meanwhile=meanwhile).made("bytes").state is State.SUCCEEDED
    assert kept(place, "teams/red/runs/") == []


def test_an_accepted_manifest_that_is_not_written_yet_counts(place: Installation, bench: Any) -> None:
    """The worker died right after the acceptance; whoever adopts the job finds the blob."""
    bench.submit("bytes")
    job = bench.claim()
    made = bench._conduct(_conductor(bench, job))
    manifest = Manifest("thing", job.id, "red", "", made.files)
    lease.accept_manifest(bench.jobs, job, manifest.text(), {"kind": "thing", "id": job.id})

    assert collect(place, 0).blobs == 0

    bench.execution.carry_out(job)
    assert bench.jobs.find(job.id).state is State.SUCCEEDED
    assert not list(check(place, deep=True))


def test_a_manifest_that_was_written_after_the_look_counts(
    place: Installation, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job succeeds between the pass over the store and the removal."""
    bench.made("bytes", fails=True)
    looked = gc._unlisted

    def look(*arguments: Any) -> Any:
        found = looked(*arguments)
        assert len(found) == 1
        assert bench.made("bytes").state is State.SUCCEEDED
        return found

    monkeypatch.setattr(gc, "_unlisted", look)

    assert collect(place, 0).blobs == 0
    assert not list(check(place, deep=True))


def test_a_job_of_another_service_counts_the_same(place: Installation, bench: Any) -> None:
    there = replace(bench, service="there")
    there.submit("bytes")
    job = there.claim()
    made = there._conduct(_conductor(there, job))
    manifest = Manifest("thing", job.id, "red", "", made.files)
    lease.accept_manifest(there.jobs, job, manifest.text(), {"kind": "thing", "id": job.id})

    assert collect(place, 0).blobs == 0


def test_an_adopted_job_puts_back_only_bytes_with_the_right_digest(place: Installation, bench: Any) -> None:
    """Another run of the job staged other bytes of the same length under the same name."""
    bench.submit("right")
    job = bench.claim()
    made = bench._conduct(_conductor(bench, job))
    place.store.put(KEYS.run(job.id, 0, "a.bin"), b"wrong")
    place.store.delete(blob_of("right"))

    staging.assure(place.store, job, made.files)

    assert place.store.get(blob_of("right")) == b"right"


def test_an_output_that_is_nowhere_is_a_fault_and_not_a_success(place: Installation, bench: Any) -> None:
    bench.submit("bytes")
    job = bench.claim()
    lost = File("a.bin", "ab" * 32, 5)
    manifest = Manifest("thing", job.id, "red", "", (lost,))
    lease.accept_manifest(bench.jobs, job, manifest.text(), {"kind": "thing", "id": job.id})

    with pytest.raises(staging.OutputLost, match=r"a\.bin"):
        staging.assure(place.store, job, [lost])
    bench.execution.carry_out(job)
    assert bench.jobs.find(job.id).state is not State.SUCCEEDED


def test_while_gc_removes_no_service_accepts_anything_and_not_for_long(place: Installation, bench: Any) -> None:
    bench.submit("bytes")
    job = bench.claim()
    accepted = threading.Event()

    def accept() -> None:
        lease.accept_manifest(bench.jobs, job, Manifest("thing", job.id, "red", "").text(), {})
        accepted.set()

    worker = threading.Thread(target=accept)
    with place.rows.standing_still():
        worker.start()
        assert not accepted.wait(0.3)
        assert bench.jobs.find(job.id).manifest is None, "reading goes on"
    assert accepted.wait(10)
    worker.join()


def test_many_blobs_go_in_short_moments_between_which_others_write(
    place: Installation, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "HOLD_S", 0.0)  # over when the first is gone, however quick the disk is
    monkeypatch.setattr(gc, "PAUSE_S", 0.01)
    for number in range(20):
        place.store.put(blob_of(str(number)), str(number).encode())
    moments = []
    standing_still = Rows.standing_still

    def counted(self: Rows) -> Any:
        moments.append(time.monotonic())
        return standing_still(self)

    monkeypatch.setattr(Rows, "standing_still", counted)

    assert collect(place, 0).blobs == 20
    assert len(moments) == 20
    assert kept(place, "teams/red/blobs/") == []


def _conductor(bench: Any, job: Job | None) -> Any:
    from workbench.jobs.working.conductor import Conductor

    assert job is not None
    return Conductor(bench.jobs, job, Manifests(bench.store, job.team))


# -- in a real race -----------------------------------------------------------------------------------


def test_identical_blobs_never_vanish_however_gc_and_workers_interleave(place: Installation, bench: Any) -> None:
    """Of every two jobs that make the same bytes one fails, so its blob is garbage, or the other one's file."""
    pairs, chance = int(os.environ.get("WORKBENCH_GC_RACES", "60")), random.Random(11)
    slow = replace(bench, meanwhile=lambda _conductor: time.sleep(chance.random() * 0.02))
    apart = range(pairs, pairs + 10)  # so far that there is time to collect between them
    for number in apart:
        slow.submit(f"bytes {number}", fails=True)
    for number in range(pairs):
        for fails in chance.sample((True, False), 2):
            slow.submit(f"bytes {number}", fails=fails)
    for number in apart:
        slow.submit(f"bytes {number}")
    stop = threading.Event()
    collected = []

    def work() -> None:
        while (job := slow.claim()) is not None:
            slow.execution.carry_out(job)

    def collect_all_the_time() -> None:
        while not stop.is_set():
            collected.append(collect(place, 0).blobs)

    with ThreadPoolExecutor(5) as threads:
        collector = threads.submit(collect_all_the_time)
        workers = [threads.submit(work) for _ in range(4)]
        for worker in workers:
            worker.result(240)
        stop.set()
        collector.result(60)

    assert not list(check(place, deep=True))
    succeeded = [row for row in place.rows.all() if row.state == State.SUCCEEDED]
    assert len(succeeded) == pairs + len(apart)
    for row in succeeded:
        assert hashlib.sha256(place.store.get(KEYS.blob(Manifest.parse(row.manifest).files[0].sha256)))
    assert sum(collected), "nothing was collected meanwhile: no race"
    collect(place, 0)
    assert len(kept(place, "teams/red/blobs/")) == pairs + len(apart)
    assert kept(place, "teams/red/runs/") == []


# -- stagings and uploads -----------------------------------------------------------------------------


def test_what_a_killed_worker_has_staged_goes_once_its_job_has_ended(place: Installation, bench: Any) -> None:
    job = bench.submit("bytes")
    place.store.put(KEYS.run(job.id, 7, "deep/a.bin"), b"staged")

    assert collect(place).staged == 0, "queued again: the next worker may need it"

    bench.jobs.cancel("thing", "red", job.id)
    assert collect(place).staged == 1
    assert kept(place, "teams/red/runs/") == []


def test_an_id_that_another_team_has_under_way_protects_nothing(place: Installation, bench: Any) -> None:
    job = bench.submit("bytes", team="blue")
    place.store.put(KEYS.run(job.id, 1, "a.bin"), b"staged")

    assert collect(place).staged == 1


def test_an_upload_goes_when_nobody_can_complete_it_any_more(place: Installation, bench: Any, aged: Aged) -> None:
    for name, days in (("young", 6.9), ("old", 7.1)):
        key = KEYS.upload(name, "whole/0.md5")
        place.store.put(key, b"bytes")
        aged(key, days)

    assert collect(place, 0).uploads == 1
    assert kept(place, "teams/red/uploads/") == [KEYS.upload("young", "whole/0.md5")]


def test_parts_that_were_never_completed_go_too(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [{"name": "big.onnx", "size_bytes": 20 << 20, "sha256": None}]
    upload = upload_state.begin(place.store, "red", "model", files, {}, "declared-upload")
    place.store.put_part(upload.key(0), upload.files[0].token, 1, io.BytesIO(b"part"))
    monkeypatch.setattr(gc, "LIFETIME_S", 0)
    time.sleep(0.01)

    assert collect(place, 0).uploads == 1
    assert kept(place) == []
    assert list(place.store.open_uploads("teams/")) == []


def test_the_upload_of_a_job_that_waits_stays_however_old(place: Installation, bench: Any, aged: Aged) -> None:
    job = bench.submit("bytes")
    key = KEYS.upload(job.id, "a.onnx")
    place.store.put(key, b"bytes")
    aged(key, 100)

    assert collect(place).uploads == 0
    assert place.store.exists(key)


def test_what_a_job_holds_that_never_came_to_be_can_be_deleted_again(
    place: Installation, bench: Any, aged: Aged
) -> None:
    """Its API was killed between the hold and the row, or the row is younger than the backup."""
    thing = bench.made("bytes")
    manifests = Manifests(place.store, "red")
    manifests.hold("thing", thing.id, "thing-lost")
    assert collect(place).holds == 0, "perhaps its row is about to come"

    aged(KEYS.reference(thing.id, "thing-lost"), 0.1)
    assert collect(place).holds == 1
    assert manifests.bury(thing.id) == []


def test_what_a_waiting_job_or_a_project_holds_stays_held(place: Installation, bench: Any, aged: Aged) -> None:
    thing, waiting = bench.made("bytes"), bench.submit("other")
    for holder in (f"thing-{waiting.id}", "project-1", "something-else", "thing"):
        Manifests(place.store, "red").hold("thing", thing.id, holder)
        aged(KEYS.reference(thing.id, holder), 30)

    assert collect(place).holds == 0
    assert sorted(Manifests(place.store, "red").holders(thing.id)) == [
        "project-1",
        "something-else",
        "thing",
        f"thing-{waiting.id}",
    ]


def test_a_hold_that_is_taken_again_is_young_again(place: Installation, bench: Any, aged: Aged) -> None:
    thing = bench.made("bytes")
    for _ in range(2):
        Manifests(place.store, "red").hold("thing", thing.id, "thing-lost")
        assert collect(place).holds == 0
        aged(KEYS.reference(thing.id, "thing-lost"), 30)


# -- where it refuses ---------------------------------------------------------------------------------


def test_without_rows_nothing_is_known_to_be_garbage(place: Installation, aged: Aged) -> None:
    place.store.put(blob_of("bytes"), b"bytes")
    aged(blob_of("bytes"), 30)

    with pytest.raises(NoRows):
        collect(Installation(place.store, Rows({}), place.home))
    assert place.store.exists(blob_of("bytes"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"kind": "thing"}',
        Manifest("thing", "other", "red", "").text(),
        Manifest("thing", "m", "blue", "").text(),
    ],
)
def test_a_manifest_that_cannot_be_read_may_list_anything_so_its_teams_blobs_stay(
    place: Installation, aged: Aged, text: str
) -> None:
    key = KEYS.manifest("thing", "m")
    place.store.put(key, text.encode())
    place.store.put(blob_of("bytes"), b"bytes")
    aged(blob_of("bytes"), 30)

    with pytest.raises(Unreadable, match=key):
        collect(place)
    assert place.store.exists(blob_of("bytes"))


def old(path: Path) -> Path:
    os.utime(path, (0, 0))
    return path


def test_what_killed_processes_left_is_told_by_check_and_removed_by_gc(place: Installation) -> None:
    """In every folder that anybody writes to."""
    spool, run = place.home / "tmp", place.home / "work" / "here" / "gone"
    drafts, begun = place.home / "store" / ".drafts", place.home / "store" / ".parts" / "half"
    for folder in (spool, run, begun):
        folder.mkdir(parents=True)
    for name in ("old", "young"):
        (spool / name).write_bytes(b"x")
        (drafts / name).write_bytes(b"x")
    for path in (spool / "old", drafts / "old", run, begun):
        old(path)

    found = [finding.what for finding in check(place)]
    assert found == ["store", str(spool / "old"), str(run)]
    assert collect(place, dry_run=True).leftovers == 4
    assert collect(place).leftovers == 4

    assert not any(path.exists() for path in (spool / "old", drafts / "old", run, begun))
    assert (spool / "young").exists()
    assert (drafts / "young").exists()
    assert list(check(place)) == []


def test_gc_counts_again_what_every_service_stores(place: Installation, bench: Any) -> None:
    job = bench.made("some bytes")
    engine = place.rows.engines["here"]
    with engine.begin() as connection:
        right = connection.execute(select(usage.c.used_bytes).where(usage.c.team == job.team)).scalar_one()
        connection.execute(update(usage).values(used_bytes=right + 1000))

    (found,) = collect(place).counted

    assert (found.was_bytes - found.is_bytes, found.is_bytes) == (1000, right)
    assert right == len("some bytes")
    assert collect(place).counted == []

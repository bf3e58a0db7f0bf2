"""What the consistency check finds, names and leaves alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from workbench.admin.check import Finding, check
from workbench.admin.installation import Installation
from workbench.admin.rows import Rows
from workbench.jobs import State
from workbench.jobs.working import lease
from workbench.store import Keys, Manifest, Manifests

KEYS = Keys("red")


def blob_of(text: str) -> str:
    return KEYS.blob(hashlib.sha256(text.encode()).hexdigest())


def only(findings: Any) -> Finding:
    found = list(findings)
    assert len(found) == 1, found
    return found[0]


def test_where_all_is_well_nothing_is_found_and_nothing_changes(place: Installation, bench: Any) -> None:
    for text in ("one", "two", "one"):
        bench.made(text)
    bench.made("fails", fails=True)
    bench.submit("waits")
    before = [(info.key, info.modified_at) for info in place.store.list("")]

    assert list(check(place, deep=True)) == []
    assert [(info.key, info.modified_at) for info in place.store.list("")] == before


def test_a_missing_blob_is_named_with_the_thing_that_lists_it(place: Installation, bench: Any) -> None:
    job = bench.made("bytes")
    place.store.delete(blob_of("bytes"))

    found = only(check(place))

    assert found.team == "red"
    assert found.what == f"thing {job.id}"
    assert found.detail == f"a.bin: {blob_of('bytes')} is missing"


def test_a_blob_cut_short_is_found_by_its_size(place: Installation, bench: Any) -> None:
    bench.made("bytes")
    place.store.put(blob_of("bytes"), b"byt")

    assert "has 3 bytes instead of 5" in only(check(place)).detail


def test_rotten_bytes_of_the_right_size_are_found_by_looking_deep(place: Installation, bench: Any) -> None:
    bench.made("bytes")
    place.store.put(blob_of("bytes"), b"rotte")

    assert list(check(place)) == []
    assert hashlib.sha256(b"rotte").hexdigest() in only(check(place, deep=True)).detail


def test_a_blob_that_two_things_list_is_reported_for_both(place: Installation, bench: Any) -> None:
    jobs = [bench.made("bytes"), bench.made("bytes")]
    place.store.put(blob_of("bytes"), b"rotte")

    assert {found.what for found in check(place, deep=True)} == {f"thing {job.id}" for job in jobs}


def test_a_row_whose_manifest_is_missing_is_named(place: Installation, bench: Any) -> None:
    job = bench.made("bytes")
    place.store.delete(KEYS.manifest("thing", job.id))

    found = only(check(place))

    assert found.what == f"here thing {job.id}"
    assert KEYS.manifest("thing", job.id) in found.detail


def test_rows_of_every_service_are_looked_at(place: Installation, bench: Any) -> None:
    job = replace(bench, service="there").made("bytes")
    place.store.delete(KEYS.manifest("thing", job.id))

    assert only(check(place)).what == f"there thing {job.id}"


def test_a_manifest_that_says_another_thing_than_its_row_is_found(place: Installation, bench: Any) -> None:
    job = bench.made("bytes")
    place.store.put(KEYS.manifest("thing", job.id), Manifest("thing", job.id, "red", "").text().encode())

    assert "another one" in only(check(place)).detail


def test_a_row_with_another_teams_manifest_is_found(place: Installation, bench: Any) -> None:
    bench.submit("bytes")
    job = bench.claim()
    foreign = Manifest("thing", job.id, "blue", "").text()
    lease.accept_manifest(bench.jobs, job, foreign, {"kind": "thing", "id": job.id})
    place.store.put(Keys("blue").manifest("thing", job.id), foreign.encode())
    lease.succeed(bench.jobs, job)

    assert "of team blue" in only(check(place)).detail


@pytest.mark.parametrize("text", ["", "{", "[]", "null", Manifest("thing", "other", "red", "").text()])
def test_a_manifest_that_is_none_is_named_by_its_key(place: Installation, text: str) -> None:
    key = KEYS.manifest("thing", "m")
    place.store.put(key, text.encode())

    found = only(check(place))

    assert found.what == key
    assert "cannot be read" in found.detail


def test_a_deleted_thing_needs_no_files(place: Installation, bench: Any) -> None:
    job = bench.made("bytes")
    Manifests(place.store, "red").bury(job.id)
    place.store.delete(blob_of("bytes"))

    assert list(check(place, deep=True)) == []


def test_an_accepted_manifest_that_is_about_to_be_written_is_no_finding(place: Installation, bench: Any) -> None:
    bench.submit("bytes")
    job = bench.claim()
    manifest = Manifest("thing", job.id, "red", "").text()
    lease.accept_manifest(bench.jobs, job, manifest, {"kind": "thing", "id": job.id})

    assert list(check(place)) == []


def test_a_job_that_waits_for_an_upload_that_is_gone_is_named_with_what_to_do(place: Installation, bench: Any) -> None:
    key = KEYS.upload("u", "a.onnx")
    place.store.put(key, b"bytes")
    job = bench.submit("bytes", files=[{"name": "a.onnx", "key": key}])
    assert list(check(place)) == []

    place.store.delete(key)

    found = only(check(place))
    assert found.what == f"here thing {job.id}"
    assert "upload them again" in found.detail
    bench.jobs.cancel("thing", "red", job.id)
    assert list(check(place)) == []


def test_without_any_rows_it_says_so(place: Installation) -> None:
    assert "no service has rows" in only(check(Installation(place.store, Rows({}), place.home))).detail


def test_more_rows_than_a_page_are_all_looked_at(
    place: Installation, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.admin.rows._PAGE", 3)
    made = [bench.made(f"bytes {number}") for number in range(8)]
    for job in made:
        place.store.delete(KEYS.manifest("thing", job.id))

    assert len(list(check(place))) == 8


def test_it_can_run_while_everybody_works(place: Installation, bench: Any) -> None:
    """Between its pass over the store and its look at a blob, things come and jobs end."""
    seen: list[Finding] = []
    busy = replace(bench, meanwhile=lambda _conductor: seen.extend(check(place, deep=True)))

    for number in range(5):
        assert busy.made(f"bytes {number}").state is State.SUCCEEDED

    assert seen == []

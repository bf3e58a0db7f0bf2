"""Manifests: the same bytes every time; and a thing that is held is never buried, under race."""

from __future__ import annotations

import json

import pytest
from workbench.problems.common import Deleted, NotFound
from workbench.store import File, FileStore, Keys, Manifest, Manifests

MODEL = Manifest(
    "model",
    "m1",
    "red",
    "2026-01-01T00:00:00Z",
    (File("model.xml", "a" * 64, 10), File("model.bin", "b" * 64, 20)),
    {"precision": "FP32", "inputs": [{"shape": [1, 3, -1, -1]}]},
    ("m0",),
)


@pytest.fixture
def manifests(store: FileStore) -> Manifests:
    made = Manifests(store, "red")
    made.write(MODEL.text())
    return made


def test_a_manifest_comes_back_equal(manifests: Manifests) -> None:
    assert manifests.get("model", "m1") == MODEL


def test_the_order_of_facts_changes_no_byte() -> None:
    one, other = ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1})

    assert Manifest("k", "i", "t", "now", facts=one).text() == Manifest("k", "i", "t", "now", facts=other).text()


def test_a_file_is_found_by_name_or_not_at_all() -> None:
    assert MODEL.file("model.bin").size_bytes == 20
    with pytest.raises(NotFound):
        MODEL.file("model.onnx")


@pytest.mark.parametrize(
    ("kind", "manifest_id"), [("model", "m2"), ("dataset", "m1"), ("model", "../x"), ("model", "")]
)
def test_what_is_not_there_is_not_found(manifests: Manifests, kind: str, manifest_id: str) -> None:
    with pytest.raises(NotFound):
        manifests.get(kind, manifest_id)


@pytest.mark.parametrize("text", [b"", b"{", b"not json", b"\xff\xfe"])
def test_a_damaged_manifest_is_not_found(manifests: Manifests, store: FileStore, text: bytes) -> None:
    store.put("teams/red/manifests/model/damaged.json", text)

    with pytest.raises(NotFound):
        manifests.get("model", "damaged")


def test_all_of_a_kind_come_by_id_and_from_one_team(manifests: Manifests, store: FileStore) -> None:
    for team, made in (("red", "m3"), ("red", "m2"), ("blue", "m4")):
        Manifests(store, team).write(Manifest("model", made, team, "now").text())

    assert [found.id for found in manifests.all("model")] == ["m1", "m2", "m3"]


def test_writing_twice_writes_the_same_bytes(manifests: Manifests, store: FileStore) -> None:
    before = store.get("teams/red/manifests/model/m1.json")
    manifests.write(MODEL.text())

    assert store.get("teams/red/manifests/model/m1.json") == before
    assert json.loads(before)["id"] == "m1"


def test_holding_what_is_not_there_leaves_no_reference(manifests: Manifests) -> None:
    with pytest.raises(NotFound):
        manifests.hold("model", "m2", "project-1")
    assert manifests.holders("m2") == []


def test_holding_twice_is_one_reference_and_releasing_twice_is_fine(manifests: Manifests) -> None:
    manifests.hold("model", "m1", "project-1")
    manifests.hold("model", "m1", "project-1")
    assert manifests.holders("m1") == ["project-1"]

    manifests.release("m1", "project-1")
    manifests.release("m1", "project-1")
    assert manifests.holders("m1") == []


def test_every_holder_is_named(manifests: Manifests) -> None:
    for holder in ("project-1", "job-2", "project-3"):
        manifests.hold("model", "m1", holder)

    assert sorted(manifests.bury("m1")) == ["job-2", "project-1", "project-3"]


def test_a_deleter_that_meets_a_holder_takes_back_no_other_deleters_tombstone(manifests: Manifests) -> None:
    """One deleter found nobody; before it has gone on, a holder comes, and a second deleter meets that one."""
    assert manifests.bury("m1") == []
    manifests.store.put(Keys(manifests.team).reference("m1", "late"), b"")

    assert manifests.bury("m1") == ["late"]

    assert manifests.buried("m1")
    with pytest.raises(Deleted):
        manifests.usable("model", "m1")


def test_burying_twice_is_fine(manifests: Manifests) -> None:
    assert manifests.bury("m1") == []
    assert manifests.bury("m1") == []
    with pytest.raises(Deleted):
        manifests.usable("model", "m1")

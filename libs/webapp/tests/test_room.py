"""What a team may store: counted, refused with what to do, and given back by deleting."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from flask import Flask
from flask.testing import FlaskClient
from workbench.dataset.app import create_app as dataset
from workbench.jobs import Adapters, embedded
from workbench.model_registry.app import create_app as model_registry
from workbench.profiler.app import create_app as profiler
from workbench.project.app import create_app as project
from workbench.store import File, FileStore, Keys, Manifest, Manifests
from workbench.webapp import room as rooms
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.room import Room, StorageLimit
from workbench.webapp.settings import load
from workbench.webapp.teams import write_team

MIB = 1 << 20
KEYS = Keys("red")


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "store")


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is measured anew."""
    monkeypatch.setattr(rooms, "CACHE_S", -1.0)


def thing(store: FileStore, name: str, data: bytes, team: str = "red") -> int:
    """A manifest of one file; returns the manifest's size in bytes."""
    digest = hashlib.sha256(data).hexdigest()
    store.put(Keys(team).blob(digest), data)
    text = Manifest("model", name, team, "", (File("a", digest, len(data)),)).text()
    Manifests(store, team).write(text)
    return len(text)


def limit(store: FileStore, limit_bytes: int | None, team: str = "red") -> None:
    write_team(store, team, limit_bytes)


# -- counting -----------------------------------------------------------------------------------------


def test_everything_of_the_team_counts_and_nothing_of_another(store: FileStore) -> None:
    limit(store, MIB)
    text = thing(store, "m", b"12345")
    thing(store, "m", bytes(1000), team="blue")
    store.put(KEYS.run("j", 1, "out.bin"), b"123")

    assert Room(store, 0).usage("red").used_bytes == 5 + text + 3


def test_the_same_bytes_twice_count_once(store: FileStore) -> None:
    limit(store, MIB)
    texts = thing(store, "one", bytes(5000)) + thing(store, "two", bytes(5000))

    assert Room(store, 0).usage("red").used_bytes == 5000 + texts


def test_a_declared_upload_counts_whole_before_it_has_arrived(store: FileStore) -> None:
    limit(store, MIB)
    state = json.dumps({"files": [{"size_bytes": 700}, {"size_bytes": 300}]})
    store.put(KEYS.upload("u", ".upload.json"), state.encode())
    store.put(KEYS.upload("u", "whole/0.md5"), bytes(700))

    assert Room(store, 0).usage("red").used_bytes == 1000


def test_an_upload_as_a_form_counts_what_has_arrived(store: FileStore) -> None:
    limit(store, MIB)
    store.put(KEYS.upload("u", "a.onnx"), bytes(700))

    assert Room(store, 0).usage("red").used_bytes == 700


def test_without_a_limit_nothing_is_measured(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "list", lambda _prefix: pytest.fail("it was measured"))

    Room(store, 0).require("red", 1 << 50)


@pytest.mark.parametrize(("own", "default", "counts"), [(None, 100, 100), (50, 100, 50), (0, 100, 0), (None, 0, 0)])
def test_a_teams_own_limit_goes_before_the_default_and_0_is_none(
    store: FileStore, own: int | None, default: int, counts: int
) -> None:
    limit(store, own)

    assert Room(store, default).usage("red").limit_bytes == counts


def test_a_team_that_nobody_made_has_the_default(store: FileStore) -> None:
    assert Room(store, 100).usage("local").limit_bytes == 100


# -- letting in ---------------------------------------------------------------------------------------


def test_what_fits_to_the_byte_is_let_in_and_a_byte_more_is_not(store: FileStore) -> None:
    limit(store, 1000)
    store.put(KEYS.run("j", 1, "a"), bytes(400))
    room = Room(store, 0)

    with pytest.raises(StorageLimit):
        room.require("red", 601)
    room.require("red", 600)


def test_what_was_let_in_counts_before_it_has_arrived(store: FileStore) -> None:
    limit(store, 1000)
    room = Room(store, 0)

    room.require("red", 600)
    assert room.usage("red").used_bytes == 600


def test_racing_requests_share_the_room_that_there_is(store: FileStore) -> None:
    """As declarations do: each is written down once it was let in, and counts then."""
    limit(store, 1000)
    room, barrier, lock = Room(store, 0), threading.Barrier(8), threading.Lock()
    let_in = []

    def ask(number: int) -> None:
        barrier.wait()
        with lock:
            try:
                room.require("red", 300)
            except StorageLimit:
                return
            state = json.dumps({"files": [{"size_bytes": 300}]})
            store.put(KEYS.upload(f"u{number}", ".upload.json"), state.encode())
            let_in.append(number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(8)))
    assert len(let_in) == 3


def test_who_is_at_the_limit_submits_nothing(store: FileStore) -> None:
    limit(store, 1000)
    store.put(KEYS.run("j", 1, "a"), bytes(1000))

    with pytest.raises(StorageLimit) as refusal:
        Room(store, 0).require("red")
    assert refusal.value.needed_bytes == 0
    assert "more" not in refusal.value.detail


def test_before_a_refusal_it_looks_once_more(store: FileStore) -> None:
    """Somebody has just made room; nobody waits a minute for that to be seen."""
    limit(store, 1000)
    store.put(KEYS.run("j", 1, "a"), bytes(900))
    room = Room(store, 0)
    assert room.usage("red").used_bytes == 900

    store.delete(KEYS.run("j", 1, "a"))

    room.require("red", 900)


def test_a_deleted_thing_makes_room_at_once_unless_another_lists_its_bytes(store: FileStore, fresh: None) -> None:
    limit(store, 1 << 40)
    texts = thing(store, "one", bytes(5000)) + thing(store, "two", bytes(5000)) + thing(store, "three", bytes(70))
    room = Room(store, 0)

    Manifests(store, "red").bury("three")
    assert room.usage("red").used_bytes == 5000 + texts
    Manifests(store, "red").bury("one")
    assert room.usage("red").used_bytes == 5000 + texts
    Manifests(store, "red").bury("two")
    assert room.usage("red").used_bytes == texts


def test_the_refusal_says_what_is_used_what_there_is_and_what_to_delete(store: FileStore) -> None:
    limit(store, 10 * MIB)
    store.put(KEYS.run("j", 1, "a"), bytes(9 * MIB))

    with pytest.raises(StorageLimit) as refusal:
        Room(store, 0).require("red", 2 * MIB)

    document = refusal.value.document()
    assert document["status"] == 507
    assert document["detail"] == "The team uses 9.0 MiB of 10.0 MiB; this needs 2.0 MiB more."
    assert "delete models, datasets or packages" in document["remedy"]
    assert (document["used_bytes"], document["limit_bytes"]) == (9 * MIB, 10 * MIB)


# -- over HTTP ----------------------------------------------------------------------------------------


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path)
    for role in ("viewer", "member"):
        write_token(made.store, role, Identity("red", role), "test")
    write_team(made.store, "red", MIB)
    yield made
    for service in ("dataset", "model-registry", "profiler", "project"):
        made.record(service).engine.dispose()


@pytest.fixture
def client(adapters: Adapters, tmp_path: Path) -> Callable[..., FlaskClient]:
    settings = load({"WORKBENCH_HOME": str(tmp_path)})

    def make(create: Callable[..., Flask], role: str = "member") -> FlaskClient:
        made = create(adapters, settings).test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {role}"
        return made

    return make


def fill(adapters: Adapters) -> None:
    adapters.store.put(KEYS.run("j", 1, "a"), bytes(MIB))


def upload(client: FlaskClient, size: int) -> Any:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="model.onnx"\r\n\r\n'
    body = head + bytes(size) + b"\r\n--x--\r\n"
    return client.post("/v1/models", data=body, content_type="multipart/form-data; boundary=x")


def test_a_form_that_is_too_much_is_refused_and_nothing_is_kept(client: Any, adapters: Adapters) -> None:
    models = client(model_registry)

    answer = upload(models, MIB)

    assert answer.status_code == 507
    assert answer.get_json(force=True)["type"] == "urn:workbench:problem:storage-limit"
    assert list(adapters.store.list("teams/")) == []
    assert upload(models, MIB // 2).status_code == 202


def test_a_declaration_that_is_too_much_is_refused(client: Any, adapters: Adapters) -> None:
    models = client(model_registry)

    def declare(*sizes: int) -> int:
        files = [{"name": f"{number}.bin", "size_bytes": size} for number, size in enumerate(sizes)]
        return int(models.post("/v1/models/uploads", json={"files": files}).status_code)

    assert declare(MIB // 2, MIB // 2, 1) == 507
    assert declare(MIB // 2, MIB // 4) == 201
    assert declare(MIB // 2) == 507, "what was declared counts"
    assert declare(MIB // 8) == 201


def test_an_upload_that_was_let_in_may_be_completed_when_the_team_is_full(client: Any, adapters: Adapters) -> None:
    models = client(model_registry)
    declared = models.post("/v1/models/uploads", json={"files": [{"name": "a.onnx", "size_bytes": 5}]})
    url = declared.get_json()["files"][0]["parts"][0]["url"]
    assert models.put(url, data=b"bytes", headers={"Authorization": ""}).status_code == 200
    fill(adapters)

    assert models.post(f"{declared.headers['Location']}/complete", json={}).status_code == 202


def test_a_full_team_submits_nothing_and_still_reads_cancels_and_deletes(client: Any, adapters: Adapters) -> None:
    datasets = client(dataset)
    body = {"count": 1, "width": 8, "height": 8}
    where = datasets.post("/v1/datasets/generations", json=body).headers["Location"]
    fill(adapters)
    datasets = client(dataset)

    assert datasets.post("/v1/datasets/generations", json=body).status_code == 507
    assert datasets.get(where).status_code == 200
    assert datasets.post(f"{where}/cancel").status_code == 200
    assert datasets.delete(where).status_code == 204


def test_looking_at_the_devices_is_reading_for_a_viewer_of_a_full_team(client: Any, adapters: Adapters) -> None:
    """The look at the devices is a job, but not one that anybody submits."""
    fill(adapters)
    record = adapters.record("profiler")
    targets = client(profiler, "viewer")

    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(targets.get, "/v1/targets")
        page = until(lambda: record.list("target", "red").items)
        record.cancel("target", "red", page[0].id)

    assert answer.result(30).get_json(force=True)["type"] == "urn:workbench:problem:run-failed"


def test_a_token_learns_for_whom_it_speaks_and_how_much_room_is_left(client: Any, adapters: Adapters) -> None:
    thing(adapters.store, "m", b"12345")

    answer = client(project, "viewer").get("/v1/identity").get_json()

    assert (answer["team"], answer["role"]) == ("red", "viewer")
    assert answer["storage"]["limit_bytes"] == MIB
    assert 5 < answer["storage"]["used_bytes"] < 1000


def test_without_a_limit_nothing_is_counted_for_whoami(client: Any, adapters: Adapters) -> None:
    write_token(adapters.store, "blue", Identity("blue", "admin"), "test")

    answer = client(project, "blue").get("/v1/identity").get_json()

    assert answer == {"team": "blue", "role": "admin", "storage": {"used_bytes": None, "limit_bytes": None}}

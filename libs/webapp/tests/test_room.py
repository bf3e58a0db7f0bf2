"""What a team may store: counted, refused with what to do, and given back by deleting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from flask import Flask
from flask.testing import FlaskClient
from fresh import embedded
from workbench.dataset.app import create_app as dataset
from workbench.jobs import Adapters, Jobs
from workbench.jobs.record.storage import Storage
from workbench.model_registry.app import create_app as model_registry
from workbench.profiler.app import create_app as profiler
from workbench.project.app import create_app as project
from workbench.store import Keys
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.room import Room, StorageLimit
from workbench.webapp.settings import load
from workbench.webapp.teams import write_team

MIB = 1 << 20
KEYS = Keys("red")
S3 = {"WORKBENCH_S3_ENDPOINT": "http://s3", "WORKBENCH_S3_ACCESS_KEY": "a", "WORKBENCH_S3_SECRET_KEY": "b"}


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Jobs]:
    made = embedded(tmp_path).record("model-registry")
    yield made
    made.engine.dispose()


def limit(record: Jobs, limit_bytes: int | None, team: str = "red") -> None:
    write_team(record.store, team, limit_bytes)


def fill(record: Jobs, size_bytes: int) -> None:
    record.storage.reserve("red", "other", size_bytes, limit_bytes=0)


# -- limits -------------------------------------------------------------------------------------------


def test_without_a_limit_nothing_is_too_much(record: Jobs) -> None:
    Room(record, 0).require("red", 1 << 50)
    Room(record, 0).reserve("red", "u", 1 << 50)


@pytest.mark.parametrize(("own", "default", "counts"), [(None, 100, 100), (50, 100, 50), (0, 100, 0), (None, 0, 0)])
def test_a_teams_own_limit_goes_before_the_default_and_0_is_none(
    record: Jobs, own: int | None, default: int, counts: int
) -> None:
    limit(record, own)

    assert Room(record, default).limit("red") == counts


def test_a_team_that_nobody_made_has_the_default(record: Jobs) -> None:
    assert Room(record, 100).limit("local") == 100


@pytest.mark.parametrize(
    ("given", "gib"),
    [
        ({}, 0),
        (S3, 500),
        (S3 | {"WORKBENCH_TEAM_STORAGE_GIB": "0"}, 0),
        ({"WORKBENCH_TEAM_STORAGE_GIB": "3"}, 3),
    ],
)
def test_a_shared_store_has_a_limit_unless_the_operator_says_otherwise(given: dict[str, str], gib: int) -> None:
    assert load(given).team_storage_bytes == gib << 30


# -- letting in ---------------------------------------------------------------------------------------


def test_what_fits_to_the_byte_is_let_in_and_a_byte_more_is_not(record: Jobs) -> None:
    limit(record, 1000)
    fill(record, 400)
    room = Room(record, 0)

    with pytest.raises(StorageLimit):
        room.reserve("red", "u", 601)
    room.reserve("red", "u", 600)
    assert sum(room.by_service("red").values()) == 1000


def test_who_is_at_the_limit_submits_nothing(record: Jobs) -> None:
    limit(record, 1000)
    fill(record, 1000)

    with pytest.raises(StorageLimit) as refusal:
        Room(record, 0).require("red")
    assert refusal.value.needed_bytes == 0
    assert "more" not in refusal.value.detail


def test_room_that_somebody_has_just_made_at_another_service_is_seen_before_a_refusal(record: Jobs) -> None:
    limit(record, 1000)
    datasets = Storage(record.engine, record.store, "dataset")
    record.store.put(KEYS.usage("dataset"), b'{"used_bytes": 900}')
    room = Room(record, 0)
    assert sum(room.by_service("red").values()) == 900

    datasets.release("red", "x")
    record.store.put(KEYS.usage("dataset"), b'{"used_bytes": 0}')

    room.reserve("red", "u", 900)


def test_no_question_lists_anything(record: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(record, 1000)
    monkeypatch.setattr(record.store, "list", lambda _prefix: pytest.fail("it listed"))
    room = Room(record, 0)

    room.require("red")
    room.reserve("red", "u", 10)
    assert sum(room.by_service("red").values()) == 10


def test_the_refusal_says_what_is_used_what_there_is_and_what_to_delete(record: Jobs) -> None:
    limit(record, 10 * MIB)
    fill(record, 9 * MIB)

    with pytest.raises(StorageLimit) as refusal:
        Room(record, 0).reserve("red", "u", 2 * MIB)

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
    made.close()


@pytest.fixture
def client(adapters: Adapters, tmp_path: Path) -> Callable[..., FlaskClient]:
    settings = load({"WORKBENCH_HOME": str(tmp_path)})

    def make(create: Callable[..., Flask], role: str = "member") -> FlaskClient:
        made = create(adapters, settings).test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {role}"
        return made

    return make


def fill_all(adapters: Adapters) -> None:
    for service in ("dataset", "model-registry", "profiler"):
        adapters.record(service).storage.reserve("red", "other", MIB, limit_bytes=0)


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
    fill_all(adapters)

    assert models.post(f"{declared.headers['Location']}/complete", json={}).status_code == 202


def test_a_full_team_submits_nothing_and_still_reads_cancels_and_deletes(client: Any, adapters: Adapters) -> None:
    datasets = client(dataset)
    body = {"count": 1, "width": 8, "height": 8}
    where = datasets.post("/v1/datasets/generations", json=body).headers["Location"]
    fill_all(adapters)
    datasets = client(dataset)

    assert datasets.post("/v1/datasets/generations", json=body).status_code == 507
    assert datasets.get(where).status_code == 200
    assert datasets.post(f"{where}/cancel").status_code == 200
    assert datasets.delete(where).status_code == 204


def test_looking_at_the_devices_is_reading_for_a_viewer_of_a_full_team(client: Any, adapters: Adapters) -> None:
    """The look at the devices is a job, but not one that anybody submits."""
    fill_all(adapters)
    record = adapters.record("profiler")
    targets = client(profiler, "viewer")

    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(targets.get, "/v1/targets")
        page = until(lambda: record.list("target", "red").items)
        record.cancel("target", "red", page[0].id)

    assert answer.result(30).get_json(force=True)["type"] == "urn:workbench:problem:run-failed"


def test_a_token_learns_for_whom_it_speaks_and_how_much_room_is_left(client: Any, adapters: Adapters) -> None:
    adapters.record("project").storage.reserve("red", "u", 5, limit_bytes=0)

    answer = client(project, "viewer").get("/v1/identity").get_json()

    assert (answer["team"], answer["role"]) == ("red", "viewer")
    assert answer["storage"]["limit_bytes"] == MIB
    assert answer["storage"]["used_bytes"] == 5


def test_what_each_service_counts_is_told_without_a_limit_too(client: Any, adapters: Adapters) -> None:
    write_token(adapters.store, "blue", Identity("blue", "admin"), "test")
    adapters.record("project").storage.reserve("blue", "u", 5, limit_bytes=0)
    adapters.store.put(Keys("blue").usage("dataset"), b'{"used_bytes": 900}')

    answer = client(project, "blue").get("/v1/identity").get_json()

    parts = [{"service": "dataset", "used_bytes": 900}, {"service": "project", "used_bytes": 5}]
    storage = {"used_bytes": 905, "limit_bytes": None, "parts": parts}
    assert answer == {"team": "blue", "role": "admin", "storage": storage}

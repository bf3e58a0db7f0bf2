"""Uploads in parts over a real app: what is accepted, what is refused by name, and that nothing is lost by it."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from fresh import embedded
from workbench.dataset.app import create_app as dataset
from workbench.jobs import Adapters
from workbench.model_registry.app import create_app as model_registry
from workbench.store import Store
from workbench.webapp import upload_links, upload_state
from workbench.webapp.abandoned import abandon, abandoned
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import Settings, load

MIB = 1 << 20
BIG = 20 * MIB + 5
DATA = random.Random(0).randbytes(BIG)


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Through the service itself; on S3 the parts go to the S3 server (see ``put``)."""
    made = embedded(tmp_path).store
    if request.param == "directory":
        return made
    s3 = pytest.importorskip("workbench.store.s3")
    server = request.getfixturevalue("seaweedfs")
    return s3.S3Store(
        endpoint=server.endpoint,
        bucket=server.bucket,
        access_key=server.access_key,
        secret_key=server.secret_key,
        region="us-east-1",
        prefix=f"{tmp_path.name}/",
    )


@pytest.fixture
def adapters(tmp_path: Path, store: Store) -> Iterator[Adapters]:
    made = replace(embedded(tmp_path), store=store)
    for token, team, role in (("a", "a", "member"), ("b", "b", "admin"), ("v", "a", "viewer")):
        write_token(store, f"token-{token}", Identity(team, role), token)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path), "WORKBENCH_UPLOAD_LIMIT_MIB": "64"})


@pytest.fixture
def app(adapters: Adapters, settings: Settings) -> Flask:
    return model_registry(adapters, settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return as_team(app, "a")


@pytest.fixture
def datasets(adapters: Adapters, settings: Settings) -> FlaskClient:
    """Of the same team, at the service of datasets."""
    return as_team(dataset(adapters, settings), "a")


def as_team(app: Flask, token: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer token-{token}"
    return client


def declared(client: FlaskClient, *files: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = client.post("/v1/models/uploads", json={"files": list(files), **options})
    assert answer.status_code == 201, answer.text
    return answer.json


def big(**more: Any) -> dict[str, Any]:
    return {"name": "model.onnx", "size_bytes": BIG, **more}


def put(client: FlaskClient, url: str, data: bytes, **headers: str) -> Any:
    """As anybody would: no token; to us, or to the S3 server where the URL says so."""
    if not url.startswith("/"):
        import httpx

        return httpx.put(url, content=data)
    client = client.application.test_client()
    return client.put(url, data=data, headers={name.replace("_", "-"): value for name, value in headers.items()})


def pieces(upload: dict[str, Any], place: int = 0, data: bytes = DATA) -> list[tuple[str, bytes]]:
    return [
        (part["url"], data[part["offset"] : part["offset"] + part["size_bytes"]])
        for part in upload["files"][place]["parts"]
    ]


def send_all(client: FlaskClient, upload: dict[str, Any], data: bytes = DATA) -> None:
    for url, piece in pieces(upload, data=data):
        assert put(client, url, piece).status_code == 200


def named(upload: dict[str, Any], data: bytes = DATA) -> dict[str, Any]:
    return {
        "files": [
            {
                "name": file["name"],
                "parts": [
                    {"number": part["number"], "md5": md5(data[part["offset"] : part["offset"] + part["size_bytes"]])}
                    for part in file["parts"]
                ],
            }
            for file in upload["files"]
        ]
    }


def complete(client: FlaskClient, upload: dict[str, Any], body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/v1/models/uploads/{upload['id']}/complete", json=named(upload) if body is None else body)


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def refused(answer: Any, status: int, words: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = json.loads(answer.text)
    assert words in document["detail"], document
    return document


def left(store: Store) -> list[str]:
    return [info.key for info in store.list("teams/")] + [key for key, _, _ in store.open_uploads("teams/")]


def declared_only(upload: dict[str, Any]) -> list[str]:
    """All that is kept of an upload of a model whose parts have not arrived."""
    return [f"teams/a/declared/model/{upload['id']}.json"]


def kept_file(store: Store, job: dict[str, Any], place: int = 0) -> bytes:
    return b"".join(store.read(job["request"]["files"][place]["key"]))


# -- from declaration to job ----------------------------------------------------------------------------


def test_a_file_in_parts_becomes_the_job_of_the_uploads_id(client: FlaskClient, store: Store) -> None:
    upload = declared(client, big(), name="my model")
    sizes = [part["size_bytes"] for part in upload["files"][0]["parts"]]
    assert sizes == [8 * MIB, 8 * MIB, 4 * MIB + 5]
    send_all(client, upload)

    answer = complete(client, upload)

    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/v1/models/{upload['id']}"
    assert (answer.json["id"], answer.json["state"], answer.json["name"]) == (upload["id"], "queued", "my model")
    assert kept_file(store, answer.json) == DATA


def test_parts_may_arrive_in_parallel_and_in_any_order(client: FlaskClient, store: Store) -> None:
    upload = declared(client, big())

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda piece: put(client, *piece), reversed(pieces(upload))))

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert kept_file(store, complete(client, upload).json) == DATA


def test_many_files_of_any_size_even_none_come_back_as_they_went(client: FlaskClient, store: Store) -> None:
    contents = {"a/empty": b"", "a/small": b"x", "b": bytes(8 * MIB), "c": bytes(8 * MIB + 1)}
    upload = declared(client, *({"name": name, "size_bytes": len(data)} for name, data in contents.items()))
    assert [len(file["parts"]) for file in upload["files"]] == [0, 1, 1, 2]
    for place, data in enumerate(contents.values()):
        for url, piece in pieces(upload, place, data):
            assert put(client, url, piece).status_code == 200

    job = complete(client, upload, {}).json

    assert {file["name"]: kept_file(store, job, n) for n, file in enumerate(job["request"]["files"])} == contents


def test_a_part_says_what_arrived(client: FlaskClient) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 3})

    answer = put(client, *pieces(upload, data=b"abc")[0])

    assert json.loads(answer.text) == {"number": 1, "size_bytes": 3, "md5": md5(b"abc")}
    assert answer.headers["ETag"] == f'"{md5(b"abc")}"'


def test_a_look_tells_what_has_arrived_with_urls_that_work(client: FlaskClient) -> None:
    upload = declared(client, big(), {"name": "small", "size_bytes": 2})
    put(client, *pieces(upload)[1])
    put(client, *pieces(upload, 1, b"ab")[0])

    again = client.get(f"/v1/models/uploads/{upload['id']}").json

    assert [[part["arrived"] for part in file["parts"]] for file in again["files"]] == [[False, True, False], [True]]
    assert again["files"][0]["parts"][1]["md5"] == md5(pieces(upload)[1][1])
    for n in (0, 2):
        assert put(client, *pieces(again)[n]).status_code == 200
    assert complete(client, again, {}).status_code == 202


def test_options_of_the_form_go_to_the_job(adapters: Adapters, settings: Settings) -> None:
    client = as_team(dataset(adapters, settings), "a")
    body = {"files": [{"name": "a/x.png", "size_bytes": 1}], "calibration_percent": 10, "format": "unannotated"}
    upload = client.post("/v1/datasets/uploads", json=body).json
    put(client, upload["files"][0]["parts"][0]["url"], b"x")

    job = client.post(f"/v1/datasets/uploads/{upload['id']}/complete", json={}).json

    assert (job["request"]["calibration_percent"], job["request"]["format"], job["name"]) == (10, "unannotated", "a")


def test_a_thousand_images_are_declared_quickly_and_in_one_object(client: FlaskClient, store: Store) -> None:
    files = [{"name": f"class/{n}.jpg", "size_bytes": 10_000} for n in range(1000)]
    began = time.monotonic()

    upload = declared(client, *files)

    assert time.monotonic() - began < 60
    assert left(store) == declared_only(upload)


# -- completing -----------------------------------------------------------------------------------------


def test_completing_twice_answers_with_the_same_job(client: FlaskClient) -> None:
    upload = declared(client, big())
    send_all(client, upload)

    first, second = complete(client, upload), complete(client, upload)

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json["id"] == second.json["id"]
    assert len(client.get("/v1/models").json["items"]) == 1


def test_completing_many_times_at_once_makes_one_job(app: Flask, client: FlaskClient, store: Store) -> None:
    upload = declared(client, big())
    send_all(client, upload)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: complete(as_team(app, "a"), upload), range(4)))

    assert [(answer.status_code, answer.json["id"]) for answer in answers] == [(202, upload["id"])] * 4
    assert kept_file(store, answers[0].json) == DATA


def test_a_completed_upload_is_named_as_the_job_it_is(client: FlaskClient) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 1})
    put(client, *pieces(upload, data=b"x")[0])
    complete(client, upload, {})

    refused(client.get(f"/v1/models/uploads/{upload['id']}"), 409, f"the job {upload['id']}")
    refused(client.delete(f"/v1/models/uploads/{upload['id']}"), 409, f"the job {upload['id']}")


def test_a_job_can_still_be_asked_for_by_completing_after_its_files_are_dropped(
    client: FlaskClient, store: Store
) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 1})
    put(client, *pieces(upload, data=b"x")[0])
    complete(client, upload, {})
    client.post(f"/v1/models/{upload['id']}/cancel")
    assert left(store) == []

    assert complete(client, upload, {}).json["state"] == "cancelled"


def _without_the_second(body: dict[str, Any]) -> None:
    del body["files"][0]["parts"][1]


def _in_wrong_order(body: dict[str, Any]) -> None:
    body["files"][0]["parts"].reverse()


def _with_a_wrong_md5(body: dict[str, Any]) -> None:
    body["files"][0]["parts"][1]["md5"] = "0" * 32


def _with_one_more(body: dict[str, Any]) -> None:
    body["files"][0]["parts"].append({"number": 4, "md5": "0" * 32})


def _without_the_file(body: dict[str, Any]) -> None:
    body["files"] = []


@pytest.mark.parametrize(
    ("spoil", "part", "words"),
    [
        (_without_the_second, 3, "model.onnx, part 3: part 2 was expected here"),
        (_in_wrong_order, 3, "model.onnx, part 3: part 1 was expected here"),
        (_with_a_wrong_md5, 2, "model.onnx, part 2: it arrived with MD5"),
        (_with_one_more, 4, "model.onnx, part 4: the file has 3 parts, 4 are named"),
        (_without_the_file, 1, "model.onnx, part 1: the file has 3 parts, 0 are named"),
    ],
)
def test_what_is_wrong_with_the_parts_named_is_said_and_the_upload_goes_on(
    client: FlaskClient, spoil: Callable[[dict[str, Any]], None], part: int, words: str
) -> None:
    upload = declared(client, big())
    send_all(client, upload)
    body = named(upload)
    spoil(body)

    document = refused(complete(client, upload, body), 422, words)

    assert (document["file"], document["part"]) == ("model.onnx", part)
    assert complete(client, upload).status_code == 202


def test_a_part_that_has_not_arrived_is_named_with_its_size(client: FlaskClient) -> None:
    upload = declared(client, big())
    for url, piece in pieces(upload)[:2]:
        put(client, url, piece)

    refused(complete(client, upload), 422, f"model.onnx, part 3: it has not arrived ({4 * MIB + 5} bytes")

    assert put(client, *pieces(upload)[2]).status_code == 200
    assert complete(client, upload).status_code == 202


def test_a_damaged_part_is_found_by_its_md5_and_may_be_sent_again(client: FlaskClient, store: Store) -> None:
    upload = declared(client, big(), {"name": "z", "size_bytes": 3})
    (url, piece), *others = pieces(upload)[1], pieces(upload)[0], pieces(upload)[2]
    for other in others:
        put(client, *other)
    put(client, url, b"\0" * len(piece))
    put(client, *pieces(upload, 1, b"abd")[0])
    body = named(upload)
    body["files"][1]["parts"][0]["md5"] = md5(b"abc")

    refused(complete(client, upload, body), 422, "model.onnx, part 2: it arrived with MD5")
    time.sleep(1.1)  # this S3 server keeps the time of a part in seconds, and the last part of a number counts
    put(client, url, piece)
    refused(complete(client, upload, body), 422, "z, part 1: it arrived with MD5")
    put(client, *pieces(upload, 1, b"abc")[0])

    job = complete(client, upload, body).json
    assert (kept_file(store, job), kept_file(store, job, 1)) == (DATA, b"abc")


@pytest.mark.parametrize("parts", [[{"number": 1}], [{"md5": "0" * 32}], [{"number": 1, "md5": "zz"}], 7])
def test_a_completion_that_fits_no_schema_is_refused(client: FlaskClient, parts: Any) -> None:
    upload = declared(client, {"name": "m", "size_bytes": 1})

    refused(complete(client, upload, {"files": [{"name": "m", "parts": parts}]}), 422, "parts")


def test_a_file_that_was_not_declared_and_one_named_twice_are_refused(client: FlaskClient) -> None:
    upload = declared(client, {"name": "m", "size_bytes": 1})

    refused(complete(client, upload, {"files": [{"name": "n", "parts": []}]}), 422, "not declared: n")
    refused(complete(client, upload, {"files": [{"name": "m", "parts": []}] * 2}), 422, "twice")


# -- putting a part -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_body_longer_or_shorter_than_declared_is_refused_and_nothing_kept(
    client: FlaskClient, store: Store, size: int
) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 3})

    document = refused(put(client, pieces(upload)[0][0], b"x" * size), 422, "m.onnx, part 1")

    assert f"Content-Length is {size}, 3 bytes were declared" in document["detail"]
    assert left(store) == declared_only(upload)


def test_a_part_without_a_length_is_refused(client: FlaskClient) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 3})
    anybody = client.application.test_client()

    url, chunked = pieces(upload)[0][0], {"Transfer-Encoding": "chunked"}
    answer = anybody.put(url, input_stream=io.BytesIO(b"abc"), headers=chunked)

    refused(answer, 411, "Content-Length is needed; this part has 3 bytes")


@pytest.mark.parametrize("store", ["directory"], indirect=True)  # a bucket's own server takes any length
def test_over_a_bad_line_a_part_counts_once_and_what_came_last_is_kept(client: FlaskClient, store: Store) -> None:
    upload = declared(client, big())
    (url, piece), *others = pieces(upload)

    def arrived() -> list[bool]:
        files = client.get(f"/v1/models/uploads/{upload['id']}").json["files"]
        return [bool(part["arrived"]) for part in files[0]["parts"]]

    assert [put(client, url, body).status_code for body in (piece[:1000], piece + b"z")] == [422, 422]
    assert not any(arrived())
    damaged = bytes([piece[0] ^ 255]) + piece[1:]
    assert [put(client, url, body).status_code for body in (damaged, piece, piece)] == [200, 200, 200]
    assert arrived() == [True, *[False] * len(others)]
    refused(complete(client, upload), 422, "part 2: it has not arrived")
    for other in others:
        assert put(client, *other).status_code == 200

    first, again = complete(client, upload), complete(client, upload)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["id"] == again.json["id"]
    assert put(client, url, damaged).status_code == 404
    assert kept_file(store, first.json) == DATA


def test_content_md5_is_checked_and_nothing_kept_of_another(client: FlaskClient, store: Store) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 3})
    url = pieces(upload)[0][0]
    right = base64.b64encode(hashlib.md5(b"abc", usedforsecurity=False).digest()).decode()

    refused(put(client, url, b"abd", Content_MD5=right), 422, f"Content-MD5 says {md5(b'abc')}")
    refused(put(client, url, b"abc", Content_MD5="abc"), 422, "base64")
    assert left(store) == declared_only(upload)
    assert put(client, url, b"abc", Content_MD5=right).status_code == 200


def test_a_body_that_breaks_off_leaves_nothing_of_itself(client: FlaskClient, store: Store) -> None:
    upload = declared(client, big(), {"name": "small", "size_bytes": 100})

    for place in (0, 1):
        part = upload["files"][place]["parts"][0]
        if part["url"].startswith("/"):
            anybody = client.application.test_client()
            answer = anybody.put(part["url"], input_stream=io.BytesIO(b"x" * 50), content_length=part["size_bytes"])
            assert answer.status_code in (400, 422), answer.text

    again = client.get(f"/v1/models/uploads/{upload['id']}").json
    assert not any(part["arrived"] for file in again["files"] for part in file["parts"])


def test_an_expired_url_is_refused_and_a_fresh_one_works(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 1})
    url = pieces(upload)[0][0]
    monkeypatch.setattr(upload_links, "LINK_S", -1)

    refused(put(client, url, b"x"), 403, "has expired")

    monkeypatch.undo()
    fresh = client.get(f"/v1/models/uploads/{upload['id']}").json
    assert put(client, pieces(fresh)[0][0], b"x").status_code == 200


def test_a_changed_byte_anywhere_in_the_signature_is_refused(client: FlaskClient, store: Store) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 1})
    start, _, signed = pieces(upload)[0][0].rpartition("/")

    for at in range(0, len(signed) - 1, 7):
        other = "A" if signed[at] != "A" else "B"
        refused(put(client, f"{start}/{signed[:at]}{other}{signed[at + 1 :]}", b"x"), 403, "not signed here")
    assert left(store) == declared_only(upload)


def test_a_url_of_one_upload_is_none_of_another(client: FlaskClient) -> None:
    first, second = (declared(client, {"name": "m", "size_bytes": 1}) for _ in range(2))

    url = pieces(first)[0][0].replace(first["id"], second["id"])

    refused(put(client, url, b"x"), 403, "not signed here for this upload")


def test_every_process_accepts_the_urls_of_every_other(adapters: Adapters, settings: Settings) -> None:
    apps = [model_registry(adapters, settings) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:  # none has made a key yet
        uploads = list(pool.map(lambda app: declared(as_team(app, "a"), {"name": "m", "size_bytes": 1}), apps))

    for app in apps:
        for upload in uploads:
            assert put(as_team(app, "a"), pieces(upload)[0][0], b"x").status_code == 200


def test_a_full_disk_is_said_and_the_upload_goes_on(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = declared(client, {"name": "m", "size_bytes": 1})

    def full(*_: Any) -> None:
        from workbench.store import NoRoom

        raise NoRoom(errno.ENOSPC, "no room")

    monkeypatch.setattr(type(store), "put_stream", full)
    refused(put(client, pieces(upload)[0][0], b"x"), 507, "no room")
    monkeypatch.undo()

    assert put(client, pieces(upload)[0][0], b"x").status_code == 200


def test_a_part_of_an_abandoned_upload_is_refused(client: FlaskClient, store: Store) -> None:
    upload = declared(client, big(), {"name": "z", "size_bytes": 1})
    send_all(client, upload)

    assert client.delete(f"/v1/models/uploads/{upload['id']}").status_code == 204

    assert left(store) == []
    assert put(client, *pieces(upload, 1, b"x")[0]).status_code == 404
    refused(complete(client, upload, {}), 404, upload["id"])


# -- declaring, and who may -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "Length must be between 1 and 100000"),
        ([{"name": "../x", "size_bytes": 1}], "plain relative path"),
        ([{"name": "a//b", "size_bytes": 1}], "plain relative path"),
        ([{"name": "a/", "size_bytes": 1}], "plain relative path"),
        ([{"name": "a", "size_bytes": 1}] * 2, "two files have the same name: a"),
        ([{"name": "a", "size_bytes": 1}, {"name": "a/b/c", "size_bytes": 1}], "'a' is a file and the folder of"),
        ([{"name": "a", "size_bytes": -1}], "size_bytes"),
        ([{"name": "a", "size_bytes": 1.5}], "size_bytes"),
        ([{"name": "a"}], "size_bytes: Missing"),
        ([{"name": "a", "size_bytes": 1, "sha256": "abc"}], "64 lower-case hex digits"),
        ([{"name": "a", "size_bytes": 1, "md5": "abc"}], "md5: Unknown field"),
        ([{"name": "a", "size_bytes": 0}], "every file is empty"),
        ([{"name": "a", "size_bytes": 10**30}], "size_bytes"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_when_it_is_declared(
    client: FlaskClient, store: Store, files: list[dict[str, Any]], words: str
) -> None:
    refused(client.post("/v1/models/uploads", json={"files": files}), 422, words)

    assert left(store) == []


def test_more_than_one_upload_may_hold_is_refused_with_both_sizes(client: FlaskClient) -> None:
    files = [{"name": name, "size_bytes": 40 * MIB} for name in ("a", "b")]

    document = refused(client.post("/v1/models/uploads", json={"files": files}), 413, str(80 * MIB))

    assert document["limit_bytes"] == 64 * MIB


def test_a_declaration_longer_than_memory_should_hold_is_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/models/uploads", data=b"[" * (33 * MIB), content_type="application/json")

    assert answer.status_code == 413


def test_a_viewer_may_not_upload(app: Flask, client: FlaskClient) -> None:
    upload = declared(client, {"name": "m", "size_bytes": 1})
    viewer = as_team(app, "v")

    refused(viewer.post("/v1/models/uploads", json={"files": [big()]}), 403, "member")
    refused(complete(viewer, upload, {}), 403, "member")
    refused(viewer.delete(f"/v1/models/uploads/{upload['id']}"), 403, "member")


def test_another_teams_upload_does_not_exist(app: Flask, client: FlaskClient) -> None:
    upload = declared(client, {"name": "m", "size_bytes": 1})
    other = as_team(app, "b")

    for answer in (
        other.get(f"/v1/models/uploads/{upload['id']}"),
        complete(other, upload, {}),
        other.delete(f"/v1/models/uploads/{upload['id']}"),
    ):
        refused(answer, 404, upload["id"])
    put(client, *pieces(upload, data=b"x")[0])
    assert complete(client, upload, {}).status_code == 202
    refused(complete(other, upload, {}), 404, upload["id"])


@pytest.mark.parametrize("id", ["4711", "../../identity", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_upload_is_not_found(client: FlaskClient, id: str) -> None:
    assert client.get(f"/v1/models/uploads/{id}").status_code == 404


def test_an_upload_of_another_resource_is_no_upload_of_this_ones_jobs(client: FlaskClient) -> None:
    anybody = client.application.test_client()

    assert anybody.get("/v1/models/uploads/00000000-0000-0000-0000-000000000000").status_code == 401


# -- what is kept is not believed -------------------------------------------------------------------------

HOSTILE_NAMES = (
    ".upload.json",
    "declared/model/x.json",
    "form/0",
    "joined/0",
    "teams/b/uploads/x",
    "…/.upload.json",
    "whole/0.d41d8cd98f00b204e9800998ecf8427e",
    "manifests/model/x.json",
)


def forged(store: Store, team: str, id: str, key: str) -> bytes:
    """What a member of team a would have us believe: that this upload is another team's."""
    document = {
        "team": team,
        "kind": "model",
        "id": id,
        "created_at": time.time(),
        "part_size_bytes": 8 << 20,
        "options": {"name": "mine", "files": [{"name": "x", "key": key, "sha256": None}]},
        "files": [{"name": "x", "size_bytes": 1, "sha256": None, "token": "", "key": key}],
    }
    return json.dumps(document).encode()


def test_a_form_whose_files_are_called_like_our_documents_reaches_nothing(
    app: Flask, client: FlaskClient, datasets: FlaskClient, store: Store
) -> None:
    theirs = as_team(app, "b").post("/v1/models/uploads", json={"files": [{"name": "m", "size_bytes": 1}]}).json
    document = forged(store, "b", theirs["id"], f"teams/b/uploads/{theirs['id']}/whole/0.x")
    files = [(io.BytesIO(document), name) for name in HOSTILE_NAMES]

    job = client.post("/v1/models", data={"files": files}).json

    refused(client.get(f"/v1/models/uploads/{job['id']}"), 409, job["id"])
    refused(datasets.get(f"/v1/datasets/uploads/{job['id']}"), 404, job["id"])
    refused(datasets.post(f"/v1/datasets/uploads/{job['id']}/complete", json={}), 404, job["id"])
    placed = [info.key for info in store.list(f"teams/a/uploads/{job['id']}/")]
    assert sorted(placed) == [f"teams/a/uploads/{job['id']}/form/{number}" for number in range(len(files))]
    assert client.post("/v1/models", data={"files": [(io.BytesIO(b"{}"), ".upload.json")]}).status_code == 202
    assert client.post("/v1/models/uploads", json={"files": [big()]}).status_code == 201


def test_of_what_an_earlier_release_has_kept_neither_team_nor_id_nor_keys_are_believed(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    """That release put a client's files where its own documents lay."""
    theirs = as_team(app, "b").post("/v1/models/uploads", json={"files": [{"name": "m", "size_bytes": 1}]}).json
    mine = "11111111-1111-1111-1111-111111111111"
    store.put(
        f"teams/a/uploads/{mine}/.upload.json",
        forged(store, "b", theirs["id"], f"teams/b/uploads/{theirs['id']}/whole/0.x"),
    )

    upload = client.get(f"/v1/models/uploads/{mine}").json
    put(client, upload["files"][0]["parts"][0]["url"], b"x")
    ended = client.post(f"/v1/models/uploads/{mine}/complete", json={})

    assert upload["id"] == mine
    assert [info.key for info in store.list("teams/b/")] == [f"teams/b/declared/model/{theirs['id']}.json"]
    assert "files" in refused(ended, 422, "Unknown field")["errors"]  # an option that nobody may declare


@pytest.mark.parametrize(
    "changes",
    [
        {"files": []},
        {"files": None},
        {"files": "x"},
        {"files": [{}]},
        {"part_size_bytes": 0},
        {"part_size_bytes": "8"},
        {"created_at": "now"},
        {"created_at": 1e300},
        {"created_at": None},
        {"options": []},
        {"options": None},
        *(
            {"files": [{"name": name, "size_bytes": 1, "sha256": None, "token": ""}]}
            for name in ("../../../../escaped.txt", "/etc/passwd", "a/../b", "", 5, None, "a\\b", "a\0b")
        ),
        *({"files": [{"name": "m", "size_bytes": size, "sha256": None, "token": ""}]} for size in (-1, "1", 1e9, True)),
    ],
)
@pytest.mark.parametrize("place", ["uploads/{id}/.upload.json", "declared/model/{id}.json"])
def test_what_is_kept_and_is_nothing_that_we_keep_is_no_upload(
    client: FlaskClient, store: Store, changes: dict[str, Any], place: str
) -> None:
    mine = "11111111-1111-1111-1111-111111111111"
    document = json.loads(forged(store, "a", mine, "x")) | {"options": {}} | changes
    store.put(f"teams/a/{place.format(id=mine)}", json.dumps(document).encode())

    refused(client.get(f"/v1/models/uploads/{mine}"), 404, mine)
    refused(client.post(f"/v1/models/uploads/{mine}/complete", json={}), 404, mine)


@pytest.mark.parametrize("content", [b"{}", b"[]", b"", b"null", b"[" * 100_000, b"\xff"])
def test_a_document_that_is_none_is_no_upload(client: FlaskClient, store: Store, content: bytes) -> None:
    mine = "11111111-1111-1111-1111-111111111111"
    store.put(f"teams/a/uploads/{mine}/.upload.json", content)

    refused(client.get(f"/v1/models/uploads/{mine}"), 404, mine)


def test_small_files_that_an_earlier_release_put_elsewhere_are_sent_again(client: FlaskClient, store: Store) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 3})
    store.put(f"teams/a/uploads/{upload['id']}/whole/0.{md5(b'abc')}", b"abc")

    again = client.get(f"/v1/models/uploads/{upload['id']}").json
    refused(complete(client, upload, {}), 422, "it has not arrived")
    put(client, again["files"][0]["parts"][0]["url"], b"abc")

    assert not again["files"][0]["parts"][0]["arrived"]
    assert kept_file(store, complete(client, upload, {}).json) == b"abc"


def test_an_upload_that_an_earlier_release_began_goes_on(client: FlaskClient, store: Store) -> None:
    upload = declared(client, {"name": "m.onnx", "size_bytes": 3})
    kept = json.loads(store.get(f"teams/a/declared/model/{upload['id']}.json"))
    store.delete(f"teams/a/declared/model/{upload['id']}.json")
    store.put(
        f"teams/a/uploads/{upload['id']}/.upload.json", json.dumps(kept | {"team": "a", "id": upload["id"]}).encode()
    )
    put(client, upload["files"][0]["parts"][0]["url"], b"abc")

    job = client.post(f"/v1/models/uploads/{upload['id']}/complete", json={}).json

    assert kept_file(store, job) == b"abc"
    assert not [key for key in left(store) if ".upload.json" in key]


def test_an_upload_of_models_is_none_of_datasets(client: FlaskClient, datasets: FlaskClient) -> None:
    upload = declared(client, {"name": "m", "size_bytes": 1})

    refused(datasets.get(f"/v1/datasets/uploads/{upload['id']}"), 404, upload["id"])
    refused(datasets.post(f"/v1/datasets/uploads/{upload['id']}/complete", json={}), 404, upload["id"])
    refused(datasets.delete(f"/v1/datasets/uploads/{upload['id']}"), 404, upload["id"])


# -- time -----------------------------------------------------------------------------------------------


def test_an_expired_upload_says_since_when(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_state, "LIFETIME_S", 0)
    upload = declared(client, {"name": "m", "size_bytes": 1})

    refused(client.get(f"/v1/models/uploads/{upload['id']}"), 410, "had to be completed by 20")
    refused(complete(client, upload, {}), 410, upload["id"])


def test_abandoned_uploads_are_found_and_removed_but_not_what_a_job_waits_for(
    client: FlaskClient, adapters: Adapters, store: Store
) -> None:
    forgotten = declared(client, big(), {"name": "z", "size_bytes": 1})
    put(client, *pieces(forgotten)[0])
    waiting = declared(client, {"name": "m", "size_bytes": 1})
    put(client, *pieces(waiting, data=b"x")[0])
    complete(client, waiting, {})
    record = adapters.record("model-registry")

    def needed(_team: str, job_id: str) -> bool:
        job = record.find(job_id)
        return job is not None and not job.state.ended

    assert list(abandoned(store, 3600, needed)) == []
    found = list(abandoned(store, -1, needed))
    assert [(team, id) for team, id, _ in found] == [("a", forgotten["id"])]
    for team, id, _ in found:
        abandon(store, team, id)
    assert not any(forgotten["id"] in key for key in left(store))
    assert kept_file(store, client.get(f"/v1/models/{waiting['id']}").json) == b"x"

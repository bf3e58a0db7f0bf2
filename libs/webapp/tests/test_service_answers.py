"""How every service answers: over real apps with the embedded adapters."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from workbench.converter.app import create_app as converter
from workbench.jobs import Adapters, claim
from workbench.jobs.working import lease
from workbench.model_registry.app import create_app as model_registry
from workbench.store import File, Keys, Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import Settings, WrongSetting, load

BODY = {"model_id": "m", "precision": "FP16"}


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path)
    for team, role in (("a", "admin"), ("b", "admin"), ("v", "viewer")):
        write_token(made.store, f"token-{team}", Identity("a" if team == "v" else team, role), team)
    digest, size = made.store.put_stream("x", io.BytesIO(b"0123456789"))
    made.store.copy("x", Keys("a").blob(digest))
    manifest = Manifest("model", "m", "a", "", (File("model.xml", digest, size),), {"format": "ir"})
    Manifests(made.store, "a").write(manifest.text())
    made.record("model-registry").index("model", manifest, "a model")
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path), "WORKBENCH_UPLOAD_LIMIT_MIB": "1"})


@pytest.fixture
def conversions(adapters: Adapters, settings: Settings) -> FlaskClient:
    return as_team(converter(adapters, settings).test_client(), "a")


@pytest.fixture
def models(adapters: Adapters, settings: Settings) -> FlaskClient:
    return as_team(model_registry(adapters, settings).test_client(), "a")


def as_team(client: FlaskClient, team: str) -> FlaskClient:
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer token-{team}"
    return client


def refused(answer, status: int, words: str) -> dict:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    document = answer.get_json(force=True)
    assert words in document["detail"], document
    assert document["type"].startswith("urn:workbench:problem:")
    return document


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer unknown", "Basic dG9rZW4tYQ=="])
def test_without_a_known_token_nothing_is_answered(conversions: FlaskClient, header: str) -> None:
    answer = conversions.get("/v1/conversions", headers={"Authorization": header})

    refused(answer, 401, "token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_page_from_elsewhere_may_not_ask(conversions: FlaskClient, headers: dict[str, str]) -> None:
    assert conversions.get("/v1/conversions", headers=headers).status_code == 403


def test_an_unknown_field_and_a_wrong_type_are_named(conversions: FlaskClient) -> None:
    refused(conversions.post("/v1/conversions", json={**BODY, "precison": "FP16"}), 422, "precison: Unknown field")
    refused(conversions.post("/v1/conversions", json={"model_id": 5}), 422, "model_id: Not a valid string")
    refused(conversions.post("/v1/conversions", json={"precision": "FP16"}), 422, "model_id: Missing")
    refused(conversions.post("/v1/conversions", json={**BODY, "precision": "INT4"}), 422, "precision")


def test_a_body_that_is_not_json_is_refused(conversions: FlaskClient) -> None:
    answer = conversions.post("/v1/conversions", data="{", content_type="application/json")

    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"


def test_an_unknown_path_and_method_are_problems_too(conversions: FlaskClient) -> None:
    refused(conversions.get("/v1/nothing"), 404, "")
    refused(conversions.put("/v1/conversions"), 405, "")


def test_a_viewer_may_look_but_not_submit(conversions: FlaskClient) -> None:
    viewer = as_team(conversions, "v")

    assert viewer.get("/v1/conversions").status_code == 200
    refused(viewer.post("/v1/conversions", json=BODY), 403, "member")


def test_a_submission_is_accepted_with_its_location(conversions: FlaskClient) -> None:
    answer = conversions.post("/v1/conversions", json=BODY)

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/conversions/{answer.json['id']}"
    assert conversions.get(answer.headers["Location"]).json["state"] == "queued"


def test_a_queued_job_says_what_it_waits_for_and_about_how_long(conversions: FlaskClient, adapters: Adapters) -> None:
    waiting = conversions.post("/v1/conversions", json=BODY).headers["Location"]
    view = conversions.get(waiting).json
    assert (view["waiting_for"], view["expected_wait_s"]) == ("a free worker", None)

    record = adapters.record("converter")
    done = claim(record, ["conversion"], "w", 30)
    time.sleep(0.3)
    lease.accept_manifest(record, done, Manifest("model", done.id, "a", "", (), {}).text(), {})
    ended = lease.succeed(record, done)
    took_s = ended.finished_at - ended.started_at
    first = conversions.post("/v1/conversions", json=BODY | {"precision": "FP32"}).headers["Location"]
    second = conversions.post("/v1/conversions", json=BODY | {"precision": "FP32", "name": "again"}).headers["Location"]

    assert took_s >= 0.3
    assert conversions.get(first).json["expected_wait_s"] == pytest.approx(took_s, abs=0.06)  # told in tenths
    view = conversions.get(second).json
    assert view["waiting_for"] == "a free worker; 1 queued before it"
    assert view["expected_wait_s"] == pytest.approx(2 * took_s, abs=0.06)


def test_the_same_idempotency_key_answers_with_the_same_job(conversions: FlaskClient) -> None:
    key = {"Idempotency-Key": "once"}
    first = conversions.post("/v1/conversions", json=BODY, headers=key).json["id"]

    assert conversions.post("/v1/conversions", json=BODY, headers=key).json["id"] == first
    refused(conversions.post("/v1/conversions", json={**BODY, "precision": "FP32"}, headers=key), 409, first)


def test_another_teams_id_does_not_exist(conversions: FlaskClient) -> None:
    job = conversions.post("/v1/conversions", json=BODY).json["id"]
    other = as_team(conversions, "b")

    for answer in (
        other.get(f"/v1/conversions/{job}"),
        other.post(f"/v1/conversions/{job}/cancel"),
        other.delete(f"/v1/conversions/{job}"),
        other.get(f"/v1/conversions/{job}/log"),
    ):
        refused(answer, 404, job)
    assert other.get("/v1/conversions").json["items"] == []
    refused(other.post("/v1/conversions", json=BODY), 404, "'m'")


def test_cancelling_what_has_ended_otherwise_is_refused(conversions: FlaskClient, adapters: Adapters) -> None:
    job = conversions.post("/v1/conversions", json=BODY).json["id"]
    record = adapters.record("converter")
    done = claim(record, ["conversion"], "w", 30)
    lease.accept_manifest(record, done, Manifest("model", done.id, "a", "", (), {}).text(), {})
    lease.succeed(record, done)

    refused(conversions.post(f"/v1/conversions/{job}/cancel"), 409, "already succeeded")


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/models/m", "/v1/models/m/files/model.xml", "/v1/models/openapi.json"]
)
def test_what_a_client_has_already_is_not_sent_again(models: FlaskClient, path: str) -> None:
    first = models.get(path)
    again = models.get(path, headers={"If-None-Match": first.headers["ETag"]})
    other = models.get(path, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (other.status_code, other.data) == (200, first.data)


def test_a_model_that_a_job_needs_cannot_be_deleted(conversions: FlaskClient, models: FlaskClient) -> None:
    job = conversions.post("/v1/conversions", json=BODY).json["id"]

    assert refused(models.delete("/v1/models/m"), 409, job)["holders"] == [f"conversion-{job}"]
    conversions.post(f"/v1/conversions/{job}/cancel")
    assert models.delete("/v1/models/m").status_code == 204
    refused(conversions.post("/v1/conversions", json=BODY), 410, "deleted")


def test_a_cursor_that_is_not_ours_is_refused(conversions: FlaskClient) -> None:
    refused(conversions.get("/v1/conversions?cursor=mine"), 422, "cursor")
    refused(conversions.get("/v1/conversions?limit=0"), 422, "limit")


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ({}, 200, b"0123456789"),
        ({"Range": "bytes=2-4"}, 206, b"234"),
        ({"Range": "bytes=-3"}, 206, b"789"),
        ({"Range": "bytes=8-"}, 206, b"89"),
        ({"Range": "bytes=2-4", "If-Range": '"another"'}, 200, b"0123456789"),
    ],
)
def test_a_download_honours_ranges(models: FlaskClient, asked: dict[str, str], status: int, body: bytes) -> None:
    answer = models.get("/v1/models/m/files/model.xml", headers=asked)

    assert (answer.status_code, answer.data) == (status, body)
    assert answer.headers["Content-Length"] == str(len(body))


def test_a_range_past_the_end_and_a_missing_file_are_refused(models: FlaskClient) -> None:
    refused(models.get("/v1/models/m/files/model.xml", headers={"Range": "bytes=10-"}), 416, "")
    refused(models.get("/v1/models/m/files/other.xml"), 404, "other.xml")


@pytest.mark.parametrize("name", ["../x.onnx", "/etc/passwd", "a//b.onnx", "a/./b"])
def test_a_file_name_that_is_not_a_plain_path_is_refused(models: FlaskClient, adapters: Adapters, name: str) -> None:
    answer = models.post("/v1/models", data={"files": (io.BytesIO(b"x"), name)})

    refused(answer, 422, "plain relative path")
    assert list(adapters.store.list("teams/a/uploads/")) == []


def test_an_empty_upload_two_files_of_one_name_and_other_fields_are_refused(models: FlaskClient) -> None:
    refused(models.post("/v1/models", data={"name": "x"}), 422, "at least one file")
    twice = [(io.BytesIO(b"x"), "m.onnx"), (io.BytesIO(b"y"), "m.onnx")]
    refused(models.post("/v1/models", data={"files": twice}), 422, "m.onnx")
    refused(models.post("/v1/models", data={"model": (io.BytesIO(b"x"), "m.onnx")}), 422, "files")


def test_an_upload_over_the_limit_is_refused_and_leaves_nothing(models: FlaskClient, adapters: Adapters) -> None:
    answer = models.post("/v1/models", data=bytes(2 << 20), content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 413
    assert list(adapters.store.list("teams/a/uploads/")) == []


@pytest.mark.parametrize(("name", "value"), [("PORT", "99999"), ("SLOTS", "0"), ("LEASE_S", "soon"), ("HOME", "")])
def test_a_wrong_setting_is_named_with_what_is_accepted(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"WORKBENCH_{name}.*give"):
        load({f"WORKBENCH_{name}": value})


def test_each_resource_describes_itself(conversions: FlaskClient, models: FlaskClient) -> None:
    for client, prefix in ((conversions, "/v1/conversions"), (models, "/v1/models")):
        paths = client.get(f"{prefix}/openapi.json").json["paths"]
        operations = [operation for path in paths.values() for verb, operation in path.items() if verb != "parameters"]
        assert operations
        assert all(operation.get("summary") for operation in operations)


def test_a_file_that_was_collected_with_its_deleted_thing_is_gone(models: FlaskClient, adapters: Adapters) -> None:
    for info in list(adapters.store.list("teams/a/blobs/")):
        adapters.store.delete(info.key)

    refused(models.get("/v1/models/m/files/model.xml"), 410, "model.xml has been deleted")
    refused(models.get("/v1/models/m/files/model.xml", headers={"Range": "bytes=2-3"}), 410, "deleted")

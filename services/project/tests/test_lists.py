"""Projects are found, renamed and deleted as jobs are."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from workbench.jobs import embedded
from workbench.project.app import create_app
from workbench.store import Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

TENSOR = {"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}
FACTS = {"format": "ir", "main_file": "model.xml", "precision": "FP32", "inputs": [TENSOR], "name": "net"}


@pytest.fixture
def api(tmp_path: Path) -> FlaskClient:
    adapters = embedded(tmp_path)
    write_token(adapters.store, "token", Identity("a", "member"), "test")
    for model in ("m-1", "m-2"):
        Manifests(adapters.store, "a").write(Manifest("model", model, "a", "", (), FACTS).text())
    client = create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path)})).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


def created(api: FlaskClient, name: str, model: str = "m-1", **headers: str) -> str:
    answer = api.post("/v1/projects", json={"name": name, "model_id": model}, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def names(api: FlaskClient, query: str = "") -> list[str]:
    return [each["name"] for each in api.get(f"/v1/projects?{query}").json["items"]]


def optimized(api: FlaskClient, project: str) -> str:
    answer = api.post(f"/v1/projects/{project}/optimizations", json={"task": "generic"})
    assert answer.status_code == 202, answer.text
    return str(answer.json["id"])


def test_projects_are_searched_narrowed_and_sorted(api: FlaskClient) -> None:
    for name, model in (("beta", "m-1"), ("Alpha", "m-2"), ("gamma", "m-1")):
        created(api, name, model)

    assert names(api) == ["gamma", "Alpha", "beta"]
    assert names(api, "sort=name") == ["Alpha", "beta", "gamma"]
    assert names(api, "search=ALP") == ["Alpha"]
    assert names(api, "of=m-1&sort=name") == ["beta", "gamma"]


def test_a_project_is_renamed_and_tagged_and_its_post_stays_the_same(api: FlaskClient) -> None:
    id = created(api, "before", **{"Idempotency-Key": "k"})

    changed = api.patch(f"/v1/projects/{id}", json={"name": "after", "tags": ["prod"]}).json

    assert (changed["name"], changed["tags"]) == ("after", ["prod"])
    assert names(api, "tag=PROD") == names(api, "search=aft") == ["after"]
    assert created(api, "before", **{"Idempotency-Key": "k"}) == id
    for other in ("after", "another"):
        body = {"name": other, "model_id": "m-1"}
        assert api.post("/v1/projects", json=body, headers={"Idempotency-Key": "k"}).status_code == 409
    assert api.patch(f"/v1/projects/{uuid.uuid4()}", json={"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "Give name, tags or both"),
        ({"name": ""}, "name"),
        ({"name": "a\0"}, "name"),
        ({"tags": ["a\nb"]}, "tags.0"),
        ({"tags": [" a"]}, "tags.0"),
        ({"tags": ["a", "A"]}, "tags"),
        ({"tags": ["x" * 33]}, "tags.0"),
        ({"tags": [str(number) for number in range(9)]}, "tags"),
        ({"tags": "a"}, "tags"),
        ({"tags": ["\u202ea"]}, "tags.0"),
        ({"state": "succeeded"}, "Unknown field; accepted are name, tags"),
    ],
)
def test_what_cannot_be_a_name_or_tag_is_refused_by_its_field(api: FlaskClient, body: Any, field: str) -> None:
    answer = api.patch(f"/v1/projects/{created(api, 'x')}", json=body)

    assert answer.status_code == 422
    assert field in answer.json["detail"]


@pytest.mark.parametrize(
    "query", ["sort=state", "limit=0", "limit=1e1", "cursor=n~x", "search=", "tag=%00", "serach=x"]
)
def test_what_a_list_does_not_know_is_refused_by_name(api: FlaskClient, query: str) -> None:
    answer = api.get(f"/v1/projects?{query}")

    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json["errors"] or query.partition("=")[0] in answer.json["detail"]


def test_several_are_deleted_and_of_each_it_is_told(api: FlaskClient) -> None:
    first, second, nobody = created(api, "one"), created(api, "two"), str(uuid.uuid4())
    optimized(api, second)

    answer = api.post("/v1/projects/deletions", json={"ids": [first, second, nobody, first]})

    assert answer.status_code == 200
    told = {each["id"]: (each["deleted"], (each["problem"] or {}).get("status")) for each in answer.json["items"]}
    assert told == {first: (True, None), second: (False, 409), nobody: (False, 404)}
    assert names(api) == ["two"]


def test_of_a_project_that_there_is_not_nobody_takes_none_for_an_answer(api: Any) -> None:
    answer = api.get("/v1/projects/nowhere/optimizations")

    assert (answer.status_code, answer.json["type"]) == (404, "urn:workbench:problem:not-found")


def test_optimizations_are_listed_below_their_project_or_all_together(api: FlaskClient) -> None:
    first, second = created(api, "one"), created(api, "two")
    mine, others = optimized(api, first), [optimized(api, second) for _ in range(3)]

    below = api.get(f"/v1/projects/{first}/optimizations?limit=1").json
    everywhere = api.get("/v1/projects/-/optimizations?limit=2").json

    assert [each["id"] for each in below["items"]] == [mine]
    assert [each["id"] for each in everywhere["items"]] == others[:0:-1]
    place = everywhere["items"][-1]["place"]
    assert place == everywhere["next_cursor"]
    rest = api.get("/v1/projects/-/optimizations", query_string={"cursor": place}).json["items"]
    assert [each["id"] for each in rest] == [others[0], mine]
    assert api.post("/v1/projects/-/optimizations", json={"task": "generic"}).status_code == 404

"""One team never sees, starves or breaks another: every route there is, asked by the wrong team with the right ids.

The routes come from the OpenAPI documents, so a new one is asked too. A path parameter or a body that this test does
not know fails it: teach it below what a foreign value is.
"""

from __future__ import annotations

import json
import re
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse
from workbench.jobs import State
from workbench.jobs.record.events import Relay
from workbench.messages import Message
from workbench.store import Keys, Manifest

# Path parameters whose value belongs to a team, and those whose value is the same for all.
OWNED = {"job_id", "project_id", "upload_id", "token_id"}
COMMON = {"name": "model.xml", "signed": "unsigned", "target_id": "no-such-target", "number": "0"}
UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
# Requests that name nothing of anybody: whoever sends one makes something of their own.
FREE: dict[str, Any] = {
    "/v1/models": None,
    "/v1/inspections": None,
    "/v1/datasets": None,
    "/v1/tensors": None,
    "/v1/models/uploads": {"files": [{"name": "mine.onnx", "size_bytes": 5}]},
    "/v1/inspections/uploads": {"files": [{"name": "mine.onnx", "size_bytes": 5}]},
    "/v1/datasets/uploads": {"files": [{"name": "mine.zip", "size_bytes": 5}]},
    "/v1/tensors/uploads": {"files": [{"name": "mine.npy", "size_bytes": 5}]},
    "/v1/models/downloads": {"source": "https://models.example.com/m.onnx", "sha256": "0" * 64},
    "/v1/tokens": {"name": "mine"},
    "/v1/datasets/generations": {"count": 1, "width": 8, "height": 8},
}
# Names something of one's own, whatever others call theirs: a test below.
REGISTERING = ("PUT", "/v1/targets/{target_id}")
Ids = Callable[[str], str]


def bodies(ids: Ids, own: Ids) -> dict[str, list[dict[str, Any]]]:
    """For each POST that names things, requests with ``ids`` of somebody; ``own`` are the asking team's."""
    model, dataset, recipe = ids("ir"), ids("datasets"), ids("recipes")
    mine = {"model_id": own("ir"), "dataset_id": own("datasets"), "recipe_id": own("recipes")}
    mixed = [
        mine | {name: ids(kind)}
        for name, kind in (("model_id", "ir"), ("dataset_id", "datasets"), ("recipe_id", "recipes"))
    ]

    def package(**other: Any) -> dict[str, Any]:
        variant = {"model_id": own("ir"), "folder": "fp16"}
        chosen = {name: other.pop(name) for name in ("model_id", "profile_id", "evaluation_id") if name in other}
        whole = {"name": "x", "variants": [variant | chosen], "recommended": "fp16", "recipe_id": own("recipes")}
        return whole | other

    return {
        "/v1/conversions": [{"model_id": ids("models"), "precision": "FP16"}],
        "/v1/profiles": [
            {"model_id": model},
            {"model_id": own("ir"), "with_model_ids": [model]},
            {"model_id": own("ir"), "inputs": {"x": ids("tensors")}},
            {"model_id": own("ir"), "from_profile_id": ids("profiles")},
        ],
        "/v1/calibrations": [*mixed, mine | {"exclude_dataset_id": dataset}],
        "/v1/evaluations": [
            *mixed,
            mine | {"reference_model_id": model},
            mine | {"against_evaluation_id": ids("evaluations")},
        ],
        "/v1/trials": mixed,
        "/v1/datasets/subsets": [{"dataset_id": dataset}],
        "/v1/datasets/augmentations": [{"dataset_id": dataset, "methods": ["noise"]}],
        "/v1/exports": [{"dataset_id": dataset, "format": "coco"}],
        "/v1/recipes": [{"model_id": model}, {"model_id": own("ir"), "dataset_id": dataset}],
        "/v1/packages": [
            package(model_id=model),
            package(recipe_id=recipe),
            package(dataset_id=dataset),
            package(profile_id=ids("profiles")),
            package(evaluation_id=ids("evaluations")),
        ],
        "/v1/projects": [{"name": "x", "model_id": model}, {"name": "x", "model_id": own("ir"), "dataset_id": dataset}],
        "/v1/projects/{project_id}/optimizations": [
            {"task": "generic"},
            {"task": "generic", "calibration_dataset_id": dataset},
        ],
    }


def unknown(_kind: str) -> str:
    return str(uuid.uuid4())


def collection_of(path: str) -> str:
    if "/uploads/" in path:
        return path.split("/")[2] + "/uploads"
    return "optimizations" if "/optimizations" in path else path.split("/")[2]


def filled(path: str, ids: Ids) -> str:
    """The path with this team's, or nobody's, ids. Fails for a parameter that it was not taught."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        assert name in OWNED or name in COMMON, f"{path}: what is a foreign {name}? teach this test"
        if name in COMMON:
            return COMMON[name]
        return ids("projects" if name == "project_id" else collection_of(path))

    return re.sub(r"\{(\w+)\}", value, path)


def shape(answer: TestResponse, *sent: str) -> tuple[int, str, dict[str, str]]:
    """An answer without the ids that were sent, and without what differs between any two."""
    text = answer.get_data(as_text=True)
    for id in sent:
        text = text.replace(id, "<id>")
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-Id", "Date")}
    headers.pop("Content-Length", None)
    return answer.status_code, re.sub(UUID, "<id>", text), headers


def learned(world: Any, answer: TestResponse, *sent: str) -> set[str]:
    text = answer.get_data(as_text=True) + str(answer.headers)
    return {secret for secret in world.secrets if secret in text and secret not in sent}


# -- every route ----------------------------------------------------------------------------------------


def test_no_route_gives_anything_to_another_team(world: Any) -> None:
    before, asked = world.reds(), 0
    for method, path in world.routes():
        if "{" not in path or path in world.of_all or (method, path) == REGISTERING:
            continue
        for body_of_red, body_of_nobody in requests_of(world, method, path):
            reds, nobodys = filled(path, world.red.ids.__getitem__), filled(path, unknown)
            foreign = world.blue.ask(method, reds, json=body_of_red)
            made_up = world.blue.ask(method, nobodys, json=body_of_nobody)

            where = f"{method} {path}: {foreign.status_code} {foreign.text[:300]}"
            ids = set(re.findall(rf"{UUID}|[0-9a-f]{{64}}", reds + json.dumps(body_of_red)))
            assert foreign.status_code in (403, 404) or is_empty_page(foreign) or deleted_nothing(foreign), where
            assert shape(foreign, *ids) == shape(made_up), where
            assert not learned(world, foreign, *ids), where
            asked += 1
    assert asked > 60
    assert world.reds() == before, "something of red's has changed"


def requests_of(world: Any, method: str, path: str) -> list[tuple[Any, Any]]:
    """Pairs of bodies: with red's ids, and the same with ids of nobody."""
    if method == "PATCH":
        return [({"name": "taken over"}, {"name": "taken over"})]
    if method != "POST" or path.endswith("/cancel"):
        return [(None, None)]
    if path.endswith("/deletions"):
        return [({"ids": [world.red.ids[collection_of(path)]]}, {"ids": [unknown("")]})]
    if path.endswith("/complete"):
        return [({}, {})]
    own = world.blue.ids.__getitem__
    with_reds = bodies(world.red.ids.__getitem__, own).get(path)
    assert with_reds, f"POST {path}: what is a foreign request? teach this test"
    return list(zip(with_reds, bodies(unknown, own)[path], strict=True))


def deleted_nothing(answer: TestResponse) -> bool:
    """Of each that was to be deleted: there is no such thing."""
    items = (answer.json or {}).get("items") if answer.status_code == 200 and isinstance(answer.json, dict) else None
    return bool(items) and all(not each["deleted"] and each["problem"]["status"] == 404 for each in items)


def is_empty_page(answer: TestResponse) -> bool:
    """What is below a project that is not ours, or was deleted: nothing."""
    return answer.status_code == 200 and answer.json == {"items": [], "next_cursor": None}


def test_no_request_may_name_what_is_another_teams(world: Any) -> None:
    before, asked = world.reds(), 0
    for method, path in world.routes():
        if method != "POST" or "{" in path or path in FREE:
            continue
        for body_of_red, body_of_nobody in requests_of(world, method, path):
            foreign = world.blue.ask("POST", path, json=body_of_red)
            made_up = world.blue.ask("POST", path, json=body_of_nobody)

            where = f"POST {path} {body_of_red}: {foreign.status_code} {foreign.text[:300]}"
            sent = set(re.findall(UUID, json.dumps(body_of_red)))
            assert foreign.status_code == 404 or deleted_nothing(foreign), where
            assert shape(foreign, *sent) == shape(made_up), where
            assert not learned(world, foreign, *sent), where
            asked += 1
    assert asked > 15
    assert world.reds() == before


def test_nothing_of_a_team_is_in_a_list_of_another(world: Any) -> None:
    lists = [path for method, path in world.routes() if method == "GET" and "{" not in path]
    assert len(lists) > 8
    for path in lists:
        for query in (
            "",
            "?limit=1",
            "?limit=200",
            "?state=succeeded",
            "?state=queued",
            "?search=red",
            "?sort=name",
            "?sort=-name",
            f"?of={world.red.ids['ir']}",
            "?tag=secret",
        ):
            answer = world.blue.ask("GET", path + query)
            assert answer.status_code in (200, 422), (path, answer.text)
            assert not learned(world, answer), (path, query)


def test_machines_of_two_teams_may_have_one_name(world: Any) -> None:
    path = "/v1/targets/bench"
    assert world.blue.ask("GET", path).status_code == 404
    reds = world.red.ask("PUT", path).json
    assert world.blue.ask("GET", path).status_code == 404
    assert world.blue.ask("DELETE", path).status_code == 404

    blues = world.blue.ask("PUT", path)
    assert (blues.status_code, blues.json["token"] == reds["token"]) == (201, False), blues.text
    assert world.blue.ask("DELETE", path).status_code == 204

    assert world.blue.ask("GET", path).status_code == 404
    assert world.red.ask("GET", path).status_code == 200
    assert world.red.ask("DELETE", path).status_code == 204


def test_what_one_team_may_do_without_naming_anything_is_its_own(world: Any) -> None:
    before = world.reds()
    for method, path in world.routes():
        if method != "POST" or path not in FREE or FREE[path] is None:
            continue
        answer = world.blue.ask("POST", path, json=FREE[path])
        assert answer.status_code in (201, 202), (path, answer.text)
        assert not learned(world, answer), path
        assert world.red.ask("GET", answer.headers["Location"]).status_code == 404
    assert world.reds() == before


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer nobody", "Basic cmVk", "Bearer red blue"])
def test_without_a_token_no_route_tells_apart_what_there_is(world: Any, authorization: str | None) -> None:
    for method, path in world.routes():
        if path.endswith("{signed}"):
            continue
        headers = {} if authorization is None else {"Authorization": authorization}
        answers = [
            world.blue.ask(method, filled(path, ids), headers={"Authorization": "", **headers}, json={})
            for ids in (world.red.ids.__getitem__, unknown)
        ]
        assert answers[0].status_code == 401, (method, path)
        assert shape(answers[0]) == shape(answers[1])
        assert not learned(world, answers[0])


# -- what joins requests: cursors, keys, reuse, dedup, files ----------------------------------------------


def test_a_cursor_of_another_team_shows_ones_own_things_only(world: Any) -> None:
    for collection in ("models", "conversions", "datasets", "exports", "recipes", "packages", "projects"):
        path = f"/v1/{collection}?limit=1"
        cursor = world.red.get(path)["next_cursor"]
        if cursor is None:  # red has but one: make a cursor as the second page of anybody's would be
            continue
        answer = world.blue.ask("GET", f"{path}&cursor={cursor}")
        assert not learned(world, answer), collection
    assert world.red.get("/v1/models?limit=1")["next_cursor"], "no cursor was tried"


def test_an_idempotency_key_is_a_teams_own(world: Any) -> None:
    """Both teams have used `the same key`; a clash names one's own job."""
    body = {"model_id": world.blue.ids["models"], "precision": "FP16"}
    again = world.blue.ask("POST", "/v1/conversions", json=body, headers={"Idempotency-Key": "the same key"})
    assert (again.json or {})["id"] == world.blue.ids["conversions"]

    other = world.blue.ask(
        "POST", "/v1/conversions", json={**body, "precision": "FP32"}, headers={"Idempotency-Key": "the same key"}
    )
    assert other.status_code == 409
    assert world.blue.ids["conversions"] in other.text
    assert not learned(world, other)


def test_a_result_is_reused_inside_a_team_and_never_across(world: Any) -> None:
    """Blue's conversion came after red's, of the same bytes with the same options."""
    blues = world.blue.get(f"/v1/conversions/{world.blue.ids['conversions']}")
    assert blues["reused_from"] is None
    own = world.blue.post("/v1/conversions", {"model_id": world.blue.ids["models"], "precision": "FP16"})
    assert own["reused_from"] == world.blue.ids["conversions"]
    reds = world.red.get(f"/v1/conversions/{world.red.ids['conversions']}")
    assert reds["facts"]["digest"] == blues["facts"]["digest"], "they were not the same request"


def test_the_same_bytes_are_an_object_of_each_team(world: Any) -> None:
    files = {team.name: team.get(f"/v1/models/{team.ids['models']}")["files"] for team in (world.red, world.blue)}
    assert files["red"] == files["blue"]
    for team in ("red", "blue"):
        assert world.adapters.store.exists(Keys(team).blob(files[team][0]["sha256"]))


def test_no_object_of_a_team_names_another(world: Any) -> None:
    store = world.adapters.store
    blues = [info.key for info in store.list("teams/blue/")]
    assert len(blues) > 10
    for key in blues:
        assert not [secret for secret in world.secrets if secret in key], key
        if "/manifests/" in key:
            text = store.get(key)
            assert Manifest.parse(text).team == "blue"
            assert not [secret for secret in world.secrets if secret.encode() in text], key


def test_files_are_served_to_their_team_alone_whatever_their_name(world: Any) -> None:
    for collection in ("models", "datasets", "exports", "packages"):
        path = f"/v1/{collection}/{world.red.ids[collection]}"
        names = [file["name"] for file in world.red.get(path)["files"]]
        assert names
        for name in [*names, "../../x", "no such file"]:
            foreign = world.blue.ask("GET", f"{path}/files/{name}", headers={"Range": "bytes=0-3"})
            mine = world.blue.ask("GET", f"/v1/{collection}/{uuid.uuid4()}/files/{name}")
            assert foreign.status_code == 404
            assert shape(foreign, world.red.ids[collection]) == shape(mine)


def test_a_job_of_ones_own_is_not_below_a_project_of_another_team(world: Any) -> None:
    blues = world.blue.ids["projects"]
    path = f"/v1/projects/{blues}/optimizations/{world.red.ids['optimizations']}"

    for method, tail in (("GET", ""), ("GET", "/log"), ("POST", "/cancel"), ("DELETE", "")):
        assert world.blue.ask(method, path + tail).status_code == 404


# -- uploads --------------------------------------------------------------------------------------------


def test_a_signed_url_opens_the_part_it_was_signed_for_and_no_other(world: Any) -> None:
    mine = world.blue.post("/v1/models/uploads", {"files": [{"name": "mine.onnx", "size_bytes": 5}]})
    url = mine["files"][0]["parts"][0]["url"]
    for target in (world.red.ids["models/uploads"], world.red.ids["datasets/uploads"], str(uuid.uuid4())):
        stolen = url.replace(mine["id"], target)
        answer = world.blue.ask("PUT", stolen, data=b"bytes")
        assert answer.status_code == 403
        assert not learned(world, answer, target)

    assert world.blue.ask("PUT", url, data=b"bytes").status_code == 200
    parts = world.red.get(f"/v1/models/uploads/{world.red.ids['models/uploads']}")["files"][0]["parts"]
    assert not parts[0]["arrived"]


def test_an_upload_id_is_no_way_to_another_teams_job(world: Any) -> None:
    """An upload and its job share an id; completing a foreign one neither answers with the job nor makes one."""
    for id in (world.red.ids["models"], world.red.ids["uploads"], str(uuid.uuid4())):
        answer = world.blue.ask("POST", f"/v1/models/uploads/{id}/complete", json={})
        assert answer.status_code == 404
        assert not learned(world, answer, id)


# -- messages -------------------------------------------------------------------------------------------


def conversation(world: Any) -> list[Message]:
    """What the converter says, from now on."""
    heard: list[Message] = []
    words = ("rejected", "succeeded", "failed", "cancelled", "running")
    world.adapters.messages.subscribe([f"conversion.{word}" for word in words], heard.append)
    return heard


def said(world: Any, heard: list[Message]) -> list[Message]:
    """After everything in the converter's outbox has been handed over."""
    record = world.adapters.record("converter")
    Relay(record.engine, record.messages, record.service).drain()
    return heard


def test_a_command_under_another_teams_id_changes_and_tells_nothing(world: Any) -> None:
    heard, before = conversation(world), world.reds()
    ended, body = world.red.ids["conversions"], {"model_id": world.blue.ids["models"], "precision": "FP16"}

    for type in ("conversion.requested", "conversion.cancel"):
        world.adapters.messages.publish(Message(type, "/project", ended, "blue", body))

    assert not [message for message in said(world, heard) if message.subject == ended]
    assert world.reds() == before


def test_a_command_that_names_another_teams_model_is_rejected_like_an_unknown_one(world: Any) -> None:
    heard, before = conversation(world), world.reds()
    answers = {}
    for model in (world.red.ids["models"], str(uuid.uuid4())):
        command = str(uuid.uuid4())
        body = {"model_id": model, "precision": "FP16"}
        world.adapters.messages.publish(Message("conversion.requested", "/project", command, "blue", body))
        answer = next(message for message in said(world, heard) if message.subject == command)
        assert answer.type == "conversion.rejected"
        assert answer.team == "blue"
        answers[model] = json.dumps(answer.data).replace(model, "<id>").replace(command, "<command>")

    assert len(set(answers.values())) == 1
    assert world.reds() == before


def test_a_cancel_by_message_of_a_waiting_job_needs_its_team(world: Any) -> None:
    profile = world.red.ids["profiles"]

    world.adapters.messages.publish(Message("profile.cancel", "/project", profile, "blue", {}))

    assert world.red.get(f"/v1/profiles/{profile}")["state"] == State.QUEUED


# -- timings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["", "/log", "/files/model.xml"])
def test_a_foreign_id_takes_as_long_as_an_unknown_one(world: Any, tail: str) -> None:
    """Of a model whose row is long, since a row that is read takes longer than one that is not there."""
    long = Manifest("model", str(uuid.uuid4()), "red", "", (), {"layers": ["x" * 100] * 50_000})
    world.adapters.record("model-registry").index("model", long, "long")
    ratios: list[float] = []
    while len(ratios) < 4 and not (ratios and 0.75 < ratios[-1] < 1.33):  # other work may hit one of them by chance
        ratios.append(_times_as_long(world, long.id, tail))
    assert 0.75 < ratios[-1] < 1.33, f"foreign ids take {ratios} times as long as unknown ones"


def _times_as_long(world: Any, foreign: str, tail: str) -> float:
    """A foreign id as an unknown one."""
    took: dict[str, list[float]] = {"foreign": [], "unknown": []}
    for turn in range(240):
        for which in sorted(took, reverse=bool(turn % 2)):
            id = foreign if which == "foreign" else str(uuid.uuid4())
            began = time.perf_counter()
            answer = world.blue.ask("GET", f"/v1/models/{id}{tail}")
            took[which].append(time.perf_counter() - began)
            assert answer.status_code == 404
    return statistics.median(took["foreign"]) / statistics.median(took["unknown"])

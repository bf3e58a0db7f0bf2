"""Whatever stands where text or a number belongs, in any place of any request: it is refused with a problem document.

The routes and their fields come from the OpenAPI documents; a POST that this test does not know fails it.
"""

from __future__ import annotations

import copy
import io
import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from hostile import DOCUMENTS, TEXTS, VALUES, WORDS
from served import Served, good
from werkzeug.test import TestResponse
from workbench.jobs import Jobs
from workbench.jobs.record.events import Relay
from workbench.messages import Message

HERE = "@here@"


def assert_refused(answer: TestResponse, where: Any) -> dict[str, Any]:
    assert 400 <= answer.status_code < 500, (where, answer.status_code, answer.text[:400])
    return documented(answer, where)


def documented(answer: TestResponse, where: Any) -> dict[str, Any]:
    assert answer.content_type == "application/problem+json", (where, answer.text[:400])
    problem = dict(answer.json or {})
    assert problem["detail"], where
    assert problem["remedy"], where
    return problem


def refused_or_fine(answer: TestResponse, where: Any) -> None:
    assert answer.status_code < 500, (where, answer.status_code, answer.text[:400])
    if answer.status_code >= 400:
        documented(answer, where)


# -- documents ------------------------------------------------------------------------------------------


def test_a_post_that_takes_json_takes_no_hostile_document(served: Served) -> None:
    asked = 0
    for path, operation in posts(served):
        if "application/json" not in operation["requestBody"]["content"]:
            continue
        for what, document in DOCUMENTS.items():
            if what == "nothing" and path.endswith("/optimizations"):
                continue  # all of it has defaults
            assert_refused(served.send(served.filled(path), document), (path, what))
            asked += 1
    assert asked > 300


def test_no_place_of_a_document_takes_a_hostile_value(served: Served) -> None:
    asked = 0
    for path, operation in posts(served):
        content = operation["requestBody"]["content"]
        if "application/json" not in content:
            continue
        assert path in good(served.ids), f"POST {path}: what is a good request? teach this test"
        for place in places(served.openapi, content["application/json"]["schema"]):
            document = json.dumps(put(good(served.ids)[path], place)).encode()
            for what, value in VALUES.items():
                answer = served.send(served.filled(path), document.replace(f'"{HERE}"'.encode(), value))
                problem = assert_refused(answer, (path, place, what))
                if what in TEXTS:
                    name = [each for each in place if isinstance(each, str)][-1]
                    assert name in problem["detail"], (path, place, what, problem)
                asked += 1
    assert asked > 1000


def test_a_name_of_ones_own_is_no_hostile_key(served: Served) -> None:
    """Where a document has keys that its sender chose."""
    for path, inside in (
        ("/v1/conversions", "inputs"),
        ("/v1/projects/{project_id}/optimizations", "inputs"),
        ("/v1/profiles", "shapes"),
    ):
        value = [1] if inside == "shapes" else {}
        for key in ("a\0b", "\ud800"):
            document = good(served.ids)[path] | {inside: {key: value}}
            assert_refused(served.send(served.filled(path), json.dumps(document).encode()), (path, key))


def posts(served: Served) -> list[tuple[str, dict[str, Any]]]:
    found = [
        (path, operation)
        for method, path, operation in served.operations()
        if method == "POST" and "requestBody" in operation
    ]
    assert len(found) > 10
    return found


def places(openapi: dict[str, Any], schema: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Where a document of this schema has a value, from the outside in."""
    if "$ref" in schema:
        return places(openapi, openapi["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    inside = [(name, each) for name, each in schema.get("properties", {}).items()]
    inside += [(0, schema["items"])] if "items" in schema else []
    more = schema.get("additionalProperties")
    inside += [("input", more)] if isinstance(more, dict) else []
    for several in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(several, ()):
            return places(openapi, each)
    return [place for step, each in inside for place in ((step,), *((step, *rest) for rest in places(openapi, each)))]


def put(document: dict[str, Any], place: tuple[Any, ...]) -> dict[str, Any]:
    """The document with HERE in that place; what has to be around it is made."""
    made = copy.deepcopy(document)
    at: Any = made
    for step, following in zip(place, (*place[1:], None), strict=True):
        value: Any = HERE if following is None else [] if following == 0 else {}
        if step == 0:
            at.extend([value] if not at else ())
            at[0] = at[0] if following is not None else value
        elif following is None or step not in at:
            at[step] = value
        at = at[step]
    return made


# -- what stands beside a document ------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_no_header_that_is_kept_brings_down_a_request(served: Served, word: str) -> None:
    value = WORDS[word].encode("utf-8", "surrogatepass").decode("latin-1")  # as WSGI has it
    for name in (
        "Idempotency-Key",
        "X-Request-Id",
        "X-Run-Pod",
        "Last-Event-ID",
        "If-None-Match",
        "If-Range",
        "Range",
        "Content-MD5",
    ):
        for path in ("/v1/conversions", "/v1/projects"):
            answer = served.ask("POST", path, json=good(served.ids)[path], headers={name: value})
            refused_or_fine(answer, (path, name, word))
        refused_or_fine(served.ask("GET", "/v1/conversions", headers={name: value}), (name, word))
    refused_or_fine(served.ask("GET", "/v1/models", headers={"Authorization": f"Bearer {value}"}), word)


@pytest.mark.parametrize("word", WORDS)
def test_no_query_brings_down_a_request(served: Served, word: str) -> None:
    asked = 0
    for method, path, operation in served.operations():
        for parameter in operation.get("parameters", ()):
            if parameter.get("in") != "query":
                continue
            for value in (WORDS[word], f"0x1p+30~{WORDS[word]}", f"{WORDS[word]}~x"):
                query = f"{parameter['name']}={quote(value, errors='surrogatepass')}"
                answer = served.ask(method, f"{served.filled(path, job_id=a_job(served, path))}?{query}")
                refused_or_fine(answer, (method, path, query[:80]))
                asked += 1
    assert asked > 50


def a_job(served: Served, path: str) -> str:
    """One that there is, where this path has one."""
    kinds = {"conversions": "converter", "profiles": "profiler"}
    collection = path.split("/")[2]
    if collection not in kinds:
        return str(uuid.uuid4())
    path, key = f"/v1/{collection}", {"Idempotency-Key": "a job of this test"}
    return str(served.ask("POST", path, json=good(served.ids)[path], headers=key).json["id"])


@pytest.mark.parametrize("word", WORDS)
def test_no_path_brings_down_a_request(served: Served, word: str) -> None:
    asked = 0
    for method, path, operation in served.operations():
        if path.startswith("/v1/targets"):
            continue  # a worker looks for devices first; the id is then compared with theirs
        names = [
            each["name"]
            for each in (*operation.get("parameters", ()), *served.openapi["paths"][path].get("parameters", ()))
            if each.get("in") == "path"
        ]
        for name in names:
            content = {"json": good(served.ids).get(path, {})} if method == "POST" else {}
            answer = served.ask(method, served.filled(path, **{name: WORDS[word]}), **content)
            nothing = (method, path.rpartition("/")[2]) in (("GET", "optimizations"), ("POST", "deletions"))
            below = name == "project_id" and nothing  # an empty list, or of each that there is none
            (refused_or_fine if below else assert_refused)(answer, (method, path, name))
            asked += 1
    assert asked > 50


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("collection", ["models", "datasets"])
def test_no_form_brings_down_a_request(served: Served, collection: str, word: str) -> None:
    hostile = WORDS[word].encode("utf-8", "surrogatepass")
    for field in ("name", "calibration_percent", "format", "unknown"):
        refused_or_fine(sent_form(served, collection, b"model.onnx", {field.encode(): hostile}), (field, word))
    refused_or_fine(sent_form(served, collection, b"model.onnx", {hostile: b"x"}), word)
    answer = sent_form(served, collection, hostile, {b"name": b"x"})
    refused_or_fine(answer, ("filename", word))
    if word == "NUL":
        assert answer.status_code == 422


def sent_form(served: Served, collection: str, filename: bytes, fields: dict[bytes, bytes]) -> TestResponse:
    parts = [b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % each for each in fields.items()]
    file = b'--b\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\nxyz\r\n--b--\r\n' % filename
    return served.ask(
        "POST", f"/v1/{collection}", data=b"".join(parts) + file, content_type="multipart/form-data; boundary=b"
    )


# -- commands -------------------------------------------------------------------------------------------

COMMANDS = {
    "conversion": "/v1/conversions",
    "profile": "/v1/profiles",
    "calibration": "/v1/calibrations",
    "evaluation": "/v1/evaluations",
    "trial": "/v1/trials",
    "recipe": "/v1/recipes",
    "package": "/v1/packages",
}
SERVICE_OF = {
    "conversion": "converter",
    "profile": "profiler",
    "package": "packager",
    **dict.fromkeys(("calibration", "evaluation", "trial", "recipe"), "calibrator"),
}


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_with_hostile_text_is_rejected_as_its_post_is(served: Served, kind: str) -> None:
    """Each place, by message: the answer is a rejection, and nothing is delivered again and again."""
    path = COMMANDS[kind]
    schema = served.openapi["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    heard: list[Message] = []
    served.adapters.messages.subscribe([f"{kind}.rejected"], heard.append)
    for place in places(served.openapi, schema):
        for text in ("a\0b", "\ud800", float("nan"), float("inf")):
            raw = json.dumps(put(good(served.ids)[path], place)).replace(f'"{HERE}"', json.dumps(text))
            command = str(uuid.uuid4())
            served.adapters.messages.publish(Message(f"{kind}.requested", "/project", command, "a", json.loads(raw)))
            relay(served, SERVICE_OF[kind])
            assert [message for message in heard if message.subject == command], (kind, place, text)


@pytest.mark.parametrize("odd", ["a\0b", "\ud800", "x" * 5000])
@pytest.mark.parametrize("attribute", ["subject", "team", "requestid", "source", "type", "id"])
def test_no_message_has_beside_its_data_what_no_row_keeps(attribute: str, odd: str) -> None:
    message = Message("conversion.requested", "/project", str(uuid.uuid4()), "a", {}, request_id="r")
    document = json.loads(message.to_json()) | {attribute: odd}

    with pytest.raises(ValueError, match=attribute.replace("requestid", "request_id")):
        Message.from_json(json.dumps(document))


def record(served: Served, service: str) -> Jobs:
    return served.adapters.record(service)


def relay(served: Served, service: str) -> None:
    of = record(served, service)
    Relay(of.engine, of.messages, of.service).drain()


# -- what is fine -----------------------------------------------------------------------------------------


def test_what_is_made_hostile_above_is_accepted_without_that(served: Served) -> None:
    """Else all of the above could be refused for another reason."""
    for path, body in good(served.ids).items():
        if not path.endswith("/complete"):
            answer = served.ask("POST", served.filled(path), json=body)
            assert answer.status_code == 200 if path.endswith("/deletions") else answer.status_code in (201, 202), (
                path,
                answer.text,
            )
    form = {"files": (io.BytesIO(b"xyz"), "model.onnx"), "name": "x" * 200}
    assert served.ask("POST", "/v1/models", data=form).status_code == 202

"""While red uploads, waits, measures and publishes, blue asks every route, with names and ids shaped after red's.

Whatever red's own answers name, by id or digest, is looked for in every answer to blue: bodies, headers and errors.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NAMED = re.compile(rf"{UUID}|\b[0-9a-f]{{64}}\b|\b[0-9a-f]{{32}}\b")
KEY = "secretly the same key"


@dataclass
class Overheard:
    """What one team was answered, and what it had said itself in that request."""

    team: Any
    answers: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, method: str, path: str, **content: Any) -> TestResponse:
        said = f"{path} {json.dumps(content.get('json'))} {content.get('headers')}"
        answer: TestResponse = self.team.ask(method, path, **content)
        text = answer.get_data(as_text=True) + str(answer.headers)
        for own in set(NAMED.findall(said)):
            text = text.replace(own, "")
        self.answers.append((f"{method} {path}: {answer.status_code}", text))
        assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.text)
        return answer

    def names(self) -> set[str]:
        return {name for _, text in self.answers for name in NAMED.findall(text)}


def test_no_answer_to_a_team_names_anything_of_another_that_is_at_work(busy: Any) -> None:
    red, blue = Overheard(busy.red), Overheard(busy.blue)
    ids = dict(busy.red.ids)
    began = threading.Event()
    worker = threading.Thread(target=work, args=(red, ids, began))
    worker.start()
    assert began.wait(60)
    busy.blue.ids["profiles"] = post(blue, "/v1/profiles", {"model_id": busy.blue.ids["ir"], "duration_s": 0.1})

    rounds = 0
    while worker.is_alive() or not rounds:
        for number, (method, path, content) in enumerate(asked(busy, ids)):
            blue.ask(method, path, **content)
            if number % 20 == 0:  # what it waits for changes quickly
                blue.ask("GET", f"/v1/profiles/{busy.blue.ids['profiles']}")
        rounds += 1
    worker.join(60)
    busy.blue.ended(f"/v1/profiles/{busy.blue.ids['profiles']}")

    secrets = {"secretly", *ids.values(), *red.names()} - set(busy.blue.ids.values()) - {red.team.name}
    mine = owned(busy.blue)
    common = {name for name in red.names() if name in mine}
    assert len(secrets - common) > 20
    found = [(where, secret) for where, text in blue.answers for secret in secrets - common if secret in text]
    assert not found, found[:5]
    assert len(blue.answers) > 100
    waited = {
        json.loads(text[: text.rindex("}") + 1]).get("waiting_for")
        for where, text in blue.answers
        if where == f"GET /v1/profiles/{busy.blue.ids['profiles']}: 200"
    }
    assert any(waited), "blue never waited for red: this test has not asked what it is told then"


def owned(team: Any) -> str:
    """All that is in the lists of the team's own things, which the same bytes may share with another's."""
    return "".join(team.ask("GET", f"/v1/{kind}").text for kind in ("models", "conversions", "datasets", "packages"))


# -- what red does ----------------------------------------------------------------------------------------


def work(red: Overheard, ids: dict[str, str], began: threading.Event) -> None:
    """Upload in parts, measure, convert, publish; one after another waits for the device."""
    measured = {"model_id": ids["ir"], "duration_s": 0.3, "name": "secretly measured"}
    ids["profiles"] = post(red, "/v1/profiles", measured, **{"Idempotency-Key": KEY})
    ids["waiting"] = post(red, "/v1/profiles", measured)
    ids["models/uploads"] = post(red, "/v1/models/uploads", {"files": [{"name": "secretly.onnx", "size_bytes": 5}]})
    until_begun(red, ids["profiles"])
    began.set()
    form = {"files": (io.BytesIO(b"secretly no model"), "secretly.onnx"), "name": "secretly uploaded"}
    ids["uploaded"] = str((red.ask("POST", "/v1/models", data=form).json or {})["id"])
    ids["converted"] = post(red, "/v1/conversions", {"model_id": ids["models"], "precision": "FP32"})
    upload = red.ask("GET", f"/v1/models/uploads/{ids['models/uploads']}").json or {}
    red.ask("PUT", upload["files"][0]["parts"][0]["url"], data=b"12345")
    red.ask("POST", f"/v1/models/uploads/{upload['id']}/complete", json={})
    for collection, id in (("conversions", ids["converted"]), ("profiles", ids["profiles"])):
        while (red.ask("GET", f"/v1/{collection}/{id}?wait_s=5").json or {})["state"] in ("queued", "running"):
            pass


def until_begun(red: Overheard, profile: str) -> None:
    for _ in range(100):
        view = red.ask("GET", f"/v1/profiles/{profile}?wait_s=1").json or {}
        if view["state"] == "running" and not view["waiting_for"]:
            return


def post(team: Overheard, path: str, body: dict[str, Any], **headers: str) -> str:
    answer = team.ask("POST", path, json=body, headers=headers)
    assert answer.status_code in (201, 202), answer.text
    return str((answer.json or {})["id"])


# -- what blue asks ---------------------------------------------------------------------------------------


def asked(busy: Any, ids: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every route with blue's own ids, with red's, and with what blue has shaped after them."""
    for method, path in busy.routes():
        if path.endswith("/{signed}"):
            continue
        if "{" not in path:
            if method == "GET":
                yield from ((method, path + query, {}) for query in ("", "?limit=200", "?state=running", "?no=such"))
            continue
        for each in whose(path, ids):
            content = {"json": {}} if method == "POST" else {}
            yield method, filled(path, each), content
        if method == "GET" and path != "/v1/profiles/{job_id}/events":  # that one lasts as long as the job
            yield method, filled(path, busy.blue.ids.get(collection_of(path), "none")), {}
    yield from shaped(busy, ids)


def whose(path: str, ids: dict[str, str]) -> list[str]:
    """Ids of red's: the right one, and those of other kinds where an upload's id belongs."""
    return list(ids.values()) if "/uploads/" in path else [ids.get(collection_of(path), ids["models"])]


def filled(path: str, id: str) -> str:
    return re.sub(r"\{\w+\}", id, path.replace("{name}", "model.xml"))


def collection_of(path: str) -> str:
    return "optimizations" if "/optimizations" in path else path.split("/")[2]


_TURN = itertools.count()


def shaped(busy: Any, ids: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """A file called like a state of the code's own, red's key, and red's ids where blue's belong."""
    state = json.dumps({"team": "red", "id": ids["models/uploads"], "options": {}, "files": []}).encode()
    if next(_TURN) < 2:  # each becomes a job, and red's have to come to their turn
        for collection, name in itertools.product(("models", "datasets"), (".upload.json", "declared/upload.json")):
            yield "POST", f"/v1/{collection}", {"data": {"files": (io.BytesIO(state), name), "name": "blue's"}}
    own = busy.blue.ask("GET", "/v1/models?limit=5").json["items"]
    for job in own:
        for collection in ("models", "datasets"):
            yield "GET", f"/v1/{collection}/uploads/{job['id']}", {}
            yield "POST", f"/v1/{collection}/uploads/{job['id']}/complete", {"json": {}}
    key = {"Idempotency-Key": KEY, "X-Request-Id": ids["profiles"]}
    yield "POST", "/v1/profiles", {"json": {"model_id": ids["ir"]}, "headers": key}
    yield "POST", "/v1/conversions", {"json": {"model_id": busy.blue.ids["models"]}, "headers": key}
    yield "GET", f"/v1/profiles?cursor=0x1p+60~{ids['profiles']}", {}

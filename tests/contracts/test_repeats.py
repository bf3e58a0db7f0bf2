"""Every POST that makes something may be sent again under its Idempotency-Key: one thing is made, and told each time.

The routes come from the OpenAPI documents; a POST that this test does not know fails it.
"""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from served import Served, good
from werkzeug.test import TestResponse

FORMS = ("/v1/models", "/v1/inspections", "/v1/datasets", "/v1/tensors")
# Named by what is in the path, or listed: a repeat finds that, or that it has gone.
NAMED = ("/cancel", "/complete", "/deletions")
# Makes nothing that anybody sees: what was declared twice expires.
DECLARING = "/uploads"
# What it makes has a secret that is told once: a repeat cannot be told it, and makes another.
TOLD_ONCE = ("/v1/tokens",)


def makers(served: Served) -> list[str]:
    """The paths of every POST that makes a thing."""
    paths = [path for method, path, _ in served.operations() if method == "POST"]
    return [path for path in paths if not path.endswith((*NAMED, DECLARING)) and path not in TOLD_ONCE]


def sender(served: Served, path: str, key: str) -> Callable[[dict[str, Any]], TestResponse]:
    """Sends the good request of this path, changed a little."""
    headers = {"Idempotency-Key": key}

    def send(change: dict[str, Any]) -> TestResponse:
        if path in FORMS:
            files = [(io.BytesIO(change.get("content", b"bytes")), "a.onnx")]
            return served.ask("POST", path, data={"files": files}, headers=headers)
        assert path in good(served.ids), f"POST {path}: what is a good request? teach tests/served.py"
        return served.ask("POST", served.filled(path), json=good(served.ids)[path] | change, headers=headers)

    return send


ANOTHER = {
    "/v1/models": {"content": b"others"},
    "/v1/inspections": {"content": b"others"},
    "/v1/datasets": {"content": b"others"},
    "/v1/tensors": {"content": b"others"},
    "/v1/models/downloads": {"sha256": "1" * 64},
    "/v1/datasets/generations": {"count": 2},
    "/v1/datasets/subsets": {"count": 2},
    "/v1/datasets/augmentations": {"copies": 2},
    "/v1/exports": {"format": "coco"},
    "/v1/conversions": {"precision": "FP32"},
    "/v1/profiles": {"launches": 7},
    "/v1/calibrations": {"subset_size": 17},
    "/v1/evaluations": {"split": "all"},
    "/v1/trials": {"images": ["another"]},
    "/v1/recipes": {"overrides": {"resize": "letterbox"}},
    "/v1/packages": {"samples": 1},
    "/v1/projects": {"name": "another"},
    "/v1/projects/{project_id}/optimizations": {"subset_size": 7},
}


def listed(served: Served, path: str) -> set[str]:
    made = "generations|downloads|subsets|augmentations"
    collection = re.sub(f"/({made})$", "", path)
    answer = served.ask("GET", served.filled(collection), query_string={"limit": 200})
    return {item["id"] for item in answer.json["items"]}


def test_a_post_sent_again_by_several_at_once_makes_one_thing(served: Served) -> None:
    asked = makers(served)
    assert len(asked) > 10
    for path in asked:
        before, send = listed(served, path), sender(served, path, str(uuid.uuid4()))
        with ThreadPoolExecutor(4) as clients:
            answers = list(clients.map(send, [{}] * 4))
        made = {answer.json.get("id") for answer in answers}
        assert len(made) == 1, (path, [answer.text for answer in answers])
        assert listed(served, path) - before == made, path


def test_a_key_that_was_used_for_another_request_is_refused(served: Served) -> None:
    for path in makers(served):
        send = sender(served, path, str(uuid.uuid4()))
        first = send({})
        refused = send(ANOTHER[path])

        assert refused.status_code == 409, (path, refused.text)
        assert refused.json["type"] == "urn:workbench:problem:idempotency-conflict"
        assert first.json["id"] in refused.json["detail"], path


def test_cancelling_again_answers_alike(served: Served) -> None:
    made = served.ask("POST", "/v1/conversions", json=good(served.ids)["/v1/conversions"]).json["id"]

    answers = [served.ask("POST", f"/v1/conversions/{made}/cancel") for _ in range(2)]

    assert [(answer.status_code, answer.json["state"]) for answer in answers] == [(200, "cancelled")] * 2


@pytest.mark.parametrize("key", ["x" * 201, "a\0b"])
def test_a_key_that_cannot_be_kept_is_refused_by_its_name(served: Served, key: str) -> None:
    for path in makers(served):
        answer = sender(served, path, key)({})
        assert answer.status_code == 422, (path, answer.text)
        assert "Idempotency-Key" in json.dumps(answer.json), path

"""GET /v1/tasks: everything there is to choose, without what computes it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from workbench.dataset import formats
from workbench.dataset.app import create_app
from workbench.tasks.catalogue import TASKS
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    adapters = embedded(tmp_path)
    write_token(adapters.store, "token", Identity("a", "viewer"), "a")
    write_token(adapters.store, "sender", Identity("a", "member"), "a")
    client = create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path)})).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    yield client
    adapters.close()


def test_a_viewer_reads_every_task_with_its_settings_and_the_formats_that_feed_it(client: FlaskClient) -> None:
    answer = client.get("/v1/tasks")

    assert answer.status_code == 200
    told = answer.get_json()["items"]
    assert [{name: value for name, value in each.items() if name != "formats"} for each in told] == [
        task.to_json() for task in TASKS
    ]
    assert set(told[0]["formats"]) >= {"imagenet-folders", "imagenet-list"}
    assert "unannotated" not in told[0]["formats"]
    assert next(each for each in told if each["name"] == "generic")["formats"] == list(formats.NAMES)


def test_a_layout_that_there_is_not_is_refused_before_a_file_is_sent(client: FlaskClient) -> None:
    declared = {"files": [{"name": "a.zip", "size_bytes": 9, "sha256": "0" * 64}], "format": "piles"}

    answer = client.post("/v1/datasets/uploads", json=declared, headers={"Authorization": "Bearer sender"})

    assert answer.status_code == 422
    assert answer.get_json()["detail"] == f"format: Must be one of {', '.join(formats.NAMES)}, or null."


def test_the_api_needs_neither_numpy_nor_pillow_for_that() -> None:
    code = "import sys, workbench.dataset.app; print({'numpy', 'PIL', 'openvino'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert printed.stdout.strip() == "set()"

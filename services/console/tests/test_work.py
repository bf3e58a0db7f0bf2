"""What the console knows of the API's resources is what there is."""

from __future__ import annotations

from typing import Any

import pytest
from console_bench import Bench
from werkzeug.test import Client
from workbench.client.again import DESCRIBED
from workbench.console import work
from workbench.standalone.mount import merged_openapi
from workbench.webapp.settings import load

ASKED = [name for name in work.KINDS if name not in (*work.UPLOADED, "optimizations")]


def read(bench: Bench, path: str) -> dict[str, Any]:
    answer = Client(bench.front).get(path, headers={"Authorization": "Bearer hostile"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def test_it_shows_every_resource_that_has_jobs(bench: Bench) -> None:
    paths = merged_openapi(bench.adapters, load({"WORKBENCH_HOME": str(bench.adapters.home)}))["paths"]

    assert {path.split("/")[-3] for path in paths if path.endswith("/{job_id}/cancel")} == set(work.KINDS)


@pytest.mark.parametrize("resource", ASKED)
def test_what_may_be_asked_for_again_is_described_where_it_looks(bench: Bench, resource: str) -> None:
    document = read(bench, f"/v1/{DESCRIBED.get(resource, resource)}/openapi.json")

    assert "requestBody" in document["paths"][f"/v1/{resource}"]["post"]

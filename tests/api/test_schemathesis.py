"""Every operation of every service with generated requests, good and bad: whatever comes, no defect answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from at_work import at_work
from flask import Flask
from fresh import embedded
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from workbench.jobs import Adapters
from workbench.profiler.worker import create_worker
from workbench.standalone.mount import SERVICES
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

AUTH = {"Authorization": "Bearer token", "Host": "127.0.0.1"}
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = 25


@pytest.fixture
def adapters(whole: None, tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path)
    write_token(made.store, "token", Identity("a", "admin"), "test")
    yield made
    made.close()


@pytest.fixture
def profiler_at_work(adapters: Adapters, tmp_path: Path) -> Iterator[None]:
    """Its targets are looked for by a worker."""
    with at_work(create_worker(adapters, load({"WORKBENCH_HOME": str(tmp_path)}))):
        yield


@pytest.mark.parametrize("service", [name for name, _, _ in SERVICES])
def test_no_request_meets_a_defect_and_every_answer_is_as_documented(
    service: str, adapters: Adapters, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (module,) = [module for name, module, _ in SERVICES if name == service]
    app: Flask = module.create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path)}))
    if service == "profiler":
        request.getfixturevalue("profiler_at_work")
    prefix = app.config["OPENAPI_URL_PREFIX"]
    schema = schemathesis.openapi.from_wsgi(f"{prefix}/openapi.json", app, headers=AUTH)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert operations

    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def holds(case: schemathesis.Case) -> None:
            query = dict(case.query or {})
            if "wait_s" in query:  # a long wait is a good answer, but not here
                case.query = {**query, "wait_s": 0}
            response = case.call(headers={**dict(case.headers or {}), **AUTH})
            case.validate_response(response, checks=CHECKS)

        holds()

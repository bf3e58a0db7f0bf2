"""The OpenAPI document is one that clients are generated from."""

from __future__ import annotations

import re
from pathlib import Path

from fresh import embedded
from workbench.standalone.mount import merged_openapi
from workbench.webapp.settings import load


def test_every_operation_has_an_id_of_its_own_and_says_what_it_asks_for(tmp_path: Path) -> None:
    merged = merged_openapi(embedded(tmp_path), load({"WORKBENCH_HOME": str(tmp_path)}))
    operations = [each for path in merged["paths"].values() for verb, each in path.items() if verb != "parameters"]
    ids = [operation["operationId"] for operation in operations]

    assert len(ids) == len(set(ids)) > 80
    assert [each for each in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)+", each)] == []
    (scheme,) = merged["security"][0]
    assert merged["components"]["securitySchemes"][scheme] == {"type": "http", "scheme": "bearer"}

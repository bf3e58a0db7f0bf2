"""The tokens of the workbench's team, made and revoked by command."""

from __future__ import annotations

from typing import Any

from standalone.conftest import Workbench


def test_a_token_is_made_listed_and_revoked(workbench: Workbench) -> None:
    made: Any = workbench.json("tokens", "create", "ci", "--role", "viewer", "--days", "2")
    assert made["secret"]

    listed = workbench.run("tokens", "list").stdout
    [line] = [line for line in listed.splitlines() if line.startswith(made["id"][:12])]
    assert line.split()[1:3] == ["ci", "viewer"]
    assert line.split()[-1] == "no", listed
    assert made["secret"] not in listed

    assert workbench.run("tokens", "revoke", made["id"][:12]).returncode == 0
    left: Any = workbench.json("tokens", "list")
    assert made["id"] not in [token["id"] for token in left]
    again = workbench.run("tokens", "revoke", made["id"][:12])
    assert again.returncode == 2
    assert made["id"][:12] in again.stdout


def test_what_no_token_can_be_is_refused_by_its_option(workbench: Workbench) -> None:
    refused = workbench.run("tokens", "create", "ci", "--days", "4000")
    assert refused.returncode == 2
    assert "--days" in refused.stdout

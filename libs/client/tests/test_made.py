"""Whatever makes a job tells of it alike: what is known beforehand, warnings, how to look at it, what came with it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from commanding import CliRunner, Result
from workbench.client.cli import app

MODEL, OTHER = (str(uuid.UUID(int=number)) for number in (1, 2))
TOGETHER = {"together": {"models": [{"model_id": MODEL}, {"model_id": OTHER}]}, "warnings": ["one launch was slow"]}


def run(server: Any, *words: str) -> Result:
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}
    return CliRunner().invoke(app, [*words], env=env)


@pytest.fixture(
    params=[
        "profiles create",
        "profiles again",
        "conversions again",
        "datasets subset",
        "datasets augment",
        "models reconfigure",
    ]
)
def words(request: pytest.FixtureRequest, server: Any) -> list[str]:
    """A command, and what it makes another of."""
    group, command = request.param.split()
    facts = {"format": "ir", "inputs": [{"name": "data"}], "weights": {"f32": {"elements": 1, "size_bytes": 4}}}
    made = server.add(group, {"model_id": MODEL}, [])
    made.view |= {"state": "succeeded", "facts": facts}
    options = {"augment": ["--method", "noise"], "reconfigure": ["--batch", "2"]}.get(command, [])
    return [group, command, MODEL if command == "create" else made.view["id"], *options]


def test_a_warning_of_what_was_made_is_told_with_how_to_look_at_it(server: Any, words: list[str]) -> None:
    kind = {"models": "conversions"}.get(words[0], words[0])
    server.script[kind] = [{"state": "succeeded", "facts": {"warnings": ["half of it is gray"]}}]

    told = run(server, *words, "--wait")

    assert told.exit_code == 0, told.output
    id = told.stdout.strip()
    assert "Warning: half of it is gray" in told.stderr
    assert f"succeeded; `workbench {words[0]} show {id}`" in told.stderr


@pytest.mark.parametrize("waits", [[], ["--wait"]])
def test_of_an_earlier_result_the_id_is_told_that_other_commands_take(server: Any, waits: list[str]) -> None:
    done = {"state": "succeeded", "reused_from": OTHER, "result": {"kind": "model", "id": OTHER}}
    server.born["conversions"] = done
    server.script["conversions"] = []

    told = run(server, "conversions", "create", MODEL, *waits)

    assert told.stdout.strip() == OTHER, told.output
    assert f"by an earlier one, whose id this is; `workbench conversions show {OTHER}`" in told.stderr


@pytest.mark.parametrize("command", ["create", "again"])
def test_the_profiles_of_models_measured_in_turns_come_with_the_first(server: Any, command: str) -> None:
    asked = {"model_id": MODEL, "with_model_ids": [OTHER]}
    server.script["profiles"] = [{"state": "succeeded", "facts": TOGETHER}]
    old = server.add("profiles", asked).view["id"]
    words = [MODEL, "--with-model", OTHER] if command == "create" else [old]

    told = run(server, "profiles", command, *words, "--wait", "--json")

    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert [each["request"] for each in document["others"]] == [{"model_id": OTHER, "from_profile_id": document["id"]}]

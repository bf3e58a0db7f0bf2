"""`workbench zoo`: models by name, from a server that has a catalogue in pages of two."""

from __future__ import annotations

import json
from typing import Any

import pytest
from commanding import CliRunner, Result
from workbench.client.cli import app


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "source": f"zoo:{name}",
        "group": "intel",
        "description": "A net.",
        "task": None,
        "task_type": "detection",
        "framework": "dldt",
        "license": "",
        "precisions": ["FP16", "FP32"],
        "size_bytes": 2_400_000,
        "inputs": {},
        "recipe": {},
        "outputs": [],
        "unused": [],
        "reason": None,
        **more,
    }


@pytest.fixture
def zoo(server: Any) -> Any:
    server.catalogue = [
        entry("net"),
        entry("whole/part", task="classification"),
        entry("made", size_bytes=None, reason="a script makes it"),
        entry("netting"),
    ]
    return server


def run(server: Any, *words: str) -> Result:
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}
    return CliRunner().invoke(app, ["zoo", *words], env=env)


def test_a_search_lists_every_page_and_marks_what_cannot_be_brought(zoo: Any) -> None:
    found = run(zoo, "search")

    assert [line.split()[0] for line in found.stdout.splitlines()] == ["NAME", "net", "whole/part", "(made)", "netting"]
    assert "classification" in found.stdout
    assert "4 of 4 models of https://zoo, as read at 2026-01-01T00:00:00Z" in found.stderr


def test_a_search_that_finds_nothing_says_so(zoo: Any) -> None:
    assert run(zoo, "search", "nothing").stderr.startswith("0 of 4 models")
    assert json.loads(run(zoo, "search", "netting", "--json").stdout)[0]["source"] == "zoo:netting"


def test_one_is_shown_with_how_to_bring_it_or_why_not(zoo: Any) -> None:
    assert "workbench zoo add whole/part" in run(zoo, "show", "zoo:whole/part").stderr
    scripted = run(zoo, "show", "made")
    assert "a script makes it" in scripted.stdout
    assert "zoo add" not in scripted.stderr


@pytest.mark.parametrize("name", ["net@FP16", "zoo:net@FP16"])
def test_one_is_brought_by_its_name(zoo: Any, name: str) -> None:
    added = run(zoo, "add", name, "--name", "mine")

    assert added.exit_code == 0, added.output
    assert zoo.posted("/models/downloads") == {"source": "zoo:net@FP16", "name": "mine"}


def test_what_is_no_name_is_refused_here(zoo: Any) -> None:
    refused = run(zoo, "show", "../models")

    assert refused.exit_code != 0
    assert "is not a name of a model" in refused.output

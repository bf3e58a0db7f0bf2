"""What the chart takes: every value is described and exercised, and nothing else is accepted."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from workbench.runner import variables

from chart.rendering import CHART, VARIANTS

SCHEMA = yaml.safe_load((CHART / "schema.yaml").read_text())


def keys_of(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every key with what the schema says of it; `*` is any member of a map."""
    for name, member in node.get("properties", {}).items():
        yield (*path, name), member
        yield from keys_of(member, (*path, name))
    if "additionalProperties" in node:
        yield from keys_of(node["additionalProperties"], (*path, "*"))


KEYS = dict(keys_of(SCHEMA))


def values_at(values: Any, path: tuple[str, ...]) -> list[Any]:
    """What values give for a key: one, none, or one of each member of a map."""
    if not path:
        return [values]
    if not isinstance(values, dict):
        return []
    inside = values.values() if path[0] == "*" else [values[path[0]]] if path[0] in values else []
    return [found for each in inside for found in values_at(each, path[1:])]


def test_the_chart_refuses_the_variables_that_a_pod_would_refuse() -> None:
    names = SCHEMA["properties"]["runners"]["properties"]["deviceTypes"]["additionalProperties"]["properties"]["env"]
    named, prefixed = names["propertyNames"]["not"]["anyOf"]

    assert (set(named["enum"]), prefixed["pattern"]) == (variables.OURS, f"^{variables.OUR_PREFIX}")


def test_every_value_says_what_it_is() -> None:
    assert [path for path, member in KEYS.items() if not member.get("description")] == []


def test_every_value_is_exercised_with_another_one_than_its_default() -> None:
    values = yaml.safe_load(VARIANTS["everything"][0].read_text())

    for path, member in KEYS.items():
        given = values_at(values, path)
        assert given, f"{'.'.join(path)} is not in everything.yaml"
        if "default" in member and member.get("type") != "boolean":
            assert given != [member["default"]], ".".join(path)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("runner.enabled=true", "additional properties 'runner' not allowed"),
        ("runners.host.gpu=1", "additional properties 'gpu' not allowed"),
        ('runners.deviceTypes.arc={"device":"GPU","labels":{}}', "additional properties 'labels' not allowed"),
        ('runners.deviceTypes.arc={"resource":"gpu.intel.com/xe"}', "missing property 'device'"),
        ('runners.deviceTypes.arc={"device":"GPU","cpu":0.5}', "got number, want integer"),
        ('runners.deviceTypes.host={"device":"CPU"}', "host"),
        ('runners.deviceTypes.local={"device":"CPU"}', "local"),
        ('runners.deviceTypes.Arc={"device":"GPU"}', "Arc"),
        ('runners.deviceTypes.arc={"device":"GPU","env":{"HOME":"/x"}}', "HOME"),
        ('runners.deviceTypes.arc={"device":"GPU","env":{"WORKBENCH_RUN_URL":"x"}}', "WORKBENCH_RUN_URL"),
        ('runners.deviceTypes.arc={"device":"GPU","env":{"NOT A NAME":"x"}}', "NOT A NAME"),
        ('runners.deviceTypes.arc={"device":"GPU","env":{"OV_LEVEL":1}}', "got number, want string"),
        ('store.endpoint="s3.example.com"', "does not match pattern"),
    ],
)
def test_what_it_does_not_take_is_refused_by_name(
    helm: Callable[..., subprocess.CompletedProcess[str]], setting: str, said: str
) -> None:
    refused = helm("template", "wb", CHART, "--set-json", setting)

    assert refused.returncode != 0
    assert said in refused.stderr


@pytest.mark.parametrize("path", sorted(CHART.glob("values-*.yaml")), ids=lambda path: path.name)
def test_a_shipped_file_of_values_is_one_of_the_variants(path: Path) -> None:
    assert (path,) in VARIANTS.values()

"""What a job was asked for may be asked for once more, changed in what is said, by SDK and command line alike."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from commanding import CliRunner
from served import Served, good
from workbench.client import Client
from workbench.client.cli import app
from workbench.client.cli.descriptions import DESCRIPTIONS
from workbench.client.cli.session import Session

AGAIN = [row.name for row in DESCRIPTIONS if "again" in row.commands]
OF_ONE_MODEL = {
    "conversions": (["--precision", "FP16"], {"precision": "FP16"}),
    "profiles": (["--streams", "2"], {"streams": 2, "hint": None}),
    "calibrations": (["--subset-size", "7"], {"subset_size": 7}),
    "evaluations": (["--split", "all"], {"split": "all"}),
    "trials": (["--image", "b.png"], {"images": ["b.png"]}),
    "recipes": (["--color", "BGR"], {"overrides": {"color": "BGR", "resize": "stretch"}}),
    "packages": (["--samples", "3"], {"samples": 3}),
    "exports": (["--name", "other"], {}),
}


@pytest.fixture
def client(served: Served) -> Client:
    return Client("http://localhost", "token", transport=httpx.WSGITransport(app=served.front))  # type: ignore[arg-type]


@pytest.fixture
def said(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(Session, "client", client)

    def say(*words: str) -> str:
        result = CliRunner().invoke(app, [*words])
        assert result.exit_code == 0, result.output
        return result.stdout.split()[-1]  # behind what the server logs

    return say


def test_every_list_that_may_be_asked_again_is_asked_here() -> None:
    assert set(AGAIN) == set(OF_ONE_MODEL)


@pytest.mark.parametrize("name", AGAIN)
def test_the_same_is_asked_for_with_the_option_that_was_given(
    served: Served, client: Client, said: Any, name: str
) -> None:
    resource, (options, changes) = getattr(client, name), OF_ONE_MODEL[name]
    asked = good(served.ids)[f"/v1/{name}"] | ({"overrides": {"resize": "stretch"}} if name == "recipes" else {})
    first = resource.create(asked)

    same, other = (resource.get(said(name, "again", first["id"], *words)) for words in ([], options))

    assert (same["request"], same["name"]) == (first["request"], first["name"])
    assert other["request"] == first["request"] | changes
    assert len({first["id"], same["id"], other["id"]}) == 3


def test_streams_without_a_hint_stay_without_one(served: Served, client: Client, said: Any) -> None:
    first = client.profiles.create({"model_id": served.ids["model"], "hint": None, "streams": 2})

    again = client.profiles.get(said("profiles", "again", first["id"], "--batch", "4"))

    assert again["request"] == first["request"] | {"batch": 4}


def test_an_optimization_is_asked_for_again_with_what_belongs_to_its_recipe(
    served: Served, client: Client, said: Any
) -> None:
    project = client.projects.create({"name": "x", "model_id": served.ids["model"]})["id"]
    client.optimizations(project).create({"task": "generic", "recipe": {"mean": [1, 2, 3]}, "launches": 7})

    again = client.optimizations(project).get(
        said("projects", "again", project, "--scale", "2,2,2", "--preprocessing", "outside")
    )

    assert again["request"]["recipe"] == {"mean": [1.0, 2.0, 3.0], "scale": [2.0, 2.0, 2.0]}
    assert (again["request"]["launches"], again["request"]["preprocessing"]) == (7, "outside")


def test_a_change_that_is_refused_is_told_in_options(client: Client, served: Served, said: Any) -> None:
    first = client.profiles.create({"model_id": served.ids["model"]})

    result = CliRunner().invoke(app, ["profiles", "again", first["id"], "--duration-s", "3600"])

    assert result.exit_code == 3
    assert "--duration-s: " in result.output

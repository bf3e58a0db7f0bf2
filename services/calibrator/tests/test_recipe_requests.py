"""What may be asked of a recipe, over HTTP and by command, and what an earlier release asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from workbench.calibrator.app import create_app
from workbench.calibrator.schemas import RecipeOverrides
from workbench.calibrator.worker import create_worker
from workbench.imaging.preparation import LARGEST_SIDE, ModelInput, Preparation
from workbench.jobs import Adapters
from workbench.messages import Message
from workbench.store import Manifest, Manifests
from workbench.tasks.default_recipe import NoDefaultRecipe, default_recipe
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.recipes import RecipeSettings
from workbench.webapp.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path)})


@pytest.fixture
def adapters(settings: Settings) -> Iterator[Adapters]:
    made = embedded(Path(settings.home))
    write_token(made.store, "token", Identity("a", "admin"), "a")
    Manifests(made.store, "a").write(Manifest("model", "m", "a", "", (), {"main_file": "model.xml"}).text())
    yield made
    made.close()


@pytest.fixture
def client(adapters: Adapters, settings: Settings) -> FlaskClient:
    client = create_app(adapters, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


def asked(client: FlaskClient, **overrides: Any) -> Any:
    return client.post("/v1/recipes", json={"model_id": "m", "overrides": overrides})


def test_what_a_request_says_of_the_picture_is_what_a_recipe_knows_of_it() -> None:
    said = set(RecipeSettings().fields) - {"head", "output", "options"}

    assert said - {"layout"} == {field.name for field in fields(Preparation)} - {"input"}
    assert "layout" in {field.name for field in fields(ModelInput)}


@pytest.mark.parametrize(
    "overrides",
    [
        {"task": "classification", "head": "scores", "options": {"label_offset": 1, "top_k": 3}},
        {"options": {"top_k": 3}},
        {"head": None},
        {"width": LARGEST_SIDE, "short_side": 2 * LARGEST_SIDE},
    ],
)
def test_settings_that_some_task_has_are_taken_as_they_are(client: FlaskClient, overrides: dict[str, Any]) -> None:
    answer = asked(client, **overrides)

    assert answer.status_code == 202
    assert answer.get_json()["request"]["overrides"] == overrides


@pytest.mark.parametrize(
    ("overrides", "field", "said"),
    [
        ({"options": {"top_k": 101}}, "options.top_k", "Must be a whole number from 1 to 100."),
        ({"task": "generic", "options": {"top_k": 1}}, "options.top_k", "accepted here are none."),
        (
            {"task": "classification", "options": {"smooth": 1}},
            "options.smooth",
            "accepted here are label_offset, top_k.",
        ),
        ({"task": "classification", "head": "boxes"}, "head", "Must be one of scores."),
        ({"label_offset": 1}, "label_offset", "belongs into `options`"),
        ({"width": LARGEST_SIDE + 1}, "width", f"{LARGEST_SIDE}"),
        ({"mean": [1e9]}, "mean.0", "1000000"),
        ({"options": {"x" * 65: 1}}, "options", "64"),
    ],
)
def test_anything_else_is_refused_before_work_by_its_field(
    client: FlaskClient, overrides: dict[str, Any], field: str, said: str
) -> None:
    answer = asked(client, **overrides)

    assert answer.status_code == 422
    assert f"overrides.{field}" in answer.get_json()["detail"]
    assert said in answer.get_json()["detail"]


def test_whatever_a_refusal_offers_the_request_takes() -> None:
    image = {"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}
    with pytest.raises(NoDefaultRecipe, match="colour") as refused:
        default_recipe({"inputs": [image], "outputs": []}, None, {"task": "generic", "colour": "BGR"})
    offered = str(refused.value).partition("accepted here are ")[2].partition(", not ")[0].split(", ")

    assert sorted(offered) == sorted(RecipeOverrides().fields)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"task": "classification", "label_offset": 1}, {"task": "classification", "options": {"label_offset": 1}}),
        ({"task": "generic", "label_offset": 1}, {"task": "generic"}),
        ({"task": "generic"}, {"task": "generic"}),
    ],
)
def test_a_command_of_an_earlier_release_becomes_the_job_it_meant(
    adapters: Adapters, settings: Settings, said: dict[str, Any], kept: dict[str, Any]
) -> None:
    create_worker(adapters, settings)

    adapters.messages.publish(Message("recipe.requested", "/project", "j", "a", {"model_id": "m", "overrides": said}))

    assert adapters.record("calibrator").get("recipe", "a", "j").request["overrides"] == kept

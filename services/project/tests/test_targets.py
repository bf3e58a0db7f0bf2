"""Where an optimization runs: its own words, else its project's, settled by what the cluster has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from servers.pools import in_cluster
from sqlalchemy import update
from workbench.project.app import create_app
from workbench.project.tables import projects

Bench = Any


@pytest.fixture
def client(bench: Bench) -> FlaskClient:
    """The service of ``bench``, in a cluster."""
    client = create_app(bench.adapters, in_cluster(bench.home)).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


@pytest.fixture
def made(client: FlaskClient) -> Callable[..., Any]:
    """Create a project that says this of where."""
    return lambda **where: client.post("/v1/projects", json={"name": "p", "model_id": "m", "dataset_id": "d", **where})


def test_an_optimization_whose_measurements_would_take_too_long_is_refused_before_anything_begins(bench: Bench) -> None:
    answer = asked(bench.client, bench.project_id, duration_s=3600, launches=100)

    assert answer.status_code == 422
    assert answer.get_json()["errors"]["duration_s"].endswith("at most 2.2.")
    assert bench.adapters.record("project").active() == 0


def test_the_answer_says_about_how_long_all_variants_will_be_measured(bench: Bench) -> None:
    answer = asked(bench.client, bench.project_id, task="classification", duration_s=1).get_json()

    assert answer["request"]["models"] == 3
    assert answer["expected_run_s"] == {"least": 45, "most": 105}


@pytest.mark.parametrize(
    ("request_", "field", "said"),
    [
        ({"recipe": {"options": {"top_k": 0}}}, "recipe.options.top_k", "Must be a whole number from 1 to 100."),
        (
            {"task": "classification", "recipe": {"options": {"smooth": True}}},
            "recipe.options.smooth",
            "accepted here are label_offset, top_k.",
        ),
        ({"recipe": {"options": {"top_k": [1]}}}, "recipe.options.top_k", "Must be a whole number from 1 to 100."),
        ({"task": "classification", "recipe": {"head": "boxes"}}, "recipe.head", "Must be one of scores."),
        ({"recipe": {"head": "boxes"}}, "recipe.head", "Must be one of "),
        ({"recipe": {"options": {"smooth": True}}}, "recipe.options.smooth", "accepted here are "),
        ({"task": "generic", "recipe": {"head": "scores"}}, "recipe.head", "this task has none"),
        ({"task": "generic", "recipe": {"options": {"top_k": 1}}}, "recipe.options.top_k", "accepted here are none."),
        ({"recipe": {"top_k": 1}}, "recipe.top_k", "what only one task knows belongs into `options`."),
    ],
)
def test_what_a_task_does_not_have_is_refused_by_field(bench: Bench, request_: Any, field: str, said: str) -> None:
    answer = asked(bench.client, bench.project_id, **request_)

    assert answer.status_code == 422
    assert f"{field}: " in answer.get_json()["detail"]
    assert said in answer.get_json()["detail"]
    assert bench.adapters.record("project").active() == 0


def asked(client: FlaskClient, project_id: str, **request: Any) -> Any:
    return client.post(f"/v1/projects/{project_id}/optimizations", json=request)


@pytest.mark.parametrize(
    ("where", "target", "device"),
    [
        ({}, "cpu", "CPU"),
        ({"target": "npu"}, "npu", "NPU"),
        ({"device": "GPU"}, "gpu", "GPU"),
    ],
)
def test_a_project_says_where_it_is_for(
    client: FlaskClient, made: Callable[..., Any], where: dict[str, str], target: str, device: str
) -> None:
    project = made(**where).get_json()
    read = client.get(f"/v1/projects/{project['id']}").get_json()

    assert (project["target"], project["device"]) == (target, device)
    assert (read["target"], read["device"]) == (target, device)


def test_a_project_is_for_a_target_that_sets_variables_too(bench: Bench) -> None:
    settings = in_cluster(bench.home, gpu={"device": "GPU", "env": {"OV_LEVEL": "1"}})
    client = create_app(bench.adapters, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"

    asked = {"name": "p", "model_id": "m", "dataset_id": "d", "target": "gpu"}
    project = client.post("/v1/projects", json=asked)

    assert project.status_code == 201, project.get_data(as_text=True)
    assert project.get_json()["device"] == "GPU"


def test_without_a_cluster_a_project_is_for_this_machine(bench: Bench) -> None:
    project = bench.client.get(f"/v1/projects/{bench.project_id}").get_json()

    assert (project["target"], project["device"]) == ("local", "CPU")


@pytest.mark.parametrize("where", [{"target": "moon"}, {"target": "npu", "device": "CPU"}, {"device": "TPU"}])
def test_a_project_for_what_is_not_there_is_refused_and_holds_nothing(
    bench: Bench, client: FlaskClient, made: Callable[..., Any], where: dict[str, str]
) -> None:
    before = [info.key for info in bench.adapters.store.list("teams/")]

    assert made(**where).status_code == 422
    assert [info.key for info in bench.adapters.store.list("teams/")] == before


@pytest.mark.parametrize(
    ("request_says", "target", "device"),
    [
        ({}, "npu", "NPU"),
        ({"target": "old-cpu"}, "old-cpu", "CPU"),
        ({"device": "GPU.0"}, "gpu", "GPU.0"),
        ({"target": "gpu", "device": "GPU.0"}, "gpu", "GPU.0"),
    ],
)
def test_an_optimization_runs_where_it_says_or_its_project(
    client: FlaskClient, made: Callable[..., Any], request_says: dict[str, str], target: str, device: str
) -> None:
    project = made(target="npu").get_json()

    request = asked(client, project["id"], **request_says).get_json()["request"]

    assert (request["target"], request["device"]) == (target, device)
    assert request["calibrate_on_target"] is False


def test_an_optimization_for_what_is_not_there_is_refused(client: FlaskClient, made: Callable[..., Any]) -> None:
    answer = asked(client, made().get_json()["id"], target="moon")

    assert answer.status_code == 422
    assert "'moon' is not one of cpu, old-cpu, gpu, npu" in answer.get_json(force=True)["detail"]


def test_a_project_of_a_target_that_has_gone_says_so_when_it_is_used(
    bench: Bench, client: FlaskClient, made: Callable[..., Any]
) -> None:
    project = made().get_json()
    with bench.adapters.record("project").engine.begin() as connection:
        connection.execute(update(projects).values(target="gone"))

    assert asked(client, project["id"]).status_code == 422
    assert asked(client, project["id"], target="npu").status_code == 202


def test_a_project_from_before_there_were_targets_goes_to_the_first_that_has_its_device(
    bench: Bench, client: FlaskClient
) -> None:
    request = asked(client, bench.project_id).get_json()["request"]

    assert (request["target"], request["device"]) == ("cpu", "CPU")


def test_every_step_is_told_where_and_so_is_the_report(
    bench: Bench, client: FlaskClient, made: Callable[..., Any]
) -> None:
    bench.others.answer = lambda others, command: others.succeed(command)
    bench.client, bench.project_id = client, made(target="npu").get_json()["id"]
    bench.work()

    report = bench.ended(bench.optimize(calibrate_on_target=True))["facts"]

    assert (report["target"], report["device"]) == ("npu", "NPU")
    told = {command.type.partition(".")[0] for command in bench.others.commands if command.data.get("target") == "npu"}
    assert told == {"profile", "evaluation", "calibration"}

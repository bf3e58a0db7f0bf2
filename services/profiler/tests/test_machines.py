"""Machines of a team's own: registered, listed with what is known of them, removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from servers.pools import in_cluster
from workbench.jobs import Adapters
from workbench.profiler.app import create_app
from workbench.profiler.kinds import TARGET, plan_target, publish_target
from workbench.runner.agent.protocol import release
from workbench.store import Manifests
from workbench.targets import here
from workbench.targets.census import announce
from workbench.targets.machines import AWAY_S, Machines
from workbench.webapp.identity import Identity, write_token

SECRET = "s" * 40
SEEN = {
    "id": "local",
    "name": "local",
    "absent": [],
    "cores_available": 4.0,
    "devices": [{"name": "CPU", "full_name": "A processor", "int8": True}],
    "machine": {"memory": {"total_bytes": 1}},
    "versions": {},
}


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path / "home")
    for team, role in (("a", "member"), ("b", "member"), ("v", "viewer")):
        write_token(made.store, team, Identity("a" if team == "v" else team, role), team)
    announce(made.store, [], time.time())
    yield made
    made.close()


@pytest.fixture
def client(adapters: Adapters, tmp_path: Path) -> FlaskClient:
    """In a cluster without a node: there are the machines alone."""
    return create_app(adapters, in_cluster(tmp_path / "home")).test_client()


Ask = Callable[..., Any]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    def ask(method: str, path: str, team: str = "a", **json: Any) -> Any:
        headers = {"Authorization": f"Bearer {team}"}
        return client.open(path, method=method, headers=headers, json=json or None)

    return ask


@pytest.fixture
def machines(adapters: Adapters) -> Machines:
    return Machines(adapters.store)


def test_a_machine_is_expected_until_it_has_joined(ask: Ask, machines: Machines) -> None:
    answer = ask("PUT", "/v1/targets/bench")

    assert answer.status_code == 201
    assert answer.json["id"] == "bench"
    [target] = ask("GET", "/v1/targets").json["items"]
    assert (target["id"], target["kind"], target["usable"]) == ("bench", "machine", False)
    assert target["reason"] == "the machine bench, which has not joined yet"
    assert machines.join(answer.json["token"], SECRET).name == "bench"


def test_another_team_sees_none_of_it(ask: Ask) -> None:
    ask("PUT", "/v1/targets/bench")

    assert ask("GET", "/v1/targets", "b").json["items"] == []
    assert ask("GET", "/v1/targets/bench", "b").status_code == 404
    assert ask("DELETE", "/v1/targets/bench", "b").status_code == 404
    assert ask("PUT", "/v1/targets/bench", "b").status_code == 201


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("bench", 409),
        ("local", 409),
        ("gpu", 409),
        ("Bench", 422),
        ("-a", 422),
        ("..", 422),
        ("n" * 41, 422),
    ],
)
def test_a_name_that_is_taken_or_is_none_is_refused(ask: Ask, machines: Machines, name: str, status: int) -> None:
    machines.join(ask("PUT", "/v1/targets/bench").json["token"], SECRET)

    assert ask("PUT", f"/v1/targets/{name}").status_code == status


def test_until_it_has_joined_another_token_takes_the_place_of_the_first(ask: Ask, machines: Machines) -> None:
    first, second = (ask("PUT", "/v1/targets/bench").json["token"] for _ in range(2))

    assert machines.join(first, SECRET) is None
    assert machines.join(second, SECRET).name == "bench"


def test_a_machine_that_lost_its_secret_joins_anew_and_stays_the_target_that_it_was(
    ask: Ask, machines: Machines
) -> None:
    machines.join(ask("PUT", "/v1/targets/bench").json["token"], SECRET)
    machines.tell("a", "bench", {"devices": [{"name": "CPU"}], "absent": []}, 1.0)

    token = ask("PUT", "/v1/targets/bench/token").json["token"]

    assert machines.identify(SECRET), "who asks for a token by mistake has broken nothing"
    assert machines.join(token, "n" * 40).name == "bench"
    assert machines.join(token, "n" * 40), "an answer that was lost"
    assert machines.join(token, "o" * 40) is None, "once"
    assert machines.identify("n" * 40).name == "bench"
    assert machines.identify(SECRET) is None
    assert machines.here("a", "bench").devices == ("CPU",)
    assert ask("DELETE", "/v1/targets/bench").status_code == 204
    assert machines.identify("n" * 40) is None


def test_only_a_machine_of_the_team_is_renewed_and_no_viewer_does_it(ask: Ask) -> None:
    ask("PUT", "/v1/targets/bench")

    assert ask("PUT", "/v1/targets/bench/token", "b").status_code == 404
    assert ask("PUT", "/v1/targets/gpu/token").status_code == 404
    assert ask("PUT", "/v1/targets/bench/token", "v").status_code == 403
    assert ask("PUT", "/v1/targets/bench/token").status_code == 201


def test_a_viewer_registers_and_removes_nothing(ask: Ask) -> None:
    ask("PUT", "/v1/targets/bench")

    assert ask("PUT", "/v1/targets/other", "v").status_code == 403
    assert ask("DELETE", "/v1/targets/bench", "v").status_code == 403


def test_a_removed_machine_is_gone_with_its_tokens(ask: Ask, machines: Machines) -> None:
    token = ask("PUT", "/v1/targets/bench").json["token"]
    machines.join(token, SECRET)

    assert ask("DELETE", "/v1/targets/bench").status_code == 204
    assert ask("DELETE", "/v1/targets/bench").status_code == 404
    assert machines.identify(SECRET) is None
    assert ask("GET", "/v1/targets").json["items"] == []


def test_what_it_has_and_does_is_told_as_of_this_machine(ask: Ask, adapters: Adapters, machines: Machines) -> None:
    machines.join(ask("PUT", "/v1/targets/bench").json["token"], SECRET)
    machines.tell("a", "bench", SEEN, time.time())
    machines.note(machines.identify(SECRET), "lab-7", release(), "a measurement is running")
    later = Machines(adapters.store, lambda: time.time() - AWAY_S - 10)

    [target] = ask("GET", "/v1/targets").json["items"]
    later.note(later.identify(SECRET), "lab-7", release(), None)
    [away] = ask("GET", "/v1/targets").json["items"]

    assert (target["id"], target["name"], target["host"], target["usable"]) == ("bench", "bench", "lab-7", True)
    [device] = target["devices"]
    assert (device["full_name"], device["state"]) == ("A processor", "busy")
    assert device["reason"] == "a measurement is running"
    assert target["cores_available"] == 4.0
    assert away["devices"][0]["state"] == "unknown"
    assert "last heard of 1 minute ago" in away["reason"]


def test_a_look_at_a_machine_is_a_run_there_and_told_of_it_alone(adapters: Adapters, machines: Machines) -> None:
    machines.add("a", "bench")
    job = adapters.record("profiler").submit(TARGET, "a", {"target": "bench"})

    assert (job.target, plan_target(job, Manifests(adapters.store, "a")).target) == ("bench", "bench")
    publish_target(job, {"targets": [SEEN]}, (), Manifests(adapters.store, "a"))
    assert machines.here("a", "bench").devices == ("CPU",)
    assert here.told(adapters.store) is None


def test_a_profile_is_asked_for_on_a_machine(ask: Ask, machines: Machines) -> None:
    ask("PUT", "/v1/targets/bench")
    machines.tell("a", "bench", SEEN, time.time())

    refused = ask("POST", "/v1/profiles", model_id="m", target="bench", device="NPU")
    assert refused.status_code == 422
    assert refused.json["detail"] == "device: the target bench has CPU, not 'NPU'."
    assert ask("POST", "/v1/profiles", model_id="m", target="bench").status_code == 404  # no such model
    assert ask("POST", "/v1/profiles", "b", model_id="m", target="bench").json["type"].endswith("unknown-target")

"""Tokens of a team over HTTP: made and revoked by its admins, their secrets told once, and none of another team's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from workbench.jobs import Adapters
from workbench.project.app import create_app
from workbench.webapp import tokens
from workbench.webapp.identity import ROLES, Identity, digest_of, write_token
from workbench.webapp.settings import load

Asking = Callable[[str], FlaskClient]


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path)
    for role in ROLES:
        write_token(made.store, role, Identity("red", role), f"the {role}'s")
    write_token(made.store, "blue", Identity("blue", "admin"), "blue's")
    yield made
    made.close()


@pytest.fixture
def asking(adapters: Adapters, tmp_path: Path) -> Asking:
    """A server with each client: none remembers what another has seen."""
    settings = load({"WORKBENCH_HOME": str(tmp_path)})

    def make(secret: str) -> FlaskClient:
        client = create_app(adapters, settings).test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return make


def made(asking: Asking, **asked: Any) -> dict[str, Any]:
    answer = asking("admin").post("/v1/tokens", json={"name": "ci", **asked})
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def test_a_new_token_speaks_for_the_team_in_the_role_it_was_made_for(asking: Asking) -> None:
    token = made(asking, role="viewer")

    assert asking(token["secret"]).get("/v1/identity").get_json()["team"] == "red"
    assert asking(token["secret"]).get("/v1/identity").get_json()["role"] == "viewer"
    assert (token["name"], token["expires_at"], token["expired"]) == ("ci", None, False)


def test_its_secret_is_told_once_and_kept_nowhere(asking: Asking, adapters: Adapters) -> None:
    token = made(asking)

    assert token["id"] == digest_of(token["secret"])
    for path in ("/v1/tokens", f"/v1/tokens/{token['id']}"):
        answer = asking("admin").get(path)
        assert answer.status_code == 200
        assert token["secret"] not in answer.text
    kept = [info.key.encode() + adapters.store.get(info.key) for info in adapters.store.list("")]
    assert not [each for each in kept if token["secret"].encode() in each]


def test_an_admin_sees_the_teams_tokens_and_which_one_asked(asking: Asking) -> None:
    items = asking("admin").get("/v1/tokens").get_json()["items"]

    assert {each["name"]: each["current"] for each in items} == {
        "the viewer's": False,
        "the member's": False,
        "the admin's": True,
    }


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_nobody_else_of_the_team_makes_lists_or_revokes_one(asking: Asking, role: str) -> None:
    answers = [
        asking(role).post("/v1/tokens", json={"name": "mine", "role": "viewer"}),
        asking(role).get("/v1/tokens"),
        asking(role).get(f"/v1/tokens/{digest_of(role)}"),
        asking(role).delete(f"/v1/tokens/{digest_of(role)}"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert asking(role).get("/v1/identity").status_code == 200


def test_a_revoked_token_opens_nothing(asking: Asking) -> None:
    token = made(asking)

    assert asking("admin").delete(f"/v1/tokens/{token['id']}").status_code == 204

    assert asking(token["secret"]).get("/v1/identity").status_code == 401
    assert asking("admin").get(f"/v1/tokens/{token['id']}").status_code == 404


def test_another_teams_admin_finds_and_revokes_none(asking: Asking) -> None:
    token = made(asking)
    path = f"/v1/tokens/{token['id']}"

    assert [asking("blue").get(path).status_code, asking("blue").delete(path).status_code] == [404, 404]
    assert [each["name"] for each in asking("blue").get("/v1/tokens").get_json()["items"]] == ["blue's"]
    assert asking(token["secret"]).get("/v1/identity").status_code == 200


def test_one_that_expires_at_once_is_listed_as_expired_and_opens_nothing(asking: Asking) -> None:
    token = made(asking, days=0)

    assert asking(token["secret"]).get("/v1/identity").status_code == 401
    assert asking("admin").get(f"/v1/tokens/{token['id']}").get_json()["expired"] is True


@pytest.mark.parametrize(
    "asked",
    [
        {"name": ""},
        {"name": "a" * 201},
        {"name": None},
        {"role": "owner"},
        {"days": -1},
        {"days": 1e9},
        {"team": "blue"},
    ],
)
def test_what_no_token_can_be_is_refused_by_its_field(asking: Asking, asked: dict[str, Any]) -> None:
    answer = asking("admin").post("/v1/tokens", json={"name": "ci", **asked})

    assert answer.status_code == 422
    assert next(iter(asked)) in answer.get_json(force=True)["errors"]["json"]


@pytest.mark.parametrize("id", ["x", "..", "0" * 64, "A" * 64, "%2e%2e%2fred"])
def test_an_id_of_none_is_not_found(asking: Asking, id: str) -> None:
    assert asking("admin").delete(f"/v1/tokens/{id}").status_code == 404


def test_a_team_has_no_more_than_it_may_have(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_TOKENS", 4)
    made(asking)

    answer = asking("admin").post("/v1/tokens", json={"name": "one more"})

    assert answer.status_code == 409
    assert json.loads(answer.text)["limit"] == 4


def test_the_log_says_who_made_and_revoked_which(asking: Asking, capsys: pytest.CaptureFixture[str]) -> None:
    token = made(asking)
    asking("admin").delete(f"/v1/tokens/{token['id']}")

    said = [line for line in capsys.readouterr().out.splitlines() if "token." in line]
    assert len(said) == 2
    for line in said:
        assert token["id"][:12] in line
        assert digest_of("admin")[:12] in line
        assert token["secret"] not in line

"""Who may ask for what: tokens as they are made, expire and are revoked; roles on every route; pages from elsewhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from fresh import embedded
from werkzeug.test import EnvironBuilder
from workbench.converter.app import create_app as converter
from workbench.dataset.app import create_app as dataset
from workbench.jobs import Adapters
from workbench.problems.common import Forbidden, Unauthorized
from workbench.project.app import create_app as project
from workbench.store import FileStore
from workbench.store.keys import token as token_key
from workbench.webapp import identity, teams
from workbench.webapp.identity import Identity, Tokens, digest_of, refuse_foreign_pages, write_token
from workbench.webapp.settings import Settings, load

SECRET = "a secret that only the test knows"


class Counting(FileStore):
    """A real store that counts how often a token was looked up."""

    reads = 0

    def get(self, key: str) -> bytes:
        self.reads += key.startswith("identity/")
        return super().get(key)


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "store")


@pytest.fixture
def tokens(store: Counting) -> Tokens:
    return Tokens(store)


def asking(secret: str | None = SECRET, scheme: str = "Bearer", **headers: str) -> Request:
    if secret is not None:
        headers["Authorization"] = f"{scheme} {secret}"
    return Request(EnvironBuilder(headers=headers).get_environ())


# -- tokens -----------------------------------------------------------------------------------------


def test_a_token_speaks_for_its_team_with_its_role(store: Counting, tokens: Tokens) -> None:
    write_token(store, SECRET, Identity("red", "viewer"), "test")

    assert tokens.identify(asking()) == Identity("red", "viewer")
    assert tokens.identify(asking(scheme="bearer")) == Identity("red", "viewer")


def test_the_store_never_has_the_secret(store: Counting, tmp_path: Path) -> None:
    write_token(store, SECRET, Identity("red", "viewer"), "test")

    kept = [path.read_text() + path.name for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert kept
    assert not any(SECRET in text for text in kept)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic dG9rZW4=", SECRET, "Bearer ünknown", "Bearer /x"])
def test_what_is_no_known_token_is_refused_in_the_same_words(store: Counting, tokens: Tokens, header: str) -> None:
    write_token(store, SECRET, Identity("red", "viewer"), "test")

    with pytest.raises(Unauthorized) as refusal:
        tokens.identify(Request(EnvironBuilder(headers={"Authorization": header}).get_environ()))
    assert refusal.value.document() == Unauthorized().document()


def test_unknown_expired_and_revoked_tokens_cannot_be_told_apart(store: Counting, tokens: Tokens) -> None:
    write_token(store, "expired", Identity("red", "admin"), "test", expires=time.time() - 1)
    write_token(store, "revoked", Identity("red", "admin"), "test")
    store.delete(token_key(digest_of("revoked")))

    documents = []
    for secret in ("unknown", "expired", "revoked"):
        with pytest.raises(Unauthorized) as refusal:
            tokens.identify(asking(secret))
        documents.append(json.dumps(refusal.value.document()))
    assert len(set(documents)) == 1


def test_a_token_is_looked_up_once_in_thirty_seconds(
    store: Counting, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_token(store, SECRET, Identity("red", "viewer"), "test")
    assert identity.CACHE_S == 30.0

    for _ in range(20):
        tokens.identify(asking())
    assert store.reads == 1


def test_a_revoked_token_is_refused_when_the_answer_is_no_longer_remembered(
    store: Counting, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "CACHE_S", 0.2)
    write_token(store, SECRET, Identity("red", "viewer"), "test")
    tokens.identify(asking())

    teams.revoke_token(store, digest_of(SECRET))
    time.sleep(0.25)

    with pytest.raises(Unauthorized):
        tokens.identify(asking())


def test_a_token_expires_to_the_moment_although_it_is_remembered(
    store: Counting, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    write_token(store, SECRET, Identity("red", "viewer"), "test", expires=began + 10)
    monkeypatch.setattr(time, "time", lambda: began + 9.9)
    tokens.identify(asking())

    monkeypatch.setattr(time, "time", lambda: began + 10.1)

    with pytest.raises(Unauthorized):
        tokens.identify(asking())


def test_a_revoked_token_is_refused_though_the_clock_was_set_back(
    store: Counting, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_token(store, SECRET, Identity("red", "viewer"), "test")
    tokens.identify(asking())
    teams.revoke_token(store, digest_of(SECRET))
    before = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: before)

    with pytest.raises(Unauthorized):
        tokens.identify(asking())


def test_a_role_that_was_changed_is_heard_of(store: Counting, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "CACHE_S", 0.1)
    write_token(store, SECRET, Identity("red", "admin"), "test")
    tokens.identify(asking())

    write_token(store, SECRET, Identity("red", "viewer"), "test")
    time.sleep(0.15)

    assert tokens.identify(asking()).role == "viewer"


def test_unknown_tokens_are_not_remembered_so_a_new_one_works_at_once(store: Counting, tokens: Tokens) -> None:
    with pytest.raises(Unauthorized):
        tokens.identify(asking())

    write_token(store, SECRET, Identity("red", "viewer"), "test")

    assert tokens.identify(asking()).team == "red"


def test_memory_for_tokens_is_bounded_and_the_one_in_use_works_on(
    store: Counting, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "CACHED_TOKENS", 10)
    for number in range(50):
        write_token(store, f"token {number}", Identity("red", "viewer"), "test")
        tokens.identify(asking(f"token {number}"))
        with pytest.raises(Unauthorized):
            tokens.identify(asking(f"made up {number}"))

    assert len(tokens._known) == 10
    assert tokens.identify(asking("token 0")).team == "red"


def test_many_threads_ask_at_once_and_each_gets_its_own_team(
    store: Counting, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "CACHED_TOKENS", 3)
    for number in range(8):
        write_token(store, f"token {number}", Identity(f"team-{number}", "viewer"), "test")
    barrier = threading.Barrier(8)

    def ask(number: int) -> set[str]:
        barrier.wait()
        return {tokens.identify(asking(f"token {number}")).team for _ in range(100)}

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [{f"team-{number}"} for number in range(8)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '"text"',
        "{}",
        '{"team": "red"}',
        '{"team": "red", "role": "owner", "expires": null}',
        '{"team": "red", "role": null, "expires": null}',
        '{"team": "red", "role": "admin", "expires": "tomorrow"}',
    ],
)
def test_a_document_that_is_no_token_opens_nothing(store: Counting, tokens: Tokens, text: str) -> None:
    store.put(token_key(digest_of(SECRET)), text.encode())

    with pytest.raises(Unauthorized):
        tokens.identify(asking())


# -- teams and tokens as the operator makes them ------------------------------------------------------


def test_a_team_is_made_once_and_listed_by_name(store: Counting) -> None:
    teams.write_team(store, "red", None)
    teams.write_team(store, "blue", 5 << 30)

    assert [(team.name, team.storage_limit_bytes) for team in teams.list_teams(store)] == [
        ("blue", 5 << 30),
        ("red", None),
    ]
    with pytest.raises(teams.WrongTeam, match="already"):
        teams.write_team(store, "red", 1)
    team = teams.read_team(store, "red")
    assert team is not None
    assert team.storage_limit_bytes is None


@pytest.mark.parametrize("name", ["", "Red", "r e d", "../red", "red/", "rød", "r" * 41, "red\n", "red.json", "*"])
def test_a_name_that_is_none_is_refused_with_what_would_be_accepted(store: Counting, name: str) -> None:
    with pytest.raises(teams.WrongTeam, match="1 to 40 of a-z"):
        teams.write_team(store, name, None)
    with pytest.raises(teams.WrongTeam):
        teams.create_token(store, Identity(name, "member"), "ci", None)
    assert not list(store.list("identity/"))


def test_a_made_token_works_and_its_secret_is_long_enough_to_guess_at_for_ever(store: Counting, tokens: Tokens) -> None:
    teams.write_team(store, "red", None)

    secret, token = teams.create_token(store, Identity("red", "member"), "ci", None)

    assert tokens.identify(asking(secret)) == Identity("red", "member")
    assert len(secret) >= 43
    assert secret not in repr(token)
    assert teams.create_token(store, Identity("red", "member"), "ci", None)[0] != secret


def test_tokens_are_listed_by_team_with_what_is_known_of_each(store: Counting) -> None:
    for team in ("red", "blue"):
        teams.write_team(store, team, None)
    teams.create_token(store, Identity("red", "member"), "ci", time.time() - 5)
    teams.create_token(store, Identity("red", "viewer"), "board", None)
    teams.create_token(store, Identity("blue", "admin"), "boss", time.time() + 100)

    found = [(token.team, token.name, token.role, token.expired) for token in teams.list_tokens(store)]
    assert found == [("blue", "boss", "admin", False), ("red", "board", "viewer", False), ("red", "ci", "member", True)]
    assert {token.team for token in teams.list_tokens(store, "red")} == {"red"}
    assert teams.list_tokens(store, "green") == []


def test_a_token_of_an_earlier_release_has_no_date_and_is_listed_all_the_same(store: Counting) -> None:
    document = {"team": "red", "role": "admin", "name": "old", "expires": None}
    store.put(token_key(digest_of(SECRET)), json.dumps(document).encode())

    assert [(token.name, token.created_at) for token in teams.list_tokens(store)] == [("old", None)]


def test_a_token_is_revoked_by_the_beginning_of_its_id_and_no_other_is(store: Counting, tokens: Tokens) -> None:
    teams.write_team(store, "red", None)
    secret, token = teams.create_token(store, Identity("red", "member"), "one", None)
    kept, _ = teams.create_token(store, Identity("red", "member"), "two", None)

    assert teams.revoke_token(store, token.id[:8]).name == "one"

    with pytest.raises(Unauthorized):
        tokens.identify(asking(secret))
    assert tokens.identify(asking(kept)).team == "red"
    with pytest.raises(teams.WrongToken, match="No token"):
        teams.revoke_token(store, token.id)


@pytest.mark.parametrize("which", ["", "a", "abcdefg", "*" * 8, "../teams/red", "zzzzzzzzzz"])
def test_what_names_no_token_revokes_none(store: Counting, which: str) -> None:
    teams.write_team(store, "red", None)
    teams.create_token(store, Identity("red", "member"), "one", None)

    with pytest.raises(teams.WrongToken, match="8 characters"):
        teams.revoke_token(store, which)
    assert len(teams.list_tokens(store)) == 1


def test_a_beginning_that_two_tokens_share_revokes_neither(store: Counting) -> None:
    for number in range(2):
        document = {"team": "red", "role": "admin", "name": "n", "expires": None}
        store.put(token_key("abcdef00" + f"{number}" * 56), json.dumps(document).encode())

    with pytest.raises(teams.WrongToken, match="2 tokens"):
        teams.revoke_token(store, "abcdef00")
    assert len(teams.list_tokens(store)) == 2


# -- roles on every route -----------------------------------------------------------------------------


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path)
    for role in identity.ROLES:
        write_token(made.store, f"the {role}", Identity("red", role), role)
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path)})


def clients(app: Flask) -> dict[str, FlaskClient]:
    found = {role: app.test_client() for role in identity.ROLES}
    for role, client in found.items():
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer the {role}"
    return found


@pytest.mark.parametrize("create", [converter, dataset, project])
def test_a_viewer_changes_nothing_on_any_route_there_is(adapters: Adapters, settings: Settings, create) -> None:
    app = create(adapters, settings)
    viewer = clients(app)["viewer"]
    changing = [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}
        if "<signed>" not in rule.rule
    ]
    assert len(changing) >= 3

    for method, rule in changing:
        path = rule.replace("<uuid:upload_id>", "00000000-0000-4000-8000-000000000000")
        answer = viewer.open(path.replace("<", "").replace(">", ""), method=method, json={})
        assert answer.status_code == 403, (method, rule)
        assert "needs the role member; the token has the role viewer" in answer.get_json(force=True)["detail"]


def test_a_viewer_reads(adapters: Adapters, settings: Settings) -> None:
    viewer = clients(converter(adapters, settings))["viewer"]

    assert viewer.get("/v1/conversions").get_json() == {"items": [], "next_cursor": None}
    assert viewer.get("/v1/conversions/unknown").status_code == 404
    assert viewer.head("/v1/conversions").status_code == 200


def test_a_viewer_gets_no_urls_that_would_let_it_write(adapters: Adapters, settings: Settings) -> None:
    by_role = clients(dataset(adapters, settings))
    declared = by_role["member"].post("/v1/datasets/uploads", json={"files": [{"name": "a.zip", "size_bytes": 5}]})
    where = declared.headers["Location"]

    answer = by_role["viewer"].get(where)

    assert answer.status_code == 403
    assert "parts" not in answer.get_data(as_text=True)
    assert by_role["member"].get(where).status_code == 200


@pytest.mark.parametrize("role", ["member", "admin"])
def test_a_member_and_an_admin_submit_cancel_and_delete(adapters: Adapters, settings: Settings, role: str) -> None:
    client = clients(dataset(adapters, settings))[role]
    job = client.post("/v1/datasets/generations", json={"count": 1, "width": 8, "height": 8})
    assert job.status_code == 202
    where = job.headers["Location"]

    assert client.post(f"{where}/cancel").get_json()["state"] == "cancelled"
    assert client.delete(where).status_code == 204


def test_a_member_may_end_what_another_member_began(adapters: Adapters, settings: Settings) -> None:
    by_role = clients(dataset(adapters, settings))
    job = by_role["admin"].post("/v1/datasets/generations", json={"count": 1, "width": 8, "height": 8})

    assert by_role["member"].post(f"{job.headers['Location']}/cancel").status_code == 200


def test_the_role_is_asked_for_before_the_body_is_looked_at(adapters: Adapters, settings: Settings) -> None:
    viewer = clients(converter(adapters, settings))["viewer"]

    assert viewer.post("/v1/conversions", data="{", content_type="application/json").status_code == 403


def test_health_needs_no_token_and_comes_for_any_name(adapters: Adapters, settings: Settings) -> None:
    client = converter(adapters, settings).test_client()

    assert client.get("/healthz", headers={"Host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/v1/conversions").status_code == 401


# -- pages from elsewhere -----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8080", "[::1]:8000", "LOCALHOST"])
@pytest.mark.parametrize("hosts", [(), ("bench.example",), ("*",)])
def test_loopback_may_always_ask(host: str, hosts: tuple[str, ...]) -> None:
    refuse_foreign_pages(asking(Host=host), hosts)
    refuse_foreign_pages(asking(Host=host, Origin=f"http://{host}"), hosts)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "0.0.0.0",
        "[",
        "[::1",
        "192.168.0.1:80",
        "127.0.0.2",
        "evil.example:127.0.0.1",
    ],
)
def test_embedded_only_loopback_may_ask(host: str) -> None:
    with pytest.raises(Forbidden, match="WORKBENCH_ALLOWED_HOSTS"):
        refuse_foreign_pages(asking(Host=host), ())


def test_a_shared_workbench_answers_to_its_names_alone() -> None:
    hosts = ("bench.example", "Bench.Lab")

    refuse_foreign_pages(asking(Host="bench.example:8443"), hosts)
    refuse_foreign_pages(asking(Host="BENCH.lab"), hosts)
    for host in ("evil.example", "sub.bench.example", "bench.example.evil"):
        with pytest.raises(Forbidden, match="bench.example"):
            refuse_foreign_pages(asking(Host=host), hosts)


def test_a_star_is_any_name_and_still_no_page_of_another(adapters: Adapters, settings: Settings) -> None:
    client = clients(converter(adapters, replace(settings, allowed_hosts=("*",))))["viewer"]

    assert client.get("/v1/conversions", headers={"Host": "any.example"}).status_code == 200
    answer = client.get("/v1/conversions", headers={"Host": "any.example", "Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://[", "http://127.0.0.1:1", "file://"])
@pytest.mark.parametrize("hosts", [(), ("*",)])
def test_a_page_of_another_origin_is_refused(origin: str, hosts: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden, match="may not use"):
        refuse_foreign_pages(asking(Host="127.0.0.1:8000", Origin=origin), hosts)


def test_a_foreign_page_learns_nothing_of_the_token_it_shows(adapters: Adapters, settings: Settings) -> None:
    client = converter(adapters, settings).test_client()
    answers = [
        client.get("/v1/conversions", headers={"Host": "evil.example", "Authorization": f"Bearer {secret}"})
        for secret in ("the admin", "unknown")
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert answers[0].get_data() == answers[1].get_data()

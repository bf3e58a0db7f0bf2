"""Who may see pages: a token becomes a session, which nobody else can use, make or prolong."""

from __future__ import annotations

import re
import time

import pytest
from console_bench import ORIGIN, Bench, Visitor
from cryptography.fernet import Fernet
from werkzeug.test import Client
from workbench.console.session import SESSION_S, Seal
from workbench.store.keys import token as token_key
from workbench.webapp.identity import CACHE_S, Identity, digest_of, write_token


def stranger(bench: Bench) -> Visitor:
    return Visitor(Client(bench.front))


def test_without_a_session_every_page_leads_to_the_form_and_back(bench: Bench) -> None:
    answer = stranger(bench).get("/console/job/profiles/1")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/sign-in?back=/console/job/profiles/1"
    assert b"Token" in stranger(bench).get(answer.headers["Location"]).data


def test_what_the_form_is_made_of_needs_no_session_and_may_be_kept(bench: Bench) -> None:
    form = stranger(bench).get("/console/sign-in").text

    for address in re.findall(r'(?:href|src)="(/console/(?:static|sheet)/[^"]+)"', form):
        answer = stranger(bench).get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"]
        answer.close()
    assert "/console/sheet/" in form


def test_a_token_becomes_a_cookie_that_no_script_and_no_other_site_can_use(bench: Bench) -> None:
    answer = stranger(bench).post("/console/sign-in", token="empty")

    cookie = answer.headers["Set-Cookie"]
    assert answer.status_code == 303
    assert {"HttpOnly", "SameSite=Strict", "Path=/console", f"Max-Age={SESSION_S}"} <= set(cookie.split("; "))
    assert "empty" not in cookie.partition(";")[0].partition("=")[2]


def test_behind_tls_the_cookie_never_goes_without(bench: Bench) -> None:
    headers = {**ORIGIN, "X-Forwarded-Proto": "https"}
    answer = Client(bench.front).post("/console/sign-in", data={"token": "empty"}, headers=headers)

    assert "; Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(("token", "status"), [("", 422), ("two\nlines", 422), ("nobody's", 401), ("tökén", 422)])
def test_another_token_is_refused_in_words(bench: Bench, token: str, status: int) -> None:
    answer = stranger(bench).post("/console/sign-in", token=token)

    assert answer.status_code == status
    assert "Set-Cookie" not in answer.headers
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com", "/v1/models", "/console/\\example.com"])
def test_signing_in_leads_to_a_page_of_ours_only(bench: Bench, back: str) -> None:
    visitor = stranger(bench)
    answer = visitor.post("/console/sign-in", token="empty", back=back)

    assert visitor.get(answer.headers["Location"]).headers["Location"] == "/console/start"
    assert visitor.get(f"/console/sign-in/kept?to={back}").headers["Location"] == "/console/start"


def test_a_browser_that_keeps_no_cookies_is_told_so_instead_of_being_asked_again(bench: Bench) -> None:
    visitor = Visitor(Client(bench.front, use_cookies=False))
    link = f"/console/sign-in/{Seal('a key of the tests').invitation('empty')}"

    for answer in (visitor.post("/console/sign-in", token="empty"), visitor.get(link)):
        page = visitor.get(answer.headers["Location"])
        assert page.status_code == 401
        assert "keeps no cookies" in page.text


def test_a_session_ends_with_its_token(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    write_token(bench.adapters.store, "brief", Identity("empty", "member"), "brief")
    visitor = bench.visitor("brief")
    assert visitor.get("/console/jobs").status_code == 200

    bench.adapters.store.delete(token_key(digest_of("brief")))
    monkeypatch.setattr("time.time", lambda: now + CACHE_S + 1)  # for so long an API remembers a token
    answer = visitor.get("/console/jobs")

    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_a_page_that_is_open_when_its_token_is_revoked_leads_to_the_form(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    write_token(bench.adapters.store, "open", Identity("empty", "member"), "open")
    visitor = bench.visitor("open")
    bench.adapters.store.delete(token_key(digest_of("open")))
    monkeypatch.setattr("time.time", lambda: now + CACHE_S + 1)

    piece = visitor.get("/console/jobs/list?state=active", **{"HX-Request": "true"})

    assert (piece.status_code, piece.headers["HX-Redirect"]) == (401, "/console/sign-in")


def test_a_session_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seal = Seal("key")
    cookie = seal.session("secret")
    now = time.time()

    assert seal.token(cookie) == "secret"
    monkeypatch.setattr("time.time", lambda: now + SESSION_S + 1)
    assert seal.token(cookie) is None


def test_nobody_can_make_a_session_and_none_is_another_thing() -> None:
    seal = Seal("key")

    assert seal.token(Seal("another key").session("secret")) is None
    assert seal.token(Fernet(Fernet.generate_key()).encrypt(b"s:secret").decode()) is None
    assert seal.token("") is None
    assert seal.token("\udcff") is None
    assert seal.token(seal.invitation("secret")) is None
    assert seal.token(seal.address("secret")) is None
    assert seal.url(seal.session("secret")) is None


def test_an_invitation_works_once(bench: Bench) -> None:
    link = f"/console/sign-in/{Seal('a key of the tests').invitation('empty')}"
    first, second = stranger(bench), stranger(bench)

    assert first.get(link).status_code == 303
    assert first.get("/console/jobs").status_code == 200
    assert second.get(link).status_code == 401
    assert second.get("/console/jobs").status_code == 303


def test_signing_out_ends_it(bench: Bench) -> None:
    visitor = bench.visitor("empty")

    visitor.post("/console/sign-in/out")

    assert visitor.get("/console/jobs").status_code == 303


@pytest.mark.parametrize("origin", [None, "null", "https://example.com", "http://localhost.example.com"])
def test_a_forged_form_is_refused(bench: Bench, origin: str | None) -> None:
    visitor = bench.visitor("hostile")
    place = f"profiles/{bench.ids['profile queued']}"
    headers = {"Origin": origin} if origin else {}

    answer = visitor.browser.post(f"/console/job/{place}/cancel", headers=headers)

    assert answer.status_code == 403
    assert visitor.get(f"/console/job/{place}").text.count("queued") > 0


def test_a_page_of_another_host_name_is_refused(bench: Bench) -> None:
    answer = bench.visitor("empty").get("/console/jobs", Host="attacker.example.com")

    assert answer.status_code == 403
    assert "WORKBENCH_ALLOWED_HOSTS" in answer.text


def test_whatever_is_answered_a_browser_may_run_nothing_but_our_own(bench: Bench) -> None:
    visitor = bench.visitor("hostile")

    for path in ("/console/jobs", "/console/nothing", "/console/sign-in", "/console/static/htmx.min.js"):
        with visitor.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy

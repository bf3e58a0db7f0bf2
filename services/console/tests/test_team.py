"""The page of the team: its admins make tokens there, each secret shown once; nobody else is offered it."""

from __future__ import annotations

import re
import time

import pytest
from console_bench import HOSTILE, Bench, Visitor
from workbench.webapp.identity import Identity, write_token


@pytest.fixture
def admin(bench: Bench) -> Visitor:
    write_token(bench.adapters.store, "chief", Identity("tokens", "admin"), "the chief's")
    return bench.visitor("chief")


def made(visitor: Visitor, name: str, **form: str) -> tuple[str, str]:
    """The new token's secret and id."""
    page = visitor.post("/console/team/tokens", name=name, **{"role": "viewer", "days": "", **form})
    assert page.status_code == 200, page.text
    secret = re.search(r'class="secret"[^>]* value="([^"]+)"', page.text)
    id = re.search(rf'/tokens/([0-9a-f]{{64}})/revoke"><button aria-label="Revoke {re.escape(name)}"', page.text)
    assert secret
    assert id
    return secret[1], id[1]


def test_a_token_that_is_made_opens_the_console_and_is_shown_once(bench: Bench, admin: Visitor) -> None:
    secret, _ = made(admin, "for once")

    assert "for once" in admin.get("/console/team").text
    assert secret not in admin.get("/console/team").text
    assert "viewer" in bench.visitor(secret).get("/console/team").text


def test_revoking_asks_first_and_then_it_is_gone(admin: Visitor) -> None:
    _, id = made(admin, "to go")

    question = admin.post(f"/console/team/tokens/{id}/revoke")
    assert "Revoke <bdi>to go</bdi>?" in question.text
    assert "to go" in admin.get("/console/team").text

    assert admin.post(f"/console/team/tokens/{id}/revoke", sure="yes").status_code == 303
    assert "to go" not in admin.get("/console/team").text


def test_who_is_no_admin_sees_the_team_and_no_token(bench: Bench) -> None:
    for token in ("empty", "looking"):
        page = bench.visitor(token).get("/console/team")

        assert page.status_code == 200
        assert "A new token" not in page.text
        assert "/console/team/tokens" not in page.text
        assert bench.visitor(token).post("/console/team/tokens", name="x", role="admin").status_code == 403


@pytest.mark.parametrize(
    ("form", "said"),
    [({"name": " "}, "name"), ({"role": "owner"}, "viewer, member, admin"), ({"days": "soon"}, "no number")],
)
def test_what_no_token_can_be_is_said_in_words(admin: Visitor, form: dict[str, str], said: str) -> None:
    page = admin.post("/console/team/tokens", **{"name": "x", "role": "viewer", "days": "", **form})

    assert page.status_code == 422
    assert said in page.text


def test_what_is_stored_is_told_by_what_it_is(bench: Bench) -> None:
    """Of a team that nobody has asked about: what others count is remembered for a minute."""
    bench.adapters.record("dataset").storage.reserve("storing", "u", 2_000_000, limit_bytes=0)
    bench.adapters.record("dataset").storage.publish(["storing"])
    bench.adapters.record("project").storage.reserve("storing", "u", 4000, limit_bytes=0)
    write_token(bench.adapters.store, "storing", Identity("storing", "viewer"), "storing")

    page = bench.visitor("storing").get("/console/team").text

    assert re.search(r"Images</th><td[^>]*>2 MB", page)
    assert re.search(r"Reports</th><td[^>]*>4 kB", page)
    assert "no limit" in page


def test_what_was_measured_where_and_how_long_is_the_teams_own(bench: Bench) -> None:
    now = time.time()
    for team, target, took, ended in (
        ("using", "lab-a", 60, 10),
        ("using", "lab-a", 120, 10),
        ("using", "lab-b", 5, 10),
        ("using", "lab-old", 900, 31 * 86400),
        ("using", "", 5, 10),
        ("others", "lab-c", 900, 10),
    ):
        times = {"started_at": now - ended - took, "finished_at": now - ended}
        bench.have("profile", "succeeded", team=team, target=target, facts=None, files=(), **times)
    bench.have("profile", "running", team="using", target="lab-d")
    write_token(bench.adapters.store, "using", Identity("using", "viewer"), "using")

    page = bench.visitor("using").get("/console/team").text

    assert page.count('aria-label="Use of the targets"') == 1
    assert page.partition('aria-label="Use of the targets"')[2].count("<tr><th") == 1 + 2
    assert re.findall(r"<bdi>(lab-\w+)</bdi></th><td[^>]*>(\d+)</td><td[^>]*>([^<]+)<", page) == [
        ("lab-a", "2", "3 min"),
        ("lab-b", "1", "5 s"),
    ]


def test_a_hostile_name_does_nothing(bench: Bench, admin: Visitor) -> None:
    write_token(bench.adapters.store, "odd", Identity("tokens", "viewer"), HOSTILE)

    page = admin.get("/console/team").text

    assert "<script>alert" not in page
    assert "\u202e" not in page

"""The page of jobs: what runs, what waits and why, stop it, have it again."""

from __future__ import annotations

import re
import time

import pytest
from console_bench import Bench
from workbench.jobs.record import logs
from workbench.webapp.identity import Identity, write_token


def test_what_waits_says_why_and_can_be_cancelled(bench: Bench) -> None:
    visitor = bench.visitor("hostile")
    id = bench.have("conversion", "queued", name="to be stopped", waiting_for="the device")

    assert "waits for a free worker" in visitor.get("/console/jobs").text
    answer = visitor.post(f"/console/job/conversions/{id}/cancel")

    assert answer.headers["Location"] == f"/console/job/conversions/{id}"
    assert 'class="state cancelled"' in visitor.get(f"/console/job/conversions/{id}").text


def test_a_failed_job_says_what_to_do_and_can_be_had_again(bench: Bench) -> None:
    visitor = bench.visitor("hostile")
    problem = {"type": "x", "status": 422, "title": "Too hot", "detail": "It is too hot.", "remedy": "Cool it."}
    asked = {"model_id": bench.ids["model succeeded"], "device": "CPU", "unheard_of": 1, "streams": None}
    id = bench.have("profile", "failed", name=None, error=problem, request=asked)

    page = visitor.get(f"/console/job/profiles/{id}").text
    assert "It is too hot." in page
    assert "Cool it." in page
    answer = visitor.post(f"/console/job/profiles/{id}/again")

    assert answer.status_code == 303, answer.text
    assert 'class="state queued"' in visitor.get(answer.headers["Location"]).text


def test_a_viewer_is_told_what_a_viewer_may_not(bench: Bench) -> None:
    answer = bench.visitor("looking").post("/console/job/profiles/00000000-0000-0000-0000-000000000000/cancel")

    assert answer.status_code == 403
    assert "role member" in answer.text


def test_another_teams_job_is_not_there(bench: Bench) -> None:
    answer = bench.visitor("empty").get(f"/console/job/profiles/{bench.ids['profile queued']}")

    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_a_place_that_is_no_jobs_is_not_asked_for(bench: Bench) -> None:
    for place in ("identity", "models/openapi.json/x", "../healthz", "models/%2e%2e/", "projects/a/b/c", "tokens/1"):
        assert bench.visitor("empty").get(f"/console/job/{place}").status_code in (404, 308), place


def titles(page: str) -> list[str]:
    return re.findall(r'id="to-[^"]+"><bdi>([^<]*)</bdi>', page)


@pytest.fixture
def many(bench: Bench) -> Bench:
    """Of three kinds in turns, thirty ended and two that wait, of a team of their own."""
    if "many" not in bench.ids:
        bench.ids["many"] = "made"
        for number in range(30):
            kind, state = ("conversion", "profile", "dataset")[number % 3], "failed" if number % 5 else "cancelled"
            bench.have(kind, state, team="looking", name=f"job {number:02}", created_at=time.time() - 1000 + number)
        asked = {"model_id": "m", "project_id": "p"}
        for kind in ("calibration", "optimization"):
            bench.have(
                kind, "queued", team="looking", name=f"waiting {kind}", created_at=time.time() - 5000, request=asked
            )
    return bench


def test_what_goes_on_is_shown_however_much_has_ended_since(many: Bench) -> None:
    page = many.visitor("looking").get("/console/jobs").text

    assert sorted(titles(page)) == ["waiting calibration", "waiting optimization"]
    assert 'hx-get="/console/jobs/list?state=ended" hx-trigger="load"' in page


def test_ended_jobs_of_every_kind_are_one_list_that_is_leafed_through(many: Bench) -> None:
    visitor = many.visitor("looking")
    address, seen = "/console/jobs?state=ended", []
    while address:
        page = visitor.get(address).text
        seen += titles(page)
        further = re.search(r'href="([^"]+cursor=[^"]+)">Older ones', page)
        address = further[1].replace("&amp;", "&") if further else ""

    assert seen == [f"job {number:02}" for number in reversed(range(30))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=cancelled&kind=profiles", ["job 25", "job 10"]),
        ("search=JOB 07", ["job 07"]),
        ("kind=calibrations", ["waiting calibration"]),
        ("state=running", []),
        ("kind=nonsense&search=job 11", ["job 11"]),
    ],
)
def test_jobs_are_found_by_state_kind_and_name(many: Bench, query: str, found: list[str]) -> None:
    assert titles(many.visitor("looking").get(f"/console/jobs?{query}").text) == found


def test_a_job_without_a_name_is_called_by_its_model(bench: Bench) -> None:
    model = bench.have("model", "succeeded", team="called", name="resnet <50>")
    bench.have("profile", "failed", team="called", name=None, request={"model_id": model})
    bench.have("profile", "failed", team="called", name=None, request={"model_id": "gone"})
    write_token(bench.adapters.store, "called", Identity("called", "viewer"), "called")

    page = bench.visitor("called").get("/console/jobs/list?state=ended&kind=profiles").text

    assert sorted(titles(page)) == ["Measurement", "Measurement of resnet &lt;50&gt;"]


def test_a_state_that_there_is_not_is_told(many: Bench) -> None:
    answer = many.visitor("looking").get("/console/jobs?state=dreaming")

    assert answer.status_code == 422
    assert "state" in answer.text


def test_a_long_log_is_shown_by_its_end_and_kept_whole(bench: Bench) -> None:
    id = bench.have("conversion", "running", name="talks")
    with bench.adapters.record("converter").engine.begin() as connection:
        for number in range(3000):
            logs.append(connection, id, f"line {number} <b>\n")
    visitor = bench.visitor("hostile")

    page = visitor.get(f"/console/job/conversions/{id}").text
    whole = visitor.get(f"/console/job/conversions/{id}/log.txt")

    assert "line 2999 &lt;b&gt;" in page
    assert "line 10 " not in page
    assert whole.text.startswith("line 0 <b>\nline 1 ")
    assert "attachment" in whole.headers["Content-Disposition"]

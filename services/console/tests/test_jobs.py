"""The page of jobs: what runs, what waits and why, stop it, have it again."""

from __future__ import annotations

from console_bench import Bench


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

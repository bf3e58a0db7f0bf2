"""Event streams of a real server: what a follower sees, misses never, and costs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from eventually import until
from fresh import embedded
from workbench.client import Client
from workbench.jobs import Job, Jobs, Kind, claim
from workbench.jobs.working import lease
from workbench.store import Manifest
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.turns import WAITING

CONVERSION = Kind("conversion")


class Served:
    """An API process, and its rows as a worker would change them."""

    def __init__(self, home: Path) -> None:
        self.adapters = embedded(home)
        self.jobs: Jobs = self.adapters.record("converter")
        for team in ("a", "b"):
            write_token(self.adapters.store, f"token-{team}", Identity(team, "member"), team)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench.converter", "api"],
            env={**os.environ, "WORKBENCH_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]
        self.await_answer()

    def await_answer(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError("the API did not come up")

    def client(self, team: str = "a") -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer token-{team}"}, timeout=30)

    def submit(self) -> Job:
        return self.jobs.submit(CONVERSION, "a", {"model_id": "m", "precision": "FP16"})

    def run(self) -> Job:
        job = claim(self.jobs, ["conversion"], "test", 60)
        assert job is not None
        return job

    def progress(self, job: Job, fraction: float) -> None:
        lease.report(self.jobs, job, {"stage": "converting", "fraction": fraction, "message": ""}, None)

    def end(self, job: Job) -> None:
        manifest = Manifest("model", job.id, "a", "", facts={"format": "ir"})
        lease.accept_manifest(self.jobs, job, manifest.text(), {"kind": "model", "id": job.id})
        lease.succeed(self.jobs, job)


@pytest.fixture(scope="module")
def served(serving: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("home"))
    yield made
    made.process.terminate()
    made.process.communicate(timeout=20)
    made.jobs.engine.dispose()


def events(response: httpx.Response) -> Iterator[tuple[int, dict]]:
    number = 0
    for line in response.iter_lines():
        if line.startswith("id:"):
            number = int(line[3:])
        if line.startswith("data:"):
            yield number, json.loads(line[5:])


def path_of(job: Job) -> str:
    return f"/v1/conversions/{job.id}/events"


def test_a_follower_sees_the_job_as_it_is_each_change_and_the_end(served: Served) -> None:
    job = served.submit()
    with served.client() as client, client.stream("GET", path_of(job)) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["X-Accel-Buffering"] == "no"
        seen = events(response)
        assert next(seen)[1]["state"] == "queued"
        running = served.run()
        assert next(seen)[1]["state"] == "running"
        served.progress(running, 0.5)
        assert next(seen)[1]["progress"]["fraction"] == 0.5
        served.end(running)
        states = [view["state"] for _, view in seen]  # comes to an end by itself

    assert states[-1] == "succeeded"


def test_the_data_is_what_reading_the_job_shows_and_the_id_its_seq(served: Served) -> None:
    job = served.submit()
    served.end(served.run())
    with served.client() as client:
        with client.stream("GET", path_of(job)) as response:
            ((number, view),) = list(events(response))
        assert view == client.get(f"/v1/conversions/{job.id}").json()
        assert number == view["seq"]


def test_who_comes_back_is_told_the_end_that_was_missed(served: Served) -> None:
    job = served.submit()
    with served.client() as client:
        with client.stream("GET", path_of(job)) as response:
            number, _ = next(events(response))
        served.end(served.run())
        with client.stream("GET", path_of(job), headers={"Last-Event-ID": str(number)}) as response:
            missed = list(events(response))

    assert [view["state"] for _, view in missed] == ["succeeded"]
    assert missed[0][0] > number


def test_what_was_seen_is_not_sent_again(served: Served) -> None:
    job = served.submit()
    with served.client() as client:
        with client.stream("GET", path_of(job)) as response:
            number, _ = next(events(response))
        with client.stream("GET", path_of(job), headers={"Last-Event-ID": str(number)}) as response:
            seen = events(response)
            served.end(served.run())
            assert next(seen)[0] > number


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "٣", "9" * 40])
def test_a_wrong_last_event_id_is_refused(served: Served, value: str) -> None:
    job = served.submit()
    with served.client() as client:
        answer = client.get(path_of(job), headers={"Last-Event-ID": value.encode()})

    assert answer.status_code == 422
    assert "Last-Event-ID" in answer.json()["detail"]
    served.end(served.run())


def test_another_teams_job_has_no_events(served: Served) -> None:
    job = served.submit()
    with served.client("b") as client:
        assert client.get(path_of(job)).status_code == 404
    served.end(served.run())


def test_the_server_dies_and_the_follower_misses_no_end(served: Served) -> None:
    job = served.submit()
    with served.client() as client:
        with client.stream("GET", path_of(job)) as response:
            seen = events(response)
            number, _ = next(seen)
            children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
            os.kill(int(children[0]), signal.SIGKILL)
            with contextlib.suppress(httpx.HTTPError):
                list(seen)
        served.end(served.run())
        served.await_answer()
        with client.stream("GET", path_of(job), headers={"Last-Event-ID": str(number)}) as response:
            assert [view["state"] for _, view in events(response)] == ["succeeded"]


def test_the_sdk_follows_a_job_through_its_changes(served: Served) -> None:
    job = served.submit()
    seen: list[str] = []
    with contextlib.closing(Client(served.url, "token-a")) as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.conversions.wait, job.id, lambda view: seen.append(view["state"]))
        until(lambda: "queued" in seen)
        running = served.run()
        until(lambda: "running" in seen)
        served.end(running)
        view = waiting.result(30)

    assert view["state"] == "succeeded"
    assert seen[0] == "queued"
    assert "running" in seen


def test_fifty_streams_leave_other_requests_quick_and_one_too_many_is_told_when_to_come_back(served: Served) -> None:
    job = served.submit()
    with served.client() as client, contextlib.ExitStack() as stack:
        for _ in range(WAITING // 2):
            other = stack.enter_context(served.client())
            response = stack.enter_context(other.stream("GET", path_of(job)))
            assert response.status_code == 200
        took = []
        for _ in range(40):
            began = time.monotonic()
            assert client.get(f"/v1/conversions/{job.id}").status_code == 200
            took.append(time.monotonic() - began)
        refused = client.get(path_of(job))

    assert statistics.median(took) < 2, "none waits for a stream to end"
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "5"
    assert "60 event streams" in refused.json()["detail"]

    running = served.run()  # what is written to those who have gone frees their places
    deadline = time.monotonic() + 60
    with served.client() as client:
        for step in range(1, 100):
            served.progress(running, step / 100)
            with client.stream("GET", path_of(job)) as again:
                if again.status_code == 200:
                    break
            assert time.monotonic() < deadline
            time.sleep(0.3)
    served.end(running)

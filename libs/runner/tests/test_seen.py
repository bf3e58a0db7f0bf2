"""What is seen of a cluster, against an API server that says what a test tells it to, over real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_server import BREAK, END, ApiServer, serving, thing
from eventually import until
from structlog.testing import capture_logs
from workbench.runner.kubernetes.api import Cluster, Refused
from workbench.runner.kubernetes.complaints import Complaints
from workbench.runner.kubernetes.seen import Seen
from workbench.runner.launcher import PlaceAway

SELECTOR = "workbench/service=profiler"


def gone() -> dict[str, Any]:
    return {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old resource version"}}


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as server:
        yield server


@pytest.fixture
def cluster(server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig(tmp_path / "kubeconfig")))
    return Cluster("runs")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def seen(server: ApiServer, cluster: Cluster, told: list[str]) -> Iterator[Seen]:
    seen = Seen(cluster, SELECTOR)
    seen.on_change(told.append)
    yield seen
    seen.close()


def names(seen: Seen, run: str = "r1") -> tuple[str | None, str | None]:
    job, pod = seen.of(run)
    return job and job["metadata"]["name"], pod and pod["metadata"]["name"]


def watching(server: ApiServer, times: int = 1) -> None:
    until(lambda: all(server.counted(kind, "watch") >= times for kind in ("jobs", "pods")))


def test_what_there_is_already_is_seen_and_told(server: ApiServer, seen: Seen, told: list[str]) -> None:
    server.objects = {"jobs": [thing("run-r1", 1), thing("run-r2", 2, "r2")], "pods": [thing("pod-1", 3)]}

    seen.start()

    assert (names(seen), names(seen, "r2"), names(seen, "r3")) == (("run-r1", "pod-1"), ("run-r2", None), (None, None))
    assert seen.runs().keys() == {"r1", "r2"}
    until(lambda: set(told) == {"job-of-r1", "job-of-r2"})
    assert all(query["labelSelector"] == SELECTOR for _, _, query in server.asked)


def test_a_list_of_many_pages_is_whole(server: ApiServer, seen: Seen) -> None:
    server.page = 3
    server.objects["jobs"] = [thing(f"run-{number}", number, f"r{number}") for number in range(10)]

    seen.start()

    assert len(seen.runs()) == 10


def test_what_comes_changes_and_goes_is_told(server: ApiServer, seen: Seen, told: list[str]) -> None:
    seen.start()
    server.say("pods", "ADDED", "pod-1", 101)
    until(lambda: names(seen) == (None, "pod-1"))
    server.say("jobs", "ADDED", "run-r1", 102)
    until(lambda: names(seen) == ("run-r1", "pod-1"))
    server.say("pods", "MODIFIED", "pod-1", 103, phase="Running")
    until(lambda: seen.of("r1")[1]["status"] == {"phase": "Running"})
    server.say("pods", "DELETED", "pod-1", 104)

    until(lambda: names(seen) == ("run-r1", None))
    until(lambda: told == ["job-of-r1"] * 4)


def test_a_write_that_says_nothing_of_the_run_is_not_told(server: ApiServer, seen: Seen, told: list[str]) -> None:
    seen.start()
    server.say("jobs", "ADDED", "run-r1", 101)
    until(lambda: told == ["job-of-r1"])
    server.say("jobs", "MODIFIED", "run-r1", 102, active=1, uncountedTerminatedPods={})

    server.say("jobs", "ADDED", "run-r2", 103, "r2")

    until(lambda: told == ["job-of-r1", "job-of-r2"])


def test_a_pods_image_and_limits_are_kept_and_the_token_it_is_told_is_not(server: ApiServer, seen: Seen) -> None:
    container = {"name": "runner", "image": "runner:1", "resources": {"limits": {"memory": "1Gi"}}}
    told = {"env": [{"name": "WORKBENCH_RUN_TOKEN", "value": "secret"}]}
    spec = {"nodeName": "node-1", "containers": [container | told], "volumes": []}
    server.objects["pods"] = [thing("pod-1", 1) | {"spec": spec}]

    seen.start()

    assert seen.of("r1")[1]["spec"] == {"nodeName": "node-1", "containers": [container]}


def test_the_newest_pod_of_a_run_counts(server: ApiServer, seen: Seen) -> None:
    server.objects["pods"] = [
        thing("new", 1, creationTimestamp="2026-01-02T00:00:00Z"),
        thing("old", 2, creationTimestamp="2026-01-01T00:00:00Z"),
    ]
    seen.start()

    assert names(seen) == (None, "new")


def test_whoever_waits_is_woken_by_a_change(server: ApiServer, seen: Seen) -> None:
    seen.start()
    threading.Timer(0.2, server.say, ("pods", "ADDED", "pod-1", 101)).start()
    began = time.monotonic()

    seen.wait(200)

    assert time.monotonic() - began < 100


def test_a_watch_that_ends_goes_on_where_it_ended(server: ApiServer, seen: Seen) -> None:
    seen.start()
    server.say("pods", "ADDED", "pod-1", 150)
    server.say("pods", "BOOKMARK", "", 170)
    server.news["pods"].put(END)

    until(lambda: server.counted("pods", "watch") == 2)
    assert server.counted("pods", "list") == 1
    assert [query["resourceVersion"] for kind, what, query in server.asked if (kind, what) == ("pods", "watch")] == [
        "100",
        "170",
    ]


def test_a_version_that_is_forgotten_leads_to_a_new_list_and_what_vanished_is_told(
    server: ApiServer, seen: Seen, told: list[str]
) -> None:
    server.objects["pods"] = [thing("pod-1", 1), thing("pod-2", 2, "r2"), thing("pod-3", 3, "r3")]
    seen.start()
    watching(server)
    until(lambda: len(told) == 3)
    told.clear()
    ended = thing("pod-3", 33, "r3") | {"status": {"phase": "Failed"}}
    server.objects["pods"] = [thing("pod-2", 22, "r2"), ended, thing("pod-4", 4, "r4")]

    server.news["pods"].put(gone())

    until(lambda: set(told) == {"job-of-r1", "job-of-r3", "job-of-r4"})
    assert [names(seen, run)[1] for run in ("r1", "r2", "r3", "r4")] == [None, "pod-2", "pod-3", "pod-4"]


def test_a_connection_that_breaks_is_made_again(server: ApiServer, seen: Seen, told: list[str]) -> None:
    seen.start()
    watching(server)
    server.objects["pods"] = [thing("pod-1", 1)]

    server.news["pods"].put(BREAK)

    until(lambda: names(seen) == (None, "pod-1"))
    until(lambda: server.counted("pods", "watch") == 2)
    server.say("pods", "DELETED", "pod-1", 101)
    until(lambda: names(seen) == (None, None))


@pytest.mark.parametrize("status", [410, 429, 500, 503])
@pytest.mark.parametrize("what", ["list", "watch"])
def test_a_server_that_refuses_is_asked_again_and_that_is_no_defect_of_ours(
    server: ApiServer, seen: Seen, what: str, status: int
) -> None:
    server.failing = [(what, status)] * 2
    server.objects["pods"] = [thing("pod-1", 1)]

    with capture_logs() as logs:
        seen.start()
        watching(server)
        until(lambda: names(seen) == (None, "pod-1"))
        server.say("pods", "DELETED", "pod-1", 101)
        until(lambda: names(seen) == (None, None))

    assert not [line for line in logs if line["event"] == "watch.failed"]


def test_a_server_that_always_forgets_is_not_asked_without_end(server: ApiServer, seen: Seen) -> None:
    server.failing = [("watch", 410)] * 1000
    seen.start()

    time.sleep(1.0)

    assert server.counted("pods", "watch") < 8


def test_what_cannot_be_read_is_no_end_either(server: ApiServer, seen: Seen) -> None:
    seen.start()
    server.news["pods"].put("no event")
    server.news["pods"].put({"type": "ERROR", "object": {"code": 500, "message": "etcd"}})

    server.objects["pods"] = [thing("pod-1", 1)]

    until(lambda: names(seen) == (None, "pod-1"))


def test_a_listener_that_fails_does_not_keep_others_from_hearing(server: ApiServer, cluster: Cluster) -> None:
    told: list[str] = []
    seen = Seen(cluster, SELECTOR)
    seen.on_change(lambda _name: 1 / 0)
    seen.on_change(told.append)
    server.objects["pods"] = [thing("pod-1", 1)]

    seen.start()

    until(lambda: told == ["job-of-r1"])
    seen.close()


def test_after_closing_nobody_looks_and_nobody_is_told(server: ApiServer, seen: Seen, told: list[str]) -> None:
    seen.start()
    watching(server)
    seen.close()
    for kind in ("jobs", "pods"):
        server.say(kind, "ADDED", "late", 101)

    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("watch-")])
    assert told == []


def test_complaints_about_all_jobs_are_one_question_and_not_asked_often(server: ApiServer, cluster: Cluster) -> None:
    server.objects["events"] = [{"involvedObject": {"name": name}, "message": name} for name in ("run-1", "run-2")]
    complaints = Complaints(cluster)

    found = {name: [each["message"] for each in complaints.of(name)] for name in ("run-1", "run-2", "run-3")}

    assert found == {"run-1": ["run-1"], "run-2": ["run-2"], "run-3": []}
    assert [query["fieldSelector"] for kind, _, query in server.asked if kind == "events"] == [
        "involvedObject.kind=Job,type=Warning"
    ]


def test_a_server_that_is_away_is_said_so(server: ApiServer, cluster: Cluster) -> None:
    server.shutdown()
    server.server_close()

    for ask in (lambda: cluster.nodes(), lambda: cluster.job("x"), lambda: list(cluster.watch_kind("pods", "", "1"))):
        with pytest.raises(PlaceAway):
            ask()


@pytest.mark.parametrize(
    ("status", "answer"),
    [(409, False), (422, Refused), (400, Refused), (403, PlaceAway), (429, PlaceAway), (500, PlaceAway)],
)
def test_a_job_that_is_not_created_is_there_already_or_refused_or_worth_another_try(
    server: ApiServer, cluster: Cluster, status: int, answer: Any
) -> None:
    server.failing = [("create", status)]

    if answer is False:
        assert cluster.create_job({}) is False
        return
    with pytest.raises(answer, match="as asked"):
        cluster.create_job({})


def test_what_is_not_there_is_none(server: ApiServer, cluster: Cluster) -> None:
    server.failing = [("list", 404)]

    assert cluster.job("gone") is None

"""What teams do all day, by a client that follows HTTP to the letter and repeats only where it is told to.

It repeats a request that nobody has had (no connection), and one that was answered 503 with `Retry-After`. Whatever
else is no success is written down, and so is a connection that broke amid an answer.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

GIVE_UP_S = 90.0


class Team:
    """One team's client. ``done`` counts what went well, ``failed`` says what did not."""

    def __init__(self, url: str, token: str, model: Path) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=90)
        self.token, self._model = token, model.read_bytes()
        self.done: Counter[str] = Counter()
        self.failed: list[str] = []
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Look, upload and download, and follow events, each in a loop of its own."""
        for loop in (self._look, self._import, self._follow):
            self._threads.append(threading.Thread(target=self._again, args=(loop,), daemon=True))
            self._threads[-1].start()

    def end(self) -> None:
        """Returns when what was begun is finished."""
        self._ending.set()
        for thread in self._threads:
            thread.join(180)
        self.failed += [f"{thread.name} does not end" for thread in self._threads if thread.is_alive()]

    def _again(self, loop: Callable[[], None]) -> None:
        while not self._ending.is_set():
            try:
                loop()
                self.done[loop.__name__.strip("_")] += 1
            except Exception as fault:
                self.failed.append(f"{time.strftime('%X')} {loop.__name__}: {type(fault).__name__}: {fault}")

    def _look(self) -> None:
        assert self.ask("GET", "/v1/models", params={"limit": 5}).json()["items"] is not None
        time.sleep(0.05)

    def _import(self) -> None:
        """A model up, its job until it ends, its bytes down again."""
        model = self.import_model()
        job = self.ended(model)
        assert job["state"] == "succeeded", job["error"]
        name = job["files"][0]["name"]
        got = self.ask("GET", f"/v1/models/{model['id']}/files/{name}")
        assert got.content == self._model, "other bytes than were sent"

    def import_model(self) -> dict[str, Any]:
        """Accepted: the answer of the POST."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return self.ask("POST", "/v1/models", files={"files": ("model.onnx", self._model)}, headers=key).json()

    def ended(self, job: dict[str, Any], timeout_s: float = 240) -> dict[str, Any]:
        """By long polls, until it has ended."""
        deadline = time.monotonic() + timeout_s
        while job["state"] not in ("succeeded", "failed", "cancelled"):
            assert time.monotonic() < deadline, f"{job['id']} has not ended: {job['state']}, {job['waiting_for']}"
            job = self.ask("GET", f"/v1/models/{job['id']}", params={"wait_s": 20, "after": job["seq"]}).json()
        return job

    def _follow(self) -> None:
        """A job's events, until it has ended; a stream that ends sooner is opened again."""
        model = self.import_model()
        last, state, deadline = "0", model["state"], time.monotonic() + 240
        while state not in ("succeeded", "failed"):
            assert time.monotonic() < deadline, f"{model['id']} has not ended: {state}"
            for event in self._events(f"/v1/models/{model['id']}/events", last):
                if event.get("id"):
                    last = event["id"]
                if '"state": "succeeded"' in event.get("data", ""):
                    state = "succeeded"
                if '"state": "failed"' in event.get("data", ""):
                    state = "failed"
        assert state == "succeeded"

    def _events(self, path: str, last: str) -> Iterator[dict[str, str]]:
        with self._streaming(path, last) as answer:
            if answer.status_code == 503:
                time.sleep(float(answer.headers["Retry-After"]))
                return
            assert answer.status_code == 200, f"GET {path}: {answer.status_code}"
            event: dict[str, str] = {}
            for line in answer.iter_lines():
                if not line:
                    yield event
                    event = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    event[name] = value

    @contextmanager
    def _streaming(self, path: str, last: str) -> Iterator[httpx.Response]:
        with self._http.stream("GET", path, headers={"Last-Event-ID": last}) as answer:
            yield answer

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer, whatever had to be waited for. Raises AssertionError for one that is no success."""
        deadline = time.monotonic() + GIVE_UP_S
        while True:
            try:
                answer = self._http.request(method, path, **more)
            except httpx.ConnectError:
                assert time.monotonic() < deadline, f"{method} {path}: nobody listens"
                time.sleep(0.2)
                continue
            if answer.status_code == 503 and "Retry-After" in answer.headers and time.monotonic() < deadline:
                time.sleep(float(answer.headers["Retry-After"]))
                continue
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
            return answer

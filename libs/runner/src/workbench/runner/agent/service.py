"""The service that this pod's run belongs to, and the store it sends us to: over HTTP, patiently."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Answer = TypeVar("Answer")
PATIENCE_S = 1800.0  # a service that is upgraded or a store that restarts is back within minutes
_URLS_HOLD_S = 3000.0  # they are good for an hour
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_FAULTS = (OSError, http.client.HTTPException, ValueError)


class Gone(Exception):
    """The service does not know this run any more: nothing that it does counts."""


class Refused(Exception):
    """The service or the store does not accept what was sent; sending it again would not help."""


class Service:
    """``url``: of the service's API. ``stopped``: looked at between tries, to give up at once."""

    def __init__(self, url: str, token: str, pod: str, stopped: Callable[[], bool]) -> None:
        self._url = f"{url.rstrip('/')}/internal/run"
        self._headers = {"Authorization": f"Bearer {token}", "X-Run-Pod": pod, "Content-Type": "application/json"}
        self._stopped = stopped
        self._urls: dict[str, str] = {}
        self._until = 0.0

    def begin(self) -> dict[str, Any]:
        """The launch. Raises Gone, Refused, TimeoutError."""
        document = self._ask("", {})
        self._remember(document)
        return document

    def report(self, document: dict[str, Any]) -> dict[str, Any] | None:
        """Say how far it is; None when nobody hears it now. Raises Gone."""
        try:
            return self._once("/reports", document)
        except _FAULTS:
            return None

    def put_part(self, number: int, data: bytes) -> None:
        """One part of the outputs into the store; each try asks for a new URL."""

        def put() -> None:
            url = self._once("/parts", {"number": number, "size_bytes": len(data)})["url"]
            request = urllib.request.Request(url, data, {"Content-Length": str(len(data))}, method="PUT")  # noqa: S310
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - the service's own URL
                answer.read()

        self._patiently(put)

    def end(self, exit_: dict[str, Any], parts: list[dict[str, Any]]) -> None:
        """The last word."""
        self._ask("/end", {"exit": exit_, "parts": parts})

    def fetch(self, name: str, path: Path, take: Callable[[Any, Path], Answer]) -> Answer:
        """One input, by ``take`` from the open answer; each further try has a new URL."""

        def get() -> Answer:
            if name not in self._urls or time.monotonic() > self._until:
                self._remember(self._once("", {}))  # of all inputs: there may be thousands
            url = self._urls.pop(name)
            with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - the service's own URL
                return take(answer, path)

        return self._patiently(get)

    def _remember(self, document: dict[str, Any]) -> None:
        self._urls = {name: each["url"] for name, each in document["inputs"].items()}
        self._until = time.monotonic() + _URLS_HOLD_S

    def _ask(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        return self._patiently(lambda: self._once(path, document))

    def _once(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        data = json.dumps(document).encode()
        request = urllib.request.Request(self._url + path, data, self._headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            said = error.read(2000).decode(errors="replace")
            if error.code in (401, 410):
                raise Gone(said) from None
            if 400 <= error.code < 500 and error.code not in (404, 408, 429):  # 404: of a front that is not ready
                raise Refused(said) from None
            raise

    def _patiently(self, attempt: Callable[[], Answer]) -> Answer:
        deadline, tries = time.monotonic() + PATIENCE_S, 0
        while True:
            try:
                return attempt()
            except _FAULTS as fault:
                if self._stopped() or time.monotonic() > deadline:
                    raise TimeoutError(f"no answer from the workbench: {fault!r}") from fault
            time.sleep(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
            tries += 1

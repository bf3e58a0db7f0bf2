"""The service that a run belongs to, and the store it may send us to: over HTTP, patiently."""

from __future__ import annotations

import errno
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from workbench.runner.agent.protocol import POD_HEADER

Answer = TypeVar("Answer")
PATIENCE_S = 1800.0  # a service that is upgraded or a store that restarts is back within minutes
_URLS_HOLD_S = 3000.0  # they are good for an hour
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
FAULTS = (OSError, http.client.HTTPException, ValueError)
_FULL = (errno.ENOSPC, errno.EDQUOT)  # of the disk here, which no service mends


class Gone(Exception):
    """The service does not know this run any more: nothing that it does counts."""


class Refused(Exception):
    """The service or the store does not accept what was sent; sending it again would not help."""


class Service:
    """``url``: of the routes for one run. ``stopped``: looked at between tries, to give up at once. direct: whether
    bytes come from the service and go there, not by URLs that it gives. patience_s: for how long it is asked again."""

    def __init__(
        self,
        url: str,
        token: str,
        pod: str,
        stopped: Callable[[], bool],
        *,
        direct: bool = False,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._url, self._stopped, self._direct, self._patience_s = url, stopped, direct, patience_s
        self._headers = {"Authorization": f"Bearer {token}", POD_HEADER: pod}
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
        except FAULTS:
            return None

    def put_part(self, number: int, data: bytes) -> None:
        """One part of the outputs into the store; each try asks for a new URL."""

        def put() -> None:
            with self._open(self._part(number, data), timeout_s=120) as answer:
                answer.read()

        self._patiently(put)

    def end(self, exit_: dict[str, Any], parts: list[dict[str, Any]]) -> None:
        """The last word."""
        self._ask("/end", {"exit": exit_, "parts": parts})

    def fetch(self, name: str, path: Path, take: Callable[[Any, Path], Answer]) -> Answer:
        """One input, by ``take`` from the open answer; each further try has a new URL."""

        def get() -> Answer:
            with self._open(self._input(name), timeout_s=60) as answer:
                return take(answer, path)

        return self._patiently(get)

    def _remember(self, document: dict[str, Any]) -> None:
        self._urls = {name: each.get("url", "") for name, each in document["inputs"].items()}
        self._until = time.monotonic() + _URLS_HOLD_S

    def _input(self, name: str) -> urllib.request.Request:
        if self._direct:
            return urllib.request.Request(f"{self._url}/inputs/{quote(name)}", headers=self._headers)  # noqa: S310
        if name not in self._urls or time.monotonic() > self._until:
            self._remember(self._once("", {}))  # of all inputs: there may be thousands
        return urllib.request.Request(self._urls.pop(name))  # noqa: S310 - the service's own URL

    def _part(self, number: int, data: bytes) -> urllib.request.Request:
        headers = {"Content-Length": str(len(data))}
        if self._direct:
            url, headers = f"{self._url}/parts/{number}", headers | self._headers
        else:
            url = self._once("/parts", {"number": number, "size_bytes": len(data)})["url"]
        return urllib.request.Request(url, data, headers, method="PUT")  # noqa: S310 - the service's own URL

    def _open(self, request: urllib.request.Request, timeout_s: float) -> Any:
        try:
            return urllib.request.urlopen(request, timeout=timeout_s)  # noqa: S310
        except urllib.error.HTTPError as error:
            if self._direct:
                _judge(error)
            raise  # a store that refuses a URL is given another

    def _ask(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        return self._patiently(lambda: self._once(path, document))

    def _once(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        return ask(self._url + path, self._headers, document)

    def _patiently(self, attempt: Callable[[], Answer]) -> Answer:
        deadline, tries = time.monotonic() + self._patience_s, 0
        while True:
            try:
                return attempt()
            except FAULTS as fault:
                if isinstance(fault, OSError) and fault.errno in _FULL:
                    raise
                if self._stopped() or time.monotonic() > deadline:
                    raise TimeoutError(f"no answer from the workbench: {fault!r}") from fault
            time.sleep(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
            tries += 1


def ask(url: str, headers: dict[str, str], document: dict[str, Any], timeout_s: float = 30) -> dict[str, Any]:
    """One call. Raises Gone, Refused, and one of FAULTS for what may be better a moment later."""
    data = json.dumps(document).encode()
    headers = headers | {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        _judge(error)
        raise


def _judge(error: urllib.error.HTTPError) -> None:
    """Raises Gone or Refused, unless another try may be answered otherwise."""
    if error.code in (401, 410):
        raise Gone(_said(error)) from None
    if 400 <= error.code < 500 and error.code not in (404, 408, 429):  # 404: of a front that is not ready
        raise Refused(_said(error)) from None


def _said(error: urllib.error.HTTPError) -> str:
    text = error.read(2000).decode(errors="replace")
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(text)["detail"])
    return text

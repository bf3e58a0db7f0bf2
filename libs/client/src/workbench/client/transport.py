"""One HTTP conversation with a workbench, kept up while the server goes away and comes back.

A server may be killed and started again, embedded even on another port. Requests that may safely be
repeated (all but POST by their nature, a POST by its Idempotency-Key) are repeated with a growing pause.
"""

from __future__ import annotations

import ssl
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from workbench.client.errors import Refused, Unreachable

Address = tuple[str, str | None]
"""Base URL and bearer token."""

# A server that never answered is a wrong address, so say it soon; one that did answer is being restarted.
FIRST_PATIENCE_S = 2.0
PATIENCE_S = 60.0
ANSWER_S = 120.0
COME_BACK = frozenset({429, 502, 503, 504})
WORTH_REPEATING = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout, httpx.ReadTimeout)


@cache
def _trusted(trust_env: bool) -> ssl.SSLContext:
    """Whom a client believes; read once, since that takes as long as several requests."""
    return httpx.create_ssl_context(trust_env=trust_env)


class Patience:
    """Growing pauses until the time is up, then Unreachable with the last reason."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._pause = 0.1

    def pause(self, why: str, at_least_s: float = 0.0) -> None:
        """Sleep a little longer than last time; raise Unreachable when that would be too late."""
        left_s = self._until - time.monotonic()
        if self._pause > left_s:
            raise Unreachable(why)
        pause_s = max(self._pause, min(at_least_s, left_s))
        time.sleep(pause_s)
        self._pause = min(self._pause * 2, 2.0)


class Transport:
    """Sends requests and reads answers; ``find`` is asked for the address again when nobody answers."""

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        http: httpx.BaseTransport | None = None,
        find: Callable[[], Address] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._http = http
        self._find = find
        self._patience_s = patience_s
        self._reached = False
        self._connect((base_url, token))

    def json(self, method: str, path: str, **request: Any) -> Any:
        """The answer's JSON. Raises Refused with the problem document, or Unreachable."""
        response = self.send(method, path, **request)
        try:
            return response.json()
        except ValueError:
            kind = response.headers.get("content-type", "something else")
            raise Unreachable(f"{self.base_url} is not a workbench: it answered {kind}, not JSON") from None

    def send(
        self, method: str, path: str, *, files: Callable[[], Any] | None = None, wait_s: float = 0.0, **request: Any
    ) -> httpx.Response:
        """One answered request. ``files`` makes the body anew for each attempt; ``wait_s`` is the
        server's own waiting time, added to how long an answer may take."""
        headers = {"Idempotency-Key": uuid.uuid4().hex} if method == "POST" else {}
        timeout = httpx.Timeout(ANSWER_S + wait_s, connect=10.0)

        def attempt() -> httpx.Response:
            body = {"files": files()} if files else {}
            return self._client.request(method, path, headers=headers, timeout=timeout, **body, **request)

        return accepted(self._until_answered(attempt))

    @contextmanager
    def stream(
        self,
        path: str,
        headers: dict[str, str],
        come_back: Collection[int] = COME_BACK,
        *,
        params: dict[str, str] | None = None,
    ) -> Iterator[httpx.Response]:
        """An answered GET whose body is still to be read; 416 and a redirect are answers, not refusals.

        come_back: the statuses after which the request is sent again later, if the server says so.
        """

        def attempt() -> httpx.Response:
            request = self._client.build_request("GET", path, headers=headers, params=params, timeout=ANSWER_S)
            return self._client.send(request, stream=True)

        response = self._until_answered(attempt, come_back)
        try:
            if response.is_error:
                response.read()
            yield response if response.status_code == 416 else accepted(response)
        finally:
            response.close()

    @property
    def identity(self) -> str:
        """What stays the same of this server when it comes back, perhaps on another port; not for people's eyes."""
        url, token = self._address
        return str(token) if self._find else url

    def plain(self) -> httpx.Client:
        """A client without our token, for URLs that are their own permission."""
        return httpx.Client(transport=self._http, verify=_trusted(not self._local), trust_env=not self._local)

    def patience(self) -> Patience:
        """How long to put up with silence from now on."""
        return Patience(self._patience_s if self._reached else min(FIRST_PATIENCE_S, self._patience_s))

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _connect(self, address: Address) -> None:
        self._address = address
        self.base_url, token = address
        # A proxy from the environment never helps to reach this very machine.
        self._local = urlsplit(self.base_url).hostname in ("127.0.0.1", "localhost", "::1")
        self._client = httpx.Client(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            transport=self._http,
            verify=_trusted(not self._local),
            trust_env=not self._local,
        )

    def _until_answered(
        self, attempt: Callable[[], httpx.Response], come_back: Collection[int] = COME_BACK
    ) -> httpx.Response:
        patience = self.patience()
        while True:
            try:
                response = attempt()
            except WORTH_REPEATING as error:
                reason = str(error) or type(error).__name__
                patience.pause(f"no workbench answers at {self.base_url} ({reason})")
                self._look_again()
                continue
            self._reached = True
            if response.status_code in come_back and _passes(response):
                why, in_s = _why(response), retry_after_s(response)
                response.close()
                patience.pause(f"{self.base_url} answers {response.status_code}: {why}", in_s)
                continue
            if response.status_code == 401 and self._look_again():
                response.close()
                continue
            return response

    def _look_again(self) -> bool:
        """Ask where the server is now; True when that is not where we thought, or the token is new."""
        if self._find is None:
            return False
        try:
            address = self._find()
        except RuntimeError:  # not up again yet; patience decides for how long we ask
            return False
        if address == self._address:
            return False
        self._client.close()
        self._connect(address)
        return True


def accepted(response: httpx.Response) -> httpx.Response:
    """The response itself, or Refused with its problem document."""
    if not response.is_error:
        return response
    if _is_problem(response):
        raise Refused(response.json())
    raise Refused(
        {
            "title": f"The server answered {response.status_code} {response.reason_phrase}".rstrip(),
            "status": response.status_code,
            "detail": " ".join(response.text.split())[:200],
            "remedy": "This is not the workbench's own answer: check the server's address.",
        }
    )


def _passes(response: httpx.Response) -> bool:
    """Whether somebody in between answered, or the workbench itself says when to come back."""
    return not _is_problem(response) or "retry-after" in response.headers


def retry_after_s(response: httpx.Response) -> float:
    """When to come back, as the server says; a date or nonsense counts for nothing."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and len(text) < 4 else 0.0


def _why(response: httpx.Response) -> str:
    if response.status_code == 429:
        return "too many requests of your team are under way there"
    return "the workbench is not up"


def _is_problem(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "")
    return kind.startswith(("application/problem+json", "application/json"))

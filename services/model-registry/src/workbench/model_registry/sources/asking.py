"""GET of an address of the outside world: every hop's address is looked at, and what is asked again later says so."""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx
from workbench.model_registry.sources.addresses import Addresses
from workbench.model_registry.sources.problems import NotTheFile, NotThere, SourceRefuses, SourceUnavailable
from workbench.model_registry.sources.values import Pace, shown

MOST_HOPS = 10
T = TypeVar("T")
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_SAID = {
    401: "it asks who we are (401)",
    403: "it does not let us read it (403)",
    410: "it is gone (410)",
}


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once, since that takes as long as several requests."""
    return httpx.create_ssl_context()


class TryLater(Exception):
    """The source broke off or asks to come back; ``after_s`` is when, if it says so."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Asking:
    """A client of the outside world. It keeps no connection, cookie or credential from one question to the next."""

    def __init__(self, addresses: Addresses, pace: Pace) -> None:
        self._addresses = addresses
        # What the environment says of proxies is not heard: behind one nobody sees which address is reached.
        self._client = httpx.Client(
            verify=_trusted(),
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=httpx.Timeout(pace.silence_s),
            headers={"User-Agent": "dl-workbench"},
        )

    @contextlib.contextmanager
    def get(self, url: str, headers: Mapping[str, str], offset: int = 0) -> Iterator[httpx.Response]:
        """The answer to a GET, 200 or 206, its body still to be read. Raises TryLater and a Problem.

        ``headers`` are sent to the host of ``url`` alone. The body may raise httpx.TransportError.
        """
        asked = {**headers, "Accept-Encoding": "identity", **({"Range": f"bytes={offset}-"} if offset else {})}
        with contextlib.closing(self._answered(url, asked, headers)) as response:
            yield _usable(response, url)

    def _answered(self, url: str, headers: dict[str, str], private: Mapping[str, str]) -> httpx.Response:
        here, first = url, urlsplit(url)
        for _ in range(MOST_HOPS + 1):
            parts = urlsplit(here)
            same = (parts.scheme, parts.netloc) == (first.scheme, first.netloc)
            sent = headers if same else {name: value for name, value in headers.items() if name not in private}
            response = self._once(here, parts, sent)
            if response.status_code not in _REDIRECTS:
                return response
            response.close()
            here = _next_hop(here, response.headers.get("Location", ""), url)
        raise SourceRefuses(shown(url), f"it leads on more than {MOST_HOPS} times")

    def _once(self, url: str, parts: SplitResult, headers: dict[str, str]) -> httpx.Response:
        host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
        last: httpx.TransportError | None = None
        for address in self._addresses.of(host, port):
            # The address in place of the name; the name is what the certificate and the server are asked for.
            request = self._client.build_request(
                "GET",
                httpx.URL(url).copy_with(host=address),
                headers={**headers, "Host": parts.netloc},
                extensions={"sni_hostname": host},
            )
            try:
                return self._client.send(request, stream=True)
            except httpx.TransportError as error:
                last = error
        raise TryLater(in_words(last)) from last


def patiently(ask: Callable[[], T], what: str, pace: Pace, wait: Callable[[float, str], None]) -> T:
    """What ``ask`` gives, asked again while ``what`` is busy. Raises SourceUnavailable at last."""
    last: TryLater | None = None
    for pause_s in pace.pauses_s:
        try:
            return ask()
        except TryLater as later:
            wait(min(max(later.after_s or 0.0, pause_s), pace.longest_wait_s), f"the source: {later}")
            last = later
    raise SourceUnavailable(what, f"{last}; tried {len(pace.pauses_s)} times")


def in_words(error: Exception | None) -> str:
    """What went wrong on the way, for people."""
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return f"nobody answers there ({error})" if str(error) else "nobody answers there"
    if isinstance(error, httpx.TimeoutException):
        return "it fell silent"
    return "the connection broke off"


def _next_hop(here: str, location: str, url: str) -> str:
    there = urljoin(here, location)
    try:
        scheme, host = urlsplit(there).scheme, urlsplit(there).hostname
        usable = bool(location and host and scheme in _PORTS and urlsplit(there).port != 0)
    except ValueError:
        usable = False
    if not usable:
        raise SourceRefuses(shown(url), "it leads on to what is no address")
    if here.startswith("https:") and scheme == "http":
        raise SourceRefuses(shown(url), "it leads from https to http, where anybody may change what is sent")
    return there


def _usable(response: httpx.Response, url: str) -> httpx.Response:
    """Raises what the answer means, when it is not the file."""
    status, kind = response.status_code, response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if status in _LATER:
        raise TryLater(f"it answers {status}", _after_s(response.headers.get("Retry-After", "")))
    if status == 404:
        raise NotThere(shown(url), "there is nothing there (404)")
    if status not in (200, 206):
        raise SourceRefuses(shown(url), _SAID.get(status, f"it answers {status}"))
    if kind in ("text/html", "application/xhtml+xml"):
        raise NotTheFile(shown(url), "a web page came instead of a file")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotTheFile(shown(url), "it came in an encoding that nobody asked for")
    return response


def _after_s(text: str) -> float | None:
    if text.isdigit():
        return float(text[:9])
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    return None

"""One file from its source into staging: in parts that stay when anything dies, and checked before it is a file.

What has arrived lies in the store as an open upload in parts. Whoever begins again asks the source for the rest. The
checksum is taken of what the store gives back, so it does not matter who has brought which part.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx
from workbench.model_registry.sources.asking import Asking, TryLater, in_words
from workbench.model_registry.sources.problems import NotTheFile, SourceUnavailable, TooLargeToBring
from workbench.model_registry.sources.values import PATIENT, Pace, Remote, shown
from workbench.store import ObjectMissing, Part, Store

PART_BYTES = 16 << 20
Told = Callable[[int, int | None], None]
Wait = Callable[[float, str], None]


@dataclass(frozen=True)
class Terms:
    """What a download may take. told: hears how many bytes of how many are here, often; wait: pauses, with the reason.

    Both may raise to end it.
    """

    limit_bytes: int
    told: Told
    wait: Wait
    pace: Pace = PATIENT


def download(store: Store, key: str, remote: Remote, asking: Asking, terms: Terms) -> tuple[str, int]:
    """The SHA-256 and size of the file, which is at ``key`` then. Raises a Problem, and what ``terms`` raises."""
    try:
        size = store.info(key).size_bytes
    except ObjectMissing:
        size = _Arriving(store, key, remote, terms).all_of_it(asking)
    found, sha256 = remote.checksum.of(store.read(key), size)
    if found != remote.checksum.hex:
        store.delete(key)
        algorithm = remote.checksum.algorithm.upper()
        raise NotTheFile(shown(remote.url), f"its {algorithm} is {found}, not {remote.checksum.hex}")
    return sha256, size


@dataclass
class _Arriving:
    """A file that is not whole yet."""

    store: Store
    key: str
    remote: Remote
    terms: Terms
    total: int | None = None
    _rest: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self._since, self._came = time.monotonic(), 0
        self.total = self.remote.size_bytes
        begun = next((each.upload for each in self.store.open_uploads(self.key) if each.key == self.key), None)
        self._upload = begun or self.store.begin_parts(self.key)
        self._parts = _first_ones(self.store.parts(self.key, self._upload))

    @property
    def arrived(self) -> int:
        """Bytes that are here."""
        return sum(part.size_bytes for part in self._parts) + self._rest.tell()

    def all_of_it(self, asking: Asking) -> int:
        """Its size, once it is here: asked for again from where it broke off, as often as that brings anything."""
        failures, before = 0, -1
        while True:
            try:
                self._bring(asking)
                break
            except TryLater as later:
                failures = 0 if self.arrived > before else failures + 1
                before = max(before, self.arrived)
                self._pause(later, failures)
        self._keep()
        self.store.complete_parts(self.key, self._upload, self._parts)
        return self.arrived

    def _pause(self, later: TryLater, failures: int) -> None:
        pauses = self.terms.pace.pauses_s
        wait_s = max(later.after_s or 0.0, pauses[min(failures, len(pauses) - 1)])
        if failures >= len(pauses) or wait_s > self.terms.pace.longest_wait_s:
            asks = f", and asks to come back in {wait_s:.0f} s" if wait_s > self.terms.pace.longest_wait_s else ""
            raise SourceUnavailable(shown(self.remote.url), f"{later}{asks}; tried {failures + 1} times") from later
        self.terms.wait(wait_s, f"the source: {later}")
        self._since += wait_s  # it may have asked for that

    def _bring(self, asking: Asking) -> None:
        """From where we are to the end. Raises TryLater when it ends sooner."""
        at = self.arrived
        if self.total is not None and at == self.total:
            return
        with asking.get(self.remote.url, self.remote.headers, at) as response:
            skipped = at if response.status_code == 200 else 0  # it gives no ranges: what we have comes again
            self._settle_total(response, at)
            for chunk in self._chunks(response):
                if skipped:
                    chunk, skipped = chunk[skipped:], max(0, skipped - len(chunk))
                self._take(chunk)
        if self.total is not None and self.arrived < self.total:
            raise TryLater(f"it ended after {self.arrived} of {self.total} bytes")

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """The body. Raises TryLater when it breaks off, SourceUnavailable when it trickles."""
        try:
            for chunk in response.iter_raw():
                yield chunk
                self._refuse_trickle(len(chunk))
        except httpx.TransportError as error:
            self._refuse_trickle(0)
            raise TryLater(in_words(error)) from error

    def _refuse_trickle(self, more_bytes: int) -> None:
        """However often it is asked again, what sends a little each time is not asked for ever."""
        self._came += more_bytes
        took_s = time.monotonic() - self._since
        if took_s < self.terms.pace.window_s:
            return
        if self._came < self.terms.pace.least_bytes_s * took_s:
            reason = f"it sends {self._came / took_s / 1024:.1f} KiB/s, which would take too long"
            raise SourceUnavailable(shown(self.remote.url), reason)
        self._since, self._came = time.monotonic(), 0

    def _settle_total(self, response: httpx.Response, at: int) -> None:
        """How large the file is, if that is said; the same as before, and not too large."""
        start, total = _extent(response)
        if response.status_code == 206 and start != at:
            raise NotTheFile(shown(self.remote.url), f"the bytes from {start} came instead of those from {at}")
        if total is None:
            return
        if self.total is not None and total != self.total:
            raise NotTheFile(shown(self.remote.url), f"it has {total} bytes, not {self.total}")
        self.total = total
        self._refuse_too_large(total)

    def _take(self, chunk: bytes) -> None:
        self._rest.write(chunk)
        here = self.arrived
        if self.total is not None and here > self.total:
            raise NotTheFile(shown(self.remote.url), f"more than its {self.total} bytes came")
        self._refuse_too_large(here)
        if self._rest.tell() >= PART_BYTES:
            self._keep()
        self.terms.told(here, self.total)

    def _keep(self) -> None:
        """What has come since the last part becomes one."""
        if not self._rest.tell():
            return
        self._rest.seek(0)
        self._parts.append(self.store.put_part(self.key, self._upload, len(self._parts) + 1, self._rest))
        self._rest = io.BytesIO()

    def _refuse_too_large(self, size_bytes: int) -> None:
        if size_bytes > self.terms.limit_bytes:
            raise TooLargeToBring(shown(self.remote.url), self.terms.limit_bytes)


def _first_ones(parts: Sequence[Part]) -> list[Part]:
    """Those from the first on without a gap."""
    return [part for number, part in enumerate(parts, 1) if part.number == number]


def _extent(response: httpx.Response) -> tuple[int, int | None]:
    """Where the body begins in the file, and how large the file is, as far as the answer says that."""
    if response.status_code != 206:
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if length.isdigit() else None
    span, _, size = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    start = span.partition("-")[0]
    return int(start) if start.isdigit() else -1, int(size) if size.isdigit() else None

"""Large uploads in parts: four at a time, each repeated until it has arrived; goes on where an earlier attempt stopped.

What an attempt needs to know of an earlier one is the upload's id, kept in a small file under the user's cache folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol
from urllib.parse import urljoin

from workbench.client.errors import Refused, UploadInterrupted
from workbench.client.transport import WORTH_REPEATING, Patience, Transport, accepted, retry_after_s

AT_ONCE = 4
ANSWER_S = 120.0
Place = tuple[int, int]  # a file's, and a part's in it
Tell = Callable[[int, int], None]
"""Told the bytes that have arrived, and of how many."""


class Source(Protocol):
    """One file to send: any range of it can be read, by several threads."""

    @property
    def name(self) -> str:
        """As the server shall know it."""

    @property
    def size_bytes(self) -> int:
        """All of it."""

    def read(self, offset: int, size: int) -> Iterator[bytes]:
        """``size`` bytes from ``offset`` on."""

    def version(self) -> object:
        """JSON that changes when the file does."""


def send_in_parts(
    transport: Transport, url: str, sources: Sequence[Source], fields: dict[str, Any], tell: Tell | None = None
) -> Any:
    """Upload and give back the job's view. Raises BadInput, Refused, Unreachable; UploadInterrupted on Ctrl-C."""
    memory = _memory(transport, url, sources, fields)
    upload = _begun_before(transport, url, memory)
    if upload is None:
        files = [{"name": source.name, "size_bytes": source.size_bytes} for source in sources]
        upload = transport.json("POST", f"{url}/uploads", json={"files": files, **fields})
        _remember(memory, upload["id"])
    one = f"{url}/uploads/{upload['id']}"
    if "files" in upload:
        files = _Sending(transport, one, upload, sources, tell).run()
        body = {"files": files}
    else:  # complete already: only its answer was lost
        body = {}
    view = transport.json("POST", f"{one}/complete", json=body)
    with contextlib.suppress(OSError):  # as when it could not be written
        memory.unlink()
    return view


def _memory(transport: Transport, url: str, sources: Sequence[Source], fields: dict[str, Any]) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    sent = [[source.name, source.size_bytes, source.version()] for source in sources]
    about = [transport.identity, url, fields, sent]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode()).hexdigest()
    return cache / "workbench" / "uploads" / f"{digest[:32]}.json"


def _remember(memory: Path, upload_id: str) -> None:
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        draft = memory.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"id": upload_id}))
        draft.replace(memory)
    except OSError:
        return  # a home that cannot be written: the upload works, only not after our own end


def _begun_before(transport: Transport, url: str, memory: Path) -> dict[str, Any] | None:
    """The upload as the server has it; without ``files`` when it is complete; None when there is none."""
    try:
        upload_id = str(json.loads(memory.read_text())["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        upload: dict[str, Any] = transport.json("GET", f"{url}/uploads/{upload_id}")
    except Refused as refusal:
        return {"id": upload_id} if refusal.type == "upload-completed" else None
    return upload


def _later(status: int) -> bool:
    """Whether the same part may arrive next time: too slow, too many at a time, or a server's own trouble."""
    return status in (408, 429) or (status >= 500 and status != 507)


class _Stopped(Exception):
    """Another part has failed, or somebody pressed Ctrl-C."""


class _Sending:
    """The parts of one upload on their way."""

    def __init__(
        self, transport: Transport, url: str, upload: dict[str, Any], sources: Sequence[Source], tell: Tell | None
    ) -> None:
        self._transport, self._url, self._sources = transport, url, sources
        self._tell = tell or (lambda _arrived, _total: None)
        self._total = sum(source.size_bytes for source in sources)
        self._arrived = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._fresh = 0
        self._upload = upload
        self._http = transport.plain()

    def run(self) -> list[dict[str, Any]]:
        """Every part has arrived: what to say on completion."""
        files = enumerate(self._upload["files"])
        places = deque((file, part) for file, each in files for part in range(len(each["parts"])))
        count, sent = len(places), dict[Place, str]()
        ended: SimpleQueue[tuple[Place, str | BaseException]] = SimpleQueue()
        # Daemons: nobody who presses Ctrl-C waits for a server that does not answer.
        senders = [threading.Thread(target=self._work, args=(places, ended), daemon=True) for _ in range(AT_ONCE)]
        for sender in senders:
            sender.start()
        try:
            while len(sent) < count:
                with contextlib.suppress(Empty):  # in short pieces, so that Ctrl-C is heard
                    place, outcome = ended.get(timeout=0.2)
                    if isinstance(outcome, BaseException):
                        raise outcome
                    sent[place] = outcome
                with self._lock:
                    self._tell(self._arrived, self._total)
            return self._named(sent)
        except KeyboardInterrupt:
            senders.clear()
            raise UploadInterrupted(self._arrived, self._total) from None
        finally:
            self._stop.set()
            for sender in senders:
                sender.join()
            self._http.close()

    def _work(self, places: deque[Place], ended: SimpleQueue[tuple[Place, str | BaseException]]) -> None:
        while places and not self._stop.is_set():
            try:
                place = places.popleft()
            except IndexError:  # another was faster
                return
            try:
                ended.put((place, self._send(*place)))
            except BaseException as fault:
                ended.put((place, fault))
                return

    def _named(self, md5s: dict[tuple[int, int], str]) -> list[dict[str, Any]]:
        return [
            {
                "name": each["name"],
                "parts": [{"number": part["number"], "md5": md5s[file, at]} for at, part in enumerate(each["parts"])],
            }
            for file, each in enumerate(self._upload["files"])
        ]

    def _send(self, file: int, at: int) -> str:
        """The MD5 of the part, once it has arrived."""
        part = self._upload["files"][file]["parts"][at]
        there = part["arrived"] and self._hashed(file, part) == part["md5"]
        md5: str = part["md5"] if there else self._put(file, at)
        with self._lock:
            self._arrived += part["size_bytes"]
        return md5

    def _put(self, file: int, at: int) -> str:
        patience: Patience | None = None
        refusals = 0
        while True:
            fresh, part = self._fresh, self._upload["files"][file]["parts"][at]
            md5 = hashlib.md5(usedforsecurity=False)
            try:
                response = self._http.put(
                    urljoin(self._transport.base_url, part["url"]),
                    content=self._bytes(file, part, md5.update),
                    headers={"Content-Length": str(part["size_bytes"])},
                    timeout=ANSWER_S,
                )
                reason = f"it answers {response.status_code}"
            except WORTH_REPEATING as error:
                response, reason = None, str(error) or type(error).__name__
            if response is not None and response.is_success:
                return md5.hexdigest()
            if response is not None and response.status_code == 403 and refusals < 3:
                refusals += 1  # the URL has expired: a fresh one is all it needs
            elif response is not None and not _later(response.status_code):
                accepted(response)
            else:
                patience = patience or self._transport.patience()
                in_s = retry_after_s(response) if response is not None else 0.0
                patience.pause(f"a part of {self._sources[file].name} cannot be sent ({reason})", in_s)
            self._refresh(fresh)

    def _refresh(self, seen: int) -> None:
        """Fresh URLs, asked for once however many parts need them."""
        with self._lock:
            if self._fresh == seen and not self._stop.is_set():
                self._upload = self._transport.json("GET", self._url)
                self._fresh += 1

    def _hashed(self, file: int, part: dict[str, Any]) -> str:
        md5 = hashlib.md5(usedforsecurity=False)
        for _ in self._bytes(file, part, md5.update):
            pass
        return md5.hexdigest()

    def _bytes(self, file: int, part: dict[str, Any], see: Callable[[bytes], None]) -> Iterator[bytes]:
        for chunk in self._sources[file].read(part["offset"], part["size_bytes"]):
            if self._stop.is_set():
                raise _Stopped
            see(chunk)
            yield chunk

"""A server of files that behaves as sources do, faults included: what it does to each path is data."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Held:
    """What lies at a path, and how it is given.

    statuses: answered first, one a request, each with its headers. cut_after: so many bytes of each answer, then the
    connection ends; 0: never. pause_s: after each KiB. late_s: before anything.
    """

    content: bytes = b""
    kind: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    ranges: bool = True
    chunked: bool = False
    said_bytes: int | None = None
    cut_after: int = 0
    pause_s: float = 0.0
    late_s: float = 0.0


@dataclass
class SourceServer:
    """``held`` by path; ``asked``: the path and headers of every request."""

    port: int
    held: dict[str, Held] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def hold(self, path: str, content: bytes | dict[str, Any] | list[Any] = b"", **how: Any) -> str:
        """The address at which it lies from now on."""
        if not isinstance(content, bytes):
            content, how = json.dumps(content).encode(), {"kind": "application/json", **how}
        self.held[path] = Held(content, **how)
        return self.url(path)

    def lead(self, path: str, *targets: str) -> str:
        """The address that leads on to each target in turn, and to the last for ever."""
        statuses = [(302, {"Location": target}) for target in targets]
        self.held[path] = Held(statuses=statuses + statuses[-1:] * 50)
        return self.url(path)

    def requests(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.asked if asked.partition("?")[0] == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def log_message(self, *_: Any) -> None:
        return

    def do_GET(self) -> None:
        source: SourceServer = self.server.source
        source.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        held = source.held.get(self.path) or source.held.get(self.path.partition("?")[0])
        if held is None:
            self._answer(404, {}, b"no")
        elif held.statuses:
            status, headers = held.statuses.pop(0)
            self._answer(status, headers, b"")
        else:
            self._give(held)

    def _give(self, held: Held) -> None:
        start = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0]) if held.ranges else 0
        if start and start >= len(held.content):
            self._answer(416, {}, b"")
            return
        body, headers = held.content[start:], {"Content-Type": held.kind, **held.headers}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(held.content) - 1}/{len(held.content)}"
        time.sleep(held.late_s)
        self.send_response(206 if start else 200)
        said = (
            {"Transfer-Encoding": "chunked"}
            if held.chunked
            else {"Content-Length": str(len(body) if held.said_bytes is None else held.said_bytes)}
        )
        for name, value in {**headers, **said, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(body[: held.cut_after or len(body)], held)
        self.close_connection = True

    def _send(self, body: bytes, held: Held) -> None:
        step = 1024 if held.pause_s else 1 << 20
        try:
            for at in range(0, len(body), step):
                piece = body[at : at + step]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if held.chunked else piece)
                self.wfile.flush()
                time.sleep(held.pause_s)
            if held.chunked and not held.cut_after:
                self.wfile.write(b"0\r\n\r\n")
        except OSError:  # whoever asked has gone
            return

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def source_server() -> Iterator[SourceServer]:
    """One that runs until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    source = SourceServer(server.server_port)
    server.source = source  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield source
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

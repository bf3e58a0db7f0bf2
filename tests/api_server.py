"""An API server of Kubernetes that says what a test tells it to, over real HTTP."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

END, BREAK = "end", "break"


class ApiServer(ThreadingHTTPServer):
    """Lists what is in ``objects``; says in its watches what is put into ``news``: events, END or BREAK (of a line)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, list[dict[str, Any]]] = {"jobs": [], "pods": []}
        self.news: dict[str, queue.Queue[Any]] = {"jobs": queue.Queue(), "pods": queue.Queue()}
        self.version = 100
        self.page = 500
        self.failing: list[tuple[str, int]] = []  # ("list" or "watch", status) of the next requests
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def kubeconfig(self, path: Path) -> Path:
        """Written there: how it is reached."""
        address, context = f"http://127.0.0.1:{self.server_address[1]}", {"cluster": "test", "user": "test"}
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "test",
                    "clusters": [{"name": "test", "cluster": {"server": address}}],
                    "users": [{"name": "test", "user": {"token": "t"}}],
                    "contexts": [{"name": "test", "context": context}],
                }
            )
        )
        return path

    def handle_error(self, *_: Any) -> None:
        """A client that has gone is nobody's fault."""

    def say(self, kind: str, what: str, name: str, version: int, run: str = "r1", **status: Any) -> None:
        self.news[kind].put({"type": what, "object": thing(name, version, run) | {"status": status}})

    def counted(self, kind: str, what: str) -> int:
        return sum(asked[:2] == (kind, what) for asked in self.asked)


class _Handler(BaseHTTPRequestHandler):
    server: ApiServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        kind, what = url.path.rpartition("/")[2], "watch" if "watch" in query else "list"
        self.server.asked.append((kind, what, query))
        if self.server.failing and self.server.failing[0][0] == what:
            status = self.server.failing.pop(0)[1]
            self._answer({"kind": "Status", "code": status, "message": "as asked"}, status)
        elif what == "list":
            self._list(kind, query)
        else:
            self._watch(kind)

    def do_POST(self) -> None:
        made = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.failing:
            self._answer({"kind": "Status", "message": "as asked"}, self.server.failing.pop(0)[1])
        else:
            self._answer(made, 201)

    def _list(self, kind: str, query: dict[str, str]) -> None:
        start = int(query.get("continue", "0"))
        items = self.server.objects[kind][start : start + self.server.page]
        more = start + self.server.page < len(self.server.objects[kind])
        metadata = {"resourceVersion": str(self.server.version), "continue": str(start + len(items)) if more else ""}
        self._answer({"metadata": metadata, "items": items})

    def _watch(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while (news := self.server.news[kind].get()) not in (END, BREAK):
            self._chunk(json.dumps(news).encode() + b"\n")
        if news == BREAK:
            self._chunk(b'{"type": "ADDED", "obj')
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _answer(self, document: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


def thing(name: str, version: int, run: str = "r1", **metadata: Any) -> dict[str, Any]:
    labels = {"workbench/run": run, "workbench/job": f"job-of-{run}"}
    return {"metadata": {"name": name, "resourceVersion": str(version), "labels": labels, **metadata}}


@contextmanager
def serving() -> Iterator[ApiServer]:
    """One that answers; its watches end with it."""
    server = ApiServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    for news in server.news.values():
        for _ in range(5):
            news.put(END)
    server.shutdown()
    thread.join(10)
    server.server_close()

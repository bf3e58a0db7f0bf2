"""A service's app at an address, which can be closed and opened again."""

from __future__ import annotations

import threading

from flask import Flask
from werkzeug.serving import make_server


class Answering:
    """``host``: the address it listens on. Answers from the beginning."""

    def __init__(self, app: Flask, host: str = "127.0.0.1") -> None:
        self._app, self._host, self._port = app, host, 0
        self.open()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self._host}:{self._port}"

    def open(self) -> None:
        """Answer; at the same address as before."""
        self._server = make_server(self._host, self._port, self._app, threaded=True)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody answers any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

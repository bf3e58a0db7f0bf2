"""What every command shares: which workbench, and whether a person or a program reads the answer."""

from __future__ import annotations

import os
import shlex
from functools import cached_property
from pathlib import Path

from workbench.client.client import Client
from workbench.client.embedded import home_folder


class Session:
    """One run of one command."""

    def __init__(self, as_json: bool, server: str | None, home: str | None) -> None:
        self.as_json = as_json
        self._server = server
        self._home = home

    @property
    def home(self) -> Path:
        """The embedded workbench's folder."""
        return Path(self._home).expanduser() if self._home else home_folder()

    @property
    def where(self) -> str:
        """The options a person must repeat to reach the same workbench: those of this command line."""
        options = {
            "--server": self._server if self._server != os.environ.get("WORKBENCH_SERVER") else None,
            "--home": self._home,
        }
        return "".join(f" {name} {shlex.quote(value)}" for name, value in options.items() if value)

    @property
    def workbench(self) -> str:
        """What names it from here, whichever port it has now."""
        return self._server or str(self.home.resolve())

    @cached_property
    def client(self) -> Client:
        """The named server, or this machine's own. Raises Unreachable; asked for only when first needed."""
        if self._server:
            return Client(self._server, os.environ.get("WORKBENCH_TOKEN"))
        return Client.embedded(self.home)

    def close(self) -> None:
        """Give the connections back, if there were any."""
        if "client" in self.__dict__:
            self.client.close()

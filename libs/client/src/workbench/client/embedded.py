"""Where the workbench of this machine is: asked of whoever registered itself, never imported.

`dl-workbench` registers two functions under the entry point group ``workbench.embedded``:
``standalone``, ``ensure_running(home) -> (url, token)``, which starts or joins, and ``up``,
``serve(home, port) -> exit code``, which serves until it is stopped. Both raise RuntimeError with one line.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from workbench.client.errors import Unreachable
from workbench.client.transport import Address

GROUP = "workbench.embedded"
NOT_INSTALLED = (
    "no workbench is installed here: `pip install dl-workbench`, "
    "or name a running one with --server URL (or WORKBENCH_SERVER) and WORKBENCH_TOKEN"
)


def home_folder() -> Path:
    """``WORKBENCH_HOME``, else ``workbench`` below ``XDG_DATA_HOME``, else ``~/.local/share/workbench``."""
    if home := os.environ.get("WORKBENCH_HOME"):
        return Path(home).expanduser()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path("~/.local/share").expanduser()) / "workbench"


def ensure_running(home: Path) -> Address:
    """URL and token of the embedded workbench. Raises RuntimeError when it cannot be started."""
    url, token = _registered("standalone")(home)
    return url, token


def address(home: Path) -> Address:
    """As ensure_running, but raises Unreachable: the first time, there is nothing to be patient about."""
    try:
        return ensure_running(home)
    except RuntimeError as error:
        raise Unreachable(str(error)) from None


def serve(home: Path, port: int | None) -> int:
    """Serve until stopped; the process's exit code. Raises Unreachable."""
    try:
        return int(_registered("up")(home, port))
    except RuntimeError as error:
        raise Unreachable(str(error)) from None


def _registered(name: str) -> Callable[..., Any]:
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        raise Unreachable(NOT_INSTALLED)
    try:
        function: Callable[..., Any] = found[0].load()
    except (ImportError, AttributeError) as error:
        raise Unreachable(f"the installed dl-workbench is broken: {error}") from None
    return function

"""Where the pages are, for who starts the workbench: a link that signs in once, and a browser if there is one."""

from __future__ import annotations

import contextlib
import os
import sys
import webbrowser

from workbench.console.page import PLACE
from workbench.console.session import Seal


def show_console(url: str, token: str) -> None:
    """Print the link, and open it where a person sits at a terminal with a screen."""
    link = f"{url}{PLACE}/sign-in/{Seal(token).invitation(token)}"
    print(f"Its console, by a link that works once:\n{link}", flush=True)  # noqa: T201
    if sys.stdout.isatty() and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(link)

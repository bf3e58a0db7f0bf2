"""A real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def available() -> str | None:
    """None, or why no browser can be run here."""
    return None if shutil.which("chromium") else "chromium is not installed (Debian: apt-get install chromium)"


@contextmanager
def browser() -> Iterator[Any]:
    """Running, for as long as this lasts."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield chromium
        chromium.close()


def page_of(chromium: Any, *, width: int = 1440, height: int = 900, scheme: str = "light") -> tuple[Any, list[str]]:
    """A page of its own, and what goes wrong in it: a refused script or style, an error of ours."""
    page = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page, wrong

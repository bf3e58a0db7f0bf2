"""The steps of a pipeline as they go: a live table on a terminal, a line for each change elsewhere.

Drawn on stderr, so that stdout keeps the answer alone, and at most twice a second: a measurement may be
running on this very machine.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from rich.live import Live
from rich.table import Table
from rich.text import Text
from workbench.client.cli.output import console, plain
from workbench.client.jobs import View
from workbench.client.resources import Resource

REDRAW_S = 0.5
# Where nobody watches live, a long stage still says now and then that it is alive.
HEARTBEAT_S = 15.0
LEFT_S = 30.0
# Before so much is done, what has been seen says little about the rest.
EARLY = 0.1
BAR_CELLS = 20
STYLES = {"running": "bold", "succeeded": "green", "failed": "red", "cancelled": "yellow"}


@dataclass(frozen=True)
class Row:
    """One step as a person sees it."""

    name: str
    state: str
    fraction: float | None
    what: str
    waits: bool = False

    @classmethod
    def of(cls, name: str, view: dict[str, Any]) -> Row:
        """From a job view or a step of an optimization."""
        progress = view.get("progress") or {}
        waits = bool(view.get("waiting_for")) and view["state"] in ("queued", "running")
        what = _wait(view) if waits else _doing(view, progress)
        return cls(name, view["state"], progress.get("fraction"), plain(what), waits)


class Progress:
    """A context manager; inside, ``job`` and ``steps`` are told each new view."""

    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._terminal = self._console.is_terminal
        self._rows: dict[str, Row] = {}
        self._drawn_at = 0.0
        self._said: dict[str, tuple[str, float]] = {}
        self._left = ""
        self._left_said_at = time.monotonic()

    def __enter__(self) -> Self:
        if self._terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._terminal:
            self._live.update(self._table(), refresh=True)
            self._live.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Inside, the terminal is somebody else's."""
        if self._terminal:
            self._live.stop()
        try:
            yield
        finally:
            if self._terminal:
                self._live.start()

    def say(self, text: str) -> None:
        """One line that stays."""
        self._console.print(plain(text), soft_wrap=True)

    def job(self, name: str, view: dict[str, Any]) -> None:
        """The newest view of one job; why it failed, the error says that follows."""
        self._set(Row.of(name, view | {"error": None}))
        self._left = time_left(view)
        self._redraw_or_say_left()

    def sent(self, arrived: int, total: int) -> None:
        """How far an upload is, in bytes."""
        fraction = arrived / total
        state = "running" if arrived < total else "succeeded"
        self._set(Row("upload", state, fraction, f"sending: {arrived / 1e6:.0f} of {total / 1e6:.0f} MB"))

    def steps(self, view: dict[str, Any]) -> None:
        """The newest view of an optimization."""
        steps = view.get("steps") or []
        names = {step["job_id"]: step["name"] for step in steps if step.get("job_id")}
        for step in steps:
            self._set(Row.of(step["name"], step | {"waiting_for": _by_name(step.get("waiting_for"), names)}))
        self._left = time_left(view)
        self._redraw_or_say_left()

    def _redraw_or_say_left(self) -> None:
        if self._terminal:
            self._redraw()
        elif self._left and time.monotonic() - self._left_said_at > LEFT_S:
            self._left_said_at = time.monotonic()
            self.say(self._left)

    def _set(self, row: Row) -> None:
        self._rows[row.name] = row
        if self._terminal:
            self._redraw()
        else:
            self._line(row)

    def _redraw(self) -> None:
        if time.monotonic() - self._drawn_at >= REDRAW_S:
            self._live.update(self._table(), refresh=True)
            self._drawn_at = time.monotonic()

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        for row in self._rows.values():
            style = STYLES.get(row.state, "dim")
            table.add_row(Text(row.name), Text(row.state, style), Text(_bar(row)), Text(row.what, "dim"))
        if self._left:
            table.add_row(Text(""), Text(""), Text(""), Text(self._left))
        return table

    def _line(self, row: Row) -> None:
        # Of a run at work only another stage is news; of one that waits, whatever it waits for.
        works = row.state == "running" and not row.waits
        news = f"{row.state} {row.what.partition(':')[0] if works else row.what}"
        said, at = self._said.get(row.name, ("", 0.0))
        still_going = row.state == "running" and time.monotonic() - at > HEARTBEAT_S
        if news == said and not still_going:
            return
        self._said[row.name] = (news, time.monotonic())
        percent = f" {row.fraction:.0%}" if row.state == "running" and row.fraction else ""
        self.say(f"{row.name}: {row.state}{percent}{' · ' + row.what if row.what else ''}")


def beforehand(view: dict[str, Any]) -> str:
    """``measuring takes about 20 s, with a slow model about 2 min or more`` of what was just accepted; "" when nobody
    knows."""
    expected = view.get("expected_run_s")
    if not expected:
        return ""
    more = "; converting, calibrating and scoring come on top" if view.get("kind") == "optimization" else ""
    slow = f", with a slow model {duration(expected['most'])} or more" if expected["most"] > expected["least"] else ""
    return f"measuring takes {duration(expected['least'])}{slow}{more}"


def time_left(view: dict[str, Any]) -> str:
    """``43% done, about 2 min left`` of a job under way, by what it took so far; "" when too early."""
    fraction, started = (view.get("progress") or {}).get("fraction") or 0.0, view.get("started_at")
    if view.get("state") != "running" or not started or not EARLY <= fraction < 1:
        return ""
    so_far = (datetime.now(UTC) - datetime.fromisoformat(started)).total_seconds()
    return f"{fraction:.0%} done, {duration(so_far * (1 - fraction) / fraction)} left" if so_far > 0 else ""


def duration(seconds: float) -> str:
    """``about 20 s``, ``about 4 min``."""
    if seconds < 100:
        return f"about {max(5 * round(seconds / 5), 5)} s"
    return f"about {seconds / 60:.0f} min"


def _by_name(waiting_for: str | None, names: dict[str, str]) -> str | None:
    """What a step waits for says a job's id; a person knows it as another step."""
    for id, name in names.items():
        waiting_for = waiting_for and waiting_for.replace(id, name)
    return waiting_for


def _doing(view: dict[str, Any], progress: dict[str, Any]) -> str:
    if view["state"] == "failed":
        return str((view.get("error") or {}).get("detail") or "")
    if view["state"] == "running":
        return ": ".join(str(each) for each in (progress.get("stage"), progress.get("message")) if each)
    return "reused an earlier result" if view.get("reused_from") else ""


def _wait(view: dict[str, Any]) -> str:
    """What it waits for is told as a noun, "a free worker", or as a sentence, "0 of 3 nodes have a GPU free"."""
    return f"waiting: {view['waiting_for']}{_about(view)}"


def _about(view: dict[str, Any]) -> str:
    seconds = view.get("expected_wait_s")
    if not seconds:
        return ""
    return f"; about {seconds:.0f} s" if seconds < 100 else f"; about {seconds / 60:.0f} min"


def _bar(row: Row) -> str:
    if row.state != "running" or row.fraction is None:
        return ""
    full = round(row.fraction * BAR_CELLS)
    return "█" * full + "░" * (BAR_CELLS - full) + f" {row.fraction:4.0%}"


def followed(resource: Resource, id: str, noun: str) -> View:
    """The job as it ended; how it goes is shown meanwhile, called ``noun``. Raises what ``wait`` raises."""
    with Progress() as progress:

        def tell(view: View) -> None:
            (progress.steps(view) if "steps" in view else progress.job(noun, view))

        return resource.wait(id, tell)

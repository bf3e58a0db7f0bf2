"""`optimize` as the client sees it: bring the files, wait until they are understood, ask for one
optimization, follow it. The pipeline itself lives on the server; here is nothing it could lose.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich import filesize
from workbench.client import uploads
from workbench.client.cli.asking import NOT_SURE, in_words
from workbench.client.cli.options import wrong
from workbench.client.cli.progress import Progress, beforehand
from workbench.client.cli.readers import is_id
from workbench.client.client import Client
from workbench.client.errors import BadInput, Refused, Unreachable
from workbench.client.jobs import ENDED, View
from workbench.client.resources import Resource
from workbench.client.uploaded import Uploads
from workbench.client.uploads import Part


@dataclass(frozen=True)
class Source:
    """A model or dataset that the user named: files of this machine, the id of what is there already, or what is
    to be brought from elsewhere."""

    role: str
    path: Path | None = None
    id: str = ""
    elsewhere: str = ""

    @classmethod
    def of(cls, option: str, text: str, role: str, parts: Callable[[Path], list[Part]]) -> Source:
        """Look at it before anything starts. Raises a usage error that names the option."""
        path = Path(text).expanduser()
        if not path.exists() and is_id(text):
            return cls(role, id=text)
        try:
            parts(path)
        except BadInput as error:
            raise wrong(option, str(error)) from None
        return cls(role, path)


class Pipeline:
    """One optimization from files to its last view; remembers what it started, to stop it when told to."""

    def __init__(self, client: Client, progress: Progress) -> None:
        self._client = client
        self._progress = progress
        self._running: dict[str, Resource] = {}

    def bring(self, source: Source, fields: dict[str, Any]) -> str:
        """The id of the model that the server brings."""
        self._progress.say(f"the workbench brings the {source.role} {source.elsewhere}")
        view = self._client.models.bring(source.elsewhere, **fields)
        self._running[view["id"]] = self._client.models
        return str(view["id"])

    def send(self, resource: Uploads, source: Source | None, *, name: str | None = None, **fields: Any) -> str | None:
        """The id of the source on the server; its examination goes on there. ``fields``: what is said of it."""
        if source is None or source.path is None:
            return source.id if source else None
        size = filesize.decimal(sum(part.size_bytes for part in resource.parts(source.path)))
        self._progress.say(f"sending the {source.role} {source.path} ({size})")
        called = name or uploads.display_name(source.path)
        view = resource.upload(source.path, tell=self._progress.sent, name=called, **fields)
        self._running[view["id"]] = resource
        return str(view["id"])

    def examined(self, resource: Resource, id: str, role: str) -> View:
        """Its view once the server has understood it; what was noticed is said before the work. Raises JobFailed with
        what is wrong with it."""
        view = self._follow(resource, id, lambda view: self._progress.job(role, view))
        for warning in (view.get("facts") or {}).get("warnings") or ():
            self._progress.say(f"The {role}: {warning}")
        return view

    def optimize(self, project: dict[str, Any], body: dict[str, Any], task_for: Callable[[Refused], str]) -> View:
        """Create the project, ask for the optimization and follow it to its end. Raises JobFailed.

        ``task_for`` is asked which task, where the workbench is not sure.
        """
        project_id = self._client.projects.create(project)["id"]
        optimizations = self._client.optimizations(project_id)
        try:
            view = self._start(optimizations, body, task_for)
        except (Refused, KeyboardInterrupt, typer.BadParameter):
            with contextlib.suppress(Refused, Unreachable):  # nothing came of it
                self._client.projects.delete(project_id)
            raise
        if guess := view["request"].get("guess"):
            self._progress.say(f"taken for {in_words(guess)}; --task says another")
        if expected := beforehand(view):
            self._progress.say(expected)
        return self._follow(optimizations, view["id"], self._progress.steps)

    def _start(self, optimizations: Resource, body: dict[str, Any], task_for: Callable[[Refused], str]) -> View:
        try:
            return self._ask(optimizations, body)
        except Refused as refused:
            if refused.type != NOT_SURE:
                raise
            with self._progress.paused():
                task = task_for(refused)
        return self._ask(optimizations, {**body, "task": task})

    def _ask(self, optimizations: Resource, body: dict[str, Any]) -> View:
        with _held_back_ctrl_c():  # between asking and knowing the id there would be nothing to cancel
            view = optimizations.create(body)
            self._running[view["id"]] = optimizations
        return view

    def stop(self) -> None:
        """Cancel whatever still runs, and see it end."""
        for id, resource in reversed(self._running.items()):
            with contextlib.suppress(Refused, Unreachable):  # ended by itself, or there is no server to obey
                resource.cancel(id)
                for view in resource.watch(id):
                    self._progress.steps(view)

    def _follow(self, resource: Resource, id: str, show: Callable[[View], None]) -> View:
        def tell(view: View) -> None:
            show(view)
            if view["state"] in ENDED:
                self._running.pop(id, None)

        return resource.wait(id, tell)


@contextlib.contextmanager
def _held_back_ctrl_c() -> Iterator[None]:
    """The first Ctrl-C comes at the end of the block; a second one at once."""
    pressed: list[int] = []

    def press(number: int, _frame: object) -> None:
        pressed.append(number)
        if len(pressed) > 1:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt

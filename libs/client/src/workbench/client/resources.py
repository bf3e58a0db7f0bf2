"""The resources of the API. They all speak alike, since every resource is its job; so one class does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from workbench.client import jobs
from workbench.client.again import again
from workbench.client.downloads import download
from workbench.client.errors import BadInput
from workbench.client.jobs import View
from workbench.client.transport import Transport

# That one request lists or deletes.
AT_ONCE = 100
SHORTEST_ID = 8  # of a token, which is a long one


class Resource:
    """One collection, such as ``/v1/profiles``. Every method raises Refused or Unreachable."""

    def __init__(self, transport: Transport, path: str) -> None:
        self._transport = transport
        self._path = path

    def create(self, body: dict[str, Any]) -> View:
        """Ask for a new one; the job view of what was queued."""
        view: View = self._transport.json("POST", self._path, json=body)
        return view

    def again(self, id: str, changes: dict[str, Any] | None = None) -> View:
        """Ask for the same as a job was, with these members of the request changed; the view of the new job."""
        self._one(id)
        return again(self._transport, self._path.removeprefix("/v1/"), id, changes)

    def list(self, *, limit: int | None = None, at_once: int | None = None, **wanted: str | None) -> Iterator[View]:
        """The newest first, in pages of ``at_once`` as they are read; at most ``limit``.

        ``wanted``: ``state``, or ``active`` or ``ended``; ``search`` in names and tags; ``tag``; ``of``, the id of a
        thing that they were asked for with; ``sort`` (``name``, ``-name``, ``created_at``); ``cursor``.
        """
        query = {**wanted, "limit": min(limit or AT_ONCE, at_once or AT_ONCE) if limit or at_once else None}
        left = limit
        while True:
            asked = {name: value for name, value in query.items() if value is not None}
            page = self._transport.json("GET", self._path, params=asked)
            yield from page["items"][:left]
            left = None if left is None else left - len(page["items"])
            query["cursor"] = page.get("next_cursor")
            if not query["cursor"] or (left is not None and left <= 0):
                return

    def get(self, id: str) -> View:
        """One as it is now."""
        view: View = self._transport.json("GET", self._one(id))
        return view

    def watch(self, id: str) -> Iterator[View]:
        """Each changed view until the job has ended, through restarts of the server."""
        return jobs.watch(self._transport, self._one(id))

    def wait(self, id: str, tell: Callable[[View], None] | None = None) -> View:
        """The view once the job has succeeded, or JobFailed, JobCancelled; ``tell`` hears of each change."""
        return jobs.wait(self._transport, self._one(id), tell)

    def log(self, id: str, *, follow: bool = False) -> Iterator[str]:
        """The job's log in pieces; with ``follow`` until the job has ended."""
        return jobs.log(self._transport, self._one(id), follow=follow)

    def cancel(self, id: str) -> View:
        """Stop a queued or running job. Raises Refused (job-finished) for one that has ended."""
        view: View = self._transport.json("POST", f"{self._one(id)}/cancel")
        return view

    def delete(self, id: str) -> None:
        """Delete it. Raises Refused (still-in-use) naming who holds it."""
        self._transport.send("DELETE", self._one(id))

    def delete_all(self, ids: Iterable[str]) -> Iterator[View]:
        """Delete several; of each ``{id, deleted, problem}``, where that says why not."""
        left = list(ids)
        for first in range(0, len(left), AT_ONCE):
            some = {"ids": left[first : first + AT_ONCE]}
            yield from self._transport.json("POST", f"{self._path}/deletions", json=some)["items"]

    def relabel(self, id: str, *, name: str | None = None, tags: Sequence[str] | None = None) -> View:
        """Give it another name, or other tags."""
        given = {"name": name, "tags": None if tags is None else [*tags]}
        changed = {member: value for member, value in given.items() if value is not None}
        view: View = self._transport.json("PATCH", self._one(id), json=changed)
        return view

    def files(self, id: str) -> dict[str, str]:
        """The names of its files with their SHA-256."""
        return {file["name"]: file["sha256"] for file in self.get(id).get("files") or []}

    def download(self, id: str, name: str, to: Path) -> Path:
        """Bring one file to the path ``to``, checked by its digest; resumes what an earlier attempt left."""
        files = self.files(id)
        if name not in files:
            offered = ", ".join(files) or "none yet"
            raise BadInput(f"{id} has no file {name!r}; its files: {offered}")
        return download(self._transport, f"{self._one(id)}/files/{quote(name)}", to, files[name])

    def download_all(self, id: str, folder: Path, names: Sequence[str] | None = None) -> Sequence[Path]:
        """Bring every file, or those of these names, below ``folder``."""
        wanted = [_inside(name) for name in (self.files(id) if names is None else names)]
        targets = [folder / name for name in wanted]
        for name, target in zip(wanted, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            self.download(id, name, target)
        return targets

    def _pages(self, path: str, wanted: Mapping[str, Any]) -> Iterator[View]:
        """One after the other. ``wanted``: of the query, where a name is no word of Python's with a `_` after it."""
        query = {name.rstrip("_"): value for name, value in wanted.items() if value is not None}
        while True:
            page = self._transport.json("GET", path, params=query)
            yield page
            query["cursor"] = page["next_cursor"]
            if not query["cursor"]:
                return

    def _one(self, id: str) -> str:
        # An id goes into the URL: anything that would make it another URL is no id.
        if not id or not all(each.isalnum() or each in "-_." for each in id) or id.strip(".") == "":
            raise BadInput(f"{id!r} is not an id")
        return f"{self._path}/{id}"


class WithGraph(Resource):
    """A collection whose members have layers."""

    def layers(self, id: str, **wanted: Any) -> Iterator[View]:
        """Its layers in execution order, page by page as they are read: those that fit ``search`` (in a name, a type, a
        shape as 1x64x56x56), ``type`` and ``name`` (a list: any of them)."""
        return (layer for page in self._pages(f"{self._one(id)}/layers", wanted) for layer in page["items"])

    def graph(self, id: str, **wanted: Any) -> View:
        """``nodes`` and ``edges`` of a part: ``around`` a layer to a ``depth``, or from the place ``first`` to
        ``last``; of more than ``limit`` layers, runs of them."""
        query = {name: value for name, value in wanted.items() if value is not None}
        view: View = self._transport.json("GET", f"{self._one(id)}/graph", params=query)
        return view


class Targets(Resource):
    """Where models run; machines of the team's own are registered and removed."""

    def register(self, id: str) -> View:
        """Expect a machine; ``token`` is what its agent joins with. Raises Refused for one that has joined."""
        view: View = self._transport.json("PUT", self._one(id))
        return view

    def renew(self, id: str) -> View:
        """Another ``token`` for a machine that has lost its secret. Raises Refused where there is none."""
        view: View = self._transport.json("PUT", f"{self._one(id)}/token")
        return view


class Tokens(Resource):
    """Who may speak for the team; only its admins may ask. What ``create`` answers has the ``secret``."""

    def find(self, id: str) -> View:
        """The one whose id begins so. Raises BadInput where there is none, or more than one."""
        found = [token for token in self.list() if len(id) >= SHORTEST_ID and token["id"].startswith(id)]
        if len(found) != 1:
            many = f"{len(found)} tokens begin" if found else "no token begins"
            raise BadInput(f"{many} with {id!r}; give {SHORTEST_ID} or more characters of an id of `tokens list`")
        return found[0]


class Profiles(WithGraph):
    """Measurements. With ``with_model_ids`` one measures several models in turns."""

    def times(self, id: str) -> View:
        """Where the time of one inference goes: ``types`` and ``precisions`` of layers, each with its share."""
        view: View = self._transport.json("GET", f"{self._one(id)}/times")
        return view

    def use(self, days: int = 30) -> Sequence[View]:
        """How long the team's measurements of the last days had each ``target``: ``measurements``, ``used_s``."""
        found: Sequence[View] = self._transport.json("GET", f"{self._path}/use", params={"days": days})["items"]
        return found

    def others(self, view: View) -> Sequence[View]:
        """The profiles of the other models that a succeeded one has measured, each once it is made.

        Raises JobFailed for a model that was refused.
        """
        models = ((view.get("facts") or {}).get("together") or {}).get("models") or []
        wanted = [each["model_id"] for each in models if each["model_id"] != view["request"]["model_id"]]
        made = [self.create({"model_id": model_id, "from_profile_id": view["id"]}) for model_id in wanted]
        return [self.wait(each["id"]) for each in made]


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise BadInput(f"the server names a file {name!r}, which would leave the folder: not written")
    return name

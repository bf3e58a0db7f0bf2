"""The resources of the API. They all speak alike, since every resource is its job; so one class does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from workbench.client import jobs, uploads
from workbench.client.again import again
from workbench.client.downloads import download
from workbench.client.errors import BadInput, Refused
from workbench.client.folder_tar import FolderTar, empty_folders
from workbench.client.jobs import View
from workbench.client.part_uploads import Source, Tell, send_in_parts
from workbench.client.transport import Transport

# Above either, an upload goes in parts.
SMALL_BYTES = 8 << 20
FEW_FILES = 1000
# That one request lists or deletes.
AT_ONCE = 100


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


class Profiles(WithGraph):
    """Measurements. With ``with_model_ids`` one measures several models in turns."""

    def others(self, view: View) -> Sequence[View]:
        """The profiles of the other models that a succeeded one has measured, each once it is made.

        Raises JobFailed for a model that was refused.
        """
        models = ((view.get("facts") or {}).get("together") or {}).get("models") or []
        wanted = [each["model_id"] for each in models if each["model_id"] != view["request"]["model_id"]]
        made = [self.create({"model_id": model_id, "from_profile_id": view["id"]}) for model_id in wanted]
        return [self.wait(each["id"]) for each in made]


class Uploads(Resource):
    """A collection that is filled from files on this machine."""

    def __init__(self, transport: Transport, path: str, parts: Callable[[Path], list[uploads.Part]]) -> None:
        super().__init__(transport, path)
        self.parts = parts

    def upload(self, path: Path, *, tell: Tell | None = None, **fields: Any) -> View:
        """Send a file or folder; the view of the job that examines it. Raises BadInput before sending.

        What is large goes in parts: ``tell`` hears how far it is, and after any interruption the same call
        goes on where it stopped.
        """
        parts = self.parts(path)
        uploads.refuse_empty(parts)
        if sum(part.size_bytes for part in parts) <= SMALL_BYTES and len(parts) <= FEW_FILES:
            view: View = uploads.send(self._transport, self._path, parts, fields)
            return view
        return self._in_parts(parts, fields, tell)

    def _in_parts(self, sources: Sequence[Source], fields: dict[str, Any], tell: Tell | None) -> View:
        given = {name: value for name, value in fields.items() if value is not None}
        view: View = send_in_parts(self._transport, self._path, sources, given, tell)
        return view


class Models(Uploads, WithGraph):
    """Models may also be elsewhere, and may be looked into."""

    def analysis(self, id: str, *, wait_s: float = 0.0) -> View:
        """The job that analyses it, begun if need be; ``facts`` once it has succeeded, waited for up to ``wait_s``."""
        deadline = time.monotonic() + wait_s
        params: dict[str, float] = {}
        while True:
            view: View = self._transport.json("GET", f"{self._one(id)}/analysis", params=params, wait_s=wait_s)
            left = deadline - time.monotonic()
            if jobs.ended(view) or left <= 0:
                return view
            params = {"wait_s": round(min(left, jobs.LONG_POLL_S), 1), "after": view["seq"]}

    def bring(self, source: str, **fields: Any) -> View:
        """Ask for the model at an address, ``sha256`` being what its file must have, or in a repository
        (``hf:OWNER/NAME@REVISION``), ``include`` saying which files, or of Open Model Zoo (``zoo:NAME@PRECISION``);
        the view of the job that brings and examines it. ``convert``: what a conversion that follows is asked for."""
        given = {name: value for name, value in fields.items() if value is not None}
        view: View = self._transport.json("POST", f"{self._path}/downloads", json={"source": source, **given})
        return view


    def converted(self, view: View) -> View | None:
        """The conversion of a succeeded model that was brought with ``convert``, waited for. Raises as ``wait``."""
        id = view.get("conversion_id")
        if id is None:
            return None
        conversions, patience = Resource(self._transport, "/v1/conversions"), self._transport.patience()
        while True:
            try:
                return conversions.wait(id)
            except Refused as refused:
                if refused.problem.get("status") != 404:
                    raise
            patience.pause(f"nobody has begun the conversion {id}")  # the converter hears of it in a moment


class Datasets(Uploads):
    """Datasets may also be generated: unlabelled images of noise with an image's statistics."""

    def upload(self, path: Path, *, tell: Tell | None = None, **fields: Any) -> View:
        """See Uploads.upload. A large folder, or one with an empty folder in it, travels as one tar."""
        if not path.is_dir():
            return super().upload(path, tell=tell, **fields)
        parts, empty = self.parts(path), empty_folders(path)
        small = sum(part.size_bytes for part in parts) <= SMALL_BYTES and len(parts) <= FEW_FILES
        if len(parts) == 1 or (small and not empty):  # a single file may itself be an archive
            return super().upload(path, tell=tell, **fields)
        uploads.refuse_empty(parts)
        return self._in_parts([FolderTar(path, parts, empty)], fields, tell)

    def upload_images(self, paths: Sequence[Path], *, name: str) -> View:
        """Send single image files as one dataset; of two with the same name, the second gets a number in front.

        Raises BadInput before sending.
        """
        names = distinct_names(paths)
        parts = [uploads.file_part(path, each) for path, each in zip(paths, names, strict=True)]
        uploads.refuse_empty(parts)
        if sum(part.size_bytes for part in parts) > SMALL_BYTES:
            return self._in_parts(parts, {"name": name}, None)
        view: View = uploads.send(self._transport, self._path, parts, {"name": name})
        return view

    def generate(self, **wanted: Any) -> View:
        """Ask for ``count`` images of ``width`` × ``height`` pixels and ``channels``, from ``seed``."""
        view: View = self._transport.json("POST", f"{self._path}/generations", json=wanted)
        return view


    def subset(self, id: str, **wanted: Any) -> View:
        """Ask for a dataset of some of its images: ``count``, ``classes``, ``task``, ``split``, ``seed``, ``name``."""
        view: View = self._transport.json("POST", f"{self._path}/subsets", json={"dataset_id": id, **wanted})
        return view

    def augment(self, id: str, **wanted: Any) -> View:
        """Ask for a dataset of changed copies of its images: ``methods``, ``copies``, ``erase``, ``noise``, ``light``,
        ``originals``, ``seed``, ``name``.
        """
        view: View = self._transport.json("POST", f"{self._path}/augmentations", json={"dataset_id": id, **wanted})
        return view

    def images(self, id: str, **wanted: Any) -> Iterator[View]:
        """Each image, page by page as they are read. ``wanted``: ``task``, ``part``, ``class_`` by its name."""
        return (image for page in self._pages(f"{self._one(id)}/images", wanted) for image in page["items"])

    def preview(self, id: str, number: int) -> bytes:
        """An image with its annotation drawn onto it: JPEG, its long side 256 pixels at most."""
        return self._transport.send("GET", f"{self._one(id)}/images/{number}/preview").content

    def statistics(self, id: str) -> View:
        """Sizes, colour, classes and things of a dataset, as the API reference tells them."""
        view: View = self._transport.json("GET", f"{self._one(id)}/statistics")
        return view

    def statistics_picture(self, id: str) -> bytes:
        """The same as an SVG document."""
        return self._transport.send("GET", f"{self._one(id)}/statistics.svg").content


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """The files' own names, as ``Datasets.upload_images`` sends them."""
    names: list[str] = []
    for path in paths:
        numbered = (path.name if number == 1 else f"{number}-{path.name}" for number in range(1, len(paths) + 1))
        names.append(next(name for name in numbered if name not in names))
    return names


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise BadInput(f"the server names a file {name!r}, which would leave the folder: not written")
    return name

"""The collections that are filled from files of this machine, or from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.client import jobs, uploads
from workbench.client.errors import Refused
from workbench.client.folder_tar import FolderTar, empty_folders
from workbench.client.jobs import View
from workbench.client.part_uploads import Source, Tell, send_in_parts
from workbench.client.resources import Resource, WithGraph
from workbench.client.transport import Transport

# Above either, an upload goes in parts.
SMALL_BYTES = 8 << 20
FEW_FILES = 1000


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

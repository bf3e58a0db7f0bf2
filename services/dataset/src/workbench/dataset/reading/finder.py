"""Which image of an upload a line of a list means."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath

from workbench.dataset.upload.entries import Entry
from workbench.dataset.upload.tree import Tree


class Finder:
    """Finds the image a line means: by its path, else by the only one that ends the same way."""

    def __init__(self, tree: Tree) -> None:
        self._by_last_part: dict[str, list[Entry]] = defaultdict(list)
        for image in tree.images:
            self._by_last_part[PurePosixPath(image.name).name].append(image)

    def find(self, listed: str) -> Entry:
        """Raises ValueError in words when there is none, or more than one."""
        path = str(PurePosixPath(listed.replace("\\", "/"))).lstrip("/")
        near = self._by_last_part[PurePosixPath(path).name]
        exact = [image for image in near if image.name == path]
        found = exact or [image for image in near
                          if f"/{image.name}".endswith(f"/{path}") or f"/{path}".endswith(f"/{image.name}")]
        if not found:
            raise ValueError(f"the image {listed[:200]} is not in the upload")
        if len(found) > 1:
            raise ValueError(f"{listed[:200]} may be {found[0].name} or {found[1].name}; list the whole path")
        return found[0]

"""Which image of an upload a line of a list means."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath

from workbench.archives.entries import Entry
from workbench.dataset.upload.tree import Tree, alike, is_image, last_part, suffix


class Finder:
    """Finds the image a line means: by its path, else by the only one that ends the same way.

    Where none does: in other letters of the same name (composed or decomposed, of another case, as lists and files come
    from different systems), then without the suffix, as ImageNet's own lists have it.

    ``below``: the folder that paths may begin in, where a list lies; images elsewhere are not found.
    """

    def __init__(self, tree: Tree, below: str = "") -> None:
        self._by_last_part: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
        self._alike: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
        self._by_stem: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
        prefix = f"{below}/" if below else ""
        for image in tree.images:
            if image.name.startswith(prefix):
                path = image.name.removeprefix(prefix)
                other = alike(path)
                stem = path[: len(path) - len(suffix(path))]
                self._by_last_part[last_part(path)].append((path, image))
                self._alike[last_part(other)].append((other, image))
                self._by_stem[last_part(stem)].append((stem, image))

    def find(self, listed: str, what: str = "image") -> Entry:
        """Raises ValueError in words when there is none, or more than one; ``what`` it is called in them."""
        found = self._found(listed)
        if not found:
            raise ValueError(f"the {what} {listed[:200]} is not in the upload")
        if len(found) > 1:
            raise ValueError(f"{listed[:200]} may be {found[0].name} or {found[1].name}; list the whole path")
        return found[0]

    def knows(self, listed: str) -> bool:
        """Whether there is one."""
        return bool(self._found(listed))

    def _found(self, listed: str) -> list[Entry]:
        path = str(PurePosixPath(listed.replace("\\", "/"))).lstrip("/")
        return (
            _ending(self._by_last_part, path)
            or _ending(self._alike, alike(path))
            or ([] if is_image(path) else _ending(self._by_stem, path))
        )


def _ending(by_last_part: dict[str, list[tuple[str, Entry]]], path: str) -> list[Entry]:
    near = by_last_part.get(PurePosixPath(path).name, [])
    exact = [image for name, image in near if name == path]
    return exact or [
        image for name, image in near if f"/{name}".endswith(f"/{path}") or f"/{path}".endswith(f"/{name}")
    ]

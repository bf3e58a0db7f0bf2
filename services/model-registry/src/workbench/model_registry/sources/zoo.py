"""Open Model Zoo, or a mirror of it: which files a model has there, what they must be, and what the zoo says of it.

The zoo is a tree of ``models/{intel,public}/NAME/model.yml``. The files themselves lie where each ``model.yml`` says,
or all of them in the operator's mirror as ``{intel,public}/NAME/FILE``. ``models/{intel,public}/index.md`` links to
every model; one of several parts has a ``composite-model.yml``, and each part a folder in its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.model_registry.sources.asking import Asking
from workbench.model_registry.sources.documents import read_small
from workbench.model_registry.sources.problems import NotTheFile, NotThere, ZooNotSet
from workbench.model_registry.sources.values import Listing, shown
from workbench.model_registry.sources.zoo_choice import NAME, PREFIX, ZooModel, remote, taken, unusable
from workbench.model_registry.sources.zoo_entry import LARGEST, Entry, read_entry, read_parts
from workbench.model_registry.sources.zoo_text import NotAnEntry
from workbench.model_registry.sources.zoo_told import accuracy_of, told_of

GROUPS = ("intel", "public")
_LINK = re.compile(rf"\]\((?:\./)?(?P<name>{NAME})/README\.md\)")


@dataclass(frozen=True)
class Said:
    """What the zoo says of one model: the texts of its ``model.yml`` and its ``accuracy-check.yml``, in the group."""

    group: str
    name: str
    text: str
    accuracy: str


@dataclass(frozen=True)
class Zoo:
    """``url``: where the tree is, nothing for none; ``files_url``: where all files are, nothing for where it says."""

    url: str
    files_url: str
    asking: Asking

    def listing(self, model: ZooModel) -> Listing:
        """The files of one model. Raises Problems, and TryLater when the zoo is busy."""
        if not self.url:
            raise ZooNotSet(f"{PREFIX}{model.name}")
        group, entry = self._entry(model)
        choice = taken(entry, model)
        files = [remote(file, f"{group}/{model.name}", model, self.files_url) for file in choice.files]
        told = {
            "zoo": self.url,
            "name": f"{group}/{model.name}",
            "precision": choice.precision,
            "main_file": choice.main,
            "license": entry.license,
            "framework": entry.framework,
            "task_type": entry.task_type,
            "inputs": entry.inputs,
            **told_of(entry, accuracy_of(entry, self._accuracy(group, model.name))),
        }
        return Listing(files, told)

    def names(self) -> list[tuple[str, str]]:
        """The group and name of every model, as its lists link to them. Raises Problems, TryLater."""
        found = [(group, name) for group in GROUPS for name in self._linked(group)]
        if not found:
            raise NotThere(shown(f"{self.url}/models"), "no model is linked in intel/index.md or public/index.md")
        return found

    def said(self, group: str, name: str) -> list[Said]:
        """What is said of a model, or of each of its parts. Raises Problems, TryLater."""
        try:
            return [self._said(group, name)]
        except NotThere:
            url = self._at(group, name, "composite-model.yml")
        try:
            parts = read_parts(read_small(self.asking, url, {}, LARGEST))
        except NotThere:  # a list may be ahead of what it lists
            return []
        except NotAnEntry as wrong:
            raise NotTheFile(shown(url), f"it is not what the zoo says of a model ({wrong})") from None
        return [self._said(group, f"{name}/{part}") for part in parts if re.fullmatch(NAME, part)]

    def _linked(self, group: str) -> list[str]:
        try:
            page = read_small(self.asking, f"{self.url}/models/{group}/index.md", {})
        except NotThere:  # a mirror may have one of the two
            return []
        return list(dict.fromkeys(_LINK.findall(page.decode(errors="replace"))))

    def _said(self, group: str, name: str) -> Said:
        content = read_small(self.asking, self._at(group, name, "model.yml"), {}, LARGEST)
        accuracy = self._accuracy(group, name)
        return Said(group, name, content.decode(errors="replace"), accuracy.decode(errors="replace"))

    def _entry(self, model: ZooModel) -> tuple[str, Entry]:
        """In which group it is, and what is said of it."""
        for group in GROUPS:
            url = self._at(group, model.name, "model.yml")
            try:
                return group, read_entry(read_small(self.asking, url, {}, LARGEST))
            except NotThere:
                continue
            except NotAnEntry as wrong:
                raise NotTheFile(shown(url), f"it is not what the zoo says of a model ({wrong})") from None
        raise unusable(model, f"there is no such model in {shown(self.url)}")

    def _accuracy(self, group: str, name: str) -> bytes:
        """What is said of how accurate it is, and how that was measured; nothing where that cannot be read."""
        try:
            return read_small(self.asking, self._at(group, name, "accuracy-check.yml"), {}, LARGEST)
        except (NotThere, NotTheFile):
            return b""

    def _at(self, group: str, name: str, file: str) -> str:
        return f"{self.url}/models/{group}/{name}/{file}"

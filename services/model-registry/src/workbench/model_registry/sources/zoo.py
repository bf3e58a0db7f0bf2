"""Open Model Zoo, or a mirror of it: which files a model has there, what they must be, and what the zoo says of it.

The zoo is a tree of ``models/{intel,public}/NAME/model.yml``. The files themselves lie where each ``model.yml`` says,
or all of them in the operator's mirror as ``{intel,public}/NAME/FILE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from workbench.model_registry.sources.asking import Asking
from workbench.model_registry.sources.choosing import belongs
from workbench.model_registry.sources.documents import read_small
from workbench.model_registry.sources.problems import NotTheFile, NotThere, ZooModelNotUsable, ZooNotSet
from workbench.model_registry.sources.values import Checksum, Listing, Remote, fault_in_address, shown
from workbench.model_registry.sources.zoo_arguments import in_our_words, is_made_first, main_file
from workbench.model_registry.sources.zoo_entry import LARGEST, Entry, NotAnEntry, read_entry
from workbench.runner.values import is_plain_path

PREFIX = "zoo:"
GROUPS = ("intel", "public")
# What the zoo calls tasks that the workbench knows.
TASKS = {
    "classification": "classification", "detection": "object-detection", "face_recognition": "face-recognition",
    "image_inpainting": "inpainting", "instance_segmentation": "instance-segmentation",
    "semantic_segmentation": "semantic-segmentation", "style_transfer": "style-transfer",
}  # fmt: skip
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_SOURCE = re.compile(rf"zoo:(?P<name>(?:{_NAME}/)?{_NAME})(?:@(?P<precision>[A-Z][A-Z0-9-]{{1,19}}))?")
_PREFERRED = ("FP32", "FP16")
_IR, _GONE = "dldt", frozenset({"caffe2"})
_HEX = {64: "sha256", 96: "sha384"}


@dataclass(frozen=True)
class ZooModel:
    """``precision``: of an IR that the zoo has in several; a part of a model of several is ``MODEL/PART``."""

    name: str
    precision: str | None

    @classmethod
    def of(cls, source: str) -> ZooModel | None:
        """``zoo:NAME[@PRECISION]``; None for anything else."""
        found = _SOURCE.fullmatch(source)
        return cls(found["name"], found["precision"]) if found and ".." not in source else None


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
        names, main, precision = _taken(entry, model)
        if edited := next((name for name in sorted({*names, main}) if name in entry.changed), None):
            raise _unusable(model, f"the zoo edits {edited} before it is used, which the workbench does not")
        files = [self._remote(f"{group}/{model.name}", file, model) for file in entry.files if file["name"] in names]
        told = {"zoo": self.url, "name": f"{group}/{model.name}", "precision": precision, "main_file": main,
                "license": entry.license, "framework": entry.framework, "task_type": entry.task_type,
                "task": TASKS.get(entry.task_type), "inputs": entry.inputs,
                **in_our_words(entry.arguments)}  # fmt: skip
        return Listing(files, told)

    def _entry(self, model: ZooModel) -> tuple[str, Entry]:
        """In which group it is, and what is said of it."""
        for group in GROUPS:
            url = f"{self.url}/models/{group}/{model.name}/model.yml"
            try:
                return group, read_entry(read_small(self.asking, url, {}, LARGEST))
            except NotThere:
                continue
            except NotAnEntry as wrong:
                raise NotTheFile(shown(url), f"it is not what the zoo says of a model ({wrong})") from None
        raise _unusable(model, f"there is no such model in {shown(self.url)}")

    def _remote(self, folder: str, file: dict[str, Any], model: ZooModel) -> Remote:
        name, digest = file["name"], file["digest"].lower()
        if len(digest) not in _HEX or not re.fullmatch(r"[0-9a-f]+", digest):
            raise _unusable(model, f"{name[:100]} has no checksum, SHA-256 or SHA-384")
        url = f"{self.files_url}/{quote(f'{folder}/{name}')}" if self.files_url else _address(file["source"])
        if url is None or fault_in_address(url):
            raise _unusable(model, f"{name[:100]} has no address that the workbench can ask (it may be on Google "
                            "Drive): the operator's mirror may have it, WORKBENCH_ZOO_FILES_URL")  # fmt: skip
        return Remote(name, url, Checksum(_HEX[len(digest)], digest), file["size"])


def _address(source: str | dict[str, Any]) -> str | None:
    if isinstance(source, str):
        return source
    url = source.get("url") if source["$type"] == "http" else None
    return url if isinstance(url, str) else None


def _taken(entry: Entry, model: ZooModel) -> tuple[frozenset[str], str, str | None]:
    """The names of the files to bring, the main one of what they hold, and the precision where there are several."""
    names = [file["name"] for file in entry.files]
    if len(set(names)) != len(names) or not all(map(is_plain_path, names)):
        raise _unusable(model, "its files have names that are no names of files")
    if entry.framework in _GONE:
        raise _unusable(model, f"it is a model of {entry.framework}, which OpenVINO reads no more")
    if entry.framework == _IR:
        return _ir(names, model)
    if model.precision:
        raise _unusable(model, f"it is a model of {entry.framework}, which the zoo has in one precision; leave out "
                        f"@{model.precision}")  # fmt: skip
    return *_original(entry, names, model), None


def _ir(names: Iterable[str], model: ZooModel) -> tuple[frozenset[str], str, str]:
    last = model.name.rpartition("/")[2]
    there = {folder for folder, _, file in (name.partition("/") for name in names) if file == f"{last}.xml"}
    wanted = model.precision or next((each for each in _PREFERRED if each in there), min(there, default=""))
    if wanted not in there:
        raise _unusable(model, f"the zoo has it in {', '.join(sorted(there)) or 'no precision'}")
    main = f"{wanted}/{last}.xml"
    return frozenset(name for name in names if belongs(name, main)), main, wanted


def _original(entry: Entry, names: Iterable[str], model: ZooModel) -> tuple[frozenset[str], str]:
    if is_made_first(entry.arguments):
        way = "run omz_downloader and omz_converter, and upload the IR"
        raise _unusable(model, f"the zoo has {entry.framework} files, out of which a script of its own makes the "
                        f"model, and the workbench runs none: {way}")  # fmt: skip
    main = main_file(entry.arguments)
    if main is None or not is_plain_path(main):
        raise _unusable(model, "the zoo does not say which file is the model")
    beside = frozenset(name for name in names if belongs(name, main))
    if main in beside:
        return beside, main
    archives = entry.archives & frozenset(names)
    if len(archives) != 1:
        raise _unusable(model, f"no file of it is {main}")
    return archives, main


def _unusable(model: ZooModel, reason: str) -> ZooModelNotUsable:
    return ZooModelNotUsable(f"{PREFIX}{model.name}", reason)

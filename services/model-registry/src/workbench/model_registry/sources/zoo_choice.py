"""What of a model of Open Model Zoo is brought: out of its ``model.yml``, which files, and where each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from workbench.model_registry.sources.choosing import belongs
from workbench.model_registry.sources.problems import ZooModelNotUsable
from workbench.model_registry.sources.values import Checksum, Remote, fault_in_address
from workbench.model_registry.sources.zoo_arguments import is_made_first, main_file
from workbench.model_registry.sources.zoo_entry import IR, Entry
from workbench.runner.values import is_plain_path

PREFIX = "zoo:"
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_SOURCE = re.compile(rf"zoo:(?P<name>(?:{NAME}/)?{NAME})(?:@(?P<precision>[A-Z][A-Z0-9-]{{1,19}}))?")
_PREFERRED = ("FP32", "FP16")
_GONE = frozenset({"caffe2"})
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
class Taken:
    """``files``: as the entry lists them; ``main``: of what they hold; ``precision`` where there are several."""

    files: list[dict[str, Any]]
    main: str
    precision: str | None


def taken(entry: Entry, model: ZooModel) -> Taken:
    """What of the model is brought. Raises ZooModelNotUsable."""
    names, main, precision = _chosen(entry, model)
    if edited := next((name for name in sorted({*names, main}) if name in entry.changed), None):
        raise unusable(model, f"the zoo edits {edited} before it is used, which the workbench does not")
    return Taken([file for file in entry.files if file["name"] in names], main, precision)


def remote(file: dict[str, Any], folder: str, model: ZooModel, files_url: str) -> Remote:
    """Where one of its files is: in the mirror ``files_url``, or where the zoo says. Raises ZooModelNotUsable."""
    name, digest = file["name"], file["digest"].lower()
    if len(digest) not in _HEX or not re.fullmatch(r"[0-9a-f]+", digest):
        raise unusable(model, f"{name[:100]} has no checksum, SHA-256 or SHA-384")
    url = f"{files_url}/{quote(f'{folder}/{name}')}" if files_url else _address(file["source"])
    if url is None or fault_in_address(url):
        raise unusable(
            model,
            f"{name[:100]} has no address that the workbench can ask (it may be on Google "
            "Drive): the operator's mirror may have it, WORKBENCH_ZOO_FILES_URL",
        )
    return Remote(name, url, Checksum(_HEX[len(digest)], digest), file["size"])


def precisions(entry: Entry) -> list[str]:
    """Those that the zoo has an IR in; nothing of an original, which is converted to what one asks for."""
    return (
        sorted({file["name"].partition("/")[0] for file in entry.files if file["name"].endswith(".xml")})
        if entry.framework == IR
        else []
    )


def unusable(model: ZooModel, reason: str) -> ZooModelNotUsable:
    """The refusal."""
    return ZooModelNotUsable(f"{PREFIX}{model.name}", reason)


def _address(source: str | dict[str, Any]) -> str | None:
    if isinstance(source, str):
        return source
    url = source.get("url") if source["$type"] == "http" else None
    return url if isinstance(url, str) else None


def _chosen(entry: Entry, model: ZooModel) -> tuple[frozenset[str], str, str | None]:
    """The names of the files to bring, the main one of what they hold, and the precision where there are several."""
    names = [file["name"] for file in entry.files]
    if len(set(names)) != len(names) or not all(map(is_plain_path, names)):
        raise unusable(model, "its files have names that are no names of files")
    if entry.framework in _GONE:
        raise unusable(model, f"it is a model of {entry.framework}, which OpenVINO reads no more")
    if entry.framework == IR:
        return _ir(names, model)
    if model.precision:
        raise unusable(
            model,
            f"it is a model of {entry.framework}, which the zoo has in one precision; leave out @{model.precision}",
        )
    return *_original(entry, names, model), None


def _ir(names: Iterable[str], model: ZooModel) -> tuple[frozenset[str], str, str]:
    last = model.name.rpartition("/")[2]
    there = {folder for folder, _, file in (name.partition("/") for name in names) if file == f"{last}.xml"}
    wanted = model.precision or next((each for each in _PREFERRED if each in there), min(there, default=""))
    if wanted not in there:
        raise unusable(model, f"the zoo has it in {', '.join(sorted(there)) or 'no precision'}")
    main = f"{wanted}/{last}.xml"
    return frozenset(name for name in names if belongs(name, main)), main, wanted


def _original(entry: Entry, names: Iterable[str], model: ZooModel) -> tuple[frozenset[str], str]:
    if is_made_first(entry.arguments):
        way = "run omz_downloader and omz_converter, and upload the IR"
        raise unusable(
            model,
            f"the zoo has {entry.framework} files, out of which a script of its own makes the "
            f"model, and the workbench runs none: {way}",
        )
    main = main_file(entry.arguments)
    if main is None or not is_plain_path(main):
        raise unusable(model, "the zoo does not say which file is the model")
    beside = frozenset(name for name in names if belongs(name, main))
    if main in beside:
        return beside, main
    archives = entry.archives & frozenset(names)
    if len(archives) != 1:
        raise unusable(model, f"no file of it is {main}")
    return archives, main

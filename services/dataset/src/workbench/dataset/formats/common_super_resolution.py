"""Common Super-Resolution: `HR/` and `LR/` in the root, each picture of the one in the other, smaller.

The low resolution may lie in `LR_x2`, `LR_bicubic_X4` and the like, one scale a dataset. Two are a pair whose names are
the same, or are but for what says the resolution (`0801.png` and `0801x2.png`), or else have the same number. An
`upsampled/` folder is left out: whoever feeds a model that takes an upscaled picture makes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from workbench.archives.entries import Entry
from workbench.dataset.reading.found import Counterpart, Fault, Reading, some
from workbench.dataset.upload.tree import Tree

NAME = "common-super-resolution"
TASK = "super-resolution"
TASKS: tuple[str, ...] = (TASK,)

_HIGH, _LOW = re.compile("HR", re.IGNORECASE), re.compile("LR([ _-].*)?", re.IGNORECASE)
_RESOLUTION = re.compile(r"([ _.-]*(lr|hr|gt|bicubic|srf[ _-]?\d+|x\d+|\d+x))+$", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")


def recognise(tree: Tree) -> str | None:
    """Images in both."""
    highs, lows = _folders(tree, _HIGH), _folders(tree, _LOW)
    return None if highs and lows else "the root has no folders HR and LR with images in both"


def read(tree: Tree) -> Reading:
    """Every low resolution that has a high one."""
    highs, lows = _folders(tree, _HIGH), _folders(tree, _LOW)
    if len(highs) != 1 or len(lows) != 1:
        return Reading([], {TASK: {}}, faults=(_which(highs, lows),))
    high, low = _in(tree, highs[0]), _in(tree, lows[0])
    pairs = max((_paired(high, low, key) for key in (_stem, _without_resolution, _number)), key=len)
    if not pairs:
        reason = f"no low resolution has a high one of its name or number; there are such as {high[0].name}"
        return Reading([], {TASK: {}}, faults=(Fault(low[0].name, reason),))
    chosen = [entry for entry in low if entry.name in pairs]
    known = {entry.name: Counterpart(pairs[entry.name]) for entry in chosen}
    return Reading(chosen, {TASK: known}, warnings=tuple(_left_out(tree, high, low, pairs)))


def _folders(tree: Tree, named: re.Pattern[str]) -> list[str]:
    """Those of the root with images directly below."""
    return sorted(folder for folder in tree.folders if named.fullmatch(folder) and _in(tree, folder))


def _in(tree: Tree, folder: str) -> list[Entry]:
    return [image for image in tree.images if image.name.startswith(f"{folder}/")]


def _which(highs: Sequence[str], lows: Sequence[str]) -> Fault:
    for found in (highs, lows):
        if len(found) > 1:
            return Fault(found[0], f"the folders {', '.join(found)} are of one kind; a dataset has one scale: keep one")
    missing = " and ".join(name for name, found in (("HR", highs), ("LR", lows)) if not found)
    return Fault("the upload", f"there are no images in a folder {missing} of the root")


def _paired(high: Sequence[Entry], low: Sequence[Entry], key: Callable[[str], str | None]) -> dict[str, Entry]:
    """The high resolution by the low one's name, where the key tells just one of each."""
    highs, lows = _by_key(high, key), _by_key(low, key)
    return {
        lows[each][0].name: highs[each][0]
        for each in lows.keys() & highs.keys()
        if len(lows[each]) == len(highs[each]) == 1
    }


def _by_key(entries: Sequence[Entry], key: Callable[[str], str | None]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        below = entry.name.partition("/")[2]
        if (its := key(below)) is not None:
            found.setdefault(its, []).append(entry)
    return found


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))


def _without_resolution(name: str) -> str:
    stem = _stem(name)
    return _RESOLUTION.sub("", stem) or stem


def _number(name: str) -> str | None:
    found = _LAST_NUMBER.search(_without_resolution(name))
    return str(int(found[1])) if found else None


def _left_out(tree: Tree, high: Sequence[Entry], low: Sequence[Entry], pairs: dict[str, Entry]) -> list[str]:
    taken = {entry.name for entry in pairs.values()} | pairs.keys()
    told = []
    for entries, what, missing in ((high, "high", "low"), (low, "low", "high")):
        alone = [entry.name for entry in entries if entry.name not in taken]
        if alone:
            told.append(f"{len(alone)} pictures of {what} resolution have no {missing} one, so left out: {some(alone)}")
    inside = {entry.name for entry in (*high, *low)}
    beside = [image.name for image in tree.images if image.name not in inside]
    return [*told, f"{len(beside)} images in neither folder were left out: {some(beside)}"] if beside else told

"""Core: a dataset of some of the images of another, each class by its share, the same ones for the same seed.

Where most of the shards is wanted they are not written again: the new dataset has the very files of the old one. Every
picture that is taken is decoded once more, since the statistics are of these. Each stays in the part that it was in.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.dataset.canonical import Canonical
from workbench.dataset.pictures import whole
from workbench.dataset.spec import read_subset
from workbench.dataset.values import Subset
from workbench.runner.core import Refusal, Run
from workbench.runner.pieces import Pieces
from workbench.shards import SPLITS, Item, read_annotations, read_bytes, read_classes, read_index, tasks_of
from workbench.tasks.computing import Computing, computing_of
from workbench.tasks.scoring import picture

# Of the bytes of all shards that are touched; below it, copying costs less than everybody's reading of the rest.
_WORTH_SHARING = 0.5

Task = Computing[Any, Any]
Known = Mapping[str, Mapping[str, Any]]  # annotations by task, then by image
Classes = Mapping[str, list[str]]


class NothingChosen(Refusal):
    """No image is as asked for."""


def run(run: Run) -> dict[str, Any]:
    """The new dataset's facts; ``shared``: the shards of inputs/dataset that it consists of. Refuses with BadSpec or
    NothingChosen.
    """
    wanted, folder = read_subset(run.spec), run.inputs / "dataset"
    run.progress("choose", 0.0, "reading the annotations")
    tasks = [task for name in tasks_of(folder) if (task := computing_of(name)) is not None]
    classes, known = read_classes(folder), {task.name: _annotations(folder, task) for task in tasks}
    everything = read_index(folder)
    items = [item for item in everything if wanted.split in ("all", item.split)]
    judged = next((task for task in tasks if wanted.task in (None, task.name)), None)
    chosen = choose(_strata(items, wanted, judged, known, classes), wanted)
    if not chosen:
        raise NothingChosen("No image of the dataset is as asked for: of these classes, in this part.")
    pieces, shared = Pieces(run, "subset", 0.05, 1.0), _shared(everything, chosen)
    with Canonical(run.outputs, tasks=tasks, classes=classes) as dataset:
        for number, item in enumerate(chosen, 1):
            data = read_bytes(folder, item)
            annotations = {task: known[task][item.name] for task in known if item.name in known[task]}
            dataset.take(item, whole(data), annotations, copy=not shared)
            pieces.done(number / len(chosen), f"{number} of {len(chosen)} images")
        return {**dataset.facts("subset", _warnings(chosen, tasks, known)), "shared": shared}


def choose(strata: Mapping[Hashable, Sequence[Item]], wanted: Subset) -> list[Item]:
    """In index order. Each stratum gives its share of the count, those with the largest remainders the rest."""
    shuffled = {key: sorted(items, key=lambda item: _rank(item, wanted.seed)) for key, items in strata.items()}
    total = sum(map(len, shuffled.values()))
    count = min(wanted.count or total, total)
    taken = {key: count * len(items) // total for key, items in shuffled.items()}
    remainders = sorted(
        shuffled, key=lambda key: (-(count * len(shuffled[key]) % total), _rank(shuffled[key][0], wanted.seed))
    )
    for key in remainders[: count - sum(taken.values())]:
        taken[key] += 1
    chosen = [item for key, items in shuffled.items() for item in items[: taken[key]]]
    return sorted(chosen, key=lambda item: (item.shard, item.offset))


def _annotations(folder: Path, task: Task) -> dict[str, Any]:
    return {name: task.annotation.from_json(document) for name, document in read_annotations(folder, task.name).items()}


def _rank(item: Item, seed: int) -> bytes:
    """By what the picture is and what it is called, not by where it stands."""
    return hashlib.sha256(f"{seed} {item.sha256} {item.name}".encode()).digest()


def _strata(
    items: Sequence[Item], wanted: Subset, task: Task | None, known: Known, classes: Classes
) -> dict[Hashable, list[Item]]:
    """Images by their part and the rarest class in each, those without any together."""
    names = classes.get(task.name, []) if task else []
    asked = {number for number, name in enumerate(names) if name in wanted.classes}
    there = {item.name: _inside(task, known, item.name) for item in items}
    counts = Counter(number for each in there.values() for number in each)
    found: dict[Hashable, list[Item]] = {}
    for item in items:
        inside = there[item.name] & asked if wanted.classes else there[item.name]
        if inside or not wanted.classes:
            rarest = min(inside, key=lambda number: (counts[number], number), default=None)
            found.setdefault((item.split, rarest), []).append(item)
    return found


def _inside(task: Task | None, known: Known, name: str) -> set[int]:
    annotation = known[task.name].get(name) if task else None
    return {seen.class_id for seen in task.contents.things(annotation)} if task and annotation else set()


def _shared(everything: Sequence[Item], chosen: Sequence[Item]) -> list[str]:
    """The shards, where they are used as they are."""
    shards = {item.shard for item in chosen}
    whole = sum(item.length for item in everything if item.shard in shards)
    return sorted(shards) if sum(item.length for item in chosen) >= _WORTH_SHARING * whole else []


def _warnings(chosen: Sequence[Item], tasks: Iterable[Task], known: Known) -> list[str]:
    """What a subset lacks that people may not expect."""
    parts = Counter(item.split for item in chosen)
    found = [f"No image of the {part} part was chosen." for part in SPLITS if not parts[part]]
    here, everywhere = (
        {picture(name) for name in names}
        for names in ([item.name for item in chosen], [name for each in known.values() for name in each])
    )
    ties = [
        tie
        for task in tasks
        for item in chosen
        if item.name in known[task.name]
        for tie in task.contents.ties(known[task.name][item.name])
        if tie in everywhere
    ]
    if lost := sum(tie not in here for tie in ties):
        found.append(
            f"{lost} of {len(ties)} ties to other images, such as pairs, lead to images that were not chosen; "
            "they are not scored."
        )
    return found

"""What a zoo says of its models becomes a catalogue: a line for each, by its name.

``inputs/said.jsonl`` holds the texts as they came; ``outputs/catalogue.jsonl`` gets the entries. A model of which
something unreadable is said is in it, too, with that as the reason why it cannot be brought.
"""

from __future__ import annotations

import json
from typing import Any

from workbench.model_registry.sources.problems import ZooModelNotUsable
from workbench.model_registry.sources.zoo_choice import PREFIX, ZooModel, precisions, remote, taken
from workbench.model_registry.sources.zoo_entry import Entry, read_entry
from workbench.model_registry.sources.zoo_text import NotAnEntry
from workbench.model_registry.sources.zoo_told import accuracy_of, told_of
from workbench.model_registry.values import CATALOGUE, SAID
from workbench.runner.core import Run


def run(run: Run) -> dict[str, Any]:
    """Read every line."""
    files_url = run.spec["files_url"]
    with (run.inputs / SAID).open(encoding="utf-8") as lines:
        entries = [entry_of(json.loads(line), files_url) for line in lines]
    entries.sort(key=lambda entry: entry["name"])
    (run.outputs / CATALOGUE).write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return {"models": len(entries), "can_be_brought": sum(entry["reason"] is None for entry in entries)}


def entry_of(said: dict[str, str], files_url: str) -> dict[str, Any]:
    """One model, as `GET /v1/catalogue` tells it."""
    model = ZooModel(said["name"], None)
    named = {"name": model.name, "source": f"{PREFIX}{model.name}", "group": said["group"]}
    try:
        entry = read_entry(said["text"])
    except NotAnEntry as wrong:
        return {**named, **_NOTHING, "reason": f"what the zoo says of it cannot be read ({wrong})"}
    return {
        **_NOTHING,
        **named,
        **_size_and_reason(entry, model, said["group"], files_url),
        "description": entry.description.strip(),
        "task_type": entry.task_type,
        "framework": entry.framework,
        "license": entry.license,
        "precisions": precisions(entry),
        "inputs": entry.inputs,
        # An earlier release staged none, before this one took its job over.
        **told_of(entry, accuracy_of(entry, said.get("accuracy", ""))),
    }


_NOTHING: dict[str, Any] = {
    "size_bytes": None,
    "description": "",
    "task": None,
    "task_type": None,
    "framework": None,
    "license": "",
    "precisions": [],
    "inputs": {},
    "recipe": {},
    "head": None,
    "published": None,
    "outputs": [],
    "unused": [],
}


def _size_and_reason(entry: Entry, model: ZooModel, group: str, files_url: str) -> dict[str, Any]:
    """Of what is brought when no precision is named; or why nothing is."""
    try:
        files = taken(entry, model).files
        for file in files:
            remote(file, f"{group}/{model.name}", model, files_url)
    except ZooModelNotUsable as refused:
        return {"size_bytes": None, "reason": refused.reason}
    return {"size_bytes": sum(file["size"] for file in files), "reason": None}

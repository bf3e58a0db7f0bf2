"""How the zoo says that a model is used: in its converter's arguments, and as its accuracy was measured and published.

The same for one that is brought and for one that is only shown. Pure rules.
"""

from __future__ import annotations

from typing import Any

from workbench.model_registry.sources.zoo_accuracy import accuracy_facts
from workbench.model_registry.sources.zoo_arguments import in_our_words
from workbench.model_registry.sources.zoo_entry import IR, TASKS, Entry
from workbench.model_registry.sources.zoo_text import NotAnEntry


def accuracy_of(entry: Entry, content: bytes | str) -> dict[str, Any]:
    """What its ``accuracy-check.yml`` says; nothing where that cannot be read."""
    try:
        return accuracy_facts(content, entry.framework == IR)
    except NotAnEntry:
        return {}


def told_of(entry: Entry, accuracy: dict[str, Any]) -> dict[str, Any]:
    """The task, and what the network wants: in the converter's arguments, else as its accuracy was measured."""
    words, recipe = in_our_words(entry.arguments), dict(accuracy.get("recipe", {}))
    own = words["recipe"]
    if {"mean", "scale"} & own.keys() or own.get("color", recipe.get("color")) != recipe.get("color"):
        recipe = {name: value for name, value in recipe.items() if name not in ("mean", "scale")}
    return {
        **accuracy,
        **words,
        "task": TASKS.get(entry.task_type) or accuracy.get("task"),
        "recipe": {**recipe, **own},
    }

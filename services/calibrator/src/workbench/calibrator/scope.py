"""What the user leaves in floating point is looked for in the model before anything is computed."""

from __future__ import annotations

import re

import openvino as ov
from workbench.calibrator.values import IgnoredScope
from workbench.runner.core import BadSpec, Refusal


class NothingIgnored(Refusal):
    """An entry of the ignored scope matches no operation; ``field`` and ``entry`` name it."""


def check_scope(model: ov.Model, scope: IgnoredScope) -> None:
    """Refuse an entry of the ignored scope that matches no operation: most likely it is misspelt."""
    operations = model.get_ops()
    names = {node.get_friendly_name() for node in operations}
    types = {node.get_type_name() for node in operations}
    for name in scope.names:
        _check_entry("names", name, name in names, "the name of an operation")
    for kind in scope.types:
        _check_entry("types", kind, kind in types, f"one of {', '.join(sorted(types))}")
    for pattern in scope.patterns:
        _check_entry("patterns", pattern, _matches(pattern, names), "the start of an operation's name")


def _check_entry(kind: str, entry: str, is_matched: bool, accepted: str) -> None:
    if not is_matched:
        raise NothingIgnored(
            f"ignored_scope.{kind}: '{entry}' matches nothing in the model; it must match {accepted}.",
            field=f"ignored_scope.{kind}",
            entry=entry,
        )


def _matches(pattern: str, names: set[str]) -> bool:
    try:
        return any(map(re.compile(pattern).match, names))
    except re.error as error:
        raise BadSpec(
            f"ignored_scope.patterns: '{pattern}' is no regular expression: {error}.", field="ignored_scope.patterns"
        ) from error

"""Names for operations that have none of their own, the same ones every time.

OpenVINO calls a nameless operation "Add_4711", counting all operations the process ever made, and what is
folded out of it inherits the name. Saved so, one model would make other bytes in every process.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import openvino as ov
from workbench.ir.operations import operations

_COUNTED = re.compile(r"[A-Za-z]+_\d+")


def identities(model: ov.Model) -> set[str]:
    """What tells the model's operations from any made later in this process."""
    return {node.get_name() for node in operations(model)}


def settle_names(model: ov.Model, before: Collection[str] | None = None) -> None:
    """Name the nameless by their place in the model.

    After a change to the model, ``before`` are its :func:`identities` from before the change. A new operation
    may have inherited a counted name; an old one that is called so was called so by the model's author.
    """
    nodes = operations(model)
    nameless = [(place, node) for place, node in enumerate(nodes) if _is_nameless(node, before)]
    taken = {node.get_friendly_name() for node in nodes} - {node.get_friendly_name() for _, node in nameless}
    for place, node in nameless:
        name = f"{node.get_type_name()}.{place}"
        while name in taken:
            name += "_"
        taken.add(name)
        node.set_friendly_name(name)


def _is_nameless(node: ov.Node, before: Collection[str] | None) -> bool:
    if node.get_friendly_name() == node.get_name():
        return True
    is_new = before is not None and node.get_name() not in before
    return is_new and _COUNTED.fullmatch(node.get_friendly_name()) is not None

"""Names for operations that have none of their own, the same ones every time.

OpenVINO calls a nameless operation "Add_4711", counting all operations the process ever made, and what is
folded out of it inherits the name. Saved so, one model would make other bytes in every process.
"""

from __future__ import annotations

from collections.abc import Collection

import openvino as ov
from workbench.ir.operations import operations


def names(model: ov.Model) -> set[str]:
    """The name of every operation."""
    return {node.get_friendly_name() for node in operations(model)}


def settle_names(model: ov.Model, known: Collection[str] | None = None) -> None:
    """Name the nameless by their place in the model.

    After a change to the model, ``known`` are its :func:`names` from before: what is new is nameless too.
    """
    nodes = operations(model)
    nameless = [(place, node) for place, node in enumerate(nodes) if _is_nameless(node, known)]
    changed = {node.get_friendly_name() for _, node in nameless}
    taken = {node.get_friendly_name() for node in nodes} - changed
    for place, node in nameless:
        name = f"{node.get_type_name()}_{place}"
        while name in taken:
            name += "_"
        taken.add(name)
        node.set_friendly_name(name)


def _is_nameless(node: ov.Node, known: Collection[str] | None) -> bool:
    name = node.get_friendly_name()
    return bool(name == node.get_name()) or (known is not None and name not in known)

"""Which devices of this machine can run a model, and which of its operations they cannot; nothing is compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import openvino as ov
from workbench import ir

_NOT_RUN = {"Constant", "Parameter", "Result"}
_MOST_NAMED = 20


def custom(nodes: Sequence[ov.Node]) -> list[dict[str, Any]]:
    """Operations of no OpenVINO operation set, by type: a device needs an extension for each."""
    return _by_type([node for node in nodes if not _opset(node).startswith("opset")])


def by_device(model: ov.Model) -> list[dict[str, Any]]:
    """Each device here with the operations that it cannot run, by type; ``reason``: why it could not be asked."""
    core = ov.Core()
    return [{"device": device, **_asked(core, model, device)} for device in core.available_devices]


def _asked(core: ov.Core, model: ov.Model, device: str) -> dict[str, Any]:
    try:
        runs = core.query_model(model, device)
    except RuntimeError as error:
        return {"runs": None, "unsupported": [], "reason": ir.one_line(str(error))}
    left = [
        node
        for node in model.get_ordered_ops()
        if node.get_friendly_name() not in runs and node.get_type_name() not in _NOT_RUN
    ]
    return {"runs": not left, "unsupported": _by_type(left), "reason": None}


def _opset(node: ov.Node) -> str:
    return str(node.get_type_info().version_id or "")


def _by_type(nodes: Sequence[ov.Node]) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for node in nodes:
        found.setdefault(node.get_type_name(), []).append(node.get_friendly_name())
    return [{"type": kind, "count": len(names), "names": names[:_MOST_NAMED]} for kind, names in sorted(found.items())]

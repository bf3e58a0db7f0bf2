"""The facts about a model that its manifest carries; nothing is compiled or run to learn them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openvino as ov
from workbench.ir.arithmetic import gmacs
from workbench.ir.files import file_digest
from workbench.ir.formats import format_of
from workbench.ir.operations import op_count, operations, opsets, towards, types
from workbench.ir.tensors import tensor_json
from workbench.ir.told import model_info
from workbench.ir.weights import precision, weights


def describe(model: ov.Model, main_file: Path, companions: Sequence[Path] = ()) -> dict[str, Any]:
    """Model facts as JSON. ``companions`` are files the main one needs; an IR's .bin goes without saying.

    ``parameters`` counts the elements under ``weights``; ``gmacs`` is null, with ``gmacs_reason``, when it
    depends on what is only known at run time. ``operations`` are counted by type; those of an output are the last
    before it, the nearest first.
    """
    nodes = operations(model)
    table = weights(nodes)
    inputs = [tensor_json(port, is_input=True) for port in model.inputs]
    count, reason = gmacs(nodes)
    format_ = format_of(main_file)
    files = [main_file, *([main_file.with_suffix(".bin")] if format_ == "ir" else companions)]
    return {
        "format": format_,
        "main_file": main_file.name,
        "precision": precision(nodes, table, inputs),
        "inputs": inputs,
        "outputs": [{**tensor_json(port, is_input=False), "operations": towards(port)} for port in model.outputs],
        "model_info": model_info(model),
        "op_count": op_count(nodes),
        "operations": types(nodes),
        "parameters": sum(row["elements"] for row in table.values()),
        "gmacs": count,
        **({"gmacs_reason": reason} if reason else {}),
        "weights": table,
        "opset": opsets(nodes),
        "digest": file_digest(files),
    }

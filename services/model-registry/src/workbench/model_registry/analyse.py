"""What a model computes and needs, and its layers: a look at a registered model, made when somebody first asks.

``inputs/model/`` holds the model; ``outputs/`` gets its layers (:mod:`workbench.ir.layers`). The result is the
analysis; nothing is compiled or run.
"""

from __future__ import annotations

from typing import Any

import openvino as ov
from workbench import ir
from workbench.ir import complexity, layers
from workbench.ir.operations import op_count, operations, opsets, types
from workbench.ir.weights import weights
from workbench.model_registry import supported
from workbench.model_registry.values import LAYERS
from workbench.runner.core import Run


def run(run: Run) -> dict[str, Any]:
    """Analyse ``inputs/model/<main_file>``."""
    main = run.spec["main_file"]
    run.progress("read", 0.0, main)
    model = ir.read(run.inputs / "model" / main)
    run.progress("layers", 0.4)
    count = layers.write(run.outputs / LAYERS, layers.layers(model))
    run.progress("count", 0.6)
    return {**analysis(model), "layers": count}


def analysis(model: ov.Model) -> dict[str, Any]:
    """As `GET /v1/models/{id}/analysis` tells it."""
    nodes = operations(model)
    stored = weights(nodes)
    return {
        "arithmetic": complexity.operations_by_arithmetic(nodes),
        "parameters": sum(row["elements"] for row in stored.values()),
        "weights": stored,
        "sparsity": complexity.sparsity(nodes),
        "activations": complexity.activation_memory(model),
        "op_count": op_count(nodes),
        "operations": types(nodes),
        "opset": opsets(nodes),
        "dynamic": complexity.dynamic_dimensions(model),
        "custom": supported.custom(nodes),
        "devices": supported.by_device(model),
    }

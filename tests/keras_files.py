"""Keras's archives of one layer, without Keras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from packing import zipped


def archive(layer: dict[str, Any]) -> bytes:
    """A .keras file of one layer after its input."""
    history = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 4], "dtype": "float32", "keras_history": ["x", 0, 0]},
    }
    nodes = [{"args": [history], "kwargs": {}}]
    x = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "name": "x",
        "inbound_nodes": [],
        "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "x"},
    }
    config = {
        "name": "net",
        "layers": [x, {**layer, "name": "y", "inbound_nodes": nodes}],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["y", 0, 0]],
    }
    network = {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}
    return zipped(
        {
            "metadata.json": json.dumps({"keras_version": "3.15.1"}).encode(),
            "config.json": json.dumps(network).encode(),
            "model.weights.h5": b"x",
        }
    )


def running_code(harm: Path) -> dict[str, Any]:
    """A Lambda layer that leaves a file where it is loaded."""
    code = {
        "class_name": "__lambda__",
        "config": {"code": f"import pathlib; pathlib.Path('{harm}').touch()", "defaults": None, "closure": None},
    }
    return {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "y", "function": code}}

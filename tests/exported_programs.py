"""A program as `torch.export.save` writes it, by hand: a picture laid flat, and a linear layer with its weights.

For tests that ask what is read of one or refused; PyTorch itself reads the shared one (`make test-environments`).
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

SHAPES = {"cls_token": [1, 1, 1, 1], "pos_embed": [1, 1, 32, 32], "head.weight": [10, 1024], "head.bias": [10]}


def entries() -> dict[str, bytes]:
    """Every entry by its name below the program's folder."""
    weights = {name: _weight(number, shape) for number, (name, shape) in enumerate(SHAPES.items())}
    random = np.random.default_rng(4)
    return {
        "archive_format": b"pt2",
        "archive_version": b"0",
        "byteorder": b"little",
        ".data/version": b"3\n",
        "models/model.json": json.dumps(_program()).encode(),
        "data/sample_inputs/model.pt": b"a pickle",
        "data/weights/model_weights_config.json": json.dumps({"config": weights}).encode(),
        "data/constants/model_constants_config.json": b'{"config": {}}',
        **{
            f"data/weights/weight_{number}": random.normal(0, 0.1, shape).astype(np.float32).tobytes()
            for number, shape in enumerate(SHAPES.values())
        },
    }


def _program() -> dict[str, Any]:
    calls = {
        "add": ("aten.add.Tensor", ["x", "p_cls_token"], [1, 1, 32, 32]),
        "add_1": ("aten.add.Tensor", ["add", "p_pos_embed"], [1, 1, 32, 32]),
        "flatten": ("aten.flatten.using_ints", ["add_1"], [1, 1024]),
        "linear_16": ("aten.linear.default", ["flatten", "p_head_weight", "p_head_bias"], [1, 10]),
    }
    values = {"x": _tensor([1, 1, 32, 32]), **{name: _tensor(shape) for name, (_, _, shape) in calls.items()}}
    parameters = {f"p_{name.replace('.', '_')}": name for name in SHAPES}
    graph = {
        "inputs": [_named(name) for name in (*parameters, "x")],
        "outputs": [_named("linear_16")],
        "nodes": [_node(name, *call) for name, call in calls.items()],
        "sym_int_values": {},
        "sym_bool_values": {},
        "tensor_values": values | {name: _tensor(SHAPES[of]) for name, of in parameters.items()},
    }
    given = [{"parameter": {"arg": {"name": name}, "parameter_name": of}} for name, of in parameters.items()]
    structure = {
        "in_spec": json.dumps([1, {"type": "builtins.tuple", "context": "null", "children_spec": []}]),
        "out_spec": json.dumps([1, {"type": None, "context": None, "children_spec": []}]),
    }
    return {
        "graph_module": {
            "graph": graph,
            "metadata": {},
            "module_call_graph": [{"fqn": "", "signature": structure}],
            "signature": {
                "input_specs": [*given, {"user_input": {"arg": _named("x")}}],
                "output_specs": [{"user_output": {"arg": _named("linear_16")}}],
            },
        },
        "opset_version": {"aten": 10},
        "range_constraints": {},
        "schema_version": {"major": 8, "minor": 20},
        "verifiers": ["TRAINING"],
        "torch_version": "2.9.0",
        "guards_code": [],
    }


def _node(name: str, target: str, inputs: list[str], _shape: list[int]) -> dict[str, Any]:
    arguments = [{"name": f"input{number}", "arg": _named(each), "kind": 1} for number, each in enumerate(inputs)]
    return {
        "target": f"torch.ops.{target}",
        "inputs": arguments,
        "outputs": [_named(name)],
        "metadata": {"stack_trace": 'File "net.py", line 1, in forward'},
    }


def _named(name: str) -> dict[str, Any]:
    return {"as_tensor": {"name": name}}


def _weight(number: int, shape: list[int]) -> dict[str, Any]:
    return {"path_name": f"weight_{number}", "is_param": True, "use_pickle": False, "tensor_meta": _tensor(shape)}


def _tensor(shape: list[int]) -> dict[str, Any]:
    strides = [int(np.prod(shape[place + 1 :])) for place in range(len(shape))]
    return {
        "dtype": 7,
        "sizes": [{"as_int": size} for size in shape],
        "requires_grad": False,
        "device": {"type": "cpu", "index": None},
        "strides": [{"as_int": each} for each in strides],
        "storage_offset": {"as_int": 0},
        "layout": 7,
    }

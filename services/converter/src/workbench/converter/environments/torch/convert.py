"""An exported program becomes an IR: ``python convert.py MODEL OUT.xml``, run by this environment's own interpreter.

The program is the copy that has no pickle and no code in it (``workbench.ir.exported_program``). Should that have
overlooked one, PyTorch is told to load numbers only. The last line on stderr says why it was refused.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
import openvino as ov
import torch
from converting import convert


def main(source: Path, target: Path) -> None:
    """Raises what PyTorch and OpenVINO raise."""
    program = torch.export.load(source)
    model = ov.convert_model(program)
    names = [name for name in program.graph_signature.user_inputs if isinstance(name, str)]
    shapes = {node.name: _shape(node) for node in program.graph.nodes if node.name in names}
    if len(names) == len(model.inputs):
        for port, name in zip(model.inputs, names, strict=True):
            port.get_tensor().set_names({name})
        model.reshape({port: shapes[name] for port, name in zip(model.inputs, names, strict=True)})
    for place, port in enumerate(model.outputs):
        port.get_tensor().set_names({f"output_{place}"})
    ov.save_model(model, target, compress_to_fp16=False)


def _shape(node: torch.fx.Node) -> ov.PartialShape:
    """As it was exported: what was open there stays open."""
    return ov.PartialShape([size if isinstance(size, int) else -1 for size in node.meta["val"].shape])


if __name__ == "__main__":
    convert(main)

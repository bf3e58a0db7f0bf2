"""Every model of the ONNX backend's node tests through conversion and check: which operations OpenVINO gets wrong.

Prints each model that differs, with its operation and attributes, and counts the others by what was said of them.
``bench/onnx_node_tests.py WORD`` takes those with the word in their name.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests
from workbench import ir
from workbench.converter.checking.checker import Checker, Ended
from workbench.converter.convert import convert
from workbench.converter.values import Options

SECONDS = 60  # for one verdict


def main() -> None:
    """Fresh processes compare, since some of these models end them."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    warnings.simplefilter("ignore")  # the tests' own arithmetic, while they are generated
    tests = [test for test in load_model_tests(kind="node") if word in test.name]
    said: Counter[str] = Counter()
    checker = Checker().__enter__()
    for test in tests:
        try:
            verdict = compared(checker, settled(test))
        except Ended as how:
            checker.__exit__(None, None, None)
            checker, verdict = Checker().__enter__(), f"ended: {how}"
        except Exception as refusal:  # whatever it is, it is what this model says
            verdict = f"refused: {type(refusal).__name__}"
        said[verdict] += 1
        if verdict == "differs":
            print(f"{test.name}: {'; '.join(operations(test.model))}")
    checker.__exit__(None, None, None)
    for verdict, count in said.most_common():
        print(f"{count:5} {verdict}")


def settled(test: Any) -> onnx.ModelProto:
    """The model with the test's own numbers for every input but the first: sizes and axes are none to be drawn."""
    model = onnx.ModelProto()
    model.CopyFrom(test.model)
    for value, given in list(zip(model.graph.input, test.data_sets[0][0], strict=False))[1:]:
        if isinstance(given, np.ndarray):
            model.graph.initializer.append(numpy_helper.from_array(given, value.name))
            model.graph.input.remove(value)
    return model


def compared(checker: Checker, model: onnx.ModelProto) -> str:
    """One model's verdict in FP32."""
    with tempfile.TemporaryDirectory() as name:
        path, copy, made = Path(name) / "net.onnx", Path(name) / "copy", Path(name) / "made"
        path.write_bytes(model.SerializeToString())
        copy.mkdir()
        made.mkdir()
        ir.save(convert(ir.read(path, copy_to=copy), Options("FP32", {})), made, fp16=False)
        checker.ask(
            seconds=SECONDS,
            ask="compare",
            runtime="onnxruntime",
            source=copy / "model.onnx",
            made=None,
            converted=made / "model.xml",
            inputs={},
            fp16=False,
        )
        return str(checker.answer()["verdict"])


def operations(model: onnx.ModelProto) -> list[str]:
    """Each node with its attributes."""
    return [
        f"{node.op_type}({', '.join(onnx.helper.printable_attribute(each) for each in node.attribute)})"
        for node in model.graph.node
    ]


if __name__ == "__main__":
    main()

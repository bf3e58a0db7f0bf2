"""The operations of a model, those inside loops and branches included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import openvino as ov

_NOT_COMPUTED = {"Constant", "Parameter", "Result"}
_NEAR = 8


def operations(model: ov.Model) -> list[ov.Node]:
    """Every operation in execution order, each loop or branch followed by what is inside it."""
    return list(_walk(model))


def op_count(nodes: Iterable[ov.Node]) -> int:
    """Operations that compute: constants, their unpacking from a smaller type, inputs and outputs are not."""
    return sum(_computes(node) for node in nodes)


def types(nodes: Iterable[ov.Node]) -> dict[str, int]:
    """How many operations there are of each type, as {"Convolution": n}."""
    counted = Counter(node.get_type_name() for node in nodes if node.get_type_name() not in _NOT_COMPUTED)
    return dict(sorted(counted.items()))


def towards(port: ov.Output) -> list[str]:
    """The types of the last operations before an output, the nearest first, along what each one works on."""
    node, found = port.get_node(), list[str]()
    while len(found) < _NEAR:
        sources = [value.get_node() for value in node.input_values()]
        before = next((source for source in sources if _computes(source)), None)
        if before is None:
            break
        found.append(before.get_type_name())
        node = before
    return found


def opsets(nodes: Iterable[ov.Node]) -> dict[str, int]:
    """How many operations come from each operation set, as {"opset1": n}."""
    return dict(sorted(Counter(str(node.get_type_info().version_id) for node in nodes).items()))


def low_bit(node: ov.Node) -> bool:
    """Whether this is a constant of quantized numbers: at most 8 bits, and not a truth value."""
    if node.get_type_name() != "Constant":
        return False
    element_type = node.get_output_element_type(0)
    return element_type.get_bitwidth() <= 8 and element_type != ov.Type.boolean and element_type != ov.Type.string


def unpacks(node: ov.Node) -> bool:
    """Whether this only makes another type of a constant."""
    return node.get_type_name() == "Convert" and node.input_value(0).get_node().get_type_name() == "Constant"


def _walk(model: ov.Model) -> Iterator[ov.Node]:
    for node in model.get_ordered_ops():
        yield node
        for body in _bodies(node):
            yield from _walk(body)


def _bodies(node: ov.Node) -> list[ov.Model]:
    kind = node.get_type_name()
    if kind == "If":
        return [node.get_then_body(), node.get_else_body()]
    return [node.get_function()] if kind in ("Loop", "TensorIterator") else []


def _computes(node: ov.Node) -> bool:
    return node.get_type_name() not in _NOT_COMPUTED and not unpacks(node)

"""A Caffe or MXNet network computes: ``python run.py MODEL``.

MXNet's networks are computed by MXNet. Caffe cannot be installed any more: OpenCV, which reads its networks, stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from answering import Arrays, answer

# OpenCV leaves out the rows that hold nothing, and on random pictures nothing is found in any.
_NOT_ALIKE = {"DetectionOutput"}


def start(source: Path) -> tuple[dict[str, Any], Callable[[Arrays], Arrays]]:
    """Whichever of the two it is."""
    return _caffe(source) if source.suffix == ".caffemodel" else _mxnet(source)


def _mxnet(source: Path) -> tuple[dict[str, Any], Callable[[Arrays], Arrays]]:
    import mxnet
    import mxnet_network

    network = mxnet_network.read(source.with_name("model-symbol.json"), source)
    states = network.symbol.list_auxiliary_states()

    def compute(inputs: Arrays) -> Arrays:
        known = {**network.weights, network.input: mxnet.nd.array(inputs[network.input])}
        found, _, _ = network.symbol.infer_shape(**{network.input: inputs[network.input].shape})
        missing = dict(zip(network.symbol.list_arguments(), found, strict=True))
        arguments = {name: known[name] if name in known else mxnet.nd.zeros(shape) for name, shape in missing.items()}
        bound = network.symbol.bind(mxnet.cpu(), arguments, aux_states={name: known[name] for name in states})
        return dict(zip(network.outputs, (one.asnumpy() for one in bound.forward(is_train=False)), strict=True))

    return {"name": "mxnet", "version": mxnet.__version__, "stands_in_for": None}, compute


def _caffe(source: Path) -> tuple[dict[str, Any], Callable[[Arrays], Arrays]]:
    import caffe_messages
    import cv2

    described = caffe_messages.read_network(caffe_messages.install(), source.with_suffix(".prototxt"))
    layers = list(described.layer)
    network = cv2.dnn.readNetFromCaffe(str(source.with_suffix(".prototxt")), str(source))
    taken = {name for layer in layers for name in layer.bottom}
    makers = {name: layer.name for layer in layers for name in layer.top}  # of several in place, the last
    outputs = {name: maker for name, maker in makers.items() if name not in taken}

    def compute(inputs: Arrays) -> Arrays:
        if odd := next((layer.type for layer in layers if layer.type in _NOT_ALIKE), None):
            raise ValueError(f"OpenCV, which stands in for Caffe, gives the rows of a {odd} otherwise")
        for name, array in inputs.items():
            network.setInput(array, name)
        return dict(zip(outputs, network.forward(list(outputs.values())), strict=True))

    return {"name": "opencv", "version": cv2.__version__, "stands_in_for": "Caffe"}, compute


if __name__ == "__main__":
    answer(start)

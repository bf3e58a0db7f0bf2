"""A Caffe or MXNet network becomes an IR: ``python convert.py MODEL OUT.xml``, run by this environment's interpreter.

OpenVINO's last converter that read them, 2023.3, does it; what is asked of a conversion is done to the IR afterwards,
where it is done for all formats. The last line on stderr says why a network was refused.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from converting import convert

_CUSTOM = re.compile(r'Found custom layer "(.+?)"')
_STEP = re.compile(r'Exception occurred during running replacer .+?>\)"?: ')  # where in its own code
_ADVICE = re.compile(r"\s*For more information please refer to.+", re.DOTALL)
_ORIGINAL = "Original exception message:"


class Refused(Exception):
    """The converter does not take the network; the text says why."""


def main(source: Path, target: Path) -> None:
    """Raises what it refuses with."""
    model = _of_caffe(source) if source.suffix == ".caffemodel" else _of_mxnet(source)
    from openvino.runtime import serialize

    serialize(model, target)


def _of_caffe(source: Path) -> Any:
    import caffe_messages

    caffe_messages.install()
    return _converted("caffe", source, input_proto=source.with_suffix(".prototxt"))


def _of_mxnet(source: Path) -> Any:
    import mxnet_network

    symbol = source.with_name("model-symbol.json")
    network = mxnet_network.read(symbol, source)
    shape = "[" + ",".join("?" if size < 0 else str(size) for size in network.shape) + "]"
    model = _converted("mxnet", source, input_symbol=symbol, input=network.input, input_shape=shape)
    for port in (*model.inputs, *model.outputs):
        port.get_tensor().set_names({name.removesuffix(":0") for name in port.get_names()})
    return model


def _converted(framework: str, source: Path, **more: Any) -> Any:
    from openvino.tools.mo import convert_model

    logging.disable()  # it says the same as its exceptions, in more lines
    try:
        return convert_model(source, framework=framework, compress_to_fp16=False, **more)
    except Exception as error:
        raise Refused(_reason(str(error))) from error


def _reason(text: str) -> str:
    if custom := _CUSTOM.search(text):
        return f"it has a layer of its own kind, '{custom[1]}', which nothing here computes"
    text = text.partition(_ORIGINAL)[2].strip() or text
    return _ADVICE.sub("", _STEP.sub("", text))


if __name__ == "__main__":
    convert(main)

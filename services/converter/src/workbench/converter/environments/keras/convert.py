"""A Keras file becomes an IR: ``python convert.py MODEL OUT.xml``, run by this environment's own interpreter.

Nothing of the file is executed: safe mode refuses Lambda layers and whatever else is code, and there are no custom
objects here. The last line on stderr says why a file was refused.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "openvino"
import keras
import openvino as ov
from converting import convert


def main(source: Path, target: Path) -> None:
    """Raises what Keras raises."""
    network = keras.saving.load_model(source, compile=False, safe_mode=True)
    exported = target.with_name("exported.xml")
    network.export(str(exported), format="openvino", verbose=False)
    model = ov.Core().read_model(exported)
    _name(model.inputs, [tensor.name for tensor in network.inputs])
    _name(model.outputs, list(network.output_names))
    ov.save_model(model, target, compress_to_fp16=False)


def _name(ports: list[ov.Output], names: list[str]) -> None:
    """As the network calls them: the export counts them."""
    if len(ports) == len(names) == len(set(names)):
        for port, name in zip(ports, names, strict=True):
            port.get_tensor().set_names({name})


if __name__ == "__main__":
    convert(main)

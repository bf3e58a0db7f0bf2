"""Caffe: weights (.caffemodel) and the network in text (.prototxt) beside them, read in an environment of their own."""

from __future__ import annotations

from pathlib import Path

from workbench.ir import BrokenModel, MissingFile
from workbench.model_registry.formats._beside import beside, missing
from workbench.model_registry.formats._caffe_files import has_input, is_network, is_weights
from workbench.model_registry.formats._protobuf import ProtobufError, fields, mapped
from workbench.model_registry.values import Found

ACCEPTED = "Caffe (.caffemodel with its .prototxt)"


def claims(path: Path) -> bool:
    """Whether it is a network with weights; the one in text is found beside it."""
    return is_weights(path)


def gather(main: Path, upload: Path) -> Found:
    """The weights and their network in text."""
    name = main.relative_to(upload).as_posix()
    try:
        for _ in fields(mapped(main)):
            pass
    except ProtobufError as error:
        raise BrokenModel(
            f"{name}: the weights are damaged or cut off: {error}. Upload them again, whole.", file=name
        ) from error
    return Found({"model.caffemodel": main, "model.prototxt": _network(main, name)}, {"producer": "caffe"})


def _network(main: Path, name: str) -> Path:
    """Of the same name, else the only one, else the only one that says what goes in."""
    found = beside(main, is_network)
    if not found:
        raise missing(name, "its network was", main.with_suffix(".prototxt").name)
    fitting = [path for path in found if path.stem == main.stem] or found
    if len(fitting) > 1:
        fitting = [path for path in fitting if has_input(path)]
    if len(fitting) != 1:
        wanted = main.with_suffix(".prototxt").name
        listed = ", ".join(path.name for path in found)
        raise MissingFile(
            f"{name}: which of {listed} is its network for inference cannot be told. Upload only that "
            f"one, or call it {wanted}.",
            file=name,
            missing=wanted,
        )
    return fitting[0]

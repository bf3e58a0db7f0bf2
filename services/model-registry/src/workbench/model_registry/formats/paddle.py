"""PaddlePaddle: a program (.pdmodel), and the weights of all its parameters (.pdiparams) beside it."""

from __future__ import annotations

from pathlib import Path

from workbench.ir import BrokenModel
from workbench.model_registry.formats._beside import missing
from workbench.model_registry.formats._paddle_files import is_program, parameters, tensors
from workbench.model_registry.formats._protobuf import ProtobufError, mapped
from workbench.model_registry.values import Found

ACCEPTED = "PaddlePaddle (.pdmodel with its .pdiparams)"


def claims(path: Path) -> bool:
    """Whether the file begins with a program's first block."""
    return is_program(mapped(path))


def gather(main: Path, upload: Path) -> Found:
    """The program and its weights, if the file holds those that the program names."""
    name = main.relative_to(upload).as_posix()
    try:
        wanted = parameters(mapped(main))
    except ProtobufError as error:
        raise BrokenModel(
            f"{name}: the PaddlePaddle program is damaged or cut off: {error}. Upload it again, whole.", file=name
        ) from error
    weights = _weights(main)
    if wanted and weights is None:
        raise missing(name, "its weights were", main.with_suffix(".pdiparams").name)
    if weights is not None and tensors(mapped(weights)) != [shape for _, shape in sorted(wanted.items())]:
        raise BrokenModel(
            f"{name}: {weights.name} does not hold the {len(wanted)} weights that the program names: it "
            "belongs to another model or is not whole. Upload the one that was saved with it.",
            file=weights.name,
        )
    return Found({"model.pdmodel": main, "model.pdiparams": weights})


def _weights(main: Path) -> Path | None:
    names = [main.with_suffix(".pdiparams")] + ([main.with_name("__params__")] if main.name == "__model__" else [])
    return next((path for path in names if path.is_file()), None)

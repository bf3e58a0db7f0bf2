"""An original model or IR to OpenVINO IR: shapes, layouts and the arithmetic that belongs before the first layer.

``inputs/model/`` holds the model; ``outputs/`` gets ``model.xml`` and ``model.bin``. The result is the model
facts of what was written, with ``conversion``: how it came to be, and how far its outputs are from its source's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openvino as ov
from workbench import ir
from workbench.converter import checked
from workbench.converter.checking.checker import Checker
from workbench.converter.finishing import finish
from workbench.converter.half import widen
from workbench.converter.preprocessing import build_in
from workbench.converter.shapes import reshape, with_batch
from workbench.converter.spec import read_spec
from workbench.converter.values import Conversion, Dimension, Options, UnknownInput, no_such_input
from workbench.runner.core import Run


def run(run: Run) -> dict[str, Any]:
    """Convert ``inputs/model/<main_file>`` as the spec asks."""
    asked = read_spec(run.spec)
    with TemporaryDirectory(dir=run.scratch) as scratch, Checker() as checker:  # which loads its libraries meanwhile
        return _run(run, asked, Path(scratch), checker)


def _run(run: Run, asked: Conversion, scratch: Path, checker: Checker) -> dict[str, Any]:
    options = asked.options
    run.progress("read", 0.0, asked.main_file)
    source, copy, draft = run.inputs / "model" / asked.main_file, scratch / "source", scratch / "draft"
    copy.mkdir()
    draft.mkdir()
    model = ir.read(source, copy_to=copy)
    run.progress("convert", 0.3)
    model = convert(model, options)
    run.progress("save", 0.6, options.precision)
    folder = draft / "compared" if options.finishes else run.outputs
    folder.mkdir(exist_ok=True)
    ir.save(model, folder, fp16=options.precision == "FP16")
    written = folder / "model.xml"
    apart = copy / "model.xml" if (copy / "model.xml").is_file() else None
    seen = next((path for path in (copy / "model.onnx", copy / "model.pt2") if path.is_file()), source)
    made = checked.Made(asked.main_file, ir.format_of(source), seen, apart, model, written, options, draft)
    run.progress("check", 0.7)
    checked.ask(checker, made)
    described = ir.describe(*_finished(run, model, written, options))
    conversion = options.to_json() | {"openvino_version": ov.get_version()}
    return described | {"conversion": conversion | checked.facts(checker, made, ir.read(written))}


def _finished(run: Run, model: ov.Model, written: Path, options: Options) -> tuple[ov.Model, Path]:
    """What lies in ``outputs`` in the end, read again: with what is done to the model after it was compared."""
    if options.finishes:
        ir.save(finish(model.clone(), options), run.outputs, fp16=options.precision == "FP16")
        written = run.outputs / "model.xml"
    return ir.read(written), written


def convert(model: ov.Model, options: Options) -> ov.Model:
    """The model with f32 inputs and arithmetic, its new shapes, layouts and preprocessing.

    ``model`` is used up. Refuses what does not fit it, naming the field of the spec; raises ``ir.TooLarge``
    for shapes that no machine holds.
    """
    _refuse_unknown_inputs(model, options)
    widen(model, "the model")
    reshape(model, _shapes(model, options))
    ir.refuse_too_large(model, "the converted model")
    before = ir.identities(model)
    model = build_in(model, options.inputs)
    ir.tell(model, _no_longer_outside(options))
    ir.settle_names(model, before)
    return model


def _shapes(model: ov.Model, options: Options) -> Mapping[str, Sequence[Dimension]]:
    if options.batch is not None:
        return with_batch(model, options.inputs, options.batch)
    return {name: asked.shape for name, asked in options.inputs.items() if asked.shape is not None}


def _no_longer_outside(options: Options) -> dict[str, str | None]:
    """What is inside now, Model API would do again: mean, scale, and an order other than the RGB that it takes now."""
    done: dict[str, str | None] = {}
    for asked in options.inputs.values():
        if asked.mean is not None or asked.scale is not None:
            done |= {"mean_values": None, "scale_values": None}
        if asked.reverse_channels:
            done["reverse_input_channels"] = "YES"
    return done


def _refuse_unknown_inputs(model: ov.Model, options: Options) -> None:
    known = [ir.tensor_name(port) for port in model.inputs]
    for name in options.inputs:
        if name not in known:
            field = f"inputs.{name}"
            raise UnknownInput(no_such_input(field, known), field=field, inputs=known)

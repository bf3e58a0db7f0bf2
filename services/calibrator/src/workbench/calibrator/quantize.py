"""From a float model and some images to an INT8 model: post-training quantization with NNCF.

The same model, recipe, images and options always make the same bytes. Nothing is written before the end.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# Before NNCF is imported: with this set it reports to nobody.
os.environ["NNCF_CI"] = "1"

import nncf
import openvino as ov
from workbench import ir
from workbench.application.feeding import Arrays
from workbench.calibrator import apart, brought, feed, gates
from workbench.calibrator.attention import is_transformer
from workbench.calibrator.choosing import Choice, choose, excluded_digests
from workbench.calibrator.scope import check_scope
from workbench.calibrator.spec import read_calibration
from workbench.calibrator.values import CalibrationSpec, IgnoredScope
from workbench.fields.shared import FEW_TO_CALIBRATE_WITH
from workbench.runner.core import Refusal, Run
from workbench.runner.pieces import Pieces
from workbench.shards import Item
from workbench.tasks.model_api import model_info

_FLOATS = {"f64", "f32", "f16", "bf16"}
# Share of the run's progress before, and until the end of, the first pass over the images.
_START, _FIRST_PASS_END, _SAVING = 0.05, 0.8, 0.95


class AlreadyQuantized(Refusal):
    """The model's weights are integers already; ``precision`` says which."""


class NotQuantizable(Refusal):
    """NNCF could not, or found nothing to quantize."""


def run(run: Run) -> dict[str, Any]:
    """Quantize inputs/model with images of inputs/dataset; see the contract of the calibration spec."""
    spec = read_calibration(run.spec)
    run.progress("reading", 0.0)
    recipe = feed.read_recipe(spec.recipe)
    model_file = run.inputs / "model" / spec.main_file
    model = ir.read(model_file)
    precision = float_precision(model, model_file)
    feeding = feed.check_input(model, recipe)
    if spec.ignored_scope is not None:
        check_scope(model, spec.ignored_scope)
    choice = choose(feed.read_items(run.inputs / "dataset"), spec, excluded_digests(run.inputs / "exclude"))

    known = brought.of_items(run.inputs / "dataset", recipe, choice.items)

    def read(item: Item) -> Arrays:
        return feed.arrays(run.inputs / "dataset", item, feeding, brought.mask_of(recipe, known.get(item.name)))

    transformer = is_transformer(model)
    pieces = Pieces(run, "calibrating", 0.0, 1.0)
    counted = counting(read, pieces, len(choice.items))
    started = time.monotonic()
    quantized, found = gates.kept(
        model,
        [read(item) for item in choice.items[: apart.IMAGES]],
        lambda scope: quantize(model, choice.items, counted, spec.preset, scope, transformer),
        spec.ignored_scope,
    )
    seconds = time.monotonic() - started - pieces.waited_s
    run.progress("saving", _SAVING)
    outputs = [ir.tensor_json(port, is_input=False) for port in quantized.outputs]
    ir.tell(quantized, model_info(recipe, outputs))
    facts = _save(quantized, run.outputs, fp16=precision == "FP16")
    _write_items(run.outputs / "calibration-items.jsonl", choice.items)
    calibration = _calibration(spec, choice, seconds, found)
    return {**facts, "calibration": {**calibration, "transformer": transformer}}


def quantize(
    model: ov.Model,
    items: Sequence[Item],
    read: Callable[[Item], Arrays],
    preset: str,
    scope: IgnoredScope,
    transformer: bool,
) -> ov.Model:
    """The INT8 model; ``read`` gives an array for each input of an item and is called in order, once a pass.

    Raises NotQuantizable where NNCF cannot, or where nothing was quantized.
    """
    ignored = nncf.IgnoredScope(names=list(scope.names), types=list(scope.types), patterns=list(scope.patterns))
    try:
        quantized: ov.Model = nncf.quantize(
            model.clone(),
            nncf.Dataset(items, read),
            subset_size=len(items),
            preset=nncf.QuantizationPreset(preset),
            ignored_scope=ignored,
            model_type=nncf.ModelType.TRANSFORMER if transformer else None,
        )
    except (nncf.ValidationError, nncf.UnsupportedModelError, nncf.InternalError, RuntimeError) as error:
        raise NotQuantizable(f"NNCF could not quantize the model: {ir.one_line(str(error))}") from error
    if not any(node.get_type_name() == "FakeQuantize" for node in quantized.get_ops()):
        raise NotQuantizable(
            "Nothing was quantized: the model has no operation that INT8 makes faster, or the ignored scope "
            "holds all of them."
        )
    return quantized


def counting(read: Callable[[Item], Arrays], pieces: Pieces, total: int) -> Callable[[Item], Arrays]:
    """``read``, telling how many images are through; how many passes NNCF makes, only the model decides."""
    calls = 0

    def counted(item: Item) -> Arrays:
        nonlocal calls
        earlier, done = divmod(calls, total)
        calls += 1
        pieces.done(
            fraction_done(earlier, (done + 1) / total),
            f"{done + 1} of {total} images (pass {earlier + 1})",
            milestone=done + 1 == total,
        )
        return read(item)

    return counted


def fraction_done(passes: int, of_this_one: float) -> float:
    """Progress of the whole run after so many passes: each further one takes half of what is left."""
    first = _FIRST_PASS_END - _START
    rest = _SAVING - _FIRST_PASS_END
    if passes == 0:
        return _START + first * of_this_one
    return _SAVING - rest * 0.5 ** (passes - 1) * (1 - 0.5 * of_this_one)


def float_precision(model: ov.Model, file: Path) -> str:
    """FP32, FP16 or mixed; refuses a model that is quantized or compressed to integers."""
    facts = ir.describe(model, file)
    integers = sorted(set(facts["weights"]) - _FLOATS)
    if facts["precision"] == "INT8" or integers:
        held = f"weights of type {', '.join(integers)}" if integers else "quantized operations"
        raise AlreadyQuantized(
            f"{file.name} has {held}; calibrate the FP32 or FP16 model it was made from.",
            file=file.name,
            precision=facts["precision"],
        )
    return str(facts["precision"])


def _save(quantized: ov.Model, folder: Path, fp16: bool) -> dict[str, Any]:
    ir.save(quantized, folder, fp16=fp16)
    main_file = folder / "model.xml"
    # The facts of what was stored: weights may be halved on the way to the disk.
    return ir.describe(ir.read(main_file), main_file)


def _write_items(file: Path, items: Sequence[Item]) -> None:
    lines = (json.dumps({"sha256": item.sha256, "name": item.name}, ensure_ascii=False) for item in items)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _calibration(spec: CalibrationSpec, choice: Choice, seconds: float, found: gates.Found) -> dict[str, Any]:
    return {
        "preset": spec.preset,
        "subset_size": spec.subset_size,
        "samples_used": len(choice.items),
        "samples_excluded": choice.excluded,
        "seconds": round(seconds, 3),
        "nncf_version": nncf.__version__,
        "warnings": [*_warnings(spec, len(choice.items)), *found.warnings()],
        **found.to_json(),
    }


def _warnings(spec: CalibrationSpec, used: int) -> list[str]:
    images = f"{used} image{'s' if used > 1 else ''}"
    all_there_are = f", all that there are of the {spec.subset_size} that it may be" if used < spec.subset_size else ""
    if used < FEW_TO_CALIBRATE_WITH:
        usual = f"{FEW_TO_CALIBRATE_WITH} to 1000 are usual"
        return [f"It is calibrated with {images}{all_there_are}: {usual}. Check the accuracy."]
    return [f"It is calibrated with {images}{all_there_are}."] if all_there_are else []

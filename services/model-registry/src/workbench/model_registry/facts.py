"""What is known of files that were only looked at, and of a model's computation."""

from __future__ import annotations

import marshmallow as ma
from workbench.webapp.facts import Kept, by_name, flag, listed, number, of, said, texts, whole
from workbench.webapp.facts.figures import SURENESS
from workbench.webapp.facts.models import GuessFacts, OutputFacts, TensorFacts, WeightsFacts


class ColorFacts(Kept):
    """The order of an input's channels."""

    color = said("`RGB`, `BGR` or `GRAY`.")
    sure = said("How sure it is.", SURENESS)
    why = said("What it was concluded from.")


class SeenInputFacts(TensorFacts):
    """One input, with how sure it is."""

    layout_sure = said("How sure its layout is.", SURENESS)
    color = of(ColorFacts, "Of a picture: the order of its channels.")


class DynamicFacts(Kept):
    """An input dimension that is open."""

    input = said("The input's name.")
    index = whole("Which dimension; null where not even their number is known.")
    dimension = ma.fields.Raw(
        metadata={"description": "What it may be: -1 for anything, or `[least, most]` (most -1: anything from there)."}
    )


class OfTypeFacts(Kept):
    """Operations of one type."""

    type = said("The type.")
    count = whole("How many; null where that is not known.")
    names = texts("Some of them.")


class RunsFacts(Kept):
    """What a device here can run."""

    device = said("In OpenVINO's words.")
    runs = flag("Whether it runs all of the model; null where it could not be asked.")
    unsupported = listed(OfTypeFacts, "What it cannot run.")
    reason = said("Why it could not be asked.")


class GraphFacts(Kept):
    """What is seen of any graph."""

    op_count = whole("Operations in its graph.")
    parameters = whole("Elements of its weights.")
    dynamic = listed(DynamicFacts, "Input dimensions that are open.")
    custom = listed(OfTypeFacts, "Operations of no OpenVINO operation set: a device needs an extension for each.")
    devices = listed(RunsFacts, "What each device here cannot run.")


class InspectionFacts(GraphFacts):
    """What files would become, were they imported."""

    name = said("What people call the model.")
    file = said("The model's main file.")
    readable = flag("Whether OpenVINO reads it.")
    reason = said("Why not.")
    format = said("`ir`, `onnx`, `tflite`…")
    producer = said("What exported it, in its own words.")
    precision = said("`FP32`, `FP16`, `INT8` or `mixed`.")
    inputs = listed(SeenInputFacts, "In the model's order.")
    outputs = listed(OutputFacts, "In the model's order.")
    guesses = listed(GuessFacts, "What it may be for, the likeliest first.")
    source_files = texts("The uploaded files that it is made of.")
    ignored_files = texts("The uploaded files that do not belong to it.")


class ArithmeticFacts(Kept):
    """Operations of one inference, two a multiply-accumulate."""

    gflops = number("1e9 operations on numbers with a point; null where one cannot be counted.")
    giops = number("1e9 operations on quantized numbers.")
    reason = said("Why they are null.")
    convention = said("How they are counted.")


class MemoryFacts(Kept):
    """Bytes of what flows between operations."""

    min_bytes = whole("Each result dropped once its last reader is done.")
    max_bytes = whole("Every result kept.")
    reason = said("Why they are null.")


class AnalysisFacts(GraphFacts):
    """What a model computes and needs."""

    model_id = said("The model.")
    arithmetic = of(ArithmeticFacts, "Operations of one inference.")
    weights = by_name(ma.fields.Nested(WeightsFacts), "By element type.")
    sparsity = number("The share of the weights that is zero, 0 to 1.")
    activations = of(MemoryFacts, "What flows between operations.")
    operations = by_name(ma.fields.Integer(), "How many of each type.")
    opset = by_name(ma.fields.Integer(), "How many operations are of each operation set.")
    layers = whole("How many layers its graph has.")

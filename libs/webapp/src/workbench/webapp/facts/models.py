"""What is known of a model, whether it was brought, converted or calibrated; and of what a model is found to be for."""

from __future__ import annotations

import marshmallow as ma
from workbench.webapp.facts import Kept, anything, by_name, flag, listed, number, of, said, texts, values, whole
from workbench.webapp.facts.figures import SURENESS

_DIMENSION = "-1 where it is open, `[least, most]` where it is bounded (most -1: by nothing)."


class TensorFacts(Kept):
    """One input or output of a model."""

    name = said("Its name in the model.")
    shape = values(ma.fields.Raw(), f"Its dimensions: {_DIMENSION} Null where not even their number is known.")
    element_type = said("In OpenVINO's words: `f32`, `u8`…")
    layout = said("Such as `NCHW`, where it is known.")
    layout_source = said("Whether the model says so itself or it was guessed.", ("model", "guess"))


class OutputFacts(TensorFacts):
    """One output."""

    operations = texts("The last before it, the nearest first.")


class GuessFacts(Kept):
    """A task that the model may be for, concluded from its facts."""

    task = said("As `GET /v1/tasks` lists them.")
    head = said("Which reading of its outputs fits; null where the task has but one.")
    options = anything("The task's own options, those that differ from their defaults.")
    sure = said("How sure it is.", SURENESS)
    why = said("What it was concluded from.")


class WeightsFacts(Kept):
    """Weights of one element type."""

    elements = whole("How many.")
    size_bytes = whole("As they are stored.")


class StepFacts(Kept):
    """What the model does to one input itself: whoever feeds it leaves that out."""

    input = said("The input's name.")
    resize = said("How pictures of any size are brought to the network's.")
    reverse_channels = flag("Whether red and blue are exchanged.")
    mean = values(ma.fields.Float(), "Subtracted, one number a channel.")
    scale = values(ma.fields.Float(), "Divided by, one number a channel.")


class DistanceFacts(Kept):
    """One output beside the source's."""

    name = said("The output's name.")
    relative = number("The largest difference over the largest value.")
    largest_difference = number("The largest of all differences.")
    magnitude = number("The source's largest value.")
    beyond = number("The share of values that differ by more than the tolerance.")
    nonfinite = whole("Values that are NaN or infinite on one side only.")
    shapes = values(values(ma.fields.Integer(), "A shape."), "The source's shape and the model's, where they differ.")


class CheckedFacts(Kept):
    """A conversion beside its source."""

    verdict = said("What came of it.", ("alike", "not checked", "not comparable"))
    reason = said("Why it was not compared, else null.")
    runtime = anything("`{name, version}` of what ran the source.")
    tolerance = number("Up to this share of the source's largest value they count as alike.")
    rounds = texts("What went in.")
    constant = flag("Whether the source's outputs were the same whatever went in.")
    outputs = listed(DistanceFacts, "Each output.")


class LostFacts(Kept):
    """Weights that half precision cannot hold."""

    values = whole("How many.")
    weights = whole("In how many weights.")
    by_name = by_name(ma.fields.Integer(), "How many in each of the worst, by the weight's name.")


class HalfFacts(Kept):
    """What half precision loses."""

    clipped = of(LostFacts, "Values beyond ±65504, which became that.")
    vanished = of(LostFacts, "Values too small, which lost digits or became 0.")


class ConversionFacts(Kept):
    """How the model was converted."""

    precision = said("In which weights are stored.")
    inputs = anything("What was asked for, by input.")
    outputs = texts("Outputs that were asked for instead of the model's own.")
    batch = whole("The batch that was asked for.")
    openvino_version = said("What converted it.")
    checked = of(CheckedFacts, "Its outputs beside its source's.")
    half = of(HalfFacts, "Of FP16: which weights lost values.")
    warnings = texts("For people.")


class ScopeFacts(Kept):
    """Operations that were left in floating point."""

    names = texts("By name.")
    types = texts("By type.")
    patterns = texts("By a regular expression of names.")


class CalibrationFacts(Kept):
    """How the model was calibrated."""

    preset = said("NNCF's preset.")
    subset_size = whole("How many images were asked for.")
    samples_used = whole("How many there were.")
    samples_excluded = whole("How many were left out, since they are to score it.")
    seconds = number("How long it took.")
    nncf_version = said("What calibrated it.")
    transformer = flag("Whether it was quantized as a transformer.")
    distance = number("From the float model's outputs, over their root mean square.")
    distance_without = number("The same with everything quantized, where something was left in floating point.")
    images_compared = whole("On how many images that was looked at.")
    kept_float = of(ScopeFacts, "What was left in floating point of its own accord.")
    warnings = texts("For people.")


class ModelFacts(Kept):
    """What is known of a model; nothing was compiled or run to learn it."""

    name = said("What people call it.")
    origin = said("Where it comes from.", ("upload", "download", "conversion", "calibration"))
    source = anything("Of a download: where it comes from, as that place says it.")
    format = said("`ir`, `onnx`, `tflite`…")
    main_file = said("The file that the others belong to.")
    source_files = texts("The uploaded files that it is made of.")
    ignored_files = texts("The uploaded files that do not belong to it.")
    producer = said("What exported it, in its own words.")
    architecture = said("Of a PyTorch model brought as weights: its architecture.")
    precision = said("`FP32`, `FP16`, `INT8` or `mixed`.")
    inputs = listed(TensorFacts, "In the model's order.")
    outputs = listed(OutputFacts, "In the model's order.")
    model_info = anything("What the model says of itself, in the words of Model API.")
    guesses = listed(GuessFacts, "What it may be for, the likeliest first.")
    built_in = listed(StepFacts, "What it does to its inputs itself, in this order.")
    op_count = whole("Operations in its graph.")
    operations = by_name(ma.fields.Integer(), "How many of each type.")
    parameters = whole("Elements of its weights.")
    gmacs = number("1e9 multiply-accumulates of one inference; null where that depends on its input.")
    gmacs_reason = said("Why `gmacs` is null.")
    weights = by_name(ma.fields.Nested(WeightsFacts), "By element type.")
    opset = by_name(ma.fields.Integer(), "Versions of operation sets, or how many operations are of each.")
    digest = said("SHA-256 of its files.")
    conversion = of(ConversionFacts, "Of a converted model.")
    calibration = of(CalibrationFacts, "Of a calibrated model.")

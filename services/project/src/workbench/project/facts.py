"""What a report says, field by field: `docs/reference/report.md` is written from it."""

from __future__ import annotations

from workbench.webapp.facts import Kept, anything, flag, listed, number, of, said, texts, whole
from workbench.webapp.facts.figures import (
    AssumedFacts,
    ChangedFacts,
    ChangeFacts,
    ConfigurationFacts,
    IntervalFacts,
    LatencyFacts,
    MetricFacts,
    RatioFacts,
    RatioTrustFacts,
    TrustFacts,
)
from workbench.webapp.facts.models import GuessFacts, StepFacts
from workbench.webapp.facts.recipes import PreparationFacts


class BroughtFacts(Kept):
    """The model that was brought."""

    id = said("The model.")
    name = said("What people call it.")
    digest = said("SHA-256 of its files.")
    format = said("`ir`, `onnx`, `tflite`…")


class ConstraintsFacts(Kept):
    """What a variant has to keep."""

    max_latency_ms = number("Of the median, upper end of its interval; null for no limit.")
    max_accuracy_drop = number(
        "Against the first variant, in points of a share or in the metric's own unit, such as dB; 1.0 unless given."
    )


class LossFacts(IntervalFacts):
    """How much less right an INT8 variant is."""

    unit = said("Points, or the metric's own unit.")


class AdviceFacts(Kept):
    """Why an INT8 variant is not faster, or less right, and what would change it."""

    share = number("Of the time of all layers, where that was measured.")
    loss = of(LossFacts, "Or what is lost, where that was.")
    reason = said("In words.")
    to_change = said("What to do about it; the option of the command that does it.")
    calibrate = anything("Members of a `POST /v1/calibrations` that would change it, or null.")


class VariantFacts(Kept):
    """One form of the model with everything measured on it."""

    name = said("`fp32`, `fp16` or `int8`.")
    model = said("Its id.")
    precision = said("`FP32`, `FP16`, `INT8` or `mixed`.")
    size_bytes = whole("Of its IR.")
    digest = said("SHA-256 of its files.")
    built_in = listed(
        StepFacts, "What the model does to its input itself, in this order; whoever feeds it leaves that out."
    )
    throughput_fps = of(
        IntervalFacts, "Images a second: geometric mean over fresh process launches and its 95 % log-t interval."
    )
    latency_ms = of(LatencyFacts, "Of single inferences.")
    cpu_ms_per_request = of(IntervalFacts, "CPU time a request.")
    configuration = of(ConfigurationFacts, "Properties read back from the compiled model, as deployed.")
    trust = of(TrustFacts, "Whether the figures can be believed.")
    peak_memory_bytes = whole(
        "The most that the process of a launch had resident, OpenVINO and the model included (since 1.2)."
    )
    accuracy = of(
        MetricFacts,
        "The metric that variants are compared by, with its 95 % interval: Wilson's for shares of images, else "
        "resampled over images. Null when nothing was scored.",
    )
    metrics = listed(MetricFacts, "Every metric.")
    profile = said("The profile's id.")
    measured_in = said(
        "The profile whose job measured it (since 1.2); the same of all: their launches were taken in turns."
    )
    evaluation = said("The evaluation's id, or null.")
    warnings = texts("For people.")
    advice = listed(AdviceFacts, "Of an INT8 variant that is not faster, or less right (since 1.4).")


class ComparisonFacts(Kept):
    """A variant against the baseline."""

    variant = said("Its name.")
    baseline = said("The baseline's.")
    measured_together = flag("Whether their launches were taken in turns (since 1.2).")
    trust = of(
        RatioTrustFacts,
        "Of these ratios: whether throughput and CPU time a request agree; null where that cannot be told (since 1.3).",
    )
    speedup = of(
        RatioFacts,
        "How many times its throughput. Measured together, the paired 95 % t interval over rounds, on logarithms; "
        "else from the two intervals, which a load that met one alone makes wrong.",
    )
    latency_ratio = of(RatioFacts, "How many times its median latency.")
    cpu_per_request_ratio = of(RatioFacts, "How many times its CPU time a request.")
    size_ratio = number("How many times its size.")
    accuracy_change_points = of(ChangeFacts, "Paired, on the same images; null when nothing was scored.")
    changed_items = of(ChangedFacts, "Images that are answered otherwise, by name.")


class RecommendedFacts(Kept):
    """What is recommended, and why."""

    model = said("The model's id; null without a recommendation.")
    variant = said("Its name.")
    reason = said("In words.")
    decision = said("`none`: no variant keeps the constraints.", ("recommended", "none", "undecided"))
    needed = texts("What would decide it (since 1.1).")


class PackedVariantFacts(Kept):
    """The package that was made."""

    id = said("The package.")
    variant = said("What it runs by default; when undecided the baseline, and its README and manifest say so.")
    sha256 = said("Of the archive.")
    size_bytes = whole("Of the archive.")


class ReportFacts(Kept):
    """The report of an optimization."""

    schema_version = said("Of this document: the second number rises when something is added.")
    project_id = said("The project.")
    optimization_id = said("The optimization that this is the report of.")
    created_at = said("When the report was made: RFC 3339, UTC.")
    model = of(BroughtFacts, "The model that was brought.")
    task = said("What the model was taken to be for.")
    guess = of(GuessFacts, "The same as concluded from the model's facts, when nobody said it; else null.")
    assumed = listed(AssumedFacts, "What of the recipe nobody said.")
    preparation = of(
        PreparationFacts,
        "What whoever feeds the models does to a picture (since 1.2); null before there is a recipe.",
    )
    target = said("Where it was measured: `local` or a device type of the cluster.")
    device = said("The device in OpenVINO's words.")
    objective = said("What is to be best.", ("throughput", "latency"))
    constraints = of(ConstraintsFacts, "What a variant has to keep.")
    variants = listed(VariantFacts, "The most precise first: it is the baseline.")
    comparison = listed(ComparisonFacts, "Each other variant against the baseline.")
    recommended = of(RecommendedFacts, "What is recommended, and why.")
    constraints_met = flag("Whether there is a recommendation; null when undecided.")
    package = of(PackedVariantFacts, "The package, or null.")
    warnings = texts("What a reader must know, what was noticed of the images when they were taken in included.")
    environment = anything(
        "The baseline's `provenance`: processor, versions, quota, load, and in `env` the variables that its device "
        "type sets."
    )

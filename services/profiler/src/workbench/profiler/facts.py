"""What is known of a profile, and of data that a model is fed."""

from __future__ import annotations

from typing import ClassVar

import marshmallow as ma
from workbench.webapp.facts import Kept, anything, by_name, flag, listed, number, of, said, texts, values, whole
from workbench.webapp.facts.figures import (
    ConfigurationFacts,
    IntervalFacts,
    LatencyFacts,
    RatioTrustFacts,
    TrustFacts,
)

_SHARE = "0 to 1"


class CpuShareFacts(Kept):
    """What the launches got of the processor."""

    obtained = number("Cores kept busy.")
    available = number("Cores that there were for them.")
    waiting = number(f"The share of that time that went by in waiting for them, {_SHARE}.")


class FedFacts(Kept):
    """What went into one input."""

    name = said("The input.")
    shape = values(ma.fields.Integer(), "What it was measured with.")
    element_type = said("In OpenVINO's words.")
    data = said("Where its values come from.")


class LaunchLatencyFacts(Kept):
    """Of single inferences of one launch, in milliseconds."""

    mean, p50, p90, p95, p99, max = (
        number(words) for words in ("Mean.", "Median.", "90 %.", "95 %.", "99 %.", "Most.")
    )


class LaunchFacts(Kept):
    """One launch: a fresh process that loads, compiles and measures."""

    round = whole("In which round, from 0.")
    place = whole("Which of the round's models it was, from 0.")
    batch = whole("Images in a request.")
    requests = whole("Requests that were in flight.")
    inferences = whole("Inferences that were measured.")
    warm_inferences = whole("Inferences before.")
    duration_s = number("How long it measured.")
    stretched = flag("Whether that was longer than asked for, to have enough inferences.")
    throughput_fps = number("Images a second.")
    latency_ms = of(LaunchLatencyFacts, "Of single inferences.")
    load_ms = number("To read the model.")
    compile_ms = number("To compile it.")
    first_inference_ms = number("The first inference.")
    peak_memory_bytes = whole("The most that the process had resident.")
    cpu_ms_per_request = number("CPU time a request.")
    cpu_cores = number("Cores kept busy.")
    waiting_share = number(f"Of the time that threads could run, what they waited for a CPU, {_SHARE}.")
    host_share = number(f"What the measuring thread itself took, {_SHARE}.")
    involuntary_switches = whole("How often it was put aside for another process.")
    stolen_s = number("CPU time that the hypervisor gave to others.")
    stolen_share = number(f"The same, {_SHARE}.")
    throttled_share = number(f"The time that a quota held it up, {_SHARE}.")
    memory_stalled_share = number(f"The time that it waited for memory, {_SHARE}.")
    clock_limit_khz = whole("The lowest limit of the clock, where the machine tells.")
    heat_throttles = whole("How often heat lowered the clock, where the machine tells.")


class WireFacts(Kept):
    """What flows in or out of a layer."""

    constant = said("Of a constant: its name.")
    shape = values(ma.fields.Raw(), "Dimensions.")
    element_type = said("In OpenVINO's words.")

    class Meta(Kept.Meta):
        """A word of Python's own cannot be written above."""

        include: ClassVar = {"from": whole("The `place` of the layer that it comes from; null of a constant.")}


class LayerFacts(Kept):
    """One layer of the executed graph."""

    place = whole("In the order of execution; null of what was fused into another.")
    name = said("In the executed graph.")
    type = said("What it computes.")
    exec_type = said("The kernel that computes it.")
    runtime_precision = said("The precision that it is said to run in.")
    time_ms = number("Mean of an inference with counters on.")
    status = said("Whether it was executed.")
    original_layers = texts("The model's operations that it stands for; none of what the runtime inserted.")
    inputs = listed(WireFacts, "What flows in.")
    outputs = listed(WireFacts, "What flows out.")


class RatiosFacts(Kept):
    """How many times another model's a model's figures are, by pairs of launches of one round."""

    throughput_fps = of(IntervalFacts, "Images a second.")
    latency_p50_ms = of(IntervalFacts, "The median latency.")
    cpu_ms_per_request = of(IntervalFacts, "CPU time a request.")
    trust = of(RatioTrustFacts, "Whether these agree, where that can be told.")


class MemberFacts(Kept):
    """A model that was measured."""

    model_id = said("The model.")
    place = whole("Models of the same bytes have the same.")
    refusal = anything("A problem document, where it could not be measured.")


class TogetherFacts(Kept):
    """Models that were measured in turns."""

    profile_id = said("The profile whose job measured them.")
    rounds = whole("In each, every model had one launch.")
    models = listed(MemberFacts, "Each model.")
    ratios = by_name(
        by_name(ma.fields.Nested(RatiosFacts), "By the id of the model that it is compared with."),
        "By the id of a model.",
    )


class UntilFacts(Kept):
    """How well the throughput was to be known."""

    asked = number("The half-width that was asked for, as a share.")
    half_width = number("What was reached.")
    reached = flag("Whether that is enough.")
    launches = whole("After how many launches.")


class ProvenanceFacts(Kept):
    """Where, with what and on what it was measured."""

    model_digest = said("SHA-256 of the model's files.")
    spec = anything("What was asked for, defaults included.")
    versions = by_name(ma.fields.String(allow_none=True), "Of the software that measured.")
    device = anything("What the device says of itself, through OpenVINO.")
    executed_on = values(ma.fields.Dict(), "The same of each device that executed.")
    compiled = anything("Further properties of the compiled model.")
    machine = anything("Processor, memory, quota and system of the machine.")
    env = by_name(ma.fields.String(), "The variables that the device type sets.")
    load_before = anything("How busy the machine was before the first launch.")


class ProfileFacts(Kept):
    """How fast a model is."""

    model_id = said("The model.")
    target = said("Where it was measured, as `GET /v1/targets` lists them.")
    device = said("On which device, in OpenVINO's words.")
    throughput_fps = of(IntervalFacts, "Images a second: geometric mean over launches, and its 95 % log-t interval.")
    latency_ms = of(LatencyFacts, "Of single inferences.")
    cpu_ms_per_request = of(IntervalFacts, "CPU time a request.")
    cpu_share = of(CpuShareFacts, "What the launches got of the processor.")
    load_ms = of(IntervalFacts, "To read the model.")
    compile_ms = of(IntervalFacts, "To compile it.")
    first_inference_ms = of(IntervalFacts, "The first inference.")
    peak_memory_bytes = whole("The most that the process of a launch had resident, OpenVINO and the model included.")
    loop = said("How requests were made.", ("sync", "async"))
    loop_reason = said("Why so.")
    inputs = listed(FedFacts, "What went into each input.")
    configuration = of(ConfigurationFacts, "What the model was compiled to.")
    trust = of(TrustFacts, "Whether the figures can be believed.")
    until = of(UntilFacts, "Of a measurement that went on until it knew enough.")
    notes = texts("For people.")
    launches = listed(LaunchFacts, "Each launch.")
    layers = listed(LayerFacts, "The executed graph, with times of a pass of its own.")
    counters_overhead_note = said("What to know before adding them up.")
    provenance = of(ProvenanceFacts, "Where, with what and on what it was measured.")
    together = of(TogetherFacts, "Models that were measured in turns with it.")


class ArrayFacts(Kept):
    """What is known of an array."""

    name = said("What people call it.")
    shape = values(ma.fields.Integer(), "Its dimensions.")
    element_type = said("In OpenVINO's words.")
    minimum = number("The least of what is finite; null where nothing is.")
    maximum = number("The largest.")
    nonfinite = whole("How many elements are NaN or infinite.")
    warnings = texts("For people.")

"""Numbers with their uncertainty, and how far they are to be believed, as facts have them."""

from __future__ import annotations

from typing import ClassVar

import marshmallow as ma
from workbench.webapp.facts import Kept, by_name, flag, listed, number, of, said, texts, whole

# As `workbench.tasks.guess` has them, which not every API's image holds.
SURENESS = ("possible", "likely", "certain")
VERDICTS = ("trusted", "doubtful", "untrusted")


class IntervalFacts(Kept):
    """A figure with its 95 % interval."""

    value = number("The figure itself.")
    low = number("Lower end of its 95 % interval.")
    high = number("Upper end.")


class RatioFacts(IntervalFacts):
    """How many times the baseline's a figure is."""

    beyond_noise = flag("Whether the interval leaves 1 out: the two do differ.")


class ChangeFacts(IntervalFacts):
    """How a figure differs from another model's on the same images."""

    n = whole("Images that were compared.")
    beyond_noise = flag("Whether the interval leaves 0 out.")
    unit = said("Points of a share, or the metric's own unit, such as dB.")


class LatencyFacts(Kept):
    """Of single inferences, in milliseconds, each over the launches. Null where there were too few inferences."""

    mean = of(IntervalFacts, "Arithmetic mean.")
    p50 = of(IntervalFacts, "Median.")
    p90 = of(IntervalFacts, "Nine of ten were at most this.")
    p95 = of(IntervalFacts, "19 of 20.")
    p99 = of(IntervalFacts, "99 of 100.")
    max = of(IntervalFacts, "The slowest.")


class ReasonFacts(Kept):
    """What speaks against a measurement."""

    rule = said("Which rule objects.")
    verdict = said("How much it counts.", VERDICTS)
    detail = said("For people: what was seen, and what would help.")
    value = number("What was seen.")
    limit = number("What would have been all right.")


class TrustFacts(Kept):
    """Whether a measurement can be believed."""

    verdict = said("As bad as the worst reason; `trusted` without one.", VERDICTS)
    reasons = listed(ReasonFacts, "Every rule that objects.")


class RatioTrustFacts(TrustFacts):
    """Whether the figures of a comparison agree."""

    notes = texts("For people: what was seen that is no reason against it.")
    cores = of(IntervalFacts, "How many times the baseline's cores it got.")


class PartFacts(IntervalFacts):
    """The figure of one class."""

    label = said("The class by name, where that is known.")

    class Meta(Kept.Meta):
        """A word of Python's own cannot be written above."""

        include: ClassVar = {"class": whole("The class by number.")}


class ReadingFacts(Kept):
    """The same answers read otherwise, which score beyond both intervals."""

    value = number("What they score then.")
    words = said("How they are read.")
    remedy = said("What to do.")


class CauseFacts(Kept):
    """What explains a figure near chance."""

    value = number("What the figure would be without it.")
    before = number("What it is on the same images.")
    n = whole("On how many images that was looked at.")
    words = said("What is done otherwise then.")
    remedy = said("What to do.")


class MetricFacts(IntervalFacts):
    """One metric of an evaluation."""

    metric = said("Its name, as `GET /v1/tasks` lists them.")
    unit = said("Its unit; a share is 0 to 1.")
    better = said("Which way is better.", ("higher", "lower"))
    n = whole("Of how many it is a figure: images, unless the metric counts something else.")
    split = said("The part of the dataset that was scored.")
    classes = listed(PartFacts, "The same figure for each class, where the metric has one.")
    change = of(ChangeFacts, "Against the other evaluation or the reference model.")
    chance = number("What answers of no worth would score.")
    chance_of = said("Which answers those are.")
    over_chance = of(IntervalFacts, "By how much it is better than that.")
    other_reading = of(ReadingFacts, "A reading of the same answers that scores far higher; usually null.")
    constant = flag(
        "Of a classifier: whether it says one class of all images; that it agrees with another tells nothing then."
    )
    likely_cause = of(CauseFacts, "What explains a figure near chance, where something does.")


class ChangedFacts(Kept):
    """Images that another model answers otherwise, by name."""

    fixed = texts("Better than before.")
    broken = texts("Worse than before.")
    differing = texts("Merely answered otherwise.")
    fixed_n = whole("How many are better.")
    broken_n = whole("How many are worse.")
    differing_n = whole("How many are answered otherwise.")


class ExecutedFacts(Kept):
    """What a device made of a model, read back."""

    precision = said("What is not quantized is computed in this: `f32`, `bf16`, `f16`; null where it is not known.")
    devices = texts("The devices that execute, in OpenVINO's words.")
    layers = by_name(ma.fields.Integer(), "How many layers compute in each precision.")


class ConfigurationFacts(Kept):
    """Properties read back from the compiled model, in OpenVINO's words; which there are, the device decides."""

    executed = of(ExecutedFacts, "What the device made of the model.")
    requests = whole("Of a profile: inference requests that were in flight.")


class AssumedFacts(Kept):
    """What of a recipe nobody said."""

    field = said("The member of a recipe's `overrides` that says otherwise, dotted.")
    words = said("What was assumed, and why.")
    sure = said("How sure it is.", SURENESS)

"""Whether the baseline's own score can be believed: nothing is recommended on one no better than chance. Pure rules."""

from __future__ import annotations

from workbench.figures import in_unit, unit_of
from workbench.project.objections import Objection
from workbench.project.values import Facts, Variant


def doubt(baseline: Variant) -> Objection | None:
    """What speaks against the score that all others are compared with; None where nothing does."""
    accuracy = baseline.accuracy or {}
    if "chance" not in accuracy:  # of an earlier release, or of a metric that has none
        return None
    value = in_unit(accuracy["value"], unit_of(accuracy))
    score = f"{baseline.name} has {accuracy['metric']} {value} of {accuracy['n']} images"
    if other := accuracy.get("other_reading"):
        return Objection(f"{score}; the very same answers score {other['value']:.1%} {other['words']}", other["remedy"])
    if accuracy["low"] > accuracy["chance"]:
        return None
    return Objection(f"{score}, which is not above chance: {_chance(accuracy)}", _remedy(accuracy))


def _chance(accuracy: Facts) -> str:
    if accuracy["chance"] >= 1:
        return "all images have one and the same class, so a model that always says it would be always right"
    range_of = f"{accuracy['low']:.1%} to {accuracy['high']:.1%}"
    return f"always the most frequent class would score {accuracy['chance']:.1%}, and the interval is {range_of}"


def _remedy(accuracy: Facts) -> str:
    if accuracy["chance"] >= 1:
        return "images of more than one class"
    if accuracy["value"] > accuracy["chance"]:
        return f"more images than {accuracy['n']}"
    return ("the images, labels and preparation the model was trained with: see --color, --mean, --scale, --resize, "
            "the task's --option settings and the order of the classes")  # fmt: skip

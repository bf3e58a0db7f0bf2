"""Whether the baseline's own score can be believed: nothing is recommended on one no better than chance. Pure rules."""

from __future__ import annotations

from workbench.figures import in_unit, unit_of
from workbench.project.objections import Objection
from workbench.project.values import Facts, Variant


def doubt(baseline: Variant) -> Objection | None:
    """What speaks against the score that all others are compared with; None where nothing does."""
    accuracy = baseline.accuracy or {}
    if cause := accuracy.get("likely_cause"):
        return _caused(baseline, accuracy, cause)
    if "chance" not in accuracy:  # of an earlier release, or of a metric that has none
        return None
    value = in_unit(accuracy["value"], unit_of(accuracy))
    score = f"{baseline.name} has {accuracy['metric']} {value} of {accuracy['n']} images"
    if other := accuracy.get("other_reading"):
        return Objection(f"{score}; the very same answers score {other['value']:.1%} {other['words']}", other["remedy"])
    over = accuracy.get("over_chance")  # on the very same images
    if over["low"] > 0 if over else accuracy["low"] > accuracy["chance"]:
        return None
    same = f"; it gives the same answer for all {accuracy['n']} images" if accuracy.get("constant") else ""
    what = "clearly above" if accuracy["value"] > accuracy["chance"] and over else "above"
    return Objection(f"{score}, which is not {what} chance: {_chance(accuracy)}{same}", _remedy(accuracy))


def _caused(baseline: Variant, accuracy: Facts, cause: Facts) -> Objection:
    unit = unit_of(accuracy)
    value, before, after = (in_unit(figure, unit) for figure in (accuracy["value"], cause["before"], cause["value"]))
    words = (
        f"{baseline.name} has {accuracy['metric']} {value} of {accuracy['n']} images; of {cause['n']} that were "
        f"tried it has {after} instead of {before} {cause['words']}"
    )
    return Objection(words, cause["remedy"])


def _chance(accuracy: Facts) -> str:
    if over := accuracy.get("over_chance"):
        return (
            f"{accuracy['chance_of']} {accuracy['chance']:.1%} on the same images, and the difference is "
            f"{100 * over['low']:+.2f} to {100 * over['high']:+.2f} points"
        )
    if accuracy["chance"] >= 1:
        return "all images have one and the same class, so a model that always says it would be always right"
    range_of = f"{accuracy['low']:.1%} to {accuracy['high']:.1%}"
    return f"always the most frequent class would score {accuracy['chance']:.1%}, and the interval is {range_of}"


def _remedy(accuracy: Facts) -> str:
    if accuracy["chance"] >= 1 and "over_chance" not in accuracy:
        return "images of more than one class"
    if accuracy["value"] > accuracy["chance"]:
        return f"more images than {accuracy['n']}"
    if "over_chance" in accuracy:
        return (
            "the images and preparation the model was trained with: see --color, --mean, --scale, --resize and the "
            "task's --option settings"
        )
    return (
        "the images, labels and preparation the model was trained with: see --color, --mean, --scale, --resize, "
        "--orientation, the task's --option settings and the order of the classes"
    )

"""A model for people: everything known of it, what it is taken to be for, and what is inside it already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.client.cli import analysis_page, lineage
from workbench.client.cli.asking import in_words
from workbench.client.cli.output import outline

Facts = dict[str, Any]
# Said in words below the rest, and the latter in the analysis, too.
_BELOW = ("analysis", "family")
_TOLD = ("guesses", "built_in", "operations", "opset", "op_count", "weights", "parameters", "gmacs", "gmacs_reason")


def page(view: Facts) -> str:
    """The whole model."""
    facts = view.get("facts")
    rest = {name: value for name, value in view.items() if name not in _BELOW}
    if not facts:  # it is still being made
        return outline(rest)
    rest["facts"] = {name: facts[name] for name in facts if name not in _TOLD}
    told = [*_tasks(facts.get("guesses")), *_inside(facts), *_checked(facts.get("conversion"))]
    return "\n".join([outline(rest), "", *told, *_analysed(view), *lineage.lines(view)])


def _analysed(view: Facts) -> Iterable[str]:
    return analysis_page.lines(view.get("analysis"))


def for_list(view: Facts) -> Facts:
    """With the task it is taken to be for; a question mark where that is not sure."""
    guesses = (view.get("facts") or {}).get("guesses")
    return {**view, "task": guesses and (guesses[0]["task"] if _sure(guesses) else "?")}


def _sure(guesses: list[Facts]) -> bool:
    """Whether the first is at least likely, and more so than any other."""
    best, *others = guesses
    return best["sure"] != "possible" and all(each["sure"] != best["sure"] for each in others)


def _tasks(guesses: list[Facts] | None) -> Iterable[str]:
    if not guesses:
        yield "Task: unknown, it was stored by an earlier release; `optimize` looks again, or say --task"
        return
    best, *others = guesses
    alone = _sure(guesses)
    yield f"Task: {in_words(best)}" if alone else "Task: not sure, say --task; it may be"
    for each in others if alone else guesses:
        yield f"  {'or ' if alone else ''}{in_words(each)}"


def _inside(facts: Facts) -> Iterable[str]:
    """What the model does to its input itself, so that nobody does it twice."""
    steps = inside(facts.get("built_in") or ())
    info = facts.get("model_info") or {}
    if not steps and str(info.get("embedded_processing", "")).lower() in ("yes", "true", "1"):
        steps = [f"  {name.partition('_')[0]} {info[name]}" for name in ("mean_values", "scale_values") if name in info]
    if steps:
        yield "Inside the model, so feed it pixels of 0 to 255 and leave this out:"
        yield from steps


def inside(built_in: Iterable[Facts]) -> list[str]:
    """A line for each input that something is done to."""
    return [f"  {each['input']}: {', '.join(steps)}" for each in built_in if (steps := list(_steps(each)))]


def _checked(conversion: Facts | None) -> Iterable[str]:
    """Whether it computes what it was converted from."""
    checked = (conversion or {}).get("checked")
    if not conversion or not checked:
        return
    runtime = f"{checked['runtime']['name']} {checked['runtime']['version'] or ''}".rstrip()
    yield f"Beside its source in {runtime}, on random inputs: {checked['verdict']}{_why(checked)}"
    for output in checked["outputs"]:
        yield (
            f"  {output['name']}: off by at most {output['relative']:.2g} of its largest value, "
            f"{output['beyond']:.2%} of the values by more than {checked['tolerance']:g}"
        )
    for warning in conversion.get("warnings") or ():
        yield f"  {warning}"


def _why(checked: Facts) -> str:
    return f": {checked['reason']}" if checked["reason"] else ""


def _steps(built_in: Facts) -> Iterable[str]:
    if built_in.get("resize"):
        yield f"resized to what the network takes ({built_in['resize']}), so it takes any size"
    if built_in.get("reverse_channels"):
        yield "the channels are reversed (it takes RGB where the network wants BGR, or vice versa)"
    if built_in.get("mean"):
        yield f"minus mean {_numbers(built_in['mean'])}"
    if built_in.get("scale"):
        yield f"divided by scale {_numbers(built_in['scale'])}"


def _numbers(values: list[float]) -> str:
    return ",".join(f"{value:g}" for value in values)

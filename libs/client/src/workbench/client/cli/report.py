"""An optimization's report for people: the variants, how they differ, which to take, what to do next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

from workbench.client.cli.model_page import inside
from workbench.client.cli.output import console, table, write
from workbench.figures import with_interval

# What says of a model what is taken for granted otherwise, by the recipe's field.
OTHERWISE = {
    "head": "--head",
    "output": "--output-name",
    "color": "--color",
    "mean": "--mean and --scale",
    "resize": "--resize",
    "labels": "give the classes in the model's order, by a labels.txt beside the images",
}
HEADINGS = ("variant", "precision", "size MB", "throughput fps", "p50 ms", "CPU ms a request", "accuracy", "trust")


def show(report: dict[str, Any], where: str) -> None:
    """Print it on stdout, with what to do next; ``where``: the options that make another command find the workbench."""
    write("\n" + "\n".join([page(report), *_next(report, where)]))


def page(report: dict[str, Any]) -> str:
    """What was found, and which to take."""
    chosen = (report.get("recommended") or {}).get("variant")
    rows = [_row(variant, chosen) for variant in report["variants"]]
    told = (
        _differences(report),
        _inside(report),
        _outside(report),
        _assumed(report),
        _variables(report),
        _warnings(report),
        _recommendation(report),
    )
    return "\n".join([*([table(HEADINGS, rows, console().width)] if rows else []), *chain(*told)])


def interval(measured: dict[str, Any] | None) -> str:
    """``412.3 (398.1-427.0)``: the value and its confidence interval."""
    if not measured or measured.get("value") is None:
        return "-"
    low, high = measured.get("low"), measured.get("high")
    around = f" ({_figure(low)}–{_figure(high)})" if low is not None and high is not None else ""
    return _figure(measured["value"]) + around


def accuracy(found: dict[str, Any] | None) -> str:
    """``top1 61.5 % (54.6 to 68.0) of 200``, in the metric's own unit."""
    if not found or found.get("value") is None:
        return "unknown"
    return f"{found['metric']} {with_interval(found)} of {found.get('n', '?')}"


def _row(variant: dict[str, Any], chosen: str | None) -> tuple[str, ...]:
    return (
        f"{'* ' if variant['name'] == chosen else ''}{variant['name']}",
        variant.get("precision") or "-",
        f"{variant.get('size_bytes', 0) / 1e6:.2f}",
        interval(variant.get("throughput_fps")),
        interval((variant.get("latency_ms") or {}).get("p50")),
        interval(variant.get("cpu_ms_per_request")),
        accuracy(variant.get("accuracy")),
        (variant.get("trust") or {}).get("verdict") or "-",
    )


def _differences(report: dict[str, Any]) -> Iterable[str]:
    for each in report.get("comparison") or []:
        apart = "" if each.get("measured_together", True) else " (not measured in turns)"
        yield f"\n{each['variant']} against {each['baseline']}{apart}: " + ", ".join(_ratios(each))
        for line in of_ratio(each.get("trust")):
            yield f"  {line}"
        changed = each.get("changed_items") or {}
        fixed, broken = changed.get("fixed_n") or 0, changed.get("broken_n") or 0
        if fixed or broken:
            yield f"  answers that changed: {fixed} for the better, {broken} for the worse"


def _ratios(each: dict[str, Any]) -> Iterable[str]:
    if speedup := each.get("speedup"):
        yield f"{interval(speedup)} × the throughput{_noise(speedup)}"
    if cpu := each.get("cpu_per_request_ratio"):
        yield f"{interval(cpu)} × the CPU time a request{_noise(cpu)}"
    if size := each.get("size_ratio"):
        yield f"{size:.2f} × the size"
    change = each.get("accuracy_change_points")
    if change and change.get("value") is not None:
        low, high = change.get("low"), change.get("high")
        around = f" ({low:+.1f} to {high:+.1f})" if low is not None and high is not None else ""
        yield f"accuracy {change['value']:+.1f} {change.get('unit', 'points')}{around}{_noise(change)}"


def of_ratio(trust: dict[str, Any] | None) -> list[str]:
    """Why a ratio is not to be trusted, or how it is to be read."""
    found = trust or {}
    reasons = [f"{reason['verdict']}: {reason['detail']}" for reason in found.get("reasons") or []]
    return reasons + [f"note: {note}" for note in found.get("notes") or []]


def _noise(measured: dict[str, Any]) -> str:
    return "" if measured.get("beyond_noise", True) else ", within the noise"


def _inside(report: dict[str, Any]) -> Iterable[str]:
    """What the variants do to their input; told once where they agree, as they do but for an INT8 made elsewhere."""
    steps = {line: None for variant in report["variants"] for line in inside(variant.get("built_in") or [])}
    if steps:
        yield "\nInside the models, so feed them pixels of 0 to 255 and leave this out:"
        yield from steps


def settings(env: dict[str, str]) -> str:
    """Environment variables, as one line."""
    return ", ".join(f"{name}={env[name]}" for name in sorted(env))


def _variables(report: dict[str, Any]) -> Iterable[str]:
    """What the target sets for all that runs there: elsewhere other figures may come."""
    env = (report.get("environment") or {}).get("env") or {}
    if env:
        yield f"\nMeasured with variables that the target sets: {settings(env)}"


def _outside(report: dict[str, Any]) -> Iterable[str]:
    """What whoever feeds the models does to a picture."""
    if known := report.get("preparation"):
        turned = ["turned upright by its EXIF orientation"] if known.get("orientation") == "exif" else []
        numbers = [
            f"{words} {','.join(f'{value:g}' for value in known[name])}"
            for name, words in (("mean", "minus mean"), ("scale", "divided by scale"))
            if known.get(name)
        ]
        resized = "as large as it is" if known["resize"] == "keep" else f"resized by {known['resize']}"
        steps = [*turned, resized, f"channels as {known['color']}", *numbers]
        yield f"\nTo do to each picture before: {', '.join(steps)}"


def _assumed(report: dict[str, Any]) -> Iterable[str]:
    """What nobody said of the model, each with the option that says otherwise."""
    found = report.get("assumed") or []
    if found:
        yield "\nTaken for granted, so the accuracy rests on it:"
    for each in found:
        yield f"  {each['words']} ({each['sure']}){_otherwise(each['field'])}"


def _otherwise(field: str) -> str:
    option = f"--option {field.partition('.')[2]}=" if field.startswith("options.") else OTHERWISE.get(field)
    return f"; else {option}" if option else ""


def _warnings(report: dict[str, Any]) -> Iterable[str]:
    """What holds of several variants is said once."""
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for variant in report["variants"]:
        for reason in (variant.get("trust") or {}).get("reasons") or []:
            said["Note", reason.get("detail") or reason.get("rule")].append(variant["name"])
        for warning in variant.get("warnings") or []:
            said["Warning", warning].append(variant["name"])
    for (kind, words), names in said.items():
        yield f"{kind} on {', '.join(names)}: {words}"
    for warning in report.get("warnings") or []:
        yield f"Warning: {warning}"


def _recommendation(report: dict[str, Any]) -> Iterable[str]:
    chosen = report.get("recommended") or {}
    undecided = chosen.get("decision") == "undecided"
    answer = "undecided" if undecided else chosen.get("variant") or "none"
    yield f"\nRecommended: {answer}. {chosen.get('reason') or ''}".rstrip()
    for each in chosen.get("needed") or []:
        yield f"What would decide it: {each}."
    if package := report.get("package"):
        size = f"{package.get('size_bytes', 0) / 1e6:.1f} MB, SHA-256 {package.get('sha256')}"
        of = f" of {package['variant']}, to run it by default" if undecided and package.get("variant") else ""
        yield f"Package{of}: {package.get('path') or 'on the server'} ({size})"


def _next(report: dict[str, Any], where: str) -> Iterable[str]:
    yield "\nNext:"
    for variant in report["variants"]:
        if variant.get("profile"):
            yield f"  workbench profiles show {variant['profile']}{where}   # {variant['name']}, layer by layer"
    package = report.get("package") or {}
    if path := package.get("path"):
        yield f"  tar --zstd -xf {path}   # its README says how to install, run and self-test"
    elif package.get("id"):
        yield f"  workbench packages download {package['id']}{where}"
    yield f"  workbench projects show {report.get('project_id')}{where}"


def _figure(value: float) -> str:
    """Three significant digits or all before the point."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"

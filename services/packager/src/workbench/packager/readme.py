"""The package's README: its text is a template, its tables come from the manifest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any

from workbench.figures import with_interval
from workbench.packager.values import Facts

_TEMPLATE = Path(__file__).with_name("templates") / "README.md"
_UNKNOWN = "not measured"


def readme(manifest: Facts, samples: list[dict[str, Any]]) -> str:
    """README.md in Markdown; ``samples`` are the lines of the packaged images."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=manifest["name"],
        recommended=manifest["recommended"],
        image=samples[0]["file"],
        mark=_mark(manifest),
        undecided=manifest["undecided"] or "",
        table="\n".join([*_table(manifest), *_ratios(manifest)]),
        provenance="\n".join(_provenance(manifest)),
        input="\n".join(_input(manifest)),
    )


def _table(manifest: Facts) -> list[str]:
    lines = [
        "| Variant | Precision | Frames per second | Median latency | Accuracy |",
        "| --- | --- | --- | --- | --- |",
    ]
    for variant in manifest["variants"]:
        profile = variant["profile"] or {}
        name = variant["name"] + (f" ({_mark(manifest)})" if variant["name"] == manifest["recommended"] else "")
        latency = (profile.get("latency_ms") or {}).get("p50")
        cells = (
            name,
            variant["precision"],
            _interval(profile.get("throughput_fps"), ".0f", ""),
            _interval(latency, ".2f", " ms"),
            _metrics(variant["evaluation"]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _ratios(manifest: Facts) -> list[str]:
    """Each variant against the first that was measured, where their launches were taken in turns."""
    measured = [variant for variant in manifest["variants"] if (variant["profile"] or {}).get("together")]
    lines = []
    for variant in measured[1:]:
        mine, theirs = variant["profile"]["together"], measured[0]["profile"]["together"]
        ratios = mine["ratios"].get(theirs["model_id"], {})
        found, trust = ratios.get("throughput_fps"), ratios.get("trust") or {}
        if found and mine["profile_id"] == theirs["profile_id"]:
            times = _interval(found, ".2f", " ×")
            so_so = "".join(f" This ratio is {trust['verdict']}: {each['detail']}" for each in trust.get("reasons", ()))
            lines.append(
                f"{variant['name']} has {times} the frames per second of {measured[0]['name']}, in launches "
                f"that were taken in turns.{so_so}"
            )
    return ["", *lines] if lines else []


def _input(manifest: Facts) -> list[str]:
    """What is done to a picture, where, and what of it nobody said."""
    lines = [f"- {line}" for line in _prepared(manifest["recipe"]["preparation"])]
    for variant in manifest["variants"]:
        lines += [
            f"- {variant['name']} does this itself, so leave it out: {', '.join(steps)}"
            for each in variant["built_in"]
            if (steps := list(_steps(each)))
        ]
    return lines + [f"- taken for granted: {note}" for note in manifest["notes"]]


def _steps(built_in: Facts) -> Iterable[str]:
    for name, value in built_in.items():
        if name != "input" and value:
            told = ",".join(f"{each:g}" for each in value) if isinstance(value, list) else str(value)
            yield name.replace("_", " ") if value is True else f"{name} {told}"


def _prepared(preparation: Facts) -> list[str]:
    of = preparation["input"]
    keeps = preparation["resize"] == "keep"
    size = "pictures of any size" if keeps else f"{of['width']}×{of['height']} pixels"
    place = f"input {of['name']}: {size}, {of['channels']} channels, {of['layout']}"
    turned = ["turned as its EXIF orientation says"] if preparation.get("orientation") == "exif" else []
    filled = f"sides filled up to multiples of {preparation.get('multiple', 1)}"
    resized = filled if keeps else f"resized by {preparation['resize']}"
    done = [*turned, resized, f"colours as {preparation['color']}"]
    done += [
        f"{name} {', '.join(f'{value:g}' for value in preparation[name])}"
        for name in ("mean", "scale")
        if preparation.get(name)
    ]
    return [place, f"the application does to each picture: {', '.join(done)}"]


def _mark(manifest: Facts) -> str:
    return "default" if manifest["undecided"] else "recommended"


def _interval(found: Facts | None, digits: str, unit: str) -> str:
    if not found:
        return _UNKNOWN
    return f"{found['value']:{digits}}{unit} ({found['low']:{digits}} to {found['high']:{digits}})"


def _metrics(evaluation: Facts | None) -> str:
    metrics = (evaluation or {}).get("metrics") or []
    texts = [f"{found['metric']} {with_interval(found)} of {found['n']}" for found in metrics]
    return ", ".join(texts) or _UNKNOWN


def _provenance(manifest: Facts) -> list[str]:
    lines = [f"- outputs recorded with OpenVINO {manifest['openvino']}"]
    for variant in manifest["variants"]:
        found = (variant["profile"] or {}).get("provenance", {})
        device = found.get("device", {})
        if not device:
            lines.append(f"- {variant['name']}: speed {_UNKNOWN}")
            continue
        name, version = device.get("full_device_name"), found.get("versions", {}).get("openvino")
        lines.append(
            f"- {variant['name']}: on {device.get('device')} ({name}) with OpenVINO {version}, "
            f"{_variables(found)}{_trust(variant['profile'])}"
        )
    return lines


def _variables(provenance: Facts) -> str:
    """What its target had set, in whose absence other figures may come."""
    env = provenance.get("env") or {}
    return f"the variables {', '.join(f'{name}={env[name]}' for name in sorted(env))} set, " if env else ""


def _trust(profile: Facts) -> str:
    trust = profile.get("trust", {})
    reasons = "; ".join(str(reason["detail"]) for reason in trust.get("reasons", []))
    return f"measurement {trust.get('verdict', 'not judged')}" + (f" ({reasons})" if reasons else "")

"""Does this package do here what it did where it was made? Files, outputs, speed, in that order.

Exit code 0 when files and outputs are as recorded, 1 when they are not. A different speed is no failure.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent / "app"))
import package


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="selftest.sh", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.add_argument("--seconds", type=float, default=1.0,
                        help="how long each variant's speed is measured; 0: not at all")
    options = parser.parse_args()
    report = examine(options.seconds)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join([*_lines(report), report["summary"]]))
    return 0 if report["passed"] else 1


def examine(seconds: float) -> dict[str, Any]:
    """Everything the self-test found out. What was tampered with is not run."""
    changed = package.changed_files()
    report: dict[str, Any] = {"files": {"checked": len(package.manifest()["files"]), "changed": changed},
                              "variants": [], "problems": list(changed)}
    if not changed:
        _run_variants(report, seconds)
    report["passed"] = not report["problems"]
    report["summary"] = _passed(report) if report["passed"] else f"self-test: failed: {report['problems'][0]}"
    return report


def _run_variants(report: dict[str, Any], seconds: float) -> None:
    try:
        import openvino
        from imaging.recipe import Recipe
    except ImportError as error:
        report["problems"].append(f"{error}; run install.sh first")
        return
    here = openvino.__version__.partition("-")[0]  # the rest names the build
    report["openvino"] = {"here": here, "recorded": package.manifest()["openvino"]}
    recipe = Recipe.from_json(package.manifest()["recipe"])
    for variant in package.manifest()["variants"]:
        try:
            report["variants"].append(_run_variant(variant, recipe, seconds))
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            report["problems"].append(f"{variant['name']} does not run here: {reason}")
            continue
        problems = report["variants"][-1]["mismatches"]
        report["problems"] += [f"{variant['name']}: {problem}" for problem in problems]


def _run_variant(variant: dict[str, Any], recipe: Any, seconds: float) -> dict[str, Any]:
    import comparison
    import inference

    loaded = inference.load(variant, recipe)
    return {
        "name": variant["name"], "precision": variant["precision"], **comparison.compare(variant, loaded),
        "speed": _speed(variant, loaded, seconds) if seconds > 0 else None,
    }


def _speed(variant: dict[str, Any], loaded: Any, seconds: float) -> dict[str, Any]:
    import comparison
    import inference
    import speed

    sample = package.read(comparison.EXPECTED)["samples"][0]["file"]
    arrays = inference.inputs(loaded, (package.ROOT / sample).read_bytes())
    here = speed.measure(loaded, arrays, variant["configuration"], seconds)
    profile = variant["profile"] or {}
    batch = profile.get("provenance", {}).get("spec", {}).get("batch", 1)
    # Larger batches are another measurement: there is nothing to compare one image at a time with.
    recorded = profile.get("throughput_fps") if batch == 1 else None
    return {**here, "recorded": recorded,
            "ratio": here["throughput_fps"] / recorded["value"] if recorded else None,
            "remark": speed.compare(here["throughput_fps"], recorded)}


def _lines(report: dict[str, Any]) -> list[str]:
    files = report["files"]
    lines = [f"files: {files['checked'] - len(files['changed'])} of {files['checked']} as packaged"]
    if "openvino" in report:
        lines.append("openvino: {here} here, {recorded} recorded".format(**report["openvino"]))
    for found in report["variants"]:
        told = (_outputs_line(found), *_speed_lines(found["speed"]))
        lines += [f"{found['name']}: {line}" for line in told]
    return lines + [f"problem: {problem}" for problem in report["problems"]]


def _outputs_line(found: dict[str, Any]) -> str:
    verdict = "outputs differ" if found["mismatches"] else "outputs match"
    samples = _counted(found["samples"], "sample")
    return (f"{verdict} on {samples} (largest difference {found['largest_difference']:.2g}, "
            f"{found['tolerance']:g} is allowed)")


def _speed_lines(speed: dict[str, Any] | None) -> list[str]:
    if speed is None:
        return []
    line = f"{speed['throughput_fps']:.0f} frames/s here, median latency {speed['latency_ms']['p50']:.2f} ms"
    if speed["recorded"]:
        line += ", {value:.0f} frames/s ({low:.0f} to {high:.0f}) recorded".format(**speed["recorded"])
        line += f", ratio {speed['ratio']:.2f}"
    return [line, speed["remark"]] if speed["remark"] else [line]


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _passed(report: dict[str, Any]) -> str:
    found = {variant["name"]: variant for variant in report["variants"]}[package.manifest()["recommended"]]
    variants, samples = _counted(len(report["variants"]), "variant"), _counted(found["samples"], "sample")
    parts = [f"{variants}, {samples}, outputs match"]
    if found["speed"]:
        recorded = found["speed"]["recorded"]
        record = f"{recorded['value']:.0f} recorded" if recorded else "none recorded"
        parts.append(f"{found['precision']} {found['speed']['throughput_fps']:.0f} fps here, {record}")
    return f"self-test: passed ({'; '.join(parts)})"


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Not sys.exit: tearing OpenVINO down can hang or abort after everything is done.
    os._exit(code)

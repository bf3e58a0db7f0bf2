"""Does this package do here what it did where it was made? Files, outputs, speed, in that order.

Exit code 0 when files and outputs are as recorded, 1 when they are not. On the machine that it was measured on, slower
than its interval by more than 25 %, or another precision, is a failure, too; on another machine it is told.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="selftest.sh", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="how long each variant's speed is measured; 0: not at all"
    )
    options = parser.parse_args()
    report = examine(options.seconds)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join([*_lines(report), report["summary"]]))
    return 0 if report["passed"] else 1


def examine(seconds: float) -> dict[str, Any]:
    """Everything the self-test found out. What was tampered with is not run, nor even imported."""
    manifest = json.loads((ROOT / "manifest.json").read_bytes())
    changed = changed_files(manifest)
    report: dict[str, Any] = {
        "files": {"checked": len(manifest["files"]), "changed": changed},
        "variants": [],
        "problems": list(changed),
    }
    if not changed:
        _run(report, seconds)
    report["passed"] = not report["problems"]
    passed = report["passed"]
    report["summary"] = _passed(manifest, report) if passed else f"self-test: failed: {report['problems'][0]}"
    return report


def changed_files(manifest: dict[str, Any]) -> list[str]:
    """One line for each file that is missing or no longer has the digest of the manifest."""
    lines = []
    for path, file in manifest["files"].items():
        if not (ROOT / path).is_file():
            lines.append(f"{path} is missing")
        elif _sha256(ROOT / path) != file["sha256"]:
            lines.append(f"{path} is not the file that was packaged (its SHA-256 differs)")
    return lines


def _run(report: dict[str, Any], seconds: float) -> None:
    sys.path.insert(0, str(ROOT / "app"))
    try:
        from workbench.application.package import Package
        from workbench.application.selftest import run_variants
    except ImportError as error:
        report["problems"].append(f"{error}; run install.sh first")
        return
    run_variants(Package(ROOT), report, seconds)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines(report: dict[str, Any]) -> list[str]:
    files = report["files"]
    lines = [f"files: {files['checked'] - len(files['changed'])} of {files['checked']} as packaged"]
    if "openvino" in report:
        lines.append("openvino: {here} here, {recorded} recorded".format(**report["openvino"]))
    for found in report["variants"]:
        told = (_outputs_line(found), *found["told"], *_speed_lines(found["speed"]))
        lines += [f"{found['name']}: {line}" for line in told]
    return lines + [f"problem: {problem}" for problem in report["problems"]]


def _outputs_line(found: dict[str, Any]) -> str:
    verdict = "outputs differ" if found["mismatches"] else "outputs match"
    samples = _counted(found["samples"], "sample")
    return (
        f"{verdict} on {samples} (largest difference {found['largest_difference']:.2g}, "
        f"{found['tolerance']:g} is allowed)"
    )


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


def _passed(manifest: dict[str, Any], report: dict[str, Any]) -> str:
    found = {variant["name"]: variant for variant in report["variants"]}[manifest["recommended"]]
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

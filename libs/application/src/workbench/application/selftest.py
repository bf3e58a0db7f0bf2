"""What a package does here beside what it did where it was made: outputs, then speed.

The package's selftest.py asks this, once it has seen that no file was changed.
"""

from __future__ import annotations

from typing import Any

import openvino
from workbench.application import comparison, speed
from workbench.application.loading import Loaded, prepare
from workbench.application.package import EXPECTED, Package


def run_variants(package: Package, report: dict[str, Any], seconds: float) -> None:
    """Add to the report what each variant does; a different speed is no problem."""
    here = openvino.__version__.partition("-")[0]  # the rest names the build
    report["openvino"] = {"here": here, "recorded": package.manifest["openvino"]}
    for variant in package.manifest["variants"]:
        try:
            report["variants"].append(_run_variant(package, variant, seconds))
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            report["problems"].append(f"{variant['name']} does not run here: {reason}")
            continue
        problems = report["variants"][-1]["mismatches"]
        report["problems"] += [f"{variant['name']}: {problem}" for problem in problems]


def _run_variant(package: Package, variant: dict[str, Any], seconds: float) -> dict[str, Any]:
    loaded = package.load(variant)
    return {
        "name": variant["name"], "precision": variant["precision"],
        **comparison.compare(package, variant, loaded),
        "speed": _speed(package, variant, loaded, seconds) if seconds > 0 else None,
    }  # fmt: skip


def _speed(package: Package, variant: dict[str, Any], loaded: Loaded, seconds: float) -> dict[str, Any]:
    sample = package.read(EXPECTED)["samples"][0]["file"]
    arrays, _ = prepare((package.root / sample).read_bytes(), loaded)
    here = speed.measure(loaded, arrays, variant["configuration"], seconds)
    profile = variant["profile"] or {}
    batch = profile.get("provenance", {}).get("spec", {}).get("batch", 1)
    # Larger batches are another measurement: there is nothing to compare one image at a time with.
    recorded = profile.get("throughput_fps") if batch == 1 else None
    return {**here, "recorded": recorded,
            "ratio": here["throughput_fps"] / recorded["value"] if recorded else None,
            "remark": speed.compare(here["throughput_fps"], recorded)}

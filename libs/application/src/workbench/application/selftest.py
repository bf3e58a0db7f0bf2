"""What a package does here beside what it did where it was made: outputs, then speed.

The package's selftest.py asks this, once it has seen that no file was changed.
"""

from __future__ import annotations

from typing import Any

import openvino
from workbench.application import comparison, machine, speed
from workbench.application.loading import Loaded
from workbench.application.package import EXPECTED, Package


def run_variants(package: Package, report: dict[str, Any], seconds: float) -> None:
    """Add to the report what each variant does; slower than measured on the same machine is a problem."""
    here = openvino.__version__.partition("-")[0]  # the rest names the build
    report["openvino"] = {"here": here, "recorded": package.manifest["openvino"]}
    for variant in package.manifest["variants"]:
        try:
            report["variants"].append(_run_variant(package, variant, seconds))
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            report["problems"].append(f"{variant['name']} does not run here: {reason}")
            continue
        problems = _problems(report["variants"][-1])
        report["problems"] += [f"{variant['name']}: {problem}" for problem in problems]


def _problems(found: dict[str, Any]) -> list[str]:
    speed = found["speed"]
    return [*found["mismatches"], *found["otherwise"], *([speed["remark"]] if speed and speed["failed"] else [])]


def _run_variant(package: Package, variant: dict[str, Any], seconds: float) -> dict[str, Any]:
    loaded = package.load(variant)
    same = machine.is_recorded(variant["profile"] or {})
    differences = _otherwise(variant, loaded)
    return {
        "name": variant["name"],
        "precision": variant["precision"],
        **comparison.compare(package, variant, loaded),
        "executed": loaded.configuration["executed"],
        "same_machine": same,
        "otherwise": differences if same else [],
        "told": [] if same else differences,
        "speed": _speed(package, variant, loaded, seconds, same=same) if seconds > 0 else None,
    }


def _otherwise(variant: dict[str, Any], loaded: Loaded) -> list[str]:
    """What the device made another way than when it was measured."""
    if loaded.difference is not None:
        return [str(loaded.difference)]
    recorded = (variant["configuration"].get("executed") or {}).get("precision")
    here = loaded.configuration["executed"]["precision"]
    if recorded is None or here == recorded:
        return []
    return [f"it executes in {here or 'a precision that is not known'}, {recorded} was measured"]


def _speed(package: Package, variant: dict[str, Any], loaded: Loaded, seconds: float, *, same: bool) -> dict[str, Any]:
    sample = package.read(EXPECTED)["samples"][0]["file"]
    arrays = package.prepare(sample, loaded)
    profile = variant["profile"] or {}
    batch = profile.get("provenance", {}).get("spec", {}).get("batch", 1)
    # Larger batches, and a picture of its own size, are other measurements: there is nothing to compare with.
    comparable = batch == 1 and not package.recipe.preparation.any_size
    recorded = profile.get("throughput_fps") if comparable else None
    on_cpu = loaded.configuration["executed"]["devices"] == ["CPU"]
    here, judged = speed.looked_again(
        lambda: speed.measure(loaded, arrays, variant["configuration"], seconds),
        lambda here: speed.judge(here, profile, same_machine=same, on_cpu=on_cpu) if recorded else speed.Judged(None),
    )
    return {
        **here,
        "recorded": recorded,
        "ratio": here["throughput_fps"] / recorded["value"] if recorded else None,
        "remark": judged.remark,
        "failed": judged.failed,
    }

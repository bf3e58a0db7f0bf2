"""The ways to install the chart, and how to find things in what helm renders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Manifest = dict[str, Any]
Render = Callable[..., list[Manifest]]

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "workbench"
VARIANTS: dict[str, tuple[Path, ...]] = {
    "defaults": (),
    "small": (CHART / "values-small.yaml",),
    "in-worker": (CHART / "values-in-worker.yaml",),
    "everything": (Path(__file__).with_name("everything.yaml"),),
}


def pods_of(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Every pod and pod template, by the name of what it belongs to."""
    for manifest in manifests:
        if manifest["kind"] == "Pod":
            yield manifest["metadata"]["name"], manifest
        elif "template" in manifest.get("spec", {}):
            yield manifest["metadata"]["name"], manifest["spec"]["template"]


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    """By name."""
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}

"""What someone needs to repeat a measurement, or to see why theirs differs."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import openvino as ov
from workbench.application.executed import plain
from workbench.ir import file_digest
from workbench.profiler.devices.drivers import driver_of

_DEVICE = (
    "FULL_DEVICE_NAME",
    "DEVICE_ARCHITECTURE",
    "DEVICE_TYPE",
    "DEVICE_UUID",
    "OPTIMIZATION_CAPABILITIES",
    "RANGE_FOR_STREAMS",
    "RANGE_FOR_ASYNC_INFER_REQUESTS",
)
_PACKAGES = ("numpy", "nncf", "workbench-profiler")


def versions() -> dict[str, str | None]:
    """The software that decides a measurement; ``nncf`` is None where it is not installed."""
    return {"openvino": ov.get_version(), **{name: _version(name) for name in _PACKAGES}}


def device_facts(core: ov.Core, device: str) -> dict[str, Any]:
    """What OpenVINO says about a device, property by property: no device has them all."""
    facts = {name.lower(): _property(core, device, name) for name in _DEVICE}
    try:
        build = {name: version.build_number for name, version in core.get_versions(device).items()}
    except RuntimeError:
        build = {}
    return {"device": device, **facts, "driver": driver_of(core, device), "plugin_versions": build}


def model_digest(main_file: Path) -> str:
    """The model's identity, as its manifest has it: an IR's is over the .xml and the .bin."""
    weights = main_file.with_suffix(".bin")
    is_ir = main_file.suffix == ".xml" and weights.exists()
    return file_digest([main_file, weights] if is_ir else [main_file])


def _property(core: ov.Core, device: str, name: str) -> Any:
    try:
        return plain(core.get_property(device, name))
    except (RuntimeError, TypeError):
        return None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None

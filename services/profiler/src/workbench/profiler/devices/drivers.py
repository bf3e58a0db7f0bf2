"""Which driver works a device: the kernel's half as sysfs links it, and a version where somebody tells one."""

from __future__ import annotations

from pathlib import Path

import openvino as ov
from workbench.profiler.machine import procfs

_NODES = {"GPU": "sys/class/drm/renderD*", "NPU": "sys/class/accel/accel*"}
_VERSION = {"NPU": "NPU_DRIVER_VERSION"}  # a GPU's driver tells OpenVINO none


def driver_of(core: ov.Core, device: str, root: Path = Path("/")) -> str | None:
    """Such as ``i915`` or ``intel_vpu, version 1``; None for a CPU, which needs none, and when nothing is known."""
    name = device.partition(".")[0]
    if name not in _NODES:
        return None
    version = _version(core, device, _VERSION.get(name))
    parts = [*_kernel(root, _NODES[name]), *([f"version {version}"] if version else [])]
    return ", ".join(parts) or None


def _kernel(root: Path, nodes: str) -> list[str]:
    """Names of kernel modules, each with its version if it has one; several where devices have different ones."""
    links = (node / "device" / "driver" for node in root.glob(nodes))
    names = sorted({link.resolve().name for link in links if link.exists()})
    versions = {name: (procfs.text(root / "sys/module" / name / "version") or "").strip() for name in names}
    return [f"{name} {versions[name]}".strip() for name in names]


def _version(core: ov.Core, device: str, property: str | None) -> str | None:
    if property is None:
        return None
    try:
        return str(core.get_property(device, property))
    except (RuntimeError, TypeError):
        return None

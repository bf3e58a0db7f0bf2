"""Why a device cannot be used on this machine, from evidence found on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import openvino as ov
from workbench.ir import one_line
from workbench.profiler.machine import procfs

_INTEL = "0x8086"


@dataclass(frozen=True)
class Kind:
    """What a kind of device needs: OpenVINO's plugin, the kernel's device nodes, a driver; and its PCI classes."""

    plugin: str
    nodes: str
    pci_classes: tuple[str, ...]
    driver: str


_KINDS = {
    "GPU": Kind("libopenvino_intel_gpu_plugin.so", "dev/dri/renderD*", ("0x03",),
                "Intel's OpenCL runtime (intel-opencl-icd)"),
    "NPU": Kind("libopenvino_intel_npu_plugin.so", "dev/accel/accel*", ("0x0b", "0x12"),
                "Intel's NPU driver (intel-level-zero-npu)"),
}
KINDS = tuple(_KINDS)


def why(core: ov.Core, device: str, root: Path = Path("/")) -> str:
    """One or two sentences on why OpenVINO does not offer ``device``; ``root`` is the file system's."""
    name = device.partition(".")[0]
    kind = _KINDS.get(name)
    if device.startswith("CPU."):
        return "there is one CPU device, without a number: CPU."
    if kind is None:
        return f"OpenVINO has no plugin for '{name}'."
    if not (Path(ov.__file__).parent / "libs" / kind.plugin).exists():
        return f"this OpenVINO was installed without its {name} plugin ({kind.plugin})."
    return _hardware(name, kind, root) or _software(core, device, kind)


def _hardware(name: str, kind: Kind, root: Path) -> str | None:
    nodes = sorted(root.glob(kind.nodes))
    if not nodes:
        where = f"no device node /{kind.nodes}"
        if _on_pci(kind, root):
            return f"an Intel {name} is on the PCI bus, but {where}: the kernel has no driver for it."
        return f"{where}, and no Intel {name} on the PCI bus."
    return None


def _software(core: ov.Core, device: str, kind: Kind) -> str:
    try:
        core.get_property(device, "FULL_DEVICE_NAME")
    except RuntimeError as error:
        why = one_line(str(error))
        return f"its device node is there, but {kind.driver} is missing or may not open it: {why}."
    return f"OpenVINO knows {device.partition('.')[0]}, but not under the name '{device}'."


def _on_pci(kind: Kind, root: Path) -> bool:
    return any(
        (procfs.text(device / "vendor") or "").strip() == _INTEL
        and (procfs.text(device / "class") or "").startswith(kind.pci_classes)
        for device in root.glob("sys/bus/pci/devices/*"))

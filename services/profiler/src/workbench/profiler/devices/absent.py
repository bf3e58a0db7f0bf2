"""Why a device cannot be used on this machine, from evidence found on it: a cause for programs, words for people."""

from __future__ import annotations

import ctypes
import grp
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import openvino as ov
from workbench.ir import one_line
from workbench.profiler.machine import procfs
from workbench.runner.device_names import misnamed

_INTEL = "0x8086"

Cause = Literal[
    "unknown-device",
    "plugin-missing",
    "no-hardware",
    "kernel-driver-missing",
    "not-permitted",
    "driver-missing",
    "does-not-answer",
]


@dataclass(frozen=True)
class Kind:
    """What a kind of device needs: OpenVINO's plugin, the kernel's device nodes, a driver; and its PCI classes.

    ``registered``: the files by which the user's half of the driver makes itself known, where it has such.
    """

    plugin: str
    nodes: str
    pci_classes: tuple[str, ...]
    driver: str
    registered: str | None = None


@dataclass(frozen=True)
class Absence:
    """Why there is no such device to use."""

    cause: Cause
    reason: str


_KINDS = {
    "GPU": Kind(
        "libopenvino_intel_gpu_plugin.so",
        "dev/dri/renderD*",
        ("0x03",),
        "Intel's OpenCL runtime (intel-opencl-icd)",
        "etc/OpenCL/vendors/*.icd",
    ),
    "NPU": Kind(
        "libopenvino_intel_npu_plugin.so",
        "dev/accel/accel*",
        ("0x0b", "0x12"),
        "Intel's NPU driver (intel-level-zero-npu)",
    ),
}
KINDS = tuple(_KINDS)


def _opens(node: Path) -> bool:
    return os.access(node, os.R_OK | os.W_OK)


def _loads(library: Path) -> str | None:
    """What the loader says against a library; None when it can be loaded."""
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        return one_line(str(error))
    return None


@dataclass(frozen=True)
class Machine:
    """What is asked of the machine besides OpenVINO: its files, whether they may be opened, and libraries loaded."""

    root: Path = Path("/")
    opens: Callable[[Path], bool] = _opens
    loads: Callable[[Path], str | None] = _loads


def why(core: ov.Core, device: str, machine: Machine | None = None) -> Absence:
    """Why OpenVINO does not offer ``device``, in one or two sentences."""
    machine = machine or Machine()
    name = device.partition(".")[0]
    kind = _KINDS.get(name)
    if fault := misnamed(device):
        return Absence("unknown-device", fault)
    if kind is None:
        return Absence("unknown-device", f"OpenVINO has no plugin for '{name}'.")
    plugin = Path(ov.__file__).parent / "libs" / kind.plugin
    if not plugin.exists():
        return Absence("plugin-missing", f"this OpenVINO was installed without its {name} plugin ({kind.plugin}).")
    nodes = sorted(machine.root.glob(kind.nodes))
    if not nodes:
        return _hardware(name, kind, machine.root)
    return _permission(nodes, machine) or _driver(kind, plugin, machine) or _silence(core, device, kind)


def _hardware(name: str, kind: Kind, root: Path) -> Absence:
    where = f"no device node /{kind.nodes}"
    if _on_pci(kind, root):
        reason = f"an Intel {name} is on the PCI bus, but {where}: the kernel has no driver for it."
        return Absence("kernel-driver-missing", reason)
    return Absence("no-hardware", f"{where}, and no Intel {name} on the PCI bus.")


def _permission(nodes: Sequence[Path], machine: Machine) -> Absence | None:
    if any(machine.opens(node) for node in nodes):
        return None
    node = nodes[0]
    about = node.stat()
    mine = ", ".join(map(str, sorted({os.getegid(), *os.getgroups()})))
    path = "/" + str(node.relative_to(machine.root))
    return Absence(
        "not-permitted",
        (
            f"{path} may not be opened by user {os.geteuid()} in the groups {mine}: it belongs to the group "
            f"{_group(about.st_gid)} with mode {stat.S_IMODE(about.st_mode):04o}. Let the workbench run in that group."
        ),
    )


def _group(number: int) -> str:
    with suppress(KeyError):
        return f"{grp.getgrgid(number).gr_name} ({number})"
    return str(number)


def _driver(kind: Kind, plugin: Path, machine: Machine) -> Absence | None:
    fault = machine.loads(plugin)
    if fault is not None:
        return Absence("driver-missing", f"its device node is there, but {kind.driver} is not installed: {fault}.")
    if kind.registered is not None and not any(machine.root.glob(kind.registered)):
        return Absence(
            "driver-missing",
            f"its device node is there, but {kind.driver} is not installed: there is no /{kind.registered}.",
        )
    return None


def _silence(core: ov.Core, device: str, kind: Kind) -> Absence:
    try:
        core.get_property(device, "FULL_DEVICE_NAME")
    except RuntimeError as error:
        said = one_line(str(error))
        return Absence(
            "does-not-answer",
            f"its device node may be opened, but {kind.driver} is missing or does not answer: {said}.",
        )
    name = device.partition(".")[0]
    return Absence("unknown-device", f"OpenVINO knows {name}, but not under the name '{device}'.")


def _on_pci(kind: Kind, root: Path) -> bool:
    return any(
        (procfs.text(device / "vendor") or "").strip() == _INTEL
        and (procfs.text(device / "class") or "").startswith(kind.pci_classes)
        for device in root.glob("sys/bus/pci/devices/*")
    )

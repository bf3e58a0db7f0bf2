"""Where this process can run inference, and why it cannot run it elsewhere."""

from __future__ import annotations

from typing import Any

import openvino as ov
from workbench.application.executed import plain
from workbench.profiler.devices import absent, provenance
from workbench.profiler.machine import cgroups, state
from workbench.runner.core import Run

# Capabilities that are not number formats to infer in.
_NOT_PRECISIONS = {"WINOGRAD", "EXPORT_IMPORT", "GPU_HW_MATMUL", "GPU_USM_MEMORY"}


def run(run: Run) -> dict[str, Any]:
    """The target ``local``: its devices, those it lacks with the reason, the machine and the versions."""
    run.progress("devices", 0.0, "asking OpenVINO")
    core = ov.Core()
    available = list(core.available_devices)
    return {"targets": [{
        "id": "local",
        "name": "local",
        "devices": [_device(core, device) for device in available],
        "absent": [{"device": kind, "reason": absent.why(core, kind)}
                   for kind in absent.KINDS if not any(device.startswith(kind) for device in available)],
        "cores_available": cgroups.cores_available(),
        "machine": state.identity(),
        "versions": provenance.versions(),
    }]}


def _device(core: ov.Core, device: str) -> dict[str, Any]:
    facts = provenance.device_facts(core, device)
    capabilities = facts["optimization_capabilities"] or []
    return {
        "name": device,
        "full_name": facts["full_device_name"],
        "architecture": facts["device_architecture"],
        "type": facts["device_type"],
        "capabilities": capabilities,
        "precisions": [name for name in capabilities if name not in _NOT_PRECISIONS],
        "default_precision": plain(core.get_property(device, "INFERENCE_PRECISION_HINT")),
        "streams": _range(facts["range_for_streams"]),
        "requests": _range(facts["range_for_async_infer_requests"]),
        "plugin_version": facts["plugin_versions"].get(device.partition(".")[0]),
    }


def _range(bounds: list[int] | None) -> dict[str, int] | None:
    # The CPU answers 1 to 1 for requests, though it takes any number: no answer is better than that one.
    return {"fewest": bounds[0], "most": bounds[1]} if bounds and bounds[1] > 1 else None

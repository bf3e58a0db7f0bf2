"""Where this process can run inference, and why it cannot run it elsewhere."""

from __future__ import annotations

import shutil
from typing import Any

import openvino as ov
from workbench.application.executed import plain
from workbench.profiler.devices import absent, provenance
from workbench.profiler.machine import cgroups, state
from workbench.runner.core import Run
from workbench.targets.described import INT8, precisions


def run(run: Run) -> dict[str, Any]:
    """The target ``local``: its devices, those it lacks with the reason, the machine and the versions."""
    run.progress("devices", 0.0, "asking OpenVINO")
    core = ov.Core()
    available = list(core.available_devices)
    missing = [kind for kind in absent.KINDS if not any(device.startswith(kind) for device in available)]
    disk = shutil.disk_usage(run.scratch)
    return {
        "targets": [
            {
                "id": "local",
                "name": "local",
                "devices": [_device(core, device) for device in available],
                "absent": [_absent(core, kind) for kind in missing],
                "cores_available": cgroups.cores_available(),
                "machine": {**state.identity(), "disk": {"total_bytes": disk.total, "free_bytes": disk.free}},
                "versions": provenance.versions(),
            }
        ]
    }


def _absent(core: ov.Core, kind: str) -> dict[str, str]:
    found = absent.why(core, kind)
    return {"device": kind, "cause": found.cause, "reason": found.reason}


def _device(core: ov.Core, device: str) -> dict[str, Any]:
    facts = provenance.device_facts(core, device)
    capabilities = facts["optimization_capabilities"] or []
    known = precisions(capabilities)
    return {
        "name": device,
        "full_name": facts["full_device_name"],
        "architecture": facts["device_architecture"],
        "type": facts["device_type"],
        "driver": facts["driver"],
        "capabilities": capabilities,
        "precisions": known,
        "int8": INT8 in known,
        "default_precision": plain(core.get_property(device, "INFERENCE_PRECISION_HINT")),
        "streams": _range(facts["range_for_streams"]),
        "requests": _range(facts["range_for_async_infer_requests"]),
        "plugin_version": facts["plugin_versions"].get(device.partition(".")[0]),
    }


def _range(bounds: list[int] | None) -> dict[str, int] | None:
    # The CPU answers 1 to 1 for requests, though it takes any number: no answer is better than that one.
    return {"fewest": bounds[0], "most": bounds[1]} if bounds and bounds[1] > 1 else None

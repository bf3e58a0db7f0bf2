"""What an agent and the services it works for agree upon: where a service hears it, and how its bytes come."""

from __future__ import annotations

from importlib.metadata import version

PART_BYTES = 16 << 20  # of what a run leaves, at a time
POD_HEADER = "X-Run-Pod"
# The services whose runs a machine takes, the one first that it joins by.
SERVICES = ("profiler", "calibrator")
WAIT_S = 20.0  # of one long poll; a front that cuts quiet connections does so after 30 s at the soonest


def prefix(service: str) -> str:
    """Of the URLs by which machines take this service's runs."""
    return f"/v1/{service}-runs"


def release() -> str:
    """Ours; what an agent computes must be what the workbench means, so both are of one."""
    return version("workbench-runner")

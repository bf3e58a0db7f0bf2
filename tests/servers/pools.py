"""The settings of a process in a cluster of four device types, for tests that need no cluster."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.webapp.settings import Settings, load

DEVICE_TYPES = {
    "cpu": {"device": "CPU"},
    "old-cpu": {"device": "CPU", "nodeSelector": {"workbench/cpu": "old"}},
    "gpu": {"device": "GPU", "resource": "gpu.intel.com/i915"},
    "npu": {"device": "NPU", "resource": "npu.intel.com/accel"},
}


def in_cluster(home: Path, **device_types: dict[str, object]) -> Settings:
    """Settings whose pools have these device types, or those above; the S3 server they name is never asked."""
    home.mkdir(parents=True, exist_ok=True)
    document = {"namespace": "runs", "release": "dl", "image": "runner", "deviceTypes": device_types or DEVICE_TYPES}
    path = home / "pools.json"
    path.write_text(json.dumps(document))
    return load(
        {
            "WORKBENCH_HOME": str(home),
            "WORKBENCH_LAUNCHER": "kubernetes",
            "WORKBENCH_POOLS_FILE": str(path),
            "WORKBENCH_RUNS_URL": "http://127.0.0.1:9",
            "WORKBENCH_S3_ENDPOINT": "http://127.0.0.1:9",
            "WORKBENCH_S3_ACCESS_KEY": "k",
            "WORKBENCH_S3_SECRET_KEY": "s",
        }
    )

"""What this machine has is told in the store, and what it has not is refused with the reason that was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workbench.runner.device_names import DeviceName, read_device
from workbench.store import FileStore
from workbench.targets import here
from workbench.targets.here import Here
from workbench.targets.placement import Placement
from workbench.targets.problems import DeviceNotHere

SEEN = {
    "devices": [{"name": "CPU"}, {"name": "GPU.0"}, {"name": "GPU.1"}],
    "absent": [{"device": "NPU", "reason": "no device node."}],
}


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


@pytest.fixture
def placement(store: FileStore) -> Placement:
    here.tell(store, SEEN, 1.0)
    return Placement(seen_for=lambda _device: here.told(store))


def test_what_is_told_is_read_back_and_the_last_counts(store: FileStore) -> None:
    assert here.told(store) is None
    here.tell(store, {"devices": [], "absent": []}, 1.0)
    here.tell(store, SEEN, 2.0)

    assert here.told(store) == Here(("CPU", "GPU.0", "GPU.1"), {"NPU": "no device node."}, 2.0)


@pytest.mark.parametrize("device", ["CPU", "GPU", "GPU.1", "AUTO", "AUTO:-GPU", "AUTO:GPU,CPU", "BATCH:GPU(4)"])
def test_a_device_that_is_here_is_taken(placement: Placement, device: str) -> None:
    for settle in (placement.resolve, placement.resolve_or_host):
        assert settle({"target": None, "device": device})["device"] == device


@pytest.mark.parametrize(
    ("device", "missing", "reason"),
    [
        ("NPU", "NPU", "no device node."),
        ("GPU.2", "GPU.2", None),
        ("AUTO:NPU,CPU", "NPU", "no device node."),
        ("FPGA", "FPGA", None),
        ("cpu", "cpu", "names of devices are written in capitals: CPU."),
        ("CPU.3", "CPU.3", "there is one CPU device, without a number: CPU."),
        ("gpu.2", "gpu.2", "names of devices are written in capitals: GPU.2."),
        ("BATCH:NPU", "NPU", "no device node."),
    ],
)
def test_a_device_that_is_not_here_is_refused_with_those_that_are(
    placement: Placement, device: str, missing: str, reason: str | None
) -> None:
    for settle in (placement.resolve, placement.resolve_or_host):
        with pytest.raises(DeviceNotHere) as refused:
            settle({"target": "local", "device": device})

        assert (refused.value.missing, refused.value.reason) == (missing, reason)
        assert refused.value.available == ["CPU", "GPU.0", "GPU.1"]
        assert refused.value.detail.startswith(f"device: '{device}' cannot be used here; there are CPU, GPU.0, GPU.1.")
        assert (reason or "") in refused.value.detail


@pytest.mark.parametrize("device", [None, "CPU", "AUTO", "MULTI:CPU"])
def test_nobody_has_to_look_for_what_every_machine_has(device: str | None) -> None:
    def look(_device: DeviceName) -> Here | None:
        raise AssertionError("it was looked for")

    assert Placement(seen_for=look).resolve({"target": None, "device": device})["target"] == "local"


def test_what_nobody_knows_is_left_to_the_core() -> None:
    body: dict[str, Any] = {"target": None, "device": "NPU"}

    assert Placement().resolve(body)["device"] == "NPU"
    assert read_device("NPU").missing(["CPU"]) == ("NPU",)

"""What the nodes seem to have: a GPU on the first, an NPU on the second, and on each one place to measure in."""

from __future__ import annotations

from pathlib import Path

from cluster.lab.control_plane import Component

GPU, NPU = "gpu.intel.com/i915", "npu.intel.com/accel"
# One for each node: with it the kubelet itself keeps measurements apart.
MEASURING = "workbench.dev/measuring"
_OWN = {1: {GPU: 1}, 2: {NPU: 1}}
# As the rules of Intel's device plugins for Node Feature Discovery have them.
_LABELS = {1: "intel.feature.node.kubernetes.io/gpu=true", 2: "intel.feature.node.kubernetes.io/npu=true"}


def of(number: int) -> dict[str, int]:
    """The resources of the node of this number, and how many it has of each."""
    return {**_OWN.get(number, {}), MEASURING: 1}


def labels(number: int) -> list[str]:
    """What an administrator's tools say of the node; a kubelet may not say it of itself."""
    return [_LABELS[number]] if number in _LABELS else []


class DevicePlugin(Component):
    """One process for all devices of a node.

    A few seconds after ``stop`` the node's status gives none of them: allocatable is 0, while the capacity stays for
    five minutes. A few seconds after ``start`` it gives them again.
    """

    def __init__(self, folder: Path, command: list[str], resources: dict[str, int], kubelet: Path) -> None:
        arguments = [f"{name}={count}" for name, count in resources.items()]
        super().__init__(folder, "device-plugin", [*command, *arguments], "")
        self.resources = {name: str(count) for name, count in resources.items()}
        self._sockets = kubelet / "device-plugins"

    def prepare(self) -> None:
        """Sockets of a process that was killed say nothing."""
        for path in self._ours():
            path.unlink(missing_ok=True)

    def ready(self) -> bool:
        """Whether it serves every resource."""
        return len(self._ours()) == len(self.resources)

    def _ours(self) -> list[Path]:
        return list(self._sockets.glob("lab-*.sock"))

"""What Linux tells about the machine, from texts as kernels write them; what it does not tell is None."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from workbench.profiler.devices import absent
from workbench.profiler.devices.drivers import driver_of
from workbench.profiler.machine import cgroups, procfs, state

CPUINFO = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: Intel(R) Xeon(R) Processor
stepping\t: 8
microcode\t: 0x2b0004b1
flags\t\t: fpu sse sse4_1 sse4_2 avx avx2 avx512f fma f16c amx_tile hypervisor nopl

processor\t: 1
model name\t: another
"""
ARM = "processor\t: 0\nFeatures\t: fp asimd sve i8mm bf16 crc32\nCPU implementer\t: 0x41\n"


def test_a_processor_is_named_with_the_extensions_that_matter() -> None:
    found = procfs.cpu_identity(CPUINFO)

    assert found == {
        "vendor": "GenuineIntel",
        "family": "6",
        "model": "143",
        "stepping": "8",
        "microcode": "0x2b0004b1",
        "name": "Intel(R) Xeon(R) Processor",
        "is_virtual": True,
        "isa": ["amx_tile", "avx", "avx2", "avx512f", "f16c", "fma", "sse4_1", "sse4_2"],
    }


def test_an_arm_processor_says_less() -> None:
    found = procfs.cpu_identity(ARM)

    assert found["isa"] == ["asimd", "bf16", "i8mm", "sve"]
    assert found["name"] is None
    assert found["is_virtual"] is False


@pytest.mark.parametrize("text", [None, "", "\n\n", "garbage"])
def test_no_processor_is_no_answer_and_no_error(text: str | None) -> None:
    assert procfs.cpu_identity(text)["name"] is None


def test_pressure_is_a_share() -> None:
    text = "some avg10=12.50 avg60=3.00 avg300=0.10 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"

    assert procfs.pressure(text) == {"some_avg10": 0.125, "some_avg60": 0.03, "some_avg300": 0.001}


@pytest.mark.parametrize("text", [None, "", "full avg10=1.00 avg60=0 avg300=0 total=0"])
def test_no_pressure_is_none(text: str | None) -> None:
    assert procfs.pressure(text) is None


def test_memory_is_in_bytes() -> None:
    found = procfs.memory("MemTotal:  8 kB\nMemFree: 1 kB\nMemAvailable:  4 kB\nSwapTotal: 0 kB\n")

    assert found == {"total_bytes": 8192, "available_bytes": 4096, "swap_bytes": 0}
    assert procfs.memory(None) == {"total_bytes": None, "available_bytes": None, "swap_bytes": None}


@pytest.mark.parametrize(
    ("line", "found"),
    [("1000000000 500000000 7", (1.0, 0.5)), ("0 0 0", (0.0, 0.0)), ("1 2", None), ("", None), (None, None)],
)
def test_schedstat(line: str | None, found: tuple[float, float] | None) -> None:
    assert procfs.schedstat(line) == found


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        ("cpu  1 2 3 4 5 6 7 88 9 10\ncpu0 1\n", 88),
        ("cpu  1 2 3", None),
        ("intr 1 2 3 4 5 6 7 8 9", None),
        (None, None),
    ],
)
def test_stolen_time(text: str | None, ticks: int | None) -> None:
    assert procfs.stolen_ticks(text) == ticks


def test_peak_memory_and_switches_are_read_from_a_status() -> None:
    status = "Name:\tpython\nVmHWM:\t   100 kB\nnonvoluntary_ctxt_switches:\t12\n"

    assert procfs.peak_resident_bytes(status) == 102400
    assert procfs.involuntary_switches(status) == 12
    assert procfs.peak_resident_bytes("") is None
    assert procfs.involuntary_switches(None) is None


def test_a_file_that_is_not_there_or_no_text_is_none(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff")

    assert procfs.text(tmp_path / "missing") is None
    assert procfs.text(tmp_path / "binary") is None
    assert procfs.text(tmp_path) is None


def group(root: Path, line: str, **files: str) -> Path:
    """A file system with this control group; keys are paths with ``__`` for ``/``, ``_dot_`` for a dot."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(line)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("text", "quota"), [("150000 100000\n", 1.5), ("max 100000\n", None), ("50000 100000", 0.5), ("", None)]
)
def test_the_quota_of_one_group(tmp_path: Path, text: str, quota: float | None) -> None:
    assert cgroups.cpu_quota(group(tmp_path, "0::/job\n", job__cpu_dot_max=text)) == quota


def test_the_tightest_quota_from_here_upwards_counts(tmp_path: Path) -> None:
    root = group(
        tmp_path,
        "0::/a/b\n",
        a__b__cpu_dot_max="400000 100000",
        a__cpu_dot_max="150000 100000",
        cpu_dot_max="max 100000",
    )

    assert cgroups.cpu_quota(root) == 1.5


def test_a_group_beside_ours_does_not_count(tmp_path: Path) -> None:
    root = group(tmp_path, "0::/ours\n", ours__cpu_dot_max="max 100000", other__cpu_dot_max="10000 100000")

    assert cgroups.cpu_quota(root) is None


@pytest.mark.parametrize(("quota", "found"), [("200000", 2.0), ("-1", None), ("0", None)])
def test_a_quota_of_the_first_version(tmp_path: Path, quota: str, found: float | None) -> None:
    root = group(
        tmp_path,
        "4:cpu,cpuacct:/docker/x\n1:name=systemd:/\n",
        cpu__docker__x__cpu_dot_cfs_quota_us=quota,
        cpu__docker__x__cpu_dot_cfs_period_us="100000",
    )

    assert cgroups.cpu_quota(root) == found


def test_a_container_that_sees_its_own_group_at_the_root(tmp_path: Path) -> None:
    root = group(
        tmp_path, "4:cpu:/docker/unknown/here\n", cpu__cpu_dot_cfs_quota_us="50000", cpu__cpu_dot_cfs_period_us="100000"
    )

    assert cgroups.cpu_quota(root) == 0.5


def test_a_group_path_cannot_lead_out_of_the_groups(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("1 100000")

    assert cgroups.cpu_quota(group(tmp_path / "root", "0::/../../..\n")) is None


def test_without_groups_the_affinity_is_what_there_is(tmp_path: Path) -> None:
    assert cgroups.cpu_quota(tmp_path) is None
    assert cgroups.cores_available(tmp_path) == len(os.sched_getaffinity(0))


def test_a_quota_above_the_affinity_changes_nothing(tmp_path: Path) -> None:
    root = group(tmp_path, "0::/\n", cpu_dot_max="99900000 100000")

    assert cgroups.cores_available(root) == len(os.sched_getaffinity(0))


def test_this_machine_is_named() -> None:
    identity = state.identity()

    assert set(identity) == {
        "cpu",
        "logical_cpus",
        "affinity",
        "cpu_quota_cores",
        "governor",
        "memory",
        "kernel",
        "architecture",
        "python",
    }
    assert identity["logical_cpus"] == os.cpu_count()
    assert set(identity["affinity"]) == os.sched_getaffinity(0)
    assert identity["memory"]["total_bytes"] > 2**28


def test_this_machines_load_has_three_averages() -> None:
    assert len(state.load()["load_average"]) == 3
    assert set(state.load()) == {"load_average", "cpu_pressure", "memory_pressure"}


class Core:
    """An OpenVINO whose driver does not answer."""

    def get_property(self, device: str, name: str) -> str:
        raise RuntimeError(f"{device}: no\ndriver")


@pytest.fixture
def why():
    def said(device: str, root: Path, **machine: Any) -> str:
        return absent.why(Core(), device, absent.Machine(root, **machine)).reason  # type: ignore[arg-type]

    return said


@pytest.mark.parametrize("device", ["MYRIAD", "FPGA", ""])
def test_a_device_openvino_never_heard_of(why, tmp_path: Path, device: str) -> None:
    assert why(device, tmp_path) == f"OpenVINO has no plugin for '{device}'."


@pytest.mark.parametrize(
    ("device", "node"), [("GPU", "/dev/dri/renderD*"), ("GPU.1", "/dev/dri/renderD*"), ("NPU", "/dev/accel/accel*")]
)
def test_a_machine_without_the_device(why, tmp_path: Path, device: str, node: str) -> None:
    assert why(device, tmp_path) == f"no device node {node}, and no Intel {device[:3]} on the PCI bus."


def on_bus(root: Path, vendor: str, pci_class: str) -> None:
    device = root / "sys/bus/pci/devices/0000:00:02.0"
    device.mkdir(parents=True)
    (device / "vendor").write_text(vendor + "\n")
    (device / "class").write_text(pci_class + "\n")


def test_a_device_whose_kernel_driver_is_missing(why, tmp_path: Path) -> None:
    on_bus(tmp_path, "0x8086", "0x030000")

    assert "is on the PCI bus, but" in why("GPU", tmp_path)
    assert "no Intel NPU on the PCI bus" in why("NPU", tmp_path)


def test_somebody_elses_device_is_not_intels(why, tmp_path: Path) -> None:
    on_bus(tmp_path, "0x10de", "0x030000")

    assert "no Intel GPU on the PCI bus" in why("GPU", tmp_path)


def test_a_device_whose_driver_does_not_answer(why, tmp_path: Path) -> None:
    node(tmp_path)
    (tmp_path / "etc/OpenCL/vendors").mkdir(parents=True)
    (tmp_path / "etc/OpenCL/vendors/intel.icd").touch()

    found = absent.why(Core(), "GPU", absent.Machine(tmp_path, loads=loaded))

    assert found.cause == "does-not-answer"
    assert "intel-opencl-icd" in found.reason
    assert "\n" not in found.reason


def node(root: Path) -> Path:
    """Of a GPU, in a group of its own."""
    made = root / "dev/dri/renderD128"
    made.parent.mkdir(parents=True)
    made.touch()
    made.chmod(0o660)
    return made


def loaded(_library: Path) -> None:
    return None


def test_a_node_that_may_not_be_opened_names_user_and_group(tmp_path: Path) -> None:
    group = node(tmp_path).stat().st_gid

    found = absent.why(Core(), "GPU", absent.Machine(tmp_path, opens=lambda _node: False))

    assert found.cause == "not-permitted"
    assert found.reason.startswith("/dev/dri/renderD128 may not be opened by user ")
    assert str(group) in found.reason
    assert "with mode 0660" in found.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_whether_a_node_may_be_opened_is_asked_of_the_system(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    made = node(tmp_path)
    assert absent.Machine().opens(made)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        os._exit(absent.Machine().opens(made))

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_driver_that_is_not_installed_is_told_apart_by_the_library_that_is_missing(tmp_path: Path) -> None:
    node(tmp_path)
    wants = "libOpenCL.so.1: cannot open shared object file"

    missing = absent.why(Core(), "GPU", absent.Machine(tmp_path, loads=lambda _library: wants))
    unregistered = absent.why(Core(), "GPU", absent.Machine(tmp_path, loads=loaded))

    assert missing.cause == unregistered.cause == "driver-missing"
    assert wants in missing.reason
    assert "there is no /etc/OpenCL/vendors/*.icd" in unregistered.reason


def test_what_the_loader_says_of_a_library_is_told(tmp_path: Path) -> None:
    said = absent.Machine().loads(tmp_path / "libmissing.so")

    assert said is not None
    assert "libmissing.so" in said


@pytest.mark.parametrize(
    ("device", "made", "module"), [("GPU.0", "drm/renderD128", "i915"), ("NPU", "accel/accel0", "intel_vpu")]
)
def test_the_kernels_driver_is_named_as_sysfs_links_it(tmp_path: Path, device: str, made: str, module: str) -> None:
    bus = tmp_path / "sys/bus/pci/drivers" / module
    bus.mkdir(parents=True)
    there = tmp_path / "sys/class" / made / "device"
    there.mkdir(parents=True)
    (there / "driver").symlink_to(bus)
    (tmp_path / "sys/module" / module).mkdir(parents=True)

    assert driver_of(Core(), device, tmp_path) == module  # type: ignore[arg-type]
    (tmp_path / "sys/module" / module / "version").write_text("1.2\n")
    assert driver_of(Core(), device, tmp_path) == f"{module} 1.2"  # type: ignore[arg-type]
    assert driver_of(Core(), "CPU", tmp_path) is None  # type: ignore[arg-type]

"""The one document that says where a cluster's runs may go: what may be left out, and what is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from workbench.runner import environments, variables
from workbench.runner.core import TURNS
from workbench.runner.local.confine import environment
from workbench.runner.pools import DeviceType, Host, Pools, WrongPools, pools_of, read_pools

LEAST = {"namespace": "wb-runners", "release": "wb", "image": "runner:2"}


def with_type(**members: Any) -> dict[str, Any]:
    return LEAST | {"deviceTypes": {"npu": members}}


def test_what_is_left_out_has_a_default() -> None:
    assert pools_of(LEAST) == Pools(
        "wb-runners",
        "wb",
        "runner:2",
        pullPolicy="IfNotPresent",
        pullSecrets=(),
        scratch="20Gi",
        host=Host(),
        deviceTypes={},
    )
    assert pools_of(LEAST).host == Host({}, (), cpu="500m", memory="4Gi", requestedMemory="512Mi")
    assert pools_of(with_type(device="NPU")).deviceTypes["npu"] == DeviceType(
        "npu", "NPU", {}, (), resource="", cpu=2, memory="4Gi", image="", alone="node"
    )


def test_what_is_given_is_kept() -> None:
    toleration = {"key": "dedicated", "operator": "Exists"}
    members = {
        "device": "NPU",
        "nodeSelector": {"npu": "true"},
        "tolerations": [toleration],
        "cpu": 8,
        "resource": "npu.intel.com/accel",
        "memory": "16Gi",
        "image": "other:1",
    }
    document = with_type(**members) | {"scratch": "5Gi", "host": {"cpu": "1"}, "pullSecrets": [{"name": "registry"}]}

    found = pools_of(document)

    assert found.deviceTypes["npu"] == DeviceType(
        "npu", "NPU", {"npu": "true"}, (toleration,), "npu.intel.com/accel", 8, "16Gi", "other:1"
    )
    assert (found.scratch, found.host.cpu, found.pullSecrets) == ("5Gi", "1", ({"name": "registry"},))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (LEAST | {"scrach": "5Gi"}, "scrach"),
        (LEAST | {"host": {"gpu": 1}}, "host.gpu"),
        (with_type(device="NPU", selector={}), "deviceTypes.npu.selector"),
    ],
)
def test_an_unknown_member_is_named_with_the_known_ones(document: dict[str, Any], path: str) -> None:
    with pytest.raises(WrongPools, match=rf"^{path}: no such member; known are .*(nodeSelector|scratch)"):
        pools_of(document)


@pytest.mark.parametrize("cpu", [0, -1, 1.5, "2", "500m", True, None])
def test_a_device_type_has_whole_cores(cpu: Any) -> None:
    with pytest.raises(WrongPools, match=r"^deviceTypes.npu.cpu: give whole cores"):
        pools_of(with_type(device="NPU", cpu=cpu))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (LEAST | {"scratch": 5}, "scratch: give a string"),
        (LEAST | {"image": ["a"]}, "image: give a string"),
        (LEAST | {"pullSecrets": ["registry"]}, "pullSecrets: give a list of objects"),
        (LEAST | {"host": {"memory": None}}, "host.memory: give a string"),
        (
            LEAST | {"host": {"nodeSelector": {"npu": True}}},
            "host.nodeSelector: give an object whose values are strings",
        ),
        (with_type(device="NPU", tolerations={"key": "npu"}), "deviceTypes.npu.tolerations: give a list of objects"),
        (with_type(device="NPU", tolerations=["npu"]), "deviceTypes.npu.tolerations: give a list of objects"),
        (with_type(device=1), "deviceTypes.npu.device: give a string"),
        (with_type(device=None), "deviceTypes.npu.device: give a string"),
        (with_type(device="NPU", alone="core", resource="r/npu"), "deviceTypes.npu.alone: give node or device"),
        (with_type(device="NPU", alone="device"), "deviceTypes.npu.alone: device needs a resource"),
        (
            with_type(device="NPU", supplementalGroups=["video"]),
            "deviceTypes.npu.supplementalGroups: give a list of group",
        ),
        (with_type(device="NPU", supplementalGroups=[0]), "deviceTypes.npu.supplementalGroups: give a list of group"),
        (with_type(device="NPU", env=["OV=1"]), "deviceTypes.npu.env: give an object whose values are strings"),
        (with_type(device="NPU", env={"OV": 1}), "deviceTypes.npu.env: give an object whose values are strings"),
        (with_type(device="NPU", env={"A-B": "1"}), "deviceTypes.npu.env.A-B: give names of letters, digits and _"),
        (with_type(device="NPU", env={"HOME": "/x"}), "deviceTypes.npu.env.HOME: give another name: the workbench"),
        (
            with_type(device="NPU", env={"WORKBENCH_RUN_URL": "x"}),
            "deviceTypes.npu.env.WORKBENCH_RUN_URL: give another",
        ),
        (with_type(device="NPU", name="x"), "deviceTypes.npu.name: no such member"),
    ],
)
def test_what_is_of_another_type_is_refused_by_name(document: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongPools, match=f"^{said}"):
        pools_of(document)


@pytest.mark.parametrize("members", [{}, {"device": ""}])
def test_a_device_type_has_a_device(members: dict[str, Any]) -> None:
    with pytest.raises(WrongPools, match=r"^deviceTypes.npu.device: give what OpenVINO calls the device"):
        pools_of(with_type(**members))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "the document"),
        (None, "the document"),
        (LEAST | {"host": []}, "host"),
        (LEAST | {"deviceTypes": ["cpu"]}, "deviceTypes"),
        (LEAST | {"deviceTypes": {"npu": "NPU"}}, "deviceTypes.npu"),
    ],
)
def test_what_should_be_an_object_is_asked_for_by_name(document: Any, path: str) -> None:
    with pytest.raises(WrongPools, match=f"^{path}: give an object"):
        pools_of(document)


def test_a_device_finds_the_first_type_of_its_kind() -> None:
    document = LEAST | {"deviceTypes": {"a": {"device": "GPU.1"}, "b": {"device": "GPU"}, "c": {"device": "CPU"}}}
    found = pools_of(document)

    names = [kind.name if (kind := found.default_for(device)) else None for device in ("GPU", "GPU.0", "CPU", "NPU")]

    assert names == ["a", "a", "c", None]


def test_the_document_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "pools.json"
    path.write_text(json.dumps(with_type(device="NPU")))

    assert read_pools(path) == pools_of(with_type(device="NPU"))


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pools.json"
    path.write_text("runners: {}")

    with pytest.raises(WrongPools, match="not JSON"):
        read_pools(path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_pools(tmp_path / "pools.json")


def test_a_device_type_may_set_variables_but_none_that_a_core_is_given_anyway() -> None:
    assert pools_of(with_type(device="NPU", env={"OV_LEVEL": "1"})).deviceTypes["npu"].env == {"OV_LEVEL": "1"}
    own = set(environment("/run", ["/cores"])) | {"VIRTUAL_ENV"}  # that one only where Python is in one
    assert own == variables.OURS
    assert all(name.startswith(variables.OUR_PREFIX) for name in (variables.NAMES, TURNS, environments.VARIABLE))

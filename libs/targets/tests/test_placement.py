"""What a request leaves open follows from what there is; what there is not is refused by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from servers.pools import in_cluster
from workbench.problems import Problem
from workbench.problems.common import InvalidRequest
from workbench.store import FileStore
from workbench.targets.machines import Machines
from workbench.targets.placement import Placement
from workbench.targets.problems import DeviceNotOfTarget, NoTargetForDevice, UnknownTarget
from workbench.webapp.settings import load
from workbench.webapp.validate import placing, validator


@pytest.fixture
def embedded(tmp_path: Path) -> Placement:
    return load({"WORKBENCH_HOME": str(tmp_path)}).placement


@pytest.fixture
def cluster(tmp_path: Path) -> Placement:
    return in_cluster(tmp_path).placement


def where(body: dict[str, Any]) -> tuple[Any, Any]:
    return body["target"], body["device"]


@pytest.mark.parametrize(
    ("target", "device", "settled"),
    [
        (None, None, ("local", "CPU")),
        ("local", None, ("local", "CPU")),
        (None, "GPU.1", ("local", "GPU.1")),
        ("local", "NPU", ("local", "NPU")),
    ],
)
def test_without_a_cluster_everything_is_on_this_machine(
    embedded: Placement, target: str | None, device: str | None, settled: tuple[str, str]
) -> None:
    assert where(embedded.resolve({"target": target, "device": device})) == settled
    assert where(embedded.resolve_or_host({"target": target, "device": device})) == settled


@pytest.mark.parametrize(
    ("target", "device", "settled"),
    [
        (None, None, ("cpu", "CPU")),
        (None, "CPU", ("cpu", "CPU")),
        (None, "GPU", ("gpu", "GPU")),
        (None, "GPU.0", ("gpu", "GPU.0")),
        ("npu", None, ("npu", "NPU")),
        ("old-cpu", None, ("old-cpu", "CPU")),
        ("gpu", "GPU.0", ("gpu", "GPU.0")),
        ("local", "GPU", ("gpu", "GPU")),
        ("gpu", "AUTO", ("gpu", "AUTO")),
        ("gpu", "HETERO:GPU,CPU", ("gpu", "HETERO:GPU,CPU")),
        (None, "AUTO:GPU.0,CPU", ("gpu", "AUTO:GPU.0,CPU")),
        (None, "MULTI:CPU", ("cpu", "MULTI:CPU")),
        (None, "BATCH:NPU(4)", ("npu", "BATCH:NPU(4)")),
    ],
)
def test_in_a_cluster_one_gives_the_other(
    cluster: Placement, target: str | None, device: str | None, settled: tuple[str, str]
) -> None:
    assert where(cluster.resolve({"target": target, "device": device})) == settled


def test_everything_else_of_the_request_stays_and_the_request_itself_too(cluster: Placement) -> None:
    asked = {"model_id": "m", "target": None, "device": None}

    assert cluster.resolve(asked) == {"model_id": "m", "target": "cpu", "device": "CPU"}
    assert asked == {"model_id": "m", "target": None, "device": None}


def test_what_is_settled_once_stays_so(cluster: Placement) -> None:
    once = cluster.resolve({"target": None, "device": "GPU.0"})

    assert cluster.resolve(once) == once


def test_a_request_says_which_variables_its_target_sets_as_long_as_it_does(tmp_path: Path) -> None:
    """Settled again, as a command's is, it has what the target has by then."""
    set_ = in_cluster(
        tmp_path / "set", gpu={"device": "GPU", "env": {"OV_LEVEL": "1"}}, cpu={"device": "CPU"}
    ).placement
    unset = in_cluster(tmp_path / "unset", gpu={"device": "GPU"}, cpu={"device": "CPU"}).placement

    once = set_.resolve({"target": "gpu", "device": None})

    assert once == {"target": "gpu", "device": "GPU", "env": {"OV_LEVEL": "1"}}
    assert set_.only_if_asked({"target": "gpu"}) == {"target": "gpu", "env": {"OV_LEVEL": "1"}}
    assert set_.resolve_or_host({"target": None, "device": "CPU"}) == {"target": None, "device": "CPU"}
    assert "env" not in set_.resolve({"target": "cpu", "device": None})
    assert unset.resolve(once) == {"target": "gpu", "device": "GPU"}


def test_a_target_that_is_not_there_is_refused_with_those_that_are(cluster: Placement, embedded: Placement) -> None:
    with pytest.raises(UnknownTarget) as refused:
        cluster.resolve({"target": "moon", "device": None})
    with pytest.raises(UnknownTarget) as at_home:
        embedded.resolve({"target": "cpu", "device": None})

    assert refused.value.available == ["cpu", "old-cpu", "gpu", "npu"]
    assert str(refused.value) == "target: 'moon' is not one of cpu, old-cpu, gpu, npu."
    assert at_home.value.available == ["local"]


def test_a_device_that_the_target_lacks_is_refused_with_the_one_it_has(cluster: Placement) -> None:
    with pytest.raises(DeviceNotOfTarget) as refused:
        cluster.resolve({"target": "gpu", "device": "NPU"})

    assert str(refused.value) == "device: the target gpu has GPU, not 'NPU'."
    with pytest.raises(DeviceNotOfTarget):
        cluster.resolve({"target": "npu", "device": "AUTO:GPU,CPU"})
    with pytest.raises(NoTargetForDevice):  # no node is known to have both
        cluster.resolve({"target": None, "device": "MULTI:GPU,NPU"})


@pytest.mark.parametrize(("device", "missing"), [(None, "CPU"), ("CPU", "CPU"), ("NPU", "NPU"), ("AUTO", "AUTO")])
def test_a_device_that_no_target_has_is_refused_with_those_they_have(
    tmp_path: Path, device: str | None, missing: str
) -> None:
    placement = in_cluster(tmp_path, gpu={"device": "GPU"}).placement

    with pytest.raises(NoTargetForDevice) as refused:
        placement.resolve({"target": None, "device": device})

    assert (refused.value.device, refused.value.available) == (missing, ["GPU"])


@pytest.mark.parametrize(
    ("target", "device", "settled"),
    [
        (None, None, (None, "CPU")),
        (None, "CPU", (None, "CPU")),
        ("local", "CPU", (None, "CPU")),
        ("cpu", None, ("cpu", "CPU")),
        (None, "GPU", ("gpu", "GPU")),
        (None, "HETERO:CPU", (None, "HETERO:CPU")),
        (None, "HETERO:GPU,CPU", ("gpu", "HETERO:GPU,CPU")),
    ],
)
def test_what_a_cpu_may_do_anywhere_has_a_target_only_when_one_is_named(
    cluster: Placement, target: str | None, device: str | None, settled: tuple[str | None, str]
) -> None:
    assert where(cluster.resolve_or_host({"target": target, "device": device})) == settled


@pytest.mark.parametrize("asked", [{}, {"target": None}, {"target": "local"}])
def test_host_work_has_a_target_only_if_one_was_asked_for(
    cluster: Placement, embedded: Placement, asked: dict[str, Any]
) -> None:
    assert cluster.only_if_asked({"a": 1, **asked}) == {"a": 1}
    assert embedded.only_if_asked({"a": 1, **asked}) == {"a": 1}


def test_host_work_may_go_to_a_target_that_is_there(cluster: Placement, embedded: Placement) -> None:
    assert cluster.only_if_asked({"target": "old-cpu"}) == {"target": "old-cpu"}
    for placement in (cluster, embedded):
        with pytest.raises(UnknownTarget):
            placement.only_if_asked({"target": "moon"})


def test_a_service_that_launches_nothing_itself_knows_the_targets_too(tmp_path: Path) -> None:
    path = tmp_path / "pools.json"
    in_cluster(tmp_path)
    settings = load({"WORKBENCH_HOME": str(tmp_path), "WORKBENCH_POOLS_FILE": str(path)})

    assert settings.placement.pools is not None


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    """A team with a machine whose devices are known, and one nobody has looked at."""
    made = Machines(FileStore(tmp_path / "store"))
    made.add("a", "bench")
    made.add("a", "new")
    made.tell("a", "bench", {"devices": [{"name": "CPU"}, {"name": "GPU.0"}], "absent": []}, 1.0)
    return made


@pytest.mark.parametrize("settings", [lambda home: load({"WORKBENCH_HOME": str(home)}), in_cluster])
def test_a_machine_of_the_team_is_a_target(machines: Machines, settings: Any, tmp_path: Path) -> None:
    placement = replace(settings(tmp_path).placement, machines=machines).of("a")

    assert where(placement.resolve({"target": "bench"})) == ("bench", "CPU")
    assert where(placement.resolve({"target": "bench", "device": "GPU"})) == ("bench", "GPU")
    assert where(placement.resolve_or_host({"target": "bench", "device": "AUTO:GPU,CPU"})) == ("bench", "AUTO:GPU,CPU")
    assert where(placement.resolve({"target": "new", "device": "NPU"})) == ("new", "NPU")
    assert placement.only_if_asked({"target": "bench"}) == {"target": "bench"}
    with pytest.raises(DeviceNotOfTarget, match=r"bench has CPU, GPU\.0, not 'NPU'"):
        placement.resolve({"target": "bench", "device": "NPU"})


def test_a_machine_of_another_team_is_none(machines: Machines, tmp_path: Path) -> None:
    placement = replace(load({"WORKBENCH_HOME": str(tmp_path)}).placement, machines=machines)

    with pytest.raises(UnknownTarget) as refused:
        placement.of("b").resolve({"target": "bench"})
    assert refused.value.available == ["local"]
    with pytest.raises(UnknownTarget) as refused:
        placement.of("a").resolve({"target": "moon"})
    assert refused.value.available == ["local", "bench", "new"]


@pytest.mark.parametrize("name", ["../b/machines/bench", "a/b", "x\0", "n" * 2000, "."])
def test_no_name_leads_out_of_a_teams_machines(machines: Machines, name: str) -> None:
    assert machines.get("a", name) is None


class Request(ma.Schema):
    name = ma.fields.String()
    target = ma.fields.String(load_default=None)
    device = ma.fields.String(load_default=None)


def test_a_command_is_settled_as_a_post_is(tmp_path: Path) -> None:
    place = placing(in_cluster(tmp_path), FileStore(tmp_path / "store"), Placement.resolve)

    def settled(data: dict[str, Any]) -> dict[str, Any]:
        return place(validator(Request)(data), "a")

    assert settled({"name": "n", "device": "NPU"}) == {"target": "npu", "device": "NPU"}
    with pytest.raises(UnknownTarget):
        settled({"target": "moon"})
    with pytest.raises(InvalidRequest):
        settled({"target": 7})


@pytest.mark.parametrize(
    "problem",
    [
        UnknownTarget("x", []),
        DeviceNotOfTarget("NPU", "gpu", "GPU"),
        NoTargetForDevice("NPU", []),
    ],
)
def test_each_refusal_says_what_to_do(problem: Problem) -> None:
    document = problem.document()

    assert document["status"] == 422
    assert "workbench targets list" in document["remedy"] or "operator" in document["remedy"]

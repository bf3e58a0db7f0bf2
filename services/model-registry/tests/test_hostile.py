"""Files made to break what reads them: no crash, no hang, nothing left behind, and an end while somebody waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import onnx
import pytest
from examined import examine_all
from onnx import TensorProto, helper
from onnx_mutants import mutant
from workbench.jobs import Job
from workbench.model_registry import kinds
from workbench.runner import Launch, Limits, ProcessLauncher, read_outcome


def uploaded(folder: Path, data: bytes) -> Path:
    (folder / "inputs" / "upload" / "folder").mkdir(parents=True)
    (folder / "outputs").mkdir()
    (folder / "spec.json").write_text("{}")
    (folder / "inputs" / "upload" / "net.onnx").write_bytes(data)
    for name in ("w.bin", "folder/v.bin"):
        (folder / "inputs" / "upload" / name).write_bytes(bytes(128))
    return folder


def test_two_hundred_malformed_files_make_no_crash_and_leave_nothing(tmp_path: Path) -> None:
    for seed in range(200):
        uploaded(tmp_path / "runs" / f"{seed:03}", mutant(Random(seed)))
    (tmp_path / "tmp").mkdir()

    done = examine_all(tmp_path / "runs", tmp_path / "tmp")

    assert (done.returncode, done.stderr) == (0, "")
    assert not list((tmp_path / "tmp").iterdir())


@pytest.fixture
def examined(in_processes: None, tmp_path: Path) -> Callable[..., str]:
    """How a run of the real core under a real supervisor ends: "result", the kind of its refusal, or a reason."""
    launcher = ProcessLauncher(tmp_path / "home")

    def examine(data: bytes, wall_s: float = 60) -> str:
        folder = uploaded(tmp_path / "work" / f"run-{len(data)}", data)
        (folder / "outputs").rmdir()
        limits = Limits(memory_bytes=4 << 30, cpu_s=120, file_bytes=1 << 30, wall_s=wall_s)
        launcher.start(folder, Launch("workbench.model_registry.inspect", {}, {}, limits))
        while launcher.wait(folder, 1.0).state != "exited":
            pass
        outcome = read_outcome(folder)
        left = [path.name for path in (folder / "tmp").iterdir() if path.name != "intel"]  # what is said to telemetry
        assert not (left and outcome.reason is None)
        return "result" if outcome.result else outcome.reason or str((outcome.refusal or {})["kind"])

    return examine


def test_in_the_confined_runner_each_ends_with_an_answer(examined: Callable[..., str]) -> None:
    for seed in (0, 11, 22):
        assert examined(mutant(Random(seed))) in (
            "result",
            "BrokenModel",
            "MissingFile",
            "UnsafeFile",
            "UnknownFormat",
            "Unreadable",
            "UnsupportedOperations",
        )


def test_who_keeps_openvino_busy_is_cut_off(examined: Callable[..., str]) -> None:
    assert examined(values_taken_inside(1600).SerializeToString(), wall_s=3) == "wall_limit"


def values_taken_inside(count: int) -> onnx.ModelProto:
    """A branch that uses so many values of the graph around it: OpenVINO's time grows with their square."""
    names = [f"v{n}" for n in range(count)]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])
    branches = [helper.make_graph([helper.make_node("Sum", names, ["y"])], name, [], [output]) for name in "ab"]
    graph = helper.make_graph(
        [
            *(helper.make_node("Relu", ["x"], [name]) for name in names),
            helper.make_node("If", ["c"], ["y"], then_branch=branches[0], else_branch=branches[1]),
        ],
        "g",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4]),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
        ],
        [output],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


@pytest.mark.parametrize("name", ["net.PT2", "net.caffemodel", "all.zip"])
def test_what_may_be_read_in_an_environment_apart_has_two_minutes_more(name: str) -> None:
    request = {"files": [{"name": name, "key": "k", "size_bytes": 10**7}]}

    assert kinds.plan(job_of(request), None).limits.wall_s == 181  # type: ignore[arg-type]


@pytest.mark.parametrize(("size_bytes", "wall_s"), [(0, 60), (500 * 10**6, 110), (5 * 10**9, 560)])
def test_an_examination_has_a_minute_and_more_only_for_more_bytes(size_bytes: int, wall_s: int) -> None:
    request = {"files": [{"name": "net.onnx", "key": "k", "size_bytes": size_bytes}]}

    launch = kinds.plan(job_of(request), None)  # type: ignore[arg-type]

    assert launch.limits.wall_s == wall_s


def job_of(request: dict[str, object]) -> Job:
    columns = dict.fromkeys(Job.__dataclass_fields__)
    return Job(**{**columns, "team": "a", "request": request})  # type: ignore[arg-type]


def test_elements_nested_without_end_are_refused_though_they_are_closed(tmp_path: Path) -> None:
    deep = '<net version="11">' + "<layers>" * 101 + "</layers>" * 101 + "</net>"
    assert "nested too deep" in json.dumps(_refusal(tmp_path, deep))


def _refusal(folder: Path, xml: str) -> str:
    from workbench.model_registry import inspect
    from workbench.runner.core import Refusal, Run

    (folder / "inputs" / "upload").mkdir(parents=True)
    (folder / "outputs").mkdir()
    (folder / "spec.json").write_text("{}")
    (folder / "inputs" / "upload" / "net.xml").write_text(xml)
    with pytest.raises(Refusal) as refused:
        inspect.run(Run(folder))
    return str(refused.value)

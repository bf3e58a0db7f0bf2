"""The parts of a launch: its loops, its choice between them, its costs, its process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openvino as ov
import pytest
from eventually import until
from workbench.profiler.layers.counters import described, overhead_note
from workbench.profiler.layers.counters import measure as count
from workbench.profiler.machine.usage import Stopwatch, Usage
from workbench.profiler.measuring import child, loops
from workbench.profiler.measuring.inputs import arrays_for, fill
from workbench.profiler.measuring.launch import host_share, measure, prepare, stretched, warming
from workbench.profiler.measuring.pilot import choose
from workbench.profiler.refusals import LaunchDied, UnknownDevice
from workbench.profiler.values import Loop, ProfileSpec
from workbench.runner.core import Refusal

Make = Callable[..., ov.Model]


@pytest.fixture
def compiled(convolutions: Make) -> ov.CompiledModel:
    return ov.Core().compile_model(convolutions(), "CPU", {"NUM_STREAMS": 2, "INFERENCE_PRECISION_HINT": "f32"})


@pytest.fixture
def request_of(convolutions: Make) -> Callable[[ov.CompiledModel], tuple[ov.InferRequest, list[Any]]]:
    def filled(compiled: ov.CompiledModel) -> tuple[ov.InferRequest, list[Any]]:
        arrays = arrays_for(convolutions(), {}, 0)
        request = compiled.create_infer_request()
        fill(request, arrays)
        request.infer()
        return request, arrays

    return filled


@pytest.mark.parametrize("requests", [1, 2, 5])
def test_every_inference_of_the_asynchronous_loop_has_its_latency(compiled: ov.CompiledModel, requests: int) -> None:
    queue = ov.AsyncInferQueue(compiled, requests)

    timings = loops.asynchronous(queue, 0.0, 3 * requests + 1)

    assert len(timings.latencies_ms) % requests == 0, "whole rounds"
    assert len(timings.latencies_ms) >= 3 * requests + 1
    assert all(latency > 0 for latency in timings.latencies_ms)


def test_the_asynchronous_loop_ends_with_nothing_in_flight(compiled: ov.CompiledModel) -> None:
    queue = ov.AsyncInferQueue(compiled, 3)

    timings = loops.asynchronous(queue, 0.2, 1)

    assert queue.is_ready()
    assert 0.2 <= timings.seconds < 2
    assert max(timings.latencies_ms) <= 1000 * timings.seconds


def test_the_synchronous_loop_counts_and_times(compiled: ov.CompiledModel, request_of: Any) -> None:
    request, _ = request_of(compiled)

    by_count = loops.synchronous(request, 0.0, 7)
    by_time = loops.synchronous(request, 0.1, 0)

    assert len(by_count.latencies_ms) == 7
    assert 0.1 <= by_time.seconds < 2
    assert sum(by_time.latencies_ms) <= 1000 * by_time.seconds


def test_one_request_is_measured_synchronously(compiled: ov.CompiledModel, request_of: Any) -> None:
    choice = choose(compiled, *request_of(compiled), 1, 1.0)

    assert choice.loop is Loop.SYNC
    assert "One request in flight" in choice.reason


def test_a_long_inference_is_measured_asynchronously(convolutions: Make) -> None:
    model = convolutions(size=160, channels=32, layers=3)
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    arrays = arrays_for(model, {}, 0)
    request = compiled.create_infer_request()
    fill(request, arrays)
    request.infer()

    choice = choose(compiled, request, arrays, 4, 8.0)

    assert choice.loop is Loop.ASYNC
    assert choice.reason.startswith("4 requests in flight")


def test_a_tiny_inference_is_tried_both_ways_and_the_reason_has_the_rates(dynamic: Make) -> None:
    model = dynamic(1, 4)
    compiled = ov.Core().compile_model(model, "CPU", {"NUM_STREAMS": 2})
    request = compiled.create_infer_request()

    choice = choose(compiled, request, arrays_for(model, {}, 0), 2, 0.02)

    assert "in a trial, 2 requests in flight made" in choice.reason
    assert choice.loop in (Loop.SYNC, Loop.ASYNC)


def test_a_model_that_takes_20_s_is_not_inferred_again_to_choose_a_loop(compiled: ov.CompiledModel) -> None:
    """The request is not even filled: whoever infers with it here would see."""
    choice = choose(compiled, compiled.create_infer_request(), [], 2, 20_000.0)

    assert choice.loop is Loop.ASYNC
    assert "one inference takes 20000.00 ms" in choice.reason


@pytest.mark.parametrize(
    ("requests", "first_ms", "inferences"),
    [
        (2, 0.02, 10),
        (2, 100.0, 10),
        (2, 250.0, 4),
        (2, 20_000.0, 2),
        (16, 20_000.0, 16),
        (1, 20_000.0, 1),
    ],
)
def test_warming_up_takes_each_request_once_and_a_quick_model_ten_times(
    requests: int, first_ms: float, inferences: int
) -> None:
    assert warming(requests, first_ms) == inferences


@pytest.mark.parametrize(
    ("asked", "per_second", "seconds"),
    [(2.0, 1000.0, 2.0), (2.0, 50.0, 2.0), (2.0, 25.0, 4.0), (2.0, 1.0, 10.0), (0.1, 1000.0, 0.1), (0.1, 400.0, 0.25)],
)
def test_a_launch_is_stretched_for_enough_inferences_within_reason(
    asked: float, per_second: float, seconds: float
) -> None:
    assert stretched(asked, per_second) == pytest.approx(seconds)


def usage(**changes: Any) -> Usage:
    values: dict[str, Any] = {
        "cpu_s": 2.0,
        "loop_cpu_s": 0.1,
        "waited_s": 0.5,
        "stolen_s": 0.0,
        "involuntary_switches": 1,
    }
    return Usage(**values | changes)


@pytest.mark.parametrize(("waited", "share"), [(0.0, 0.0), (2.0, 0.5), (None, None), (0.5, 0.2)])
def test_the_share_waited_for_is_of_what_was_wanted(waited: float | None, share: float | None) -> None:
    assert usage(waited_s=waited).waiting_share == (None if share is None else pytest.approx(share))


def test_who_wanted_nothing_waited_for_nothing() -> None:
    assert usage(cpu_s=0.0, waited_s=0.0).waiting_share == 0.0


def test_the_hosts_share_of_a_synchronous_loop_is_the_time_between() -> None:
    timings = loops.Timings([100.0] * 8, 1.0)

    assert host_share(usage(), timings, Loop.SYNC) == pytest.approx(0.2)
    assert host_share(usage(), loops.Timings([200.0] * 8, 1.0), Loop.SYNC) == 0.0


@pytest.mark.parametrize(
    ("loop_cpu_s", "cpu_s", "seconds", "share"),
    [(0.1, 2.0, 1.0, 0.1), (0.5, 1.0, 2.0, 0.5), (3.0, 1.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.0)],
)
def test_the_hosts_share_of_an_asynchronous_loop_is_its_threads(
    loop_cpu_s: float, cpu_s: float, seconds: float, share: float
) -> None:
    used = usage(loop_cpu_s=loop_cpu_s, cpu_s=cpu_s)

    assert host_share(used, loops.Timings([1.0], seconds), Loop.ASYNC) == pytest.approx(share)


def test_a_stopwatch_counts_what_this_process_computed() -> None:
    stopwatch = Stopwatch()
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass

    used = stopwatch.stop()

    assert 0.2 <= used.cpu_s < 0.5
    assert used.loop_cpu_s <= used.cpu_s + 0.01
    assert used.waited_s is None or used.waited_s >= 0


def test_a_stopwatch_does_not_count_sleep() -> None:
    stopwatch = Stopwatch()
    time.sleep(0.2)

    assert stopwatch.stop().cpu_s < 0.1


def test_each_step_of_getting_ready_is_timed(saved: Any, convolutions: Make) -> None:
    ready = prepare({"model": str(saved(convolutions()))}, ProfileSpec("model.xml"))

    assert 0 < ready.load_ms < 10_000
    assert 0 < ready.compile_ms < 10_000
    assert 0 < ready.first_inference_ms < 10_000


def question(model: Path, **fields: Any) -> dict[str, Any]:
    return {"model": str(model), "spec": {"main_file": "model.xml", "duration_s": 0.1, **fields}}


def test_a_launch_has_all_its_figures(saved: Any, convolutions: Make) -> None:
    figures = measure(question(saved(convolutions()), batch=2, hint=None, streams=1, requests=1))

    assert (figures["loop"], figures["requests"], figures["batch"]) == ("sync", 1, 2)
    assert figures["inferences"] >= 3
    assert figures["throughput_fps"] == pytest.approx(2 * figures["inferences"] / figures["duration_s"])
    assert 0 < figures["cpu_ms_per_request"] < 1000
    assert figures["peak_memory_bytes"] > 10**7
    assert figures["configuration"]["NUM_STREAMS"] == 1
    json.dumps(figures)


def test_a_later_launch_uses_the_loop_the_first_one_chose(saved: Any, convolutions: Make) -> None:
    asked = {**question(saved(convolutions())), "loop": "sync", "loop_reason": "the first one chose it"}

    figures = measure(asked)

    assert (figures["loop"], figures["loop_reason"]) == ("sync", "the first one chose it")


def test_a_slow_model_is_measured_a_few_times_however_short_the_time(saved: Any, convolutions: Make) -> None:
    figures = measure(question(saved(convolutions(size=64)), duration_s=0.1, requests=4))

    assert figures["inferences"] >= 12


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"device": "GPU.9"}, "UnknownDevice"),
        ({"streams": 1000}, "ImpossibleStreams"),
        ({"shapes": {"nobody": [1]}}, "UnknownInput"),
        ({"inference_precision": "f7"}, "PrecisionNotSupported"),
    ],
)
def test_a_launch_refuses_what_it_cannot_measure(
    saved: Any, convolutions: Make, fields: dict[str, Any], kind: str
) -> None:
    with pytest.raises(Refusal) as refused:
        measure(question(saved(convolutions()), **fields))

    assert type(refused.value).__name__ == kind
    assert refused.value.remedy()


def test_layers_carry_the_names_of_the_original_ones(saved: Any, convolutions: Make) -> None:
    found = count(question(saved(convolutions(size=64, layers=2))))

    originals = {name for layer in found["layers"] for name in layer["original_layers"]}
    assert {"conv1", "conv2", "relu1", "relu2", "image"} <= originals
    fused = next(layer for layer in found["layers"] if "conv1" in layer["original_layers"])
    assert fused["type"] == "Convolution"
    assert "relu1" in fused["original_layers"], "it is executed with its activation"
    assert fused["runtime_precision"] == "f32"
    assert fused["status"] == "EXECUTED"
    assert fused["time_ms"] > 0


def test_layer_times_are_means_in_ms(saved: Any, convolutions: Make) -> None:
    found = count(question(saved(convolutions(size=64))))

    total = sum(layer["time_ms"] for layer in found["layers"])
    assert 0 < total < 100
    assert f"add up to {total:.3f} ms" in found["counters_overhead_note"]


def test_what_the_runtime_put_in_itself_has_no_original() -> None:
    totals = {"reorder": {"us": 3000.0, "type": "Reorder", "exec_type": "jit", "status": "EXECUTED"}}

    assert described(totals, [], 3) == [
        {
            "place": None,
            "name": "reorder",
            "type": "Reorder",
            "exec_type": "jit",
            "time_ms": 1.0,
            "runtime_precision": None,
            "original_layers": [],
            "status": "EXECUTED",
            "inputs": [],
            "outputs": [],
        }
    ]


def test_executed_layers_say_where_their_inputs_come_from(saved: Any, convolutions: Make) -> None:
    layers = count(question(saved(convolutions(size=16))))["layers"]

    nodes = [layer for layer in layers if layer["place"] is not None]
    assert [layer["place"] for layer in nodes] == list(range(len(nodes)))
    sources = {layer["name"]: [wire["from"] for wire in layer["inputs"] if wire["from"] is not None] for layer in nodes}
    assert [name for name, wires in sources.items() if not wires] == [nodes[0]["name"]]
    assert all(source < layer["place"] for layer in nodes for source in sources[layer["name"]])
    assert any(layer["outputs"][0]["shape"] == [1, 8, 16, 16] for layer in nodes if layer["outputs"])


def test_the_note_on_counters_says_what_to_compare() -> None:
    note = overhead_note([{"time_ms": 0.25}, {"time_ms": 0.5}], 1.0, 20)

    assert "Mean of 20 inferences" in note
    assert "0.750 ms" in note


# --- the process of a launch


@pytest.fixture
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """A module with this body as its measure function."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def write(body: str) -> str:
        text = "import os, signal, time\nfrom workbench.profiler import refusals\n"
        text += "from workbench.profiler.measuring import child\n\n\ndef measure(question):\n"
        (tmp_path / "answering.py").write_text(f"{text}{textwrap.indent(body, '    ')}\n\n\nchild.answer(measure)\n")
        return "answering"

    return write


def test_an_answer_comes_from_a_fresh_process(answering: Any, tmp_path: Path) -> None:
    module = answering("return {'pid': os.getpid(), 'asked': question['n']}")

    first, second = (child.ask(module, {"n": n}, tmp_path) for n in (1, 2))

    assert [first["asked"], second["asked"]] == [1, 2]
    assert len({first["pid"], second["pid"], os.getpid()}) == 3


def test_a_refusal_crosses_with_its_name_facts_and_remedy(answering: Any, tmp_path: Path) -> None:
    module = answering("raise refusals.UnknownDevice('no GPU', device='GPU', available=['CPU'])")

    with pytest.raises(Refusal) as refused:
        child.ask(module, {}, tmp_path)

    assert refused.value.document() == {
        "kind": "UnknownDevice",
        "detail": "no GPU",
        "device": "GPU",
        "available": ["CPU"],
        "remedy": UnknownDevice.remedy(),
    }


def test_want_of_memory_is_a_refusal(answering: Any, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        child.ask(answering("raise MemoryError"), {}, tmp_path)

    assert type(refused.value).__name__ == "OutOfMemory"


@pytest.mark.parametrize(
    ("name", "words"), [("SIGKILL", "memory limit"), ("SIGABRT", "memory limit"), ("SIGSEGV", "SIGSEGV.")]
)
def test_a_killed_launch_says_by_what(answering: Any, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(LaunchDied, match=words) as refused:
        child.ask(answering(f"os.kill(os.getpid(), signal.{name})"), {}, tmp_path)

    assert refused.value.facts == {"signal": name}


def test_a_defect_has_its_traceback(answering: Any, tmp_path: Path) -> None:
    with pytest.raises(child.ChildError, match="ValueError: a defect"):
        child.ask(answering("raise ValueError('a defect')"), {}, tmp_path)


def test_a_process_that_ends_without_an_answer_says_its_code(answering: Any, tmp_path: Path) -> None:
    with pytest.raises(child.ChildError, match="code 3"):
        child.ask(answering("os._exit(3)"), {}, tmp_path)


def test_an_old_answer_is_not_taken_for_a_new_one(answering: Any, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"result": {"old": 1}}')

    with pytest.raises(child.ChildError):
        child.ask(answering("os._exit(3)"), {}, tmp_path)


def test_a_launch_dies_with_the_one_who_asked(answering: Any, tmp_path: Path) -> None:
    module = answering(f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    asking = (
        f"from workbench.profiler.measuring import child; from pathlib import Path; child.ask({module!r}, {{}}, "
        f"Path({str(tmp_path)!r}))"
    )
    with subprocess.Popen([sys.executable, "-c", asking]) as asker:
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        asker.send_signal(signal.SIGKILL)

    launch = int((tmp_path / "pid").read_text())
    until(lambda: not Path(f"/proc/{launch}").exists() or " Z " in Path(f"/proc/{launch}/stat").read_text())

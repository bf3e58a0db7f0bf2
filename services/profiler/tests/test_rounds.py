"""Several models in turns: who comes when, what pairs tell, and one that drops out."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openvino as ov
import pytest
from workbench.profiler.measuring.going_on import Goal
from workbench.profiler.measuring.rounds import measure, order, ratios
from workbench.profiler.measuring.subject import Subject
from workbench.profiler.refusals import CompileFailed
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import Run

Make = Callable[..., ov.Model]
CPU = ["CPU"]


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_model_has_one_turn_a_round_and_each_second_round_goes_backwards(count: int) -> None:
    rounds = [order(count, number, seed=0) for number in range(40)]

    assert all(sorted(each) == list(range(count)) for each in rounds)
    assert all(second == first[::-1] for first, second in zip(rounds[::2], rounds[1::2], strict=True))
    assert rounds == [order(count, number, seed=0) for number in range(40)]
    if count > 1:
        assert len({tuple(each) for each in rounds}) > 1
        assert rounds != [order(count, number, seed=1) for number in range(40)]


def subject(
    speeds: list[float],
    p50: float | None = 2.0,
    cpu_ms: float = 4.0,
    waiting: float | None = 0.0,
    devices: list[str] | None = CPU,
    requests: int = 2,
) -> Subject:
    made = Subject(ProfileSpec("model.xml"), Path("model.xml"), Goal(5, None, 1.0))
    made.launches = [
        {
            "throughput_fps": speed,
            "latency_ms": {"p50": p50},
            "cpu_ms_per_request": cpu_ms,
            "cpu_cores": speed * cpu_ms / 1000,
            "waiting_share": waiting,
            "requests": requests,
            "configuration": {"executed": {"devices": devices}},
        }
        for speed in speeds
    ]
    return made


def test_ratios_come_from_the_launches_of_one_round() -> None:
    loads = [1.0, 0.2, 0.9, 0.5, 0.3]
    slow, fast = subject([100 * load for load in loads]), subject([290 * load for load in loads], p50=None)

    found = ratios(fast, slow)

    assert found is not None
    assert found["throughput_fps"] == pytest.approx({"value": 2.9, "low": 2.9, "high": 2.9})
    assert found["cpu_ms_per_request"]["value"] == pytest.approx(1.0)
    assert "latency_p50_ms" not in found
    assert ratios(fast, fast) == {
        name: {"value": 1.0, "low": 1.0, "high": 1.0} for name in ("throughput_fps", "cpu_ms_per_request")
    }


QUIET, LOADED = [451.0, 449.0, 450.0, 452.0, 448.0], [301.0, 299.0, 310.0, 292.0, 298.0]


def trust(mine: Subject, theirs: Subject) -> dict[str, Any]:
    found = ratios(mine, theirs)
    assert found is not None
    return dict(found["trust"])


def test_a_ratio_whose_throughput_and_cpu_time_say_the_same_is_trusted() -> None:
    found = trust(subject(QUIET, cpu_ms=4.48, waiting=0.4), subject([2 * each for each in QUIET], cpu_ms=2.24))

    assert found["cores"]["value"] == pytest.approx(1.0)
    assert (found["verdict"], found["reasons"], found["notes"]) == ("trusted", [], [])


@pytest.mark.parametrize("waiting", [0.5, 0.12, None])
def test_a_ratio_whose_throughput_contradicts_its_cpu_time_is_told_and_not_trusted(waiting: float | None) -> None:
    """What was seen at ten tasks a core: throughput said 0.30, CPU time of a request 1/2.24 = 0.45."""
    fast, slow = subject([1000.0] * 5, cpu_ms=1.8, waiting=0.05), subject(LOADED, cpu_ms=1.8 * 2.24, waiting=waiting)

    there, back = trust(slow, fast), trust(fast, slow)

    assert there["verdict"] == back["verdict"] == "untrusted"
    assert there["reasons"][0]["rule"] == "contradiction"
    assert there["reasons"][0]["value"] == pytest.approx(back["reasons"][0]["value"])
    assert "0.67 × (0.65 to 0.69) the cores of the second" in there["reasons"][0]["detail"]
    assert ("an unknown part" if waiting is None else f"{waiting:.0%}") in there["reasons"][0]["detail"]


def test_measures_that_differ_within_their_intervals_are_no_contradiction() -> None:
    vague = subject([600.0, 1400.0, 800.0, 1300.0, 700.0], cpu_ms=1.8, waiting=0.4)

    assert trust(vague, subject([1200.0] * 5, cpu_ms=1.8, waiting=0.4))["verdict"] == "trusted"


def test_a_model_that_spreads_over_the_cores_less_well_is_told_and_no_contradiction() -> None:
    found = trust(subject(QUIET, cpu_ms=3.0, waiting=0.01), subject(QUIET, cpu_ms=4.0, waiting=0.02))

    assert found["verdict"] == "trusted"
    assert "kept 1.35 and 1.80 cores" in found["notes"][0]


def test_models_that_were_measured_with_other_requests_in_flight_say_so() -> None:
    """A tiny model is measured one at a time, since Python is its limit: it keeps one core."""
    found = trust(subject(QUIET, cpu_ms=2.2, requests=1), subject(QUIET, cpu_ms=4.4, waiting=0.4))

    assert (found["verdict"], found["reasons"][0]["rule"]) == ("doubtful", "other-requests")
    assert "with 1 and 2 requests in flight" in found["reasons"][0]["detail"]


@pytest.mark.parametrize("devices", [["GPU.0"], ["CPU", "GPU"], None])
def test_of_a_device_beside_the_cpu_its_time_contradicts_nothing(devices: list[str] | None) -> None:
    found = ratios(subject(QUIET, devices=devices), subject(QUIET, cpu_ms=1.0))

    assert found is not None
    assert "trust" not in found


def test_what_was_refused_has_no_ratio() -> None:
    refused = subject([1.0] * 2)
    refused.refusal = CompileFailed("CPU cannot compile the model.")

    assert ratios(refused, subject([1.0] * 5)) is None
    assert ratios(subject([1.0] * 5), refused) is None


@pytest.fixture(scope="module")
def together(
    quiet: None, tmp_path_factory: pytest.TempPathFactory, convolutions: Make, dynamic: Make, perform: Any
) -> dict[str, Any]:
    """Two networks, and one that cannot be measured since nobody says its shape; ``folder`` is where."""
    folder = tmp_path_factory.mktemp("together")
    models = {"model": convolutions(layers=1), "others/0": convolutions(layers=2), "others/1": dynamic(1, 3, -1, -1)}
    for name, model in models.items():
        (folder / "inputs" / name).mkdir(parents=True)
        ov.save_model(model, folder / "inputs" / name / "model.xml", compress_to_fp16=False)
    spec = {"main_file": "model.xml", "duration_s": 0.1, "hint": "latency", "others": ["model.xml"] * 2}
    return {"folder": folder, **perform("workbench.profiler.benchmark", folder, spec)["result"]}


def test_each_model_has_a_profile_as_if_it_were_alone(together: dict[str, Any]) -> None:
    other = json.loads((together["folder"] / "outputs" / "others" / "0.json").read_text())

    assert set(other) == set(together) - {"folder", "others", "ratios"}
    assert len(together["launches"]) == len(other["launches"]) == 5
    assert together["provenance"]["model_digest"] != other["provenance"]["model_digest"]
    assert {layer["name"] for layer in other["layers"]} != {layer["name"] for layer in together["layers"]}


def test_launches_say_their_round_and_their_place_in_it(together: dict[str, Any]) -> None:
    other = json.loads((together["folder"] / "outputs" / "others" / "0.json").read_text())

    for number, pair in enumerate(zip(together["launches"], other["launches"], strict=True)):
        assert [launch["round"] for launch in pair] == [number] * 2
    places = Counter(launch["place"] for each in (together, other) for launch in each["launches"][1:])
    assert places == {0: 4, 1: 4}


def test_a_model_that_is_refused_drops_out_and_the_others_go_on(together: dict[str, Any]) -> None:
    assert together["others"][0] is None
    assert (together["others"][1]["kind"], together["others"][1]["input"]) == ("DynamicShape", "x")
    assert together["others"][1]["remedy"]
    assert not (together["folder"] / "outputs" / "others" / "1.json").exists()
    assert [row[2] for row in together["ratios"][:2]] == [None, None]
    there, back = together["ratios"][0][1]["throughput_fps"], together["ratios"][1][0]["throughput_fps"]
    assert there["value"] * back["value"] == pytest.approx(1)
    assert there["low"] * back["high"] == pytest.approx(1)
    trusts = [together["ratios"][mine][1 - mine]["trust"] for mine in (0, 1)]
    assert trusts[0]["cores"]["value"] * trusts[1]["cores"]["value"] == pytest.approx(1)
    assert trusts[0]["verdict"] == trusts[1]["verdict"]


def test_progress_never_goes_back_and_says_which_model(together: dict[str, Any]) -> None:
    lines = [json.loads(line) for line in (together["folder"] / "progress.jsonl").read_text().splitlines()]

    assert [line["fraction"] for line in lines] == sorted(line["fraction"] for line in lines)
    assert any(line["message"].startswith("model 2 of 2, launch 5 of 5: ") for line in lines)


def test_the_models_own_refusal_ends_the_measurement(tmp_path: Path, perform: Any, dynamic: Make, saved: Any) -> None:
    folder = tmp_path / "run"
    for name in ("model", "others/0"):
        (folder / "inputs" / name).mkdir(parents=True)
        ov.save_model(dynamic(1, 3, -1, -1), folder / "inputs" / name / "model.xml")

    result = perform("workbench.profiler.benchmark", folder, {"main_file": "model.xml", "others": ["model.xml"]})

    assert result["refusal"]["kind"] == "DynamicShape"


@dataclass
class Sleeping(Subject):
    """Takes a hundredth of a second a launch, and its speeds never settle."""

    def launch(self, _run: Run, _place: int) -> None:
        time.sleep(0.01)
        self.launches.append({"throughput_fps": 100.0 * (1 + len(self.launches) % 2)})


def test_going_on_ends_when_all_models_together_have_had_the_time(tmp_path: Path) -> None:
    subjects = [Sleeping(ProfileSpec("model.xml"), Path("model.xml"), Goal(5, 0.001, 0.3)) for _ in range(2)]

    measure(Run(tmp_path), subjects)

    first, second = (len(each.launches) for each in subjects)
    assert 5 <= first == second <= 15
    assert "within 0.3 s" in subjects[1].goal.notes(subjects[1].launches)[0]

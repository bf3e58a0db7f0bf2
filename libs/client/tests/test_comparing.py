"""`workbench compare`: figures of different kinds of things side by side."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from commanding import CliRunner
from workbench.client.cli import app

ABSENT = "00000000-0000-0000-0000-000000000001"


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value * 0.9, "high": value * 1.1}


def done(server: Any, kind: str, facts: dict[str, Any]) -> str:
    job = server.add(kind, {"device": "CPU", "inference_precision": "f32"}, [])
    job.view |= {"state": "succeeded", "name": f"a {kind[:-1]}", "facts": facts}
    return str(job.view["id"])


def profile(server: Any, fps: float) -> str:
    return done(
        server,
        "profiles",
        {"throughput_fps": figure(fps), "latency_ms": {"p50": figure(1000 / fps)}, "trust": {"verdict": "trusted"}},
    )


def in_turns(server: Any, *fps: float) -> list[str]:
    """Profiles of models ``m0``, ``m1``… that one job has measured."""
    ids = [profile(server, each) for each in fps]
    ratios = {
        f"m{mine}": {
            f"m{theirs}": {"throughput_fps": figure(a / b), "cpu_ms_per_request": figure(b / a)}
            for theirs, b in enumerate(fps)
            if theirs != mine
        }
        for mine, a in enumerate(fps)
    }
    for number, view in enumerate(server.jobs[id].view for id in ids):
        view["request"] = {**view["request"], "model_id": f"m{number}"}
        view["facts"] = {**view["facts"], "together": {"profile_id": ids[0], "ratios": ratios}}
    return ids


def evaluation(server: Any, share: float) -> str:
    return done(server, "evaluations", {"metrics": [{"metric": "top1", "n": 200, **figure(share)}]})


def run(server: Any, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--server", server.url], env={"WORKBENCH_TOKEN": server.token})


def test_profiles_and_evaluations_stand_side_by_side_with_their_intervals_in_eighty_columns(server: Any) -> None:
    ids = [profile(server, 400), profile(server, 800), evaluation(server, 0.5)]

    result = run(server, "compare", *ids)

    assert result.exit_code == 0, result.output
    assert all(text in result.stdout for text in ("(360–440)", "(720–880)", "50.0 %", "trusted"))
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "Not measured together" in result.stderr


def test_what_was_measured_in_turns_is_told_as_a_ratio_of_its_pairs(server: Any) -> None:
    ids = in_turns(server, 400, 800, 420)

    result = run(server, "compare", *ids)
    document = json.loads(run(server, "compare", *ids[1:], "--format", "json").stdout)

    assert result.exit_code == 0, result.output
    assert "Not measured together" not in result.stderr
    told = result.stdout.splitlines()[-6:]
    assert told[:2] == ["a profile against a profile, measured in turns:", "  2 (1.8–2.2) × the throughput"]
    assert told[2] == "  0.5 (0.45–0.55) × the CPU time a request"
    assert told[4] == "  1.05 (0.945–1.16) × the throughput (within the noise)"
    assert max(map(len, told)) <= 80
    assert document["measured_together"]
    assert document["ratios"][0]["throughput_fps"] == figure(420 / 800)
    assert all("ratios" not in row for row in document["rows"])


def test_a_ratio_that_contradicts_itself_says_so_where_it_stands(server: Any) -> None:
    ids = in_turns(server, 400, 800)
    for id in ids:
        for others in server.jobs[id].view["facts"]["together"]["ratios"].values():
            for ratio in others.values():
                ratio["trust"] = {
                    "verdict": "untrusted",
                    "notes": [],
                    "reasons": [
                        {"rule": "contradiction", "verdict": "untrusted", "detail": "One had more of the cores."}
                    ],
                }

    result = run(server, "compare", *ids)

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "  untrusted: One had more of the cores."


def test_a_ratio_is_told_of_those_alone_that_were_measured_in_turns(server: Any) -> None:
    first, second = in_turns(server, 400, 800)

    result = run(server, "compare", first, profile(server, 900), second)

    assert result.stdout.count("measured in turns") == 1
    assert "Not measured together" in result.stderr


def test_figures_whose_targets_set_other_variables_are_not_alike(server: Any) -> None:
    ids = [profile(server, 400), profile(server, 800)]
    assert "Not alike" not in run(server, "compare", *ids).stderr

    server.jobs[ids[1]].view["facts"]["provenance"] = {"env": {"OV_LEVEL": "1"}}
    told = " ".join(run(server, "compare", *ids).stderr.split())

    assert "Not alike: their targets set different environment variables" in told
    assert "OV_LEVEL=1" in told


def test_what_has_no_name_is_called_as_its_model_while_that_is_there(server: Any) -> None:
    model = str(server.add("models", {}, []).view["id"])
    ids = [profile(server, 400), evaluation(server, 0.5), profile(server, 300)]
    for id, of in zip(ids, (model, model, ABSENT), strict=True):
        server.jobs[id].view |= {"name": None, "request": {"model_id": of, "device": "CPU"}}

    rows = json.loads(run(server, "compare", *ids, "--format", "json").stdout)["rows"]

    assert [row["name"] for row in rows] == ["squeeze", "squeeze", None]


def test_programs_get_every_bound(server: Any) -> None:
    ids = [profile(server, 400), evaluation(server, 0.5)]

    rows = list(csv.DictReader(io.StringIO(run(server, "compare", *ids, "--format", "csv").stdout)))
    document = json.loads(run(server, "compare", *ids, "--format", "json").stdout)

    assert [row["throughput_fps_low"] for row in rows] == ["360.0", ""]
    assert rows[1]["accuracy"] == "0.5"
    assert document["measured_together"]
    assert document["rows"][0]["throughput_fps"] == figure(400)


def test_what_cannot_be_compared_is_wrong_usage_that_says_why(server: Any) -> None:
    one, waiting = profile(server, 400), str(server.add("profiles", {}, []).view["id"])

    for words, why in (
        ([one], "two at least"),
        ([one, "moon"], "is not an id"),
        ([one, waiting], "is queued"),
        ([one, ABSENT], "no profile, evaluation or project"),
    ):
        result = run(server, "compare", *words)
        assert (result.exit_code, why in result.stderr) == (2, True), result.stderr


def test_a_list_of_evaluations_tells_their_accuracy(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    evaluation(server, 0.5)

    assert "top1 50.0 % of 200" in run(server, "evaluations", "list").stdout

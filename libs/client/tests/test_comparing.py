"""`workbench compare`: figures of different kinds of things side by side."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from typer.testing import CliRunner
from workbench.client.cli import app

ABSENT = "00000000-0000-0000-0000-000000000001"


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value * 0.9, "high": value * 1.1}


def done(server: Any, kind: str, facts: dict[str, Any]) -> str:
    job = server.add(kind, {"device": "CPU", "inference_precision": "f32"}, [])
    job.view |= {"state": "succeeded", "name": f"a {kind[:-1]}", "facts": facts}
    return str(job.view["id"])


def profile(server: Any, fps: float) -> str:
    return done(server, "profiles", {"throughput_fps": figure(fps), "latency_ms": {"p50": figure(1000 / fps)},
                                     "trust": {"verdict": "trusted"}})  # fmt: skip


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

    for words, why in (([one], "two at least"), ([one, "moon"], "is not an id"), ([one, waiting], "is queued"),
                       ([one, ABSENT], "no profile, evaluation or project")):  # fmt: skip
        result = run(server, "compare", *words)
        assert (result.exit_code, why in result.stderr) == (2, True), result.stderr


def test_a_list_of_evaluations_tells_their_accuracy(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    evaluation(server, 0.5)

    assert "top1 50.0 % (45.0 to 55.0) of 200" in run(server, "evaluations", "list").stdout

"""What a person sees: progress as lines or as a live table, the report's figures, the words for errors."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from workbench.client import BadInput, JobFailed, Refused, Unreachable
from workbench.client.cli import inputs, output, progress, report
from workbench.client.cli.progress import Progress, Row


def step(state: str, *, name: str = "profile", waiting: str | None = None, **stage: Any) -> dict[str, Any]:
    return {
        "name": name,
        "state": state,
        "job_id": f"job-{name}",
        "waiting_for": waiting,
        "error": None,
        "progress": stage or None,
    }


def lines(capsys: pytest.CaptureFixture[str], *views: list[dict[str, Any]]) -> list[str]:
    with Progress() as shown:
        for steps in views:
            shown.steps({"steps": steps})
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_line_for_each_change_and_none_for_a_repeat(capsys: pytest.CaptureFixture[str]) -> None:
    running = step("running", stage="measuring", fraction=0.2, message="launch 1 of 5")

    shown = lines(capsys, [step("queued")], [step("queued")], [running], [running], [step("succeeded")])

    assert shown == ["profile: queued", "profile: running 20% · measuring: launch 1 of 5", "profile: succeeded"]


def test_a_rising_fraction_alone_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    rising = [[step("running", stage="measuring", fraction=number / 100)] for number in range(1, 90)]

    assert len(lines(capsys, *rising)) == 1


def test_a_long_stage_says_now_and_then_that_it_lives(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT_S", 0.0)

    shown = lines(capsys, *([step("running", stage="s", fraction=number / 10)] for number in (1, 2, 3)))

    assert shown == ["profile: running 10% · s", "profile: running 20% · s", "profile: running 30% · s"]


def test_the_time_that_is_left_follows_from_what_was_done_so_far() -> None:
    half_a_minute_ago = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    view = {"state": "running", "started_at": half_a_minute_ago, "progress": {"fraction": 0.25}}

    assert progress.time_left(view) == "25% done, about 90 s left"
    assert progress.time_left(view | {"progress": {"fraction": 0.2}}) == "20% done, about 2 min left"
    assert progress.time_left(view | {"progress": {"fraction": 0.05}}) == ""
    assert progress.time_left(view | {"state": "succeeded"}) == ""


def test_a_line_says_now_and_then_how_long_it_will_take(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LEFT_S", 0.0)
    started = (datetime.now(UTC) - timedelta(seconds=60)).isoformat()

    with Progress() as shown:
        shown.steps({"steps": [], "state": "running", "started_at": started, "progress": {"fraction": 0.5}})

    assert capsys.readouterr().err.splitlines() == ["50% done, about 60 s left"]


def test_a_step_waits_for_another_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [
        step("running", name="profile-fp32"),
        step("running", name="calibrate", waiting="device CPU (job-profile-fp32)"),
    ]

    assert "calibrate: running · waiting: device CPU (profile-fp32)" in lines(capsys, steps)


def test_a_run_that_waits_for_nodes_says_so_and_each_time_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    def waits(free: int) -> list[dict[str, Any]]:
        return [step("running", waiting=f"{free} of 3 nodes have npu.intel.com/accel free")]

    shown = lines(capsys, waits(0), waits(0), waits(1), [step("running", stage="measuring")])

    assert shown == [
        "profile: running · waiting: 0 of 3 nodes have npu.intel.com/accel free",
        "profile: running · waiting: 1 of 3 nodes have npu.intel.com/accel free",
        "profile: running · measuring",
    ]


def test_what_an_ended_one_waited_for_is_past(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(capsys, [step("cancelled", waiting="a free worker")]) == ["profile: cancelled"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "a free worker"), (42.4, "a free worker; about 42 s"), (300, "a free worker; about 5 min")],
)
def test_a_queued_job_says_about_how_long_it_waits(
    capsys: pytest.CaptureFixture[str], seconds: float | None, words: str
) -> None:
    queued = step("queued", waiting="a free worker") | {"expected_wait_s": seconds}

    assert lines(capsys, [queued]) == [f"profile: queued · waiting: {words}"]


def test_a_failed_step_says_why_and_a_reused_one_that_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    failed = step("failed") | {"error": {"detail": "no images left"}}
    reused = step("succeeded", name="convert") | {"reused_from": "earlier"}

    assert lines(capsys, [failed, reused]) == [
        "profile: failed · no images left",
        "convert: succeeded · reused an earlier result",
    ]


def test_a_row_of_a_job_that_says_nothing_yet() -> None:
    assert Row.of("model", {"state": "running"}) == Row("model", "running", None, "")


LIVE = """
import sys, time
from workbench.client.cli.progress import Progress
with Progress() as shown:
    for number in range(150):
        shown.job("profile", {"state": "running", "progress": {"stage": "measuring", "fraction": number / 150}})
        time.sleep(0.01)
    shown.job("profile", {"state": "succeeded"})
"""


def test_on_a_terminal_it_is_drawn_at_most_twice_a_second_and_the_end_is_always_seen() -> None:
    ours, theirs = pty.openpty()
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", LIVE], stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    drawn = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux's word for the other end being closed
            break
        if not piece:
            break
        drawn += piece
    os.close(ours)

    assert process.wait(timeout=30) == 0
    assert 1 <= drawn.count("█".encode() * 2) <= (time.monotonic() - began) * 2 * 20
    assert 2 <= drawn.count(b"running") <= (time.monotonic() - began) * 2 + 1
    assert drawn.rindex(b"succeeded") > drawn.rindex(b"running")


FIGURES = [
    ({"value": 412.34, "low": 398.1, "high": 427.0}, "412 (398–427)"),
    ({"value": 2.4712, "low": 2.15, "high": 2.84}, "2.47 (2.15–2.84)"),
    ({"value": 0.01234, "low": None, "high": None}, "0.0123"),
    ({"value": None}, "-"),
    (None, "-"),
]


@pytest.mark.parametrize(("measured", "text"), FIGURES)
def test_a_figure_comes_with_its_interval(measured: Any, text: str) -> None:
    assert report.interval(measured) == text


def test_accuracy_comes_with_its_metric_and_count() -> None:
    found = {"metric": "top1", "value": 0.615, "n": 200, "low": 0.546, "high": 0.68}

    assert report.accuracy(found) == "top1 61.5 % (54.6 to 68.0) of 200"
    assert report.accuracy({"metric": "top1_agreement", "value": 1.0, "n": 7}) == "top1_agreement 100.0 % of 7"
    assert report.accuracy(None) == "unknown"


def test_a_report_tells_the_variables_that_its_target_sets() -> None:
    told = report.page({"variants": [], "environment": {"env": {"OV_B": "2", "OV_A": "1"}}})

    assert "Measured with variables that the target sets: OV_A=1, OV_B=2" in told


def test_a_report_with_as_little_as_possible_is_still_shown(capsys: pytest.CaptureFixture[str]) -> None:
    report.show({"variants": [{"name": "fp16", "size_bytes": 1}], "recommended": None, "project_id": "p"}, "")

    shown = capsys.readouterr().out
    assert "Recommended: none." in shown
    assert "fp16" in shown


REPORTED = [
    {
        "name": name,
        "precision": name.upper(),
        "size_bytes": 30_000,
        "trust": {"verdict": "untrusted", "reasons": [{"detail": "The machine was busy."}]},
        "throughput_fps": {"value": 19320.0, "low": 18003.0, "high": 21540.0},
        "latency_ms": {"p50": {"value": 0.0721, "low": 0.0588, "high": 0.0885}},
        "cpu_ms_per_request": {"value": 0.0837, "low": 0.0689, "high": 0.102},
        "accuracy": {"metric": "top1_agreement", "value": 1.0, "n": 83, "low": 0.95, "high": 1.0},
    }
    for name in ("fp32", "fp16", "int8")
]


@pytest.mark.parametrize("width", [80, 100, 240])
def test_a_table_of_variants_cuts_no_figure_off_whatever_the_width(width: int) -> None:
    rows = [report._row(variant, "int8") for variant in REPORTED]

    shown = output.table(report.HEADINGS, rows, width)

    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown
    for words in ("(18003–21540)", "(0.0588–0.0885)", "* int8", "untrusted", "top1_agreement", "0.0837"):
        assert shown.count(words) == (1 if words == "* int8" else 3), words


def test_what_holds_of_several_variants_is_said_once() -> None:
    shown = report.page({"variants": REPORTED, "recommended": {"variant": "int8"}})

    assert shown.count("The machine was busy.") == 1
    assert "\nNote on fp32, fp16, int8: The machine was busy." in shown


def test_a_package_that_was_not_downloaded_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    package = {"id": "abc", "sha256": "f" * 64, "size_bytes": 1_300_000}
    report.show({"variants": [], "recommended": {}, "project_id": "p", "package": package}, " --home /x y")

    shown = capsys.readouterr().out
    assert "on the server (1.3 MB" in shown
    assert "workbench packages download abc --home /x y" in shown


EXPLAINED = [
    (BadInput("no such file"), ["no such file"]),
    (Unreachable("nobody there"), ["nobody there"]),
    (Refused({"title": "In use", "detail": "by x", "remedy": "Delete x."}), ["In use", "by x", "Delete x."]),
    (
        Refused(
            {
                "title": "A step failed",
                "detail": "evaluate-fp32: NaN",
                "remedy": "`cause` has its own remedy.",
                "cause": {"detail": "NaN", "remedy": "Look at the image."},
            }
        ),
        ["A step failed", "evaluate-fp32: NaN", "Look at the image."],
    ),
    (Refused({"title": "Unauthorized"}), ["Unauthorized"]),
    (Refused({}), ["The workbench said no", "no reason was given"]),
    (
        JobFailed({"state": "failed", "error": {"title": "T", "detail": "D"}}, "/v1/models/7"),
        ["T", "D", "Log: workbench models log 7"],
    ),
    (
        JobFailed({"state": "failed", "kind": "profile"}, "/v1/profiles/7"),
        ["The profile failed", "Log: workbench profiles log 7"],
    ),
    (
        JobFailed({"state": "failed", "error": {"title": "T"}}, "/v1/projects/p/optimizations/o"),
        ["T", "Log: workbench projects log p o"],
    ),
]


@pytest.mark.parametrize(("error", "expected"), EXPLAINED)
def test_an_error_is_at_most_four_lines(error: Any, expected: list[str]) -> None:
    assert output.explain(error) == expected


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert output.plain("a\x1b[31mb\x00\tc\nd\u202e") == "a�[31mb�\tc\nd�"


CHANNELS = [
    ({"shape": [1, 3, 224, 224]}, 3),
    ({"shape": [1, 1, 28, 28]}, 1),
    ({"shape": [1, 28, 28, 1]}, 1),
    ({"shape": [1, 28, 28, 1], "layout": "NHWC"}, 1),
    ({"shape": [1, 3, 1, 1], "layout": "NCHW"}, 3),
    ({"shape": [-1, 3, -1, -1]}, 3),
    ({"shape": [10]}, 3),
    ({}, 3),
]


@pytest.mark.parametrize(("tensor", "count"), CHANNELS)
def test_channels_are_read_off_the_first_input(tensor: dict[str, Any], count: int) -> None:
    assert inputs.channels({"facts": {"inputs": [tensor]}}) == count


def test_a_model_without_facts_has_three_channels() -> None:
    assert inputs.channels({"facts": None}) == 3


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({}, ""),
        ({"expected_run_s": None}, ""),
        ({"kind": "profile", "expected_run_s": {"least": 20, "most": 20}}, "measuring takes about 20 s"),
        (
            {"kind": "profile", "expected_run_s": {"least": 20, "most": 185}},
            "measuring takes about 20 s, with a slow model about 3 min or more",
        ),
        (
            {"kind": "optimization", "expected_run_s": {"least": 60, "most": 60}},
            "measuring takes about 60 s; converting, calibrating and scoring come on top",
        ),
    ],
)
def test_how_long_it_will_take_is_said_before_it_begins(view: dict[str, Any], said: str) -> None:
    assert progress.beforehand(view) == said

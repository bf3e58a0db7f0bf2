"""The page of a project: the figures are the report's, each with its interval; undecided says what would decide."""

from __future__ import annotations

import re

from console_bench import ORIGIN, Bench
from sqlalchemy import insert
from workbench.plots.drawing import Range, bar, ranges
from workbench.plots.plane import Point, plane
from workbench.plots.text import most_of, percent
from workbench.project.tables import steps


def measured(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def test_a_report_is_shown_with_intervals_trust_and_what_would_decide(bench: Bench) -> None:
    visitor = bench.visitor("hostile")
    page = visitor.get(f"/console/project/{bench.ids['project']}?run={bench.ids['optimization succeeded']}").text

    assert "10–30" in page
    assert "40.0–60.0 % of 10 images" in page
    assert 'class="state doubtful"' in page
    assert "Which one to take is not known yet" in page
    assert "What would decide it" in page
    assert "at most 25 ms" in page


def test_the_report_comes_as_the_api_has_it(bench: Bench) -> None:
    path = f"/console/project/{bench.ids['project']}/report.json"
    answer = bench.visitor("hostile").get(f"{path}?run={bench.ids['optimization succeeded']}")

    assert (answer.json or {})["recommended"]["decision"] == "undecided"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.content_type == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_report_comes_as_a_page_that_needs_nothing_else(bench: Bench) -> None:
    path = f"/console/project/{bench.ids['project']}/report.html"
    answer = bench.visitor("hostile").get(f"{path}?run={bench.ids['optimization succeeded']}")

    assert answer.headers["Content-Disposition"] == "attachment; filename=report.html"
    assert "Which one to take is not known yet" in answer.text
    assert "<script" not in answer.text
    assert bench.visitor("hostile").get(f"{path}?run={bench.ids['optimization queued']}").status_code == 404


def test_another_package_is_of_the_variants_that_are_chosen(bench: Bench) -> None:
    visitor, ids = bench.visitor("hostile"), bench.ids
    bench.have("evaluation", "succeeded", id="scored", request={"recipe_id": ids["recipe succeeded"]})
    figures = {"precision": "FP32", "profile": ids["profile succeeded"], "evaluation": "scored"}
    variants = [{"name": name, "model": ids["model succeeded"], **figures} for name in ("fp32", "fp16", "int8")]
    changed = {"broken": ["b"], "fixed": ["f"], "differing": ["b", "f", "d"], "differing_n": 3}
    facts = {
        "variants": variants,
        "recommended": {"variant": "int8", "decision": "recommended", "reason": "fast"},
        "comparison": [{"variant": "int8", "baseline": "fp32", "changed_items": changed}],
    }
    asked = {"project_id": ids["project"], "model_id": ids["model succeeded"], "launches": 3}
    run = bench.have("optimization", "succeeded", facts=facts, request=asked, name="run")
    path = f"/console/project/{ids['project']}"

    page = visitor.get(f"{path}?run={run}").text
    made = visitor.browser.post(
        f"{path}/package?run={run}", headers=ORIGIN, data={"variant": ["fp16", "int8"], "recommended": "int8"}
    )
    again = visitor.post(f"{path}/again?run={run}", launches="9", duration_s="0,5", max_latency_ms="")
    wrong = visitor.post(f"{path}/again?run={run}", launches="many")

    assert made.status_code == 303, made.text
    assert again.status_code == 303, again.text
    package = bench.asked(made.headers["Location"].replace("/console/job", ""))
    assert [each["folder"] for each in package["variants"]] == ["fp16", "int8"]
    assert (package["recommended"], package["recipe_id"]) == ("int8", ids["recipe succeeded"])
    new = bench.asked(f"/projects/{ids['project']}/optimizations/{again.headers['Location'].partition('run=')[2]}")
    assert (new["launches"], new["duration_s"], new["max_latency_ms"]) == (9, 0.5, None)
    assert "no whole number" in wrong.text
    assert 'name="launches" inputmode="decimal" value="3"' in page


def test_advice_has_its_share_and_a_button_that_calibrates_so(bench: Bench) -> None:
    visitor, ids = bench.visitor("hostile"), bench.ids
    several = {"model_id": ids["model succeeded"], "dataset_id": ids["dataset succeeded"]}
    calibrated = bench.have(
        "calibration", "succeeded", name="int8", request={**several, "recipe_id": ids["recipe succeeded"]}
    )
    advice = [
        {"share": 0.27, "loss": None, "reason": "slow", "to_change": "less", "calibrate": {"preset": "mixed"}},
        {"share": None, "loss": {"value": 5.0, "low": 4.0, "high": 6.0, "unit": "points"}, "calibrate": None},
    ]
    variant = {"name": "int8", "model": ids["model succeeded"], "precision": "INT8", "advice": advice}
    facts = {"variants": [variant], "recommended": {"decision": "none"}, "comparison": []}
    asked = {"project_id": ids["project"], "model_id": ids["model succeeded"]}
    run = bench.have("optimization", "succeeded", facts=facts, request=asked, name="advised")
    step = {"optimization_id": run, "name": "int8", "kind": "calibration", "command_id": calibrated, "request": {}}
    with bench.adapters.record("project").engine.begin() as connection:
        connection.execute(insert(steps).values(**step, state="succeeded", sent_at=0.0))
    path = f"/console/project/{ids['project']}"

    page = visitor.get(f"{path}?run={run}").text
    made = visitor.post(f"{path}/advice?run={run}", variant="int8", number="0")
    nothing = [visitor.post(f"{path}/advice?run={run}", variant="int8", number=number) for number in ("1", "2", "x")]

    assert "27.0 % of the time" in page
    assert "5 points lost" in page
    assert page.count("Calibrate so") == 1
    assert made.status_code == 303, made.text
    assert bench.asked(made.headers["Location"].replace("/console/job", ""))["preset"] == "mixed"
    assert [each.status_code for each in nothing] == [404, 404, 404]


def test_the_steps_of_a_run_stand_in_the_order_in_which_they_follow_one_another(bench: Bench) -> None:
    asked = {"project_id": bench.ids["project"], "model_id": bench.ids["model succeeded"]}
    run = bench.have("optimization", "running", request=asked, name="going")
    kinds = {"calibrate": "calibration", "convert": "conversion", "evaluate": "evaluation", "measure": "profile"}
    with bench.adapters.record("project").engine.begin() as connection:
        for name, kind in kinds.items():
            step = {"optimization_id": run, "name": name, "kind": kind, "command_id": f"{run} {name}", "request": {}}
            connection.execute(insert(steps).values(**step, state="running", sent_at=0.0))

    page = bench.visitor("hostile").get(f"/console/project/{bench.ids['project']}?run={run}").text

    assert re.findall(r"<strong>(\w+)</strong>", page) == ["convert", "measure", "calibrate", "evaluate"]


def test_a_failed_run_says_what_to_do(bench: Bench) -> None:
    page = bench.visitor("hostile").get(
        f"/console/project/{bench.ids['project']}?run={bench.ids['optimization failed']}"
    )

    assert "What to do:" in page.text
    assert "/again" in page.text


def test_a_bar_spans_its_interval_and_lies_where_its_value_is() -> None:
    drawn = bar(measured(50, 25, 100), 100)

    assert 'd="M42.0 6H156.0"' in drawn
    assert 'cx="80.0"' in drawn
    assert bar(None, 100) == bar({"value": None}, 100) == ""


def test_the_scale_of_a_share_ends_at_all_of_it() -> None:
    rows = [Range("fp32", measured(0.9, 0.1, 1.0))]

    assert "100.0 %</text>" in ranges("Accuracy", rows, percent, at_most=most_of("share"))
    assert "105.4 %</text>" in ranges("Accuracy", rows, percent, at_most=most_of("dB"))


def test_the_plane_has_each_variant_both_intervals_and_the_limit() -> None:
    points = [
        Point("fast & <small>", measured(1, 0.5, 2), measured(900, 800, 1000), True),
        Point("slow", measured(8, 7, 9), measured(100, 90, 110), False),
    ]

    drawn = plane(points, 10)

    assert "fast &amp; &lt;small&gt;" in drawn
    assert drawn.count('class="reach"') == 2
    assert 'class="limit"' in drawn
    assert drawn.count('class="chosen"') == 1
    assert plane([], 10) == ""


def test_names_of_points_that_lie_together_stand_one_above_the_other() -> None:
    drawn = plane([Point(name, measured(5, 4, 6), measured(100, 90, 110), False) for name in ("a", "b")], None)

    first, second = (float(part.split(' y="')[1].split('"')[0]) for part in drawn.split('class="name"')[1:])
    assert first - second == 20

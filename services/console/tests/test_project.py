"""The page of a project: the figures are the report's, each with its interval; undecided says what would decide."""

from __future__ import annotations

from console_bench import Bench
from workbench.plots.drawing import Point, bar, plane


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


def test_the_plane_has_each_variant_both_intervals_and_the_limit() -> None:
    points = [Point("fast & <small>", measured(1, 0.5, 2), measured(900, 800, 1000), True),
              Point("slow", measured(8, 7, 9), measured(100, 90, 110), False)]  # fmt: skip

    drawn = plane(points, 10)

    assert "fast &amp; &lt;small&gt;" in drawn
    assert drawn.count('class="reach"') == 2
    assert 'class="limit"' in drawn
    assert drawn.count('class="chosen"') == 1
    assert plane([], 10) == ""

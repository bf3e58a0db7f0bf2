"""The page of an evaluation: metrics with intervals, classes, what speaks against the score, what was assumed."""

from __future__ import annotations

from console_bench import Bench


def test_a_score_has_its_interval_its_chance_and_its_change(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/evaluation/{bench.ids['evaluation succeeded']}").text

    assert '<strong>50.0 %</strong> <span class="fine">40.0–60.0 %, 10 images of the part evaluation' in page
    assert "it would be 10.0 %" in page
    assert "The same answers score 90.0 %" in page
    assert "Change: +50.0 points (+40.0 to +60.0) on 10 images, within the noise" in page


def test_classes_end_somewhere_and_what_was_assumed_says_how_to_say_otherwise(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/evaluation/{bench.ids['evaluation succeeded']}").text

    assert "Each of 600 classes" in page
    assert "and 100 more: the API has all" in page
    assert "say otherwise by <code>options.top_k</code>" in page


def test_figures_in_another_unit_keep_it(bench: Bench) -> None:
    metric = {"metric": "psnr", "unit": "dB", "better": "higher", "value": 31.0, "low": 30.0, "high": 32.0, "n": 4}
    id = bench.have("evaluation", "succeeded", facts={"metrics": [metric], "items": 4})

    page = bench.visitor("hostile").get(f"/console/evaluation/{id}").text

    assert "<strong>31 dB</strong>" in page
    assert "30–32 dB, 4 images" in page
    assert "deleted" in page


def test_an_evaluation_that_waits_says_so(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/evaluation/{bench.ids['evaluation queued']}").text

    assert 'class="state queued"' in page

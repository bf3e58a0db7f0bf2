"""The page of an evaluation: metrics with intervals, classes, what speaks against the score, what was assumed."""

from __future__ import annotations

from console_bench import Bench


def test_a_score_has_its_interval_its_chance_and_its_change(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/evaluation/{bench.ids['evaluation succeeded']}").text

    assert '<strong>50.0 %</strong> <span class="fine">40.0–60.0 %, 10 images of the part evaluation' in page
    assert "it would be 10.0 %" in page
    assert "The same answers score 90.0 %" in page
    assert "Of 24 images that were tried it is 90.0 % instead of 10.0 %" in page
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


def test_the_worst_images_are_shown_with_the_result_beside_the_truth_and_others_follow(bench: Bench) -> None:
    visitor, id = bench.visitor("hostile"), bench.ids["evaluation succeeded"]

    page, rest = (visitor.get(f"/console/evaluation/{id}{more}").text for more in ("", "/images?cursor=24"))

    drawn = [f'src="/console/evaluation/{id}/images/0/{what}.jpg"' for what in ("result", "truth")]
    assert [page.count(each) for each in drawn] == [1, 1]
    assert page.index(drawn[0]) < page.index(drawn[1])
    assert f'hx-get="/console/evaluation/{id}/images?cursor=24"' in page
    assert rest.count("<tr>") == 1 + 6
    assert "Next page" not in rest


def test_pictures_come_from_the_evaluation_and_no_others(bench: Bench) -> None:
    visitor, start = bench.visitor("hostile"), f"/console/evaluation/{bench.ids['evaluation succeeded']}/images"

    result, truth = (visitor.get(f"{start}/0/{what}.jpg") for what in ("result", "truth"))

    assert (result.data, truth.data, result.content_type) == (b"drawn", b"known", "image/jpeg")
    absent = [visitor.get(f"{start}/{path}.jpg").status_code for path in ("0/other", "1/result", "99/result")]
    assert absent == [404] * 3


def test_what_is_confused_is_a_table_whose_last_row_and_column_are_nothing(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/evaluation/{bench.ids['evaluation succeeded']}").text

    table = page[page.index('<table class="matrix">') :]
    table = table[: table.index("</table>")]
    cells = [part.partition("</td>")[0] for part in table.split('<td class="number')[1:]]
    assert cells == [' right">2', ' wrong">1', ' wrong">2', '">']
    assert "2 of 3 things are taken for what they are" in page


def test_an_evaluation_of_an_earlier_release_says_that_it_kept_no_images(bench: Bench) -> None:
    id = bench.have("evaluation", "succeeded", facts={"metrics": [], "items": 4})

    page = bench.visitor("hostile").get(f"/console/evaluation/{id}").text

    assert "An earlier release did not keep this of the evaluation" in page
    assert "What is taken for what" not in page


def test_how_far_outputs_are_from_the_references_is_told_output_by_output(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/evaluation/{bench.ids['evaluation succeeded']}").text

    assert '<td class="number">0.25</td><td class="number">10.0 %</td>' in page
    assert "of another shape" in page

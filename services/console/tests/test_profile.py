"""The page of a measurement: the figures are the API's, the verdict has its reasons, layers come by their time."""

from __future__ import annotations

from console_bench import Bench
from workbench.plots.drawing import launches


def layer(name: str, time_ms: float) -> dict[str, object]:
    return {
        "name": name,
        "type": "Convolution",
        "exec_type": "brgconv",
        "runtime_precision": "f32",
        "place": 0,
        "time_ms": time_ms,
        "original_layers": [f"of {name}"],
        "inputs": [],
        "outputs": [],
    }


def test_a_measurement_shows_its_interval_latencies_and_why_it_is_doubted(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/profile/{bench.ids['profile succeeded']}").text

    assert '<strong>20 FPS</strong> <span class="fine">10–30</span>' in page
    assert '<th scope="row">Median</th><td class="number">20</td><td class="number">10–30</td>' in page
    assert '<th scope="row">99 % below</th><td class="number">–</td>' in page
    assert '<span class="state untrusted">untrusted</span></h2>' in page
    assert page.count('<circle class="value" cx=') >= 3


def test_the_layers_that_take_longest_come_first_and_all_are_found_by_a_search(bench: Bench) -> None:
    layers = [layer("early", 0.5), layer("slow", 9.0), *(layer(f"n{number}", 0.1) for number in range(60))]
    figure = {"value": 1.0, "low": 1.0, "high": 1.0}
    fed = [{"name": "ids", "shape": [1, 128], "element_type": "i64", "data": "given"}]
    facts = {"throughput_fps": figure, "launches": [{"throughput_fps": 1.0}], "layers": layers, "inputs": fed}
    id = bench.have("profile", "succeeded", facts=facts)
    visitor = bench.visitor("hostile")

    page, rest = visitor.get(f"/console/profile/{id}").text, visitor.get(f"/console/profile/{id}/layers?cursor=50").text
    found = visitor.get(f"/console/profile/{id}/layers?search=of+slow").text

    assert page.index("<bdi>slow</bdi>") < page.index("<bdi>early</bdi>")
    assert "62 of 62 layers" in page
    assert "<dt>Input <bdi>ids</bdi></dt><dd>[1, 128], i64, given data</dd>" in page
    assert "<bdi>n59</bdi>" in rest
    assert "1 of 62 layers" in found


def test_the_time_is_shared_out_by_type_and_precision(bench: Bench) -> None:
    layers = [layer("a", 3.0), layer("b", 5.0), {**layer("c", 2.0), "type": "Reorder", "runtime_precision": "u8"}]
    figure = {"value": 1.0, "low": 1.0, "high": 1.0}
    latencies = {"p50": {"value": 4.0, "low": 3.5, "high": 4.5}, "p99": {"value": 9.0, "low": 8.0, "high": 12.0}}
    facts = {"throughput_fps": figure, "launches": [], "layers": layers, "latency_ms": latencies}
    id = bench.have("profile", "succeeded", facts=facts)

    page = bench.visitor("hostile").get(f"/console/profile/{id}").text

    told = (("Convolution", 2, "80.0"), ("Reorder", 1, "20.0"), ("f32", 2, "80.0"))
    shares = [
        f'<bdi>{name}</bdi> <span class="fine">{layers}</span></th><td class="number">{share} %</td>'
        for name, layers, share in told
    ]
    assert [each for each in shares if each not in page] == []
    assert "Latency in ms. Median: 4 ms; 99 % below: 9 ms" in page


def test_another_measurement_has_a_ratio_only_where_both_were_measured_in_turns(bench: Bench) -> None:
    def measured(id: str, fps: float, **together: object) -> str:
        facts = {
            "throughput_fps": {"value": fps, "low": fps - 1, "high": fps + 1},
            "together": together or None,
            "trust": {"verdict": "trusted", "reasons": []},
            "device": "CPU",
        }
        return bench.have("profile", "succeeded", name=id, facts=facts, request={"model_id": id})

    ratio = {"throughput_fps": {"value": 2.5, "low": 2.25, "high": 2.75}}
    one = measured("one", 50, profile_id="job", ratios={"one": {"two": ratio}})
    two, apart = measured("two", 20, profile_id="job"), measured("apart", 20)
    visitor = bench.visitor("hostile")

    beside = visitor.get(f"/console/profile/{one}?against={two}").text
    alone = visitor.get(f"/console/profile/{one}?against={apart}").text

    assert "Throughput in FPS. this one: 50; the other: 20" in beside
    assert "2.5 × the throughput (2.25–2.75)" in beside
    assert "Not measured together" in alone
    assert "× the throughput" not in alone


def test_a_measurement_that_failed_says_what_to_do(bench: Bench) -> None:
    assert "What to do:" in bench.visitor("hostile").get(f"/console/profile/{bench.ids['profile failed']}").text


def test_launches_are_dots_over_the_band_of_their_interval() -> None:
    drawn = launches([50, 100], {"value": 70, "low": 50, "high": 100})

    assert drawn.count("<circle") == 2
    band, first, second = (drawn.split(mark)[1] for mark in ('class="band"', "<circle", "<circle"))
    assert 'y="31.2" width="632" height="82.4"' in band
    assert 'cy="113.6"' in first
    assert 'cy="31.2"' in drawn.split("<circle")[2], second
    assert drawn.count(">launch<") == 1
    assert [f">{number}</text>" in drawn for number in (1, 2, 3)] == [True, True, False]
    assert launches([0.0], {"value": 0.0, "low": 0.0, "high": 0.0}) == ""

"""The pure rules of a comparison: differences, recommendations, and the third answer, undecided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from workbench.project.alike import measured_once
from workbench.project.compare import accuracy_change, changed_items, compare, quotient
from workbench.project.doubts import doubt
from workbench.project.objections import Constraints
from workbench.project.recommend import recommend
from workbench.project.values import Variant


def figure(value, spread=0.01):
    return {"value": value, "low": value * (1 - spread), "high": value * (1 + spread)}


def variant(
    name, fps, p50=1.0, change=None, size=100, spread=0.01, metric="top1", half=0.01, trust="trusted", n=100, **accuracy
):
    """``change``: of its accuracy against the baseline, 0 to 1, and ``half`` of its interval."""
    row = {"metric": metric, "value": 0.9, "n": n, "low": 0, "high": 1, **accuracy}
    if change is not None:
        figure_of = {"value": change, "low": change - half, "high": change + half}
        row["change"] = {**figure_of, "n": n, "beyond_noise": True}
    evaluation = {"metrics": [row], "changed_items": None}
    profile = {
        "throughput_fps": figure(fps, spread),
        "latency_ms": {"p50": figure(p50, spread)},
        "cpu_ms_per_request": figure(1.0),
        "trust": {"verdict": trust, "reasons": []},
    }
    precision = {"fp32": "FP32", "fp16": "FP16", "int8": "INT8"}[name]
    facts = {"precision": precision, "conversion": {"checked": {"verdict": "alike"}}}
    return Variant(name, f"m-{name}", facts, size, f"p-{name}", profile, "e", evaluation)


def in_turns(*variants, ratio, half=0.01, verdict="trusted", rule="contradiction"):
    """As if one job had measured the two, the second ``ratio`` times as fast as the first."""
    mine, theirs = variants
    found = {(theirs.model_id, mine.model_id): ratio, (mine.model_id, theirs.model_id): 1 / ratio}
    reasons = [{"rule": rule, "verdict": verdict, "detail": "…"}] if verdict != "trusted" else []
    ratios = {
        of: {
            to: {
                "throughput_fps": figure(value, half),
                "latency_p50_ms": figure(1 / value, half),
                "cpu_ms_per_request": figure(0.3, half),
                "trust": {"verdict": verdict, "reasons": reasons},
            }
        }
        for (of, to), value in found.items()
    }
    together = {"profile_id": "p", "ratios": ratios}
    return [replace(each, profile={**each.profile, "together": together}) for each in variants]


def test_a_quotient_widens_with_both_intervals_and_knows_the_noise() -> None:
    fp32, noisy = variant("fp32", 100), variant("fp32", 100, spread=0.2)
    clear, vague = (
        quotient(variant("int8", fps, spread=spread), other, "throughput_fps")
        for fps, spread, other in ((200, 0.01, fp32), (105, 0.2, noisy))
    )

    assert clear["value"] == pytest.approx(2.0)
    assert clear["low"] == pytest.approx(2 * 2.718281828 ** -(2**0.5 * 0.010000333), rel=1e-4)
    assert clear["beyond_noise"]
    assert not vague["beyond_noise"]


def test_what_was_measured_in_turns_is_compared_by_its_pairs_alone() -> None:
    fp32, int8 = in_turns(variant("fp32", 100, spread=0.6), variant("int8", 1780, spread=0.6), ratio=2.9)

    told = compare(int8, fp32)

    assert told["measured_together"]
    assert told["speedup"] == {**figure(2.9), "beyond_noise": True}
    assert told["latency_ratio"]["value"] == pytest.approx(1 / 2.9)
    assert told["cpu_per_request_ratio"]["value"] == 0.3
    assert not compare(variant("int8", 1780), variant("fp32", 100))["measured_together"]


def test_a_ratio_to_another_job_is_not_one_of_pairs() -> None:
    fp32, int8 = in_turns(variant("fp32", 100), variant("int8", 300), ratio=2.9)
    again = replace(int8, profile={**int8.profile, "together": {**int8.profile["together"], "profile_id": "q"}})

    assert compare(again, fp32)["speedup"]["value"] == pytest.approx(3.0)
    assert not compare(again, fp32)["measured_together"]


@pytest.mark.parametrize("verdict", ["doubtful", "untrusted"])
def test_nothing_is_recommended_on_a_speedup_that_contradicts_the_cpu_time(verdict) -> None:
    variants = in_turns(variant("fp32", 100), variant("int8", 290, change=0.0), ratio=2.9, verdict=verdict)

    found = recommend(variants, Constraints("throughput", None, 1.0))

    assert (found.decision, found.variant) == ("undecided", None)
    assert "int8: its throughput against fp32 contradicts its CPU time a request" in found.reason
    assert "quieter machine" in found.needed[0]
    assert compare(*variants[::-1])["trust"]["reasons"][0]["rule"] == "contradiction"


def test_models_with_other_numbers_of_requests_are_measured_with_the_same_and_not_on_a_quieter_machine() -> None:
    variants = in_turns(
        variant("fp32", 100), variant("int8", 290, change=0.0), ratio=2.9, verdict="doubtful", rule="other-requests"
    )

    found = recommend(variants, Constraints("throughput", None, 1.0))

    assert found.decision == "undecided"
    assert "int8: it was measured with another number of requests in flight than fp32" in found.reason
    assert "contradicts" not in found.reason
    assert [("--requests" in each, "quieter" in each) for each in found.needed] == [(True, False)]


def test_a_contradiction_with_a_variant_that_is_ruled_out_changes_nothing() -> None:
    variants = in_turns(
        variant("fp32", 100, p50=9.0), variant("int8", 290, p50=2.0, change=0.0), ratio=2.9, verdict="untrusted"
    )

    assert recommend(variants, Constraints("throughput", 5.0, 1.0)).decision == "recommended"


def test_the_choice_rests_on_the_pairs_and_not_on_intervals_that_overlap() -> None:
    slow, fast = in_turns(
        variant("fp32", 100, spread=0.3, size=50), variant("fp16", 105, spread=0.3, size=60), ratio=1.05
    )

    chosen = recommend([slow, fast], Constraints("throughput", None, None))

    assert chosen.variant is fast
    assert "1.05 × the throughput," in chosen.reason
    alike = in_turns(slow, fast, ratio=1.05, half=0.1)
    assert recommend(alike, Constraints("throughput", None, None)).variant is alike[0]


def test_a_change_of_accuracy_is_told_in_points_as_the_evaluation_paired_it() -> None:
    change = accuracy_change(variant("int8", 1, change=-0.05))

    assert change == {
        "value": pytest.approx(-5.0),
        "low": pytest.approx(-6.0),
        "high": pytest.approx(-4.0),
        "n": 100,
        "beyond_noise": True,
        "unit": "points",
    }
    assert accuracy_change(variant("int8", 1)) is None
    assert changed_items(variant("int8", 1))["broken"] == []


def test_of_an_error_more_is_accuracy_lost() -> None:
    worse = variant("int8", 300, change=0.05, metric="nme")

    change = accuracy_change(worse)

    assert change is not None
    assert (change["value"], change["low"], change["high"]) == pytest.approx((-5, -6, -4))
    limits = Constraints("throughput", None, 1.0)
    assert "it loses 5.00 points" in recommend([variant("fp32", 100), worse], limits).reason


def test_a_limit_of_what_is_no_share_counts_in_the_metrics_own_unit() -> None:
    worse = variant("int8", 300, change=-3.0, half=0.2, metric="psnr", unit="dB")

    assert accuracy_change(worse)["value"] == -3.0
    reason = recommend([variant("fp32", 100), worse], Constraints("throughput", None, 1.0)).reason
    assert "it loses 3.00 dB of accuracy (2.80 to 3.20), over the limit of 1" in reason
    taken = recommend([variant("fp32", 100), worse], Constraints("throughput", None, 4.0))
    assert "accuracy -3.00 dB (-3.20 to -2.80)" in taken.reason


def test_the_fastest_variant_within_the_accuracy_limit_is_recommended() -> None:
    fp32, int8 = variant("fp32", 100), variant("int8", 300, change=0.0, size=25)

    chosen = recommend([fp32, int8], Constraints("throughput", None, 1.0))

    assert chosen.variant is int8
    assert "3.00 ×" in chosen.reason


def test_a_variant_that_loses_too_much_is_not_chosen_and_the_reason_says_so() -> None:
    fp32, int8 = variant("fp32", 100), variant("int8", 300, change=-0.05)

    chosen = recommend([fp32, int8], Constraints("throughput", None, 1.0))

    assert chosen.variant is fp32
    assert "loses 5.00 points" in chosen.reason
    assert recommend([fp32, int8], Constraints("throughput", None, None)).variant is int8


@pytest.mark.parametrize(
    ("value", "low", "high", "decision", "chosen"),
    [
        (1.0, 0.995, 1.0, "recommended", "int8"),
        (0.995, 0.98, 0.999, "undecided", None),
        (0.9, 0.85, 0.95, "recommended", "fp32"),
    ],
)
def test_without_labels_what_is_answered_otherwise_counts_as_lost(value, low, high, decision, chosen) -> None:
    agreement = {"metric": "top1_agreement", "value": value, "n": 400, "low": low, "high": high}
    int8 = replace(variant("int8", 300), evaluation={"metrics": [agreement]})

    decided = recommend([FP32, int8], LIMITS)

    assert (decided.decision, decided.variant and decided.variant.name) == (decision, chosen)
    assert all(needed.startswith("labels, or about 3,") for needed in decided.needed)


def test_agreement_on_one_and_the_same_answer_decides_nothing() -> None:
    agreement = {"metric": "top1_agreement", "value": 1.0, "n": 400, "low": 0.99, "high": 1.0, "constant": True}
    int8 = replace(variant("int8", 300), evaluation={"metrics": [agreement]})

    found = recommend([variant("fp32", 100), int8], Constraints("throughput", None, 1.0))

    assert found.decision == "undecided"
    assert "it says the same class of all 400 images" in found.reason
    assert found.needed == ("images that the model tells apart, or labels",)


def test_unknown_accuracy_is_never_good_enough_for_int8() -> None:
    chosen = recommend([variant("fp32", 100), variant("int8", 300)], Constraints("throughput", None, 1.0))

    assert chosen.variant.name == "fp32"
    assert "unknown" in chosen.reason


def test_a_latency_limit_counts_the_upper_end_of_the_interval() -> None:
    one = variant("fp32", 100, p50=1.0, spread=0.05)

    assert recommend([one], Constraints("latency", 1.06, None)).variant is one
    between = recommend([one], Constraints("latency", 1.02, None))
    assert (between.variant, between.decision) == (None, "undecided")
    assert "the limit of 1.02 ms lies within" in between.reason
    nothing = recommend([one], Constraints("latency", 0.9, None))
    assert (nothing.variant, nothing.decision) == (None, "none")
    assert "over the limit of 0.9 ms" in nothing.reason


def test_of_two_that_cannot_be_told_apart_the_smaller_is_chosen() -> None:
    fp32, fp16 = variant("fp32", 101, spread=0.1, size=100), variant("fp16", 100, spread=0.1, size=50)

    assert recommend([fp32, fp16], Constraints("throughput", None, 1.0)).variant is fp16


LIMITS = Constraints("throughput", None, 1.0)
FP32 = variant("fp32", 100)


def test_an_accuracy_interval_that_reaches_over_the_limit_is_undecided_and_says_how_many_images_would_do() -> None:
    chosen = recommend([FP32, variant("int8", 300, change=0.0, half=0.05)], LIMITS)

    assert (chosen.variant, chosen.decision) == (None, "undecided")
    assert "cannot be said of 100 images: 0.00 (-5.00 to 5.00)" in chosen.reason
    assert chosen.needed == ("about 2,500 images to score in place of 100, or another limit",)


def test_a_loss_at_the_limit_itself_is_told_to_be_out_of_reach_of_images() -> None:
    (needed,) = recommend([FP32, variant("int8", 300, change=-0.01, half=0.05)], LIMITS).needed

    assert "no number of images would tell" in needed


def test_of_four_images_nobody_can_say_how_many_it_takes() -> None:
    (needed,) = recommend([FP32, variant("int8", 300, change=-0.015, half=1.0, n=4)], LIMITS).needed

    assert needed == "more images to score: 4 are too few to say how many it takes"


def test_of_a_few_images_with_a_wide_interval_more_are_asked_for_and_no_other_limit_alone() -> None:
    (needed,) = recommend([FP32, variant("int8", 300, change=0.0, half=0.4, n=6)], LIMITS).needed

    assert needed == "about 9,600 images to score in place of 6, or another limit"


def test_what_is_not_known_of_a_variant_that_would_not_be_chosen_changes_nothing() -> None:
    slow = variant("int8", 50, change=0.0, half=0.05, size=200)

    chosen = recommend([FP32, slow], LIMITS)

    assert (chosen.variant, chosen.decision) == (FP32, "recommended")


@pytest.mark.parametrize("verdict", ["untrusted", "doubtful"])
@pytest.mark.parametrize("which", ["fp32", "int8"])
def test_nothing_is_recommended_on_a_speed_that_is_not_trusted(which: str, verdict: str) -> None:
    both = [
        variant(name, fps, change=0.0, half=0.001, trust=verdict if name == which else "trusted")
        for name, fps in (("fp32", 100), ("int8", 300))
    ]

    chosen = recommend(both, LIMITS)

    assert (chosen.variant, chosen.decision) == (None, "undecided")
    assert f"{which}: its measurement is {verdict}" in chosen.reason
    assert any("quieter machine" in needed for needed in chosen.needed)
    assert chosen.packaged is both[0]


def test_an_untrusted_variant_that_is_ruled_out_anyway_leaves_the_others_decided() -> None:
    wrong = variant("int8", 300, change=-0.5, trust="untrusted")

    assert recommend([FP32, wrong], LIMITS).variant is FP32


CHANCE = {"metric": "top1", "value": 0.0, "low": 0.0, "high": 0.11, "n": 31}


@pytest.mark.parametrize(
    ("accuracy", "said", "needed"),
    [
        (CHANCE | {"chance": 0.1}, "not above chance: always the most frequent class would score 10.0%", "preparation"),
        (CHANCE | {"chance": 0.1, "constant": True}, "the same answer for all 31 images", "preparation"),
        (
            CHANCE | {"chance": 1.0, "value": 1.0, "high": 1.0, "low": 0.4},
            "one and the same class",
            "more than one class",
        ),
        (CHANCE | {"chance": 0.5, "value": 1.0, "high": 1.0, "low": 0.4, "n": 3}, "not above", "more images than 3"),
        (
            CHANCE
            | {"chance": 0.1, "other_reading": {"value": 0.97, "words": "when read otherwise", "remedy": "--option x"}},
            "the very same answers score 97.0% when read otherwise",
            "--option x",
        ),
        (
            CHANCE
            | {
                "value": 0.9,
                "low": 0.8,
                "high": 0.95,
                "chance": 0.91,
                "chance_of": "bicubic upscaling alone scores",
                "over_chance": {"value": -0.01, "low": -0.02, "high": -0.001},
            },
            "bicubic upscaling alone scores 91.0% on the same images, and the difference is -2.00 to -0.10 points",
            "--scale",
        ),
    ],
)
def test_nothing_is_recommended_or_packaged_on_a_baseline_that_cannot_be_right(accuracy, said, needed) -> None:
    chosen = recommend([variant("fp32", 100, **accuracy), variant("int8", 300, change=0.0, half=0.001)], LIMITS)

    assert (chosen.variant, chosen.packaged, chosen.decision) == (None, None, "undecided")
    assert said in chosen.reason
    assert needed in chosen.needed[0]


def test_what_is_better_on_the_same_images_is_above_chance_whatever_the_intervals() -> None:
    paired = CHANCE | {
        "value": 0.9,
        "low": 0.6,
        "high": 0.95,
        "chance": 0.8,
        "chance_of": "bicubic upscaling scores",
        "over_chance": {"value": 0.1, "low": 0.01, "high": 0.2},
    }

    assert doubt(variant("fp32", 100, **paired)) is None


def test_half_precision_without_a_metric_is_taken_for_its_measured_distance_and_not_for_its_name() -> None:
    fp16 = variant("fp16", 300)
    unknown = replace(fp16, model={"precision": "FP16", "conversion": {"checked": {"verdict": "not comparable"}}})
    half = {"checked": {"verdict": "alike"}, "half": {"clipped": {"values": 1234}}}
    clipped = replace(fp16, model={"precision": "FP16", "conversion": half})

    assert recommend([FP32, fp16], LIMITS).variant is fp16
    assert recommend([FP32, unknown], LIMITS).variant is FP32
    assert "1,234 of its weights were clipped" in recommend([FP32, clipped], LIMITS).reason


def test_being_like_a_source_that_never_varies_speaks_for_nothing() -> None:
    checked = {"verdict": "alike", "constant": True}
    fp16 = replace(variant("fp16", 300), model={"precision": "FP16", "conversion": {"checked": checked}})

    left = recommend([FP32, fp16], LIMITS)

    assert left.variant is FP32
    assert "outputs were the same whatever random numbers went in" in left.reason


def test_a_distance_that_calibrating_measured_is_told_and_is_no_accuracy() -> None:
    calibration = {"distance": 0.587, "images_compared": 12}
    int8 = replace(variant("int8", 300), model={"precision": "INT8", "calibration": calibration})
    unknown = replace(int8, model={"precision": "INT8", "calibration": {"distance": None, "images_compared": 0}})

    told, silent = (recommend([FP32, each], LIMITS) for each in (int8, unknown))

    assert (told.variant, silent.variant) == (FP32, FP32)
    assert "its outputs are off by 58.7% (of their root mean square) on 12 of the images" in told.reason
    assert "was not measured" in silent.reason


def test_weights_too_small_for_half_precision_are_told_as_those_too_large_are() -> None:
    half = {"checked": {"verdict": "alike"}, "half": {"clipped": {"values": 0}, "vanished": {"values": 5678}}}
    fp16 = replace(variant("fp16", 300), model={"precision": "FP16", "conversion": half})
    agreement = {"metric": "top1_agreement", "value": 0.9, "n": 400, "low": 0.85, "high": 0.95}
    apart = replace(fp16, evaluation={"metrics": [agreement]})

    taken, left = recommend([FP32, fp16], LIMITS), recommend([FP32, apart], LIMITS)

    assert (taken.variant, left.variant) == (fp16, FP32)
    assert all("5,678 of its weights, too small for half precision" in chosen.reason for chosen in (taken, left))


def test_the_cpu_time_a_request_stands_beside_the_speed() -> None:
    chosen = recommend([FP32, variant("int8", 300, change=0.0, half=0.001)], LIMITS)

    assert "1.00 × the CPU time a request (within the noise)" in chosen.reason


def test_variants_of_the_same_bytes_are_one_measurement_with_two_names() -> None:
    fp32, fp16 = (
        replace(variant(name, fps), model={"precision": name, "digest": "same"})
        for name, fps in (("fp32", 100), ("fp16", 140))
    )
    other = replace(variant("int8", 300), model={"precision": "INT8", "digest": "other"})

    first, second, third = measured_once([fp32, fp16, other])

    assert (first, third) == (fp32, other)
    assert second.profile == fp32.profile
    told = compare(second, first)
    assert told["speedup"] == {"value": 1.0, "low": 1.0, "high": 1.0, "beyond_noise": False}
    assert told["measured_together"]
    assert second.warnings == ("It is byte for byte fp32: the same measurement under another name.",)


def test_a_cause_that_was_found_is_what_is_needed() -> None:
    cause = {
        "value": 0.6,
        "before": 0.0,
        "n": 24,
        "words": "with the channels as blue, green, red",
        "remedy": "--color BGR",
    }

    told = recommend(
        [variant("fp32", 100, chance=0.1, likely_cause=cause, unit="share"), variant("int8", 200)],
        Constraints("throughput", None, None),
    )

    assert told.decision == "undecided"
    assert told.needed == ("--color BGR",)
    assert "of 24 that were tried it has 60.0 % instead of 0.0 % with the channels as blue, green, red" in told.reason

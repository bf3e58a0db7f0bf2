"""A pipeline from its request to its report, over messages that are lost, doubled, late and refused."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter

import pytest
from fresh import embedded
from sqlalchemy import update
from workbench.jobs.record.tables import jobs
from workbench.project import kinds
from workbench.project.tables import steps as steps_table
from workbench.store import File, Manifest, Manifests

EVERY_STEP = {
    "convert-fp32",
    "convert-fp16",
    "recipe",
    "calibrate-int8",
    "profile-fp32",
    "profile-fp16",
    "profile-int8",
    "evaluate-fp32",
    "evaluate-fp16",
    "evaluate-int8",
    "package",
}


def succeed(others, command) -> None:
    others.succeed(command)


def failing(kind, reason, **word):
    """Whoever does this kind of work cannot; all others succeed."""

    def answer(others, command) -> None:
        if command.type.startswith(kind):
            others.fail(command, reason, **word)
        else:
            others.succeed(command)

    return answer


def silent_for_long(bench) -> None:
    """As if more than the time had passed after which a command is sent again."""
    with bench.adapters.record("project").engine.begin() as connection:
        connection.execute(update(steps_table).values(sent_at=0.0))
    bench.adapters.record("project").ring()


def test_a_project_goes_with_its_optimizations_unless_one_is_under_way(bench) -> None:
    bench.others.answer = succeed
    waiting = bench.optimize()
    project = f"/v1/projects/{bench.project_id}"

    refused = bench.client.delete(project)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:workbench:problem:still-running")
    bench.work()
    assert bench.ended(waiting)["state"] == "succeeded"
    assert bench.client.delete(project).status_code == 204

    assert bench.client.get(bench.url).status_code == 404
    assert bench.client.get("/v1/projects/-/optimizations").json["items"] == []
    assert bench.client.get(f"{bench.url}/{waiting}").status_code == 404
    assert bench.client.get(project).status_code == 404


def test_every_step_succeeds_and_the_report_says_what_to_deploy(bench) -> None:
    bench.others.answer = succeed
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "succeeded", job["error"]
    assert bench.steps(job["id"]) == dict.fromkeys(EVERY_STEP, "succeeded")
    report = job["facts"]
    assert [variant["name"] for variant in report["variants"]] == ["fp32", "fp16", "int8"]
    assert report["recommended"]["variant"] == "int8"
    assert report["constraints_met"] is True
    assert report["package"]["size_bytes"] == 7
    assert report["environment"] == {"openvino": "x"}
    assert [variant["peak_memory_bytes"] for variant in report["variants"]] == [90_000_000] * 3
    assert (report["target"], report["device"]) == ("local", "CPU")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", report["created_at"])
    int8 = report["comparison"][1]
    assert int8["speedup"]["value"] == pytest.approx(3.0)
    assert int8["speedup"]["beyond_noise"]
    assert int8["changed_items"]["broken"] == ["94.png"]
    assert int8["size_ratio"] == round(26 / 51, 4)
    few, lost = report["variants"][2]["warnings"]
    assert few == "few images"
    assert lost.startswith("INT8 loses 1.00 points (0.80 to 1.20)")
    assert report["warnings"][-2:] == [
        "The model: another signature was left out",
        "The dataset: 2 images have an EXIF orientation",
    ]
    assert [each["field"] for each in report["assumed"]] == ["color"]


def test_a_model_that_came_as_int8_was_calibrated_by_nobody_here(bench) -> None:
    files = (File("model.xml", "1" * 64, 1), File("model.bin", "2" * 64, 25))
    manifests = Manifests(bench.adapters.store, "a")
    facts = {**manifests.get("model", "m").facts, "format": "ir", "main_file": "model.xml", "precision": "INT8"}
    manifests.write(Manifest("model", "q", "a", "", files, facts).text())
    bench.project_id = bench.client.post("/v1/projects", json={"name": "q", "model_id": "q"}).json["id"]
    bench.others.answer = succeed
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "succeeded", job["error"]
    [variant] = job["facts"]["variants"]
    assert (variant["name"], variant["warnings"]) == ("int8", [])


def test_without_a_dataset_int8_was_calibrated_on_generated_images(bench) -> None:
    bench.project_id = bench.client.post("/v1/projects", json={"name": "g", "model_id": "m"}).json["id"]
    bench.others.answer = succeed
    bench.work()

    variants = {each["name"]: each["warnings"] for each in bench.ended(bench.optimize())["facts"]["variants"]}

    assert "Calibrated on generated images: its accuracy is unknown." in variants["int8"]
    assert not [said for name in ("fp32", "fp16") for said in variants[name] if "Calibrated" in said]


def test_a_speed_within_the_noise_is_said_to_be_and_the_smaller_wins(bench) -> None:
    bench.others.answer = succeed
    bench.work()

    report = bench.ended(bench.optimize(max_accuracy_drop=0.5))["facts"]

    assert report["comparison"][0]["speedup"]["beyond_noise"] is False
    assert report["recommended"]["variant"] in ("fp32", "fp16")
    assert "int8: it loses 1.00 points" in report["recommended"]["reason"]


def test_limits_that_no_variant_keeps_give_a_report_without_package(bench) -> None:
    bench.others.answer = succeed
    bench.work()

    job = bench.ended(bench.optimize(max_latency_ms=0.001))

    assert job["state"] == "succeeded"
    assert job["facts"]["constraints_met"] is False
    assert job["facts"]["package"] is None
    assert job["facts"]["recommended"]["model"] is None
    assert "over the limit of 0.001 ms" in job["facts"]["recommended"]["reason"]
    assert "package" not in bench.steps(job["id"])


def test_every_answer_doubled_and_stale_words_after_it_change_nothing(bench) -> None:
    def answer(others, command) -> None:
        others.say(command, "running", progress={"stage": "x", "fraction": 0.5, "message": "half"})
        others.succeed(command)
        others.say(command, "running", progress={"stage": "x", "fraction": 0.1, "message": "late"})
        others.succeed(command)
        others.fail(command, "a word too late")
        others.say(command, "cancelled")

    bench.others.answer = answer
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "succeeded", job["error"]
    assert set(bench.steps(job["id"]).values()) == {"succeeded"}
    assert max(Counter(command.subject for command in bench.others.commands).values()) == 1


def test_a_step_that_fails_late_leaves_a_report_of_what_was_measured(bench) -> None:
    bench.others.answer = failing("package", "it does not run on its samples")
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "failed"
    assert job["error"]["step"] == "package"
    report = job["error"]["report"]
    assert [variant["name"] for variant in report["variants"]] == ["fp32", "fp16", "int8"]
    assert report["comparison"][1]["speedup"]["value"] == pytest.approx(3.0)
    assert report["recommended"] == {
        "model": None,
        "variant": None,
        "decision": "none",
        "needed": [],
        "reason": "package failed: it does not run on its samples",
    }
    assert (report["package"], report["constraints_met"]) == (None, False)


def test_what_cannot_be_scored_ends_it_after_the_speeds_were_measured(bench) -> None:
    """As of a model that answers NaN to some images."""
    bench.others.answer = failing("evaluation", "c_blue/000.png: 3 of 3 scores are not a number (NaN)")
    bench.work()

    job = bench.ended(bench.optimize())

    assert (job["state"], job["error"]["step"]) == ("failed", "evaluate-fp32")
    assert "c_blue/000.png" in job["error"]["detail"]
    report = job["error"]["report"]
    assert [variant["name"] for variant in report["variants"]] == ["fp32", "fp16", "int8"]
    assert all(variant["throughput_fps"]["value"] > 0 and variant["accuracy"] is None for variant in report["variants"])
    assert (report["recommended"]["variant"], report["package"]) == (None, None)
    assert "package" not in bench.steps(job["id"])


def test_a_step_that_fails_before_anything_was_measured_leaves_none(bench) -> None:
    bench.others.answer = lambda others, command: others.fail(command, "no conversion")
    bench.work()

    assert bench.ended(bench.optimize())["error"]["report"] is None


def test_the_report_says_which_task_and_that_it_was_guessed(bench) -> None:
    bench.others.answer = succeed
    bench.work()

    guessed, given = (bench.ended(bench.optimize(**request))["facts"] for request in ({}, {"task": "classification"}))

    assert guessed["task"] == given["task"] == "classification"
    assert guessed["guess"]["sure"] == "likely"
    assert any(warning.startswith("The task was guessed: classification is likely") for warning in guessed["warnings"])
    assert given["guess"] is None


def asked(bench, name: str) -> list[dict]:
    """What was asked of one kind of step, in order."""
    return [command.data for command in bench.others.commands if command.type.startswith(name)]


def test_one_job_measures_all_variants_in_turns_and_the_other_profiles_are_taken_from_it(bench) -> None:
    bench.others.answer = succeed
    bench.work()

    report = bench.ended(bench.optimize(launches=7, until=0.02))["facts"]

    first, *taken = asked(bench, "profile")
    ids = [variant["model"] for variant in report["variants"]]
    assert [first["model_id"], *first["with_model_ids"]] == ids
    assert (first["launches"], first["until"], first["within_s"]) == (7, 0.02, 600.0)
    measured = report["variants"][0]["profile"]
    assert taken == [
        {"model_id": model, "target": "local", "device": "CPU", "from_profile_id": measured} for model in ids[1:]
    ]
    assert {variant["measured_in"] for variant in report["variants"]} == {measured}
    assert all(each["measured_together"] for each in report["comparison"])


def test_without_int8_the_others_are_measured_in_turns_all_the_same(bench) -> None:
    bench.others.answer = failing("calibration", "no layer can be quantized")
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "succeeded", job["error"]
    assert len(asked(bench, "profile")[0]["with_model_ids"]) == 1
    assert [variant["name"] for variant in job["facts"]["variants"]] == ["fp32", "fp16"]


def test_an_optimization_of_an_earlier_release_goes_on_as_it_began(bench) -> None:
    bench.others.answer = succeed
    job_id = bench.optimize()
    record = bench.adapters.record("project")
    with record.engine.begin() as connection:
        request = {**record.find(job_id).request}
        del request["interleaved"]
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(request=request))
    bench.work()

    report = bench.ended(job_id)["facts"]

    assert [set(command) & {"with_model_ids", "from_profile_id"} for command in asked(bench, "profile")] == [set()] * 3
    assert not any(each["measured_together"] for each in report["comparison"])


def test_the_device_is_held_no_longer_than_it_may_by_all_variants_together(bench) -> None:
    accepted = bench.client.post(bench.url, json={"duration_s": 47.0})
    refused = bench.client.post(bench.url, json={"duration_s": 60.0})

    assert accepted.status_code == 202, accepted.text
    assert refused.status_code == 422
    assert "of each of 3 models" in refused.json["errors"]["duration_s"]


@pytest.mark.parametrize("seed", range(4))
def test_answers_in_any_order_lead_to_the_same_report(bench, seed) -> None:
    waiting, shuffled = [], random.Random(seed)
    bench.others.answer = lambda _others, command: waiting.append(command)
    bench.work()
    job_id = bench.optimize()

    while bench.view(job_id)["state"] in ("queued", "running"):
        if waiting:
            bench.others.succeed(waiting.pop(shuffled.randrange(len(waiting))))

    assert bench.view(job_id)["facts"]["recommended"]["variant"] == "int8"
    assert set(bench.steps(job_id)) == EVERY_STEP


def deaf_at_first(bench) -> set[str]:
    """Everybody else misses the first command of each subject; what was heard."""
    heard: set[str] = set()

    def answer(others, command) -> None:
        if command.subject in heard:
            others.succeed(command)
        heard.add(command.subject)

    bench.others.answer = answer
    return heard


def test_a_lost_command_is_sent_again_under_the_same_id(bench) -> None:
    deaf_at_first(bench)
    bench.work()
    job_id = bench.optimize()

    for _ in range(200):
        silent_for_long(bench)
        bench.adapters.record("project").call(job_id)  # as its next look, some seconds later
        threading.Event().wait(0.05)
        if bench.view(job_id)["state"] == "succeeded":
            break

    assert bench.ended(job_id)["state"] == "succeeded"
    assert min(Counter(command.subject for command in bench.others.commands).values()) >= 2


@pytest.mark.parametrize("jump_s", [3600, -3600])
def test_a_clock_that_jumps_loses_no_command(bench, monkeypatch: pytest.MonkeyPatch, jump_s: float) -> None:
    heard = deaf_at_first(bench)
    bench.work()
    job_id = bench.optimize()
    bench.until(lambda: heard)
    then = time.time
    monkeypatch.setattr(time, "time", lambda: then() + jump_s)
    before = set(heard)

    def all_said_again() -> bool:
        bench.adapters.record("project").call(job_id)
        return all(sum(command.subject == each for command in bench.others.commands) > 1 for each in before)

    bench.until(all_said_again)


def test_an_event_of_another_pipeline_or_of_nobody_is_nothing(bench) -> None:
    waiting = []
    bench.others.answer = lambda _others, command: waiting.append(command)
    bench.work()
    job_id = bench.optimize()
    bench.until(lambda: len(waiting) == 2)

    stranger = waiting[0].__class__("conversion.requested", "/project", "nobody", "a", waiting[0].data)
    bench.others.succeed(stranger)

    assert bench.steps(job_id) == {"convert-fp32": "queued", "convert-fp16": "queued"}


def test_a_rejected_command_fails_the_optimization_with_the_reason_and_its_step(bench) -> None:
    bench.others.answer = failing("recipe", "short_side: only with crop", word="rejected")
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "failed"
    assert job["error"]["step"] == "recipe"
    assert "short_side: only with crop" in job["error"]["detail"]
    assert job["error"]["cause"]["type"] == "urn:workbench:problem:x"


def test_a_failed_step_cancels_what_still_runs(bench) -> None:
    def answer(others, command) -> None:
        if command.data.get("precision") == "FP32":
            others.fail(command, "no such operation")

    bench.others.answer = answer
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "failed"
    assert [command.type for command in bench.others.cancels] == ["conversion.cancel"]
    assert bench.steps(job["id"]) == {"convert-fp32": "failed", "convert-fp16": "cancelled"}


@pytest.mark.parametrize("kind", ["calibration", "evaluation"])
def test_int8_that_cannot_be_made_or_scored_leaves_the_other_variants(bench, kind) -> None:
    def answer(others, command) -> None:
        precise = command.data.get("model_id") and kind == "evaluation" and not _is_int8(others, command)
        if command.type.startswith(kind) and not precise:
            others.fail(command, "not possible here")
        else:
            others.succeed(command)

    bench.others.answer = answer
    bench.work()

    job = bench.ended(bench.optimize())

    assert job["state"] == "succeeded", job["error"]
    assert job["facts"]["recommended"]["variant"] in ("fp32", "fp16")
    assert any("not possible here" in warning for warning in job["facts"]["warnings"])


def _is_int8(others, command) -> bool:
    return others.precision_of(command.data["model_id"]) == "INT8"


def test_cancelling_cancels_every_step_under_way(bench) -> None:
    bench.others.answer = lambda others, command: others.say(command, "running")
    bench.work()
    job_id = bench.optimize()
    bench.until(lambda: set(bench.steps(job_id).values()) == {"running"})

    assert bench.client.post(f"{bench.url}/{job_id}/cancel").status_code == 200

    assert bench.ended(job_id)["state"] == "cancelled"
    assert set(bench.steps(job_id).values()) == {"cancelled"}
    assert {command.type for command in bench.others.cancels} == {"conversion.cancel"}
    assert bench.client.post(f"{bench.url}/{job_id}/cancel").status_code == 200  # said twice, it is the same


def test_cancelled_before_a_worker_saw_it_nothing_is_ever_asked_for(bench) -> None:
    job_id = bench.optimize()

    assert bench.client.post(f"{bench.url}/{job_id}/cancel").json["state"] == "cancelled"
    bench.work()
    threading.Event().wait(0.3)

    assert bench.others.commands == []


def test_a_step_that_will_not_say_it_stopped_is_asked_again(bench, monkeypatch) -> None:
    monkeypatch.setattr(kinds, "ASK_AGAIN_S", 0.2)

    def hard_of_hearing(others, command) -> None:
        if len(others.cancels) > 1:
            others.say(command, "cancelled")

    bench.others.obey = hard_of_hearing
    bench.others.answer = lambda others, command: command.data["precision"] == "FP32" or others.succeed(command)
    bench.work()
    job_id = bench.optimize()
    bench.until(lambda: len(bench.others.commands) == 2)

    bench.client.post(f"{bench.url}/{job_id}/cancel")

    assert bench.ended(job_id)["state"] == "cancelled"
    assert len(bench.others.cancels) == 2


def test_a_worker_that_stops_before_every_answer_changes_nothing(bench) -> None:
    """The worker stops, the answer comes, another worker goes on: at every single step."""
    waiting = []
    bench.others.answer = lambda _others, command: waiting.append(command)
    bench.work()
    job_id = bench.optimize()

    stops = 0
    while bench.view(job_id)["state"] in ("queued", "running"):
        bench.until(lambda: waiting or bench.view(job_id)["state"] == "succeeded")
        if waiting:
            bench.rest()
            stops += 1
            bench.others.succeed(waiting.pop(0))
            bench.work()

    assert bench.ended(job_id)["state"] == "succeeded"
    assert set(bench.steps(job_id)) == EVERY_STEP
    assert stops == len(EVERY_STEP)
    assert len({command.subject for command in bench.others.commands}) == len(EVERY_STEP)


def test_an_answer_lost_with_its_process_is_asked_for_again_by_the_next(bench, tmp_path) -> None:
    bench.work()
    job_id = bench.optimize()
    bench.until(lambda: len(bench.others.commands) == 2)
    bench.rest()

    reborn = embedded(tmp_path)  # another process: it has heard nothing
    bench.others = type(bench.others)(reborn, answer=succeed)
    old, bench.adapters = bench.adapters, reborn
    bench.work()

    def succeeded() -> bool:
        silent_for_long(bench)
        return bench.view(job_id)["state"] == "succeeded"

    bench.until(succeeded, 100)
    bench.rest()
    old.close()


def test_progress_is_of_the_whole_and_says_what_is_waited_for(bench) -> None:
    def answer(others, command) -> None:
        if command.type.startswith("profile"):
            others.say(command, "running", waiting_for="the device CPU, which profile-x measures on")
        else:
            others.succeed(command)

    bench.others.answer = answer
    bench.work()
    job_id = bench.optimize()

    bench.until(lambda: list(bench.steps(job_id).values()).count("succeeded") == len(EVERY_STEP) - 4)
    bench.until(lambda: "device" in (bench.view(job_id)["waiting_for"] or ""))

    view = bench.view(job_id)
    assert view["waiting_for"] == "the device CPU, which profile-x measures on"
    assert 0.4 < view["progress"]["fraction"] < 0.9
    assert "profile-" in view["progress"]["stage"]

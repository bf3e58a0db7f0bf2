"""A person at a terminal reads of options, commands and figures; what only a request has is left out."""

from __future__ import annotations

import uuid

from workbench.client.cli.options import JSON, Option
from workbench.client.cli.wording import as_typed

DEVICE = Option("--device", "", place="device")


def test_a_refusal_names_what_to_type_not_the_field() -> None:
    rows = [Option("--duration-s", "", place="duration_s"), Option("--launches", "", place="launches"), JSON]
    refused = {
        "detail": "duration_s: give at most 7.; launches: at most 11, with a duration_s: of 1",
        "remedy": "give `field`.",
    }

    assert as_typed({"detail": "a.options.by: no"}, [Option("--option", "", place="a.options.*")])["detail"] == (
        "--option by: no"
    )
    assert as_typed(refused, rows) == {
        "detail": "--duration-s: give at most 7.; --launches: at most 11, with a duration_s: of 1",
        "remedy": "",
    }
    assert as_typed(refused, [JSON])["remedy"] == "give `field`."
    mid = "batch: 4, but inputs.data_0.shape asks for 2; inputs.a b.layout: no. Give a.color or inputs.x.layout."
    assert as_typed({"detail": mid}, [*rows, Option("--color", "", place="a.color")])["detail"] == (
        "batch: 4, but --input-shape data_0=… asks for 2; --layout a b=…: no. Give --color or --layout x=…."
    )
    assert as_typed({"detail": "shapes.image:0: is open"}, rows)["detail"] == "--shape image:0=…: is open"


def test_a_remedy_names_options_and_what_the_problem_carries() -> None:
    def remedy(text: str, **members: object) -> object:
        return as_typed({"detail": "No.", "remedy": text, **members}, [DEVICE])["remedy"]

    assert remedy("leave `field` out.", field="device") == "leave --device out."
    assert (
        remedy("leave `device` out, or ask for a target.", device="GPU") == "leave --device out, or ask for a target."
    )
    assert remedy("name one of `inputs`.", inputs=["a", "b"]) == "name one of a, b."
    assert remedy("ask again after `retry_after_s`.", retry_after_s=5) == "ask again after 5 s."
    assert remedy("ask for at most `most` streams, as `detail` says.", most=4) == (
        "ask for at most 4 streams, as the line above says."
    )
    assert remedy("give `field`, or `other`.", field="of.another") == "give of.another, or `other`."


def test_what_only_a_request_has_is_left_out_of_a_remedy() -> None:
    def remedy(text: str) -> object:
        return as_typed({"remedy": text}, [DEVICE])["remedy"]

    assert (
        remedy("see `workbench tasks list` (`GET /v1/tasks`); then go on.") == "see `workbench tasks list`; then go on."
    )
    assert remedy("send it again (`GET` the upload for fresh ones), then wait.") == "send it again, then wait."
    assert remedy("set WORKBENCH_TOKEN (`Authorization: Bearer <token>`).") == "set WORKBENCH_TOKEN."
    assert remedy("a pattern in `--include` (`include`).") == "a pattern in `--include`."
    assert remedy("run it (in the chart `zoo.url`).") == "run it (in the chart `zoo.url`)."


def test_the_step_s_own_remedy_is_in_these_words_too() -> None:
    failed = {
        "detail": "profile: no",
        "cause": {"detail": "no", "remedy": "at most `most`, or no `device`.", "most": 2},
    }

    assert as_typed(failed, [DEVICE])["cause"]["remedy"] == "at most 2, or no --device."


def test_a_name_where_an_id_belongs_is_told_apart_from_an_id_of_nothing() -> None:
    remedy = "check the id; `workbench <resource> list` shows what this team has."
    nothing = {"type": "urn:workbench:problem:not-found", "detail": "There is none.", "remedy": remedy}
    id = str(uuid.UUID(int=1))

    named, unknown, part = (
        as_typed({**nothing, "resource": resource, "id": sought}, [DEVICE])
        for resource, sought in (("model", "squeezenet"), ("recipe", id), ("file", "model.xml"))
    )

    assert named["detail"] == "'squeezenet' is not an id, by which a model is found; lists show it beside the name."
    assert named["remedy"] == "check the id; `workbench models list` shows what this team has."
    assert (unknown["detail"], part["detail"]) == ("There is none.", "There is none.")
    assert "`workbench recipes list`" in unknown["remedy"]
    assert part["remedy"] == remedy

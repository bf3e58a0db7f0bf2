"""What a refusal says: the members of RFC 9457, its own fields, and what to do next."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from workbench.problems import TYPE_PREFIX, Problem, catalogue, kebab, type_name
from workbench.problems.common import HttpProblem, InternalError, InvalidRequest, NotFound, RunRefused, StillInUse


@dataclass(eq=False)
class DoorShut(Problem):
    """The door does not open.

    Remedy: turn the key,
    then push.
    """

    status = 423
    title = "The door is shut"
    door: str

    @property
    def detail(self) -> str:
        """Which one."""
        return f"The {self.door} door is shut."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ModelInUse", "model-in-use"),
        ("NotFound", "not-found"),
        ("IRBroken", "ir-broken"),
        ("Top5", "top5"),
        ("ONNXTooLarge", "onnx-too-large"),
    ],
)
def test_a_class_name_becomes_a_type_name(name: str, expected: str) -> None:
    assert kebab(name) == expected


def test_a_document_has_the_standard_members_the_fields_and_the_remedy_on_one_line() -> None:
    assert DoorShut("back").document() == {
        "type": TYPE_PREFIX + "door-shut",
        "title": "The door is shut",
        "status": 423,
        "detail": "The back door is shut.",
        "remedy": "turn the key, then push.",
        "door": "back",
    }


def test_a_problem_is_raised_caught_and_told_as_any_exception() -> None:
    with pytest.raises(Problem, match=r"The back door is shut\."):
        raise DoorShut("back")


def test_two_problems_with_the_same_words_are_two() -> None:
    first, second = DoorShut("back"), DoorShut("back")

    assert first != second
    assert len({first, second}) == 2


def test_every_declared_problem_is_in_the_catalogue_once_by_type_name() -> None:
    names = [type_name(cls) for cls in catalogue()]

    assert names == sorted(names)
    assert {"door-shut", "not-found", "storage-full"} <= set(names)
    shipped = [type_name(cls) for cls in catalogue() if cls.__module__.startswith("workbench.")]
    assert len(shipped) == len(set(shipped)), "two classes have the same type"


def test_every_problem_of_ours_has_a_title_a_status_of_an_error_and_a_remedy() -> None:
    ours = [cls for cls in catalogue() if cls.__module__ == "workbench.problems.common"]

    assert len(ours) >= 11
    for cls in ours:
        assert cls.title != Problem.title, cls
        assert 400 <= cls.status < 600, cls
        assert cls.remedy().endswith("."), cls


def test_an_invalid_request_names_every_field_at_fault_by_the_path_a_person_thinks_in() -> None:
    problem = InvalidRequest(
        {
            "json": {"shape": {"input": ["Not a list."]}, "batch": ["Too small.", "Not whole."]},
            "query": {"_schema": ["Unknown."]},
        }
    )

    assert problem.detail == "shape.input: Not a list.; batch: Too small.; batch: Not whole.; Unknown."


def test_an_invalid_request_without_a_reason_still_says_something() -> None:
    assert InvalidRequest({}).detail == InvalidRequest.title


def test_a_refusal_of_a_core_has_the_cores_own_type_facts_and_remedy() -> None:
    document = RunRefused("ModelTruncated", "it ends at byte 7", {"byte": 7, "remedy": "send it again."}).document()

    assert document["type"] == TYPE_PREFIX + "model-truncated"
    assert document["detail"] == "it ends at byte 7"
    assert document["byte"] == 7
    assert document["remedy"] == "send it again."


def test_no_fact_of_a_core_can_pass_for_another_status_or_detail() -> None:
    document = RunRefused("Sly", "the truth", {"status": 200, "detail": "a lie", "type": "about:blank"}).document()

    assert (document["status"], document["detail"]) == (422, "the truth")
    assert document["type"] == TYPE_PREFIX + "sly"


def test_what_http_refuses_keeps_its_status() -> None:
    assert HttpProblem(405, "GET is not allowed here").document()["status"] == 405


def test_holders_are_named() -> None:
    assert StillInUse("model", "m1", ["conversion c1", "package p1"]).detail == (
        "The model m1 is in use by conversion c1, package p1."
    )


def test_an_id_is_quoted_as_it_came_so_that_odd_characters_show() -> None:
    assert r"'a\nb'" in NotFound("model", "a\nb").detail


@pytest.mark.parametrize("problem", [InternalError("abc123"), NotFound("model", "\u2028\x00"), DoorShut("bäck")])
def test_every_document_is_json_and_comes_back_the_same(problem: Problem) -> None:
    assert json.loads(json.dumps(problem.document())) == problem.document()

"""Which task a model's facts speak of, and that an unlikely one is never taken for granted."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.tasks.catalogue import TASKS, task_of
from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE, SURENESS
from workbench.tasks.guesses import Guessed, guesses, served, settled

PICTURE = {"name": "image", "shape": [1, 3, 224, 224], "element_type": "f32", "layout": "NCHW"}


def output(*shape: Any, name: str = "out", operations: tuple[str, ...] = ("Add", "MatMul")) -> dict[str, Any]:
    return {"name": name, "shape": list(shape), "element_type": "f32", "layout": None, "operations": list(operations)}


def model(*outputs: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"inputs": [PICTURE], "outputs": list(outputs), "operations": {"MatMul": 1}, "model_info": {}, **rest}


def best(facts: dict[str, Any], labels: list[str] | None = None) -> tuple[str, str]:
    first = guesses(facts, {"classification": labels} if labels else None)[0]
    return first.task, first.guess.sure


@pytest.mark.parametrize(
    "facts",
    [
        model(output(1, 7, operations=("Softmax", "MatMul"))),
        model(output(1, 7, 1, 1, operations=("Reshape", "Softmax", "MatMul"))),
        model(output(-1, 7, operations=("Softmax",)), inputs=[{**PICTURE, "shape": [-1, 224, 224, 3]}]),
        model(output(1, 7, name="dense_logits")),
        model(output(1, 1000)),
        model(output(1, 7), name="ResNet-18 of the shop"),
        model(output(1, 7), source_files=["mobilenet_v3.onnx"]),
    ],
)
def test_a_list_that_is_called_or_computed_as_class_scores_is_likely_a_classifiers(facts: dict[str, Any]) -> None:
    assert best(facts) == ("classification", LIKELY)
    assert settled(guesses(facts)) == guesses(facts)[0]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("model_type", "Classification"),
        ("task", "classify"),
        ("task_type", "classification"),
    ],
)
def test_what_the_model_says_of_itself_is_certain(name: str, word: str) -> None:
    facts = model(output(1, 136), model_info={name: word})

    assert best(facts) == ("classification", CERTAIN)
    assert f"'{word.lower()}'" in guesses(facts)[0].guess.why


@pytest.mark.parametrize(
    ("facts", "task", "sure"),
    [
        (model(output(1, 136)), "facial-landmarks", LIKELY),
        (model(output(1, 1, 1, 1), output(1, 1, 1, 1404)), "facial-landmarks", LIKELY),
        (model(output(1, 10), name="pfld_landmarks"), "facial-landmarks", LIKELY),
        (model(output(1, 136, operations=("Softmax",))), "classification", LIKELY),
        (model(output(1, 196)), "classification", POSSIBLE),
        (model(output(1, 100, operations=("NormalizeL2", "MatMul"))), "face-recognition", LIKELY),
        (model(output(1, 256), name="MobileFace"), "face-recognition", LIKELY),
    ],
)
def test_landmarks_and_embeddings_are_told_from_classes(facts: dict[str, Any], task: str, sure: str) -> None:
    assert best(facts) == (task, sure)


@pytest.mark.parametrize("count", [10, 128, 256, 512])
def test_embeddings_are_not_surely_a_classifiers(count: int) -> None:
    found = guesses(model(output(1, count)))

    assert {each.guess.sure for each in found} == {POSSIBLE}
    assert ("face-recognition" in [each.task for each in found]) is (count > 10)
    assert settled(found) is None


@pytest.mark.parametrize(
    "facts",
    [
        model(output(1, 1000), name="face recognition r50"),
        model(output(1, 7, name="prob"), output(1, 1, name="age")),
        model(output(1, 1000), model_info={"model_type": "quality"}),
        model(output(-1, 1000, name="found")),
    ],
)
def test_what_speaks_against_a_classifier_is_told_and_leaves_it_possible(facts: dict[str, Any]) -> None:
    assert best(facts) == ("classification", POSSIBLE)
    assert "but " in guesses(facts)[0].guess.why


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (model(output(1, 300), model_info={"model_type": "MaskRCNN"}), "calls itself 'maskrcnn'"),
        (model(output(1, 2), inputs=[{"name": "ids", "shape": [1, 128]}]), "no input takes a picture"),
        (model(output(1, 4, 5, 6, 7)), "fit no other task"),
    ],
)
def test_what_has_no_room_yet_is_likely_generic_and_says_why(facts: dict[str, Any], why: str) -> None:
    found = settled(guesses(facts))

    assert found is not None
    assert (found.task, found.guess.sure) == ("generic", LIKELY)
    assert why in found.guess.why


def test_as_many_numbers_as_labels_are_likely_classes() -> None:
    ten = [str(digit) for digit in range(10)]

    assert best(model(output(1, 10)), ten) == ("classification", LIKELY)
    assert best(model(output(1, 10), model_info={"labels": ten})) == ("classification", LIKELY)
    assert best(model(output(1, 10)), ten[:7]) == ("classification", POSSIBLE)
    assert guesses(model(output(1, 11)), {"classification": ten})[0].guess.options == {"label_offset": 1}


def test_an_output_that_is_asked_for_is_the_one_that_is_judged() -> None:
    facts = model(output(1, 5, name="points"), output(1, 7, name="prob", operations=("Softmax",)))

    assert guesses(facts, output="prob")[0].guess.sure == LIKELY


def test_of_two_that_are_as_sure_none_is_settled() -> None:
    likely = guesses(model(output(1, 1000)))[0].guess
    tie = [Guessed("a", likely), Guessed("b", likely)]

    assert settled(tie) is None
    assert settled(tie[:1]) == tie[0]
    assert settled([]) is None


def test_a_dataset_leaves_the_tasks_that_it_is_annotated_for() -> None:
    found = guesses(model(output(1, 1000)))

    assert [each.task for each in served(found, ["classification"])] == ["classification"]
    assert served(found, []) == found
    assert served(found, ["object-detection"]) == []


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"inputs": [], "outputs": []},
        {"inputs": [{**PICTURE, "shape": None}], "outputs": [{"name": "y", "shape": None}]},
        {"inputs": [PICTURE], "outputs": [{"name": "y", "shape": []}]},
        {"inputs": [PICTURE], "outputs": [{"name": "y", "shape": [1, [1, 8]]}], "name": None},
    ],
)
def test_facts_of_an_earlier_release_and_strange_ones_are_generic(facts: dict[str, Any]) -> None:
    assert best(facts) == ("generic", LIKELY)


@pytest.mark.parametrize("facts", [model(output(1, 1000)), model(output(1, 84, 8400)), model(output(1, 21, 64, 64))])
def test_every_guess_is_one_that_a_recipe_can_take_and_says_why(facts: dict[str, Any]) -> None:
    for guessed in guesses(facts):
        task = task_of(guessed.task)
        assert guessed.guess.head is None or guessed.guess.head in task.heads
        assert set(guessed.guess.options) <= set(task.options)
        assert guessed.guess.sure in SURENESS
        assert guessed.guess.why
        assert guessed.to_json()["task"] in {each.name for each in TASKS}


def test_what_its_source_says_makes_a_guess_surer_and_no_other() -> None:
    facts = {
        "inputs": [{"name": "x", "shape": [1, 3, 32, 32], "element_type": "f32", "layout": "NCHW"}],
        "outputs": [{"name": "y", "shape": [1, 10], "element_type": "f32", "layout": None}],
    }

    alone, told = guesses(facts), guesses({**facts, "source": {"task": "classification"}})

    assert [(each.task, each.guess.sure) for each in alone] == [("classification", "possible"), ("generic", "possible")]
    assert [(each.task, each.guess.sure) for each in told] == [("classification", "likely"), ("generic", "possible")]
    assert told[0].guess.why.endswith("where it comes from says so")
    assert guesses({**facts, "source": {"task": "object-detection"}}) == alone
    assert guesses({**facts, "source": {"task": "classification", "head": "scores"}}) == told
    assert guesses({**facts, "source": {"task": "classification", "head": "another"}}) == alone

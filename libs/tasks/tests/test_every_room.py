"""The rooms of every task hold together: what is known, what a model says, what is drawn, kept, compared and scored.

Each task gives an example, ``examples/<task>.py``: outputs of a model that say just what the annotation does, and
damaged ones. Its picture and the model's input are 32 pixels wide and high.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.figures import resampled
from workbench.imaging.orientation import Turn
from workbench.imaging.preprocess import Fitted, fit
from workbench.tasks.catalogue import TASKS, check
from workbench.tasks.computing import Computing, computing_of
from workbench.tasks.recipe import VERSION, Recipe
from workbench.tasks.scoring import Metric, Scored

SIDE = 32
EXAMPLES = Path(__file__).with_name("examples")
INPUT = {"name": "x", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"}


@dataclass(frozen=True)
class Example:
    """One image of a task."""

    task: Computing[Any, Any]
    recipe: Recipe
    given: ModuleType
    fitted: Fitted

    def result(self, outputs: Any) -> Any:
        head = self.task.running.head(self.recipe)
        assert head is not None
        return head.read(outputs, self.recipe, self.fitted)

    def scored(self, outputs: Any) -> Scored[Any, Any]:
        wanted = self.result(self.given.OUTPUTS)
        return Scored("a.png", "0" * 64, self.result(outputs), self.given.ANNOTATION, wanted, self.recipe.options)

    def items(self, metric: Metric[Any, Any], outputs: Any, times: int = 6) -> list[Any]:
        """What so many images add that are this one, and those that the example says go along."""
        others = [
            Scored(name, "0" * 64, self.result(its), known, self.result(its), self.recipe.options)
            for name, known, its in getattr(self.given, "OTHERS", ())
        ]
        return [metric.item(self.scored(outputs))] * times + [metric.item(each) for each in others]


@pytest.fixture(params=[task.name for task in TASKS if task.judged])
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Example:
    monkeypatch.setattr(resampled, "DRAWS", 50)  # an interval is asked for, not how wide it is
    file = EXAMPLES / f"{request.param.replace('-', '_')}.py"
    spec = importlib.util.spec_from_file_location(f"examples_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    given = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(given)
    task = computing_of(request.param)
    assert task is not None
    recipe = check(
        Recipe.from_json(
            {
                "version": VERSION,
                "task": request.param,
                "labels": given.LABELS,
                "options": given.OPTIONS,
                "preparation": {"resize": "stretch", "input": INPUT},
            }
        )
    )
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8))
    return Example(task, recipe, given, fit(picture, recipe.preparation))


def test_an_annotation_survives_the_way_through_json_and_has_no_fault(example: Example) -> None:
    annotating, given = example.task.annotation, example.given.ANNOTATION

    read = annotating.from_json(json.loads(json.dumps(annotating.to_json(given))))

    assert read == given
    assert annotating.faults(given, SIDE, SIDE, len(example.given.LABELS or range(1000))) == []


@pytest.mark.parametrize("orientation", range(2, 9))
def test_an_annotation_turns_with_its_picture_and_comes_back(example: Example, orientation: int) -> None:
    annotating, turn = example.task.annotation, Turn(orientation, SIDE, SIDE)

    turned = annotating.turned(example.given.ANNOTATION, turn)

    assert annotating.faults(turned, *turn.size, len(example.given.LABELS or range(1000))) == []
    assert annotating.turned(turned, turn.back) == example.given.ANNOTATION


@pytest.mark.parametrize("document", [{}, {"nonsense": 1}])
def test_what_is_no_annotation_is_refused_in_words(example: Example, document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        example.task.annotation.from_json(document)


def test_a_result_survives_the_way_through_json_and_tells_people_something(example: Example) -> None:
    result = example.result(example.given.OUTPUTS)

    assert type(result).from_json(json.loads(json.dumps(result.to_json()))) == result
    assert all(line.strip() for line in result.lines(example.recipe))
    assert result.lines(example.recipe)


def test_what_says_just_what_is_known_scores_best_and_its_damaged_copy_worse(example: Example) -> None:
    right, damaged = example.given.OUTPUTS, example.given.DAMAGED

    for metric in example.task.metrics:
        best, worse = (metric.total(example.items(metric, each)).value for each in (right, damaged))
        perfect = float(metric.better == "higher")
        assert best == (perfect if metric.unit == "share" else metric.total(example.items(metric, right, 1)).value)
        # Some look at more than the first answer.
        assert worse <= best if metric.better == "higher" else worse >= best
    first = example.task.metrics[0]
    assert first.total(example.items(first, damaged)).value != first.total(example.items(first, right)).value


def test_what_an_image_adds_is_kept_as_json_and_compared_in_pairs(example: Example) -> None:
    for metric in example.task.metrics:
        mine, theirs = (example.items(metric, each) for each in (example.given.DAMAGED, example.given.OUTPUTS))
        kept = json.loads(json.dumps(mine))

        change = metric.change(kept, json.loads(json.dumps(theirs)))

        assert kept == mine
        assert change.value == pytest.approx(metric.total(mine).value - metric.total(theirs).value)
        assert change.low <= change.value <= change.high
        assert metric.change(mine, mine).value == 0


def test_a_metric_says_nothing_of_an_image_that_lacks_what_it_needs(example: Example) -> None:
    bare = Scored("a.png", "0" * 64, example.result(example.given.OUTPUTS), options=example.recipe.options)

    lacking = [metric for metric in example.task.metrics if metric.needs != "image"]
    assert [metric.item(bare) for metric in lacking] == [None] * len(lacking)


def test_what_is_kept_of_an_image_is_json_and_its_answer_tells_two_apart(example: Example) -> None:
    right, damaged = example.scored(example.given.OUTPUTS), example.scored(example.given.DAMAGED)

    assert json.loads(json.dumps(example.task.line(right))) == example.task.line(right)
    assert example.task.answer(right.result) != example.task.answer(damaged.result)


def test_an_answer_is_like_itself_and_not_like_its_damaged_copy(example: Example) -> None:
    running, allowed = example.task.running, 0.001
    recorded, damaged = (
        json.loads(json.dumps(running.fingerprint(outputs, example.recipe)))
        for outputs in (example.given.OUTPUTS, example.given.DAMAGED)
    )

    assert running.differences(recorded, recorded, allowed) == []
    assert running.differences(recorded, damaged, allowed) != []


def test_drawing_changes_pixels_and_keeps_the_size_unless_a_larger_picture_came_out(example: Example) -> None:
    picture = Image.new("RGB", (SIDE, SIDE), (90, 120, 150))
    draw = example.task.running.draw
    assert draw is not None

    drawn = draw(picture, example.result(example.given.OUTPUTS), example.recipe)

    times = getattr(example.given, "TIMES", 1)
    assert (drawn.size, drawn.mode) == ((SIDE * times, SIDE * times), "RGB")
    assert drawn.tobytes() != picture.tobytes()
    assert picture.getcolors() == [(SIDE * SIDE, (90, 120, 150))]


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_what_is_known_is_counted_and_drawn_onto_a_picture_of_any_size(example: Example, scale: float) -> None:
    contents, known = example.task.contents, example.given.ANNOTATION
    picture = Image.new("RGB", (round(SIDE * scale), round(SIDE * scale)), (90, 120, 150))

    drawn = contents.draw(picture, known, "class {}".format, scale)

    assert (drawn.size, drawn.mode) == (picture.size, "RGB")
    assert drawn.tobytes() != picture.tobytes()
    assert len(picture.getcolors() or ()) == 1
    assert all(0 <= seen.class_id < 1000 and (seen.area is None or seen.area > 0) for seen in contents.things(known))
    assert len(set(contents.ties(known))) == len(contents.ties(known))


def test_remarks_hear_of_two_annotations_of_one_picture(example: Example) -> None:
    remarks = example.task.remarks()

    assert remarks.add("a.png", b"same", example.given.ANNOTATION) is False
    assert remarks.add("b.png", b"same", example.given.ANNOTATION) is False
    assert all(warning.strip() for warning in remarks.warnings())


def test_the_classes_that_the_outputs_tell_apart_hold_the_annotation(example: Example) -> None:
    head = example.task.running.head(example.recipe)
    assert head is not None

    classes = head.classes(example.given.OUTPUTS, example.recipe)

    if classes is not None:
        example.task.annotation.check("a.png", example.given.ANNOTATION, classes, example.recipe)


def test_classes_are_taken_for_themselves_and_for_others_where_the_answer_is_damaged(example: Example) -> None:
    confusion = example.task.confusion
    if confusion is None:
        return
    right, damaged = (confusion.pairs(example.scored(each)) for each in (example.given.OUTPUTS, example.given.DAMAGED))

    assert right
    assert all(there == said for there, said in right)
    assert any(there != said for there, said in damaged)
    assert sum(right.values()) == sum(count for (there, _), count in damaged.items() if there is not None)


def test_each_image_has_a_figure_of_its_own_and_a_damaged_answer_the_worse_one(example: Example) -> None:
    first = example.task.metrics[0]
    right, damaged = (
        first.each(example.items(first, each, 1))[0] for each in (example.given.OUTPUTS, example.given.DAMAGED)
    )

    assert right > damaged if first.better == "higher" else right < damaged

"""Points of faces: read from every shape of outputs, measured against other sets of points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.imaging.preprocess import fit
from workbench.tasks.catalogue import check
from workbench.tasks.facial_landmarks import options
from workbench.tasks.facial_landmarks.anchors import SETS
from workbench.tasks.facial_landmarks.annotation import Known
from workbench.tasks.facial_landmarks.annotation import check as check_annotation
from workbench.tasks.facial_landmarks.heads import heatmaps, points
from workbench.tasks.facial_landmarks.metrics import METRICS, error
from workbench.tasks.facial_landmarks.result import Landmarks
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit, Scored

INPUT = {"name": "x", "width": 40, "height": 20, "channels": 3, "layout": "NCHW"}
MOVED = np.array([3, 4])


def recipe(head: str = "points", resize: str = "stretch", **given: Any) -> Recipe:
    return check(
        Recipe.from_json(
            {
                "version": 2,
                "task": "facial-landmarks",
                "head": head,
                "options": given,
                "preparation": {"resize": resize, "input": INPUT},
            }
        )
    )


def read(output: Any, wanted: Recipe, size: tuple[int, int] = (40, 20)) -> list[tuple[float, ...]]:
    head = {"points": points, "heatmaps": heatmaps}[wanted.head or "points"]
    return list(
        head.read({"a": np.array(output, np.float32)}, wanted, fit(Image.new("RGB", size), wanted.preparation)).points
    )


@pytest.mark.parametrize(
    ("output", "given"),
    [
        ([[0.25, 0.5, 1, 0]], {}),
        ([[0.25, 1, 0.5, 0]], {"order": "planar"}),
        ([[-0.5, 0, 1, -1]], {"units": "centred"}),
        ([[[[10, 10, 7, 40, 0, 7]]]], {"units": "pixels", "order": "xyz"}),
    ],
)
def test_points_are_the_same_however_the_model_writes_them(output: Any, given: dict[str, Any]) -> None:
    assert read(output, recipe(**given)) == [(10, 10), (40, 0)]


@pytest.mark.parametrize(
    ("resize", "size", "place"),
    [
        ("stretch", (80, 80), (20, 40)),
        ("letterbox", (80, 80), (0, 40)),
        ("letterbox", (80, 20), (20, 10)),
    ],
)
def test_points_go_back_to_where_they_were_in_the_picture(
    resize: str, size: tuple[int, int], place: tuple[float, float]
) -> None:
    [found] = read([[0.25, 0.5]], recipe(resize=resize), size)

    assert found == pytest.approx(place, abs=0.01)


def test_the_highest_place_of_a_map_is_the_point_moved_to_its_higher_neighbour() -> None:
    maps = np.zeros((1, 2, 10, 20))
    maps[0, 0, 4, 6:8], maps[0, 0, 4, 6] = 1, 2
    maps[0, 1, 9, 0] = 1

    assert read(maps, recipe("heatmaps")) == [(13.5, 9.0), (1.0, 19.0)]


@pytest.mark.parametrize(
    ("head", "output", "told"),
    [
        ("points", [[1, 2, 3]], "3 numbers, not 2 a point"),
        ("points", [[1, float("nan")]], "not finite"),
        ("heatmaps", [[1, 2]], r"needs \[1, points, height, width\]"),
    ],
)
def test_what_makes_no_points_is_refused(head: str, output: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(output, recipe(head))


def face(count: int) -> Any:
    """Points whose five anchors lie at the same places in every set, the others anywhere between."""
    found = np.random.default_rng(count).uniform(10, 90, (count, 2))
    places = [(20, 40), (80, 40), (50, 60), (30, 80), (70, 80)]
    for group, place in zip(SETS[count].five(corners=False), places, strict=True):
        found[list(group)] = place
    return found


@pytest.mark.parametrize("said", [5, 68, 98, 468, 478])
@pytest.mark.parametrize("there", [5, 68, 98])
def test_sets_of_other_points_are_compared_by_the_five_that_both_have(said: int, there: int) -> None:
    moved = face(said) + MOVED

    assert error(moved, face(there), "eyes") == pytest.approx(5 / 60)


@pytest.mark.parametrize(("by", "size"), [("eyes", 60), ("centres", 60), ("diagonal", 72.111), ("box", 48.990)])
def test_an_error_is_divided_by_the_size_that_was_asked_for(by: str, size: float) -> None:
    assert error(face(5) + MOVED, face(5), by) == pytest.approx(5 / size, rel=1e-4)


def test_faces_fail_above_the_threshold_and_one_without_size_by_all_there_is() -> None:
    flat = Known(((1.0, 1.0),) * 5)

    def items(off: float, known: Known, **given: Any) -> list[Any]:
        said = Landmarks.of(np.array(known.points) + np.array([off, 0]))
        scored = Scored("a", "0", said, known, options=recipe(**given).options)
        return [metric.item(scored) for metric in METRICS[:2]]

    known = Known(tuple((float(x), float(y)) for x, y in face(5)))
    assert items(9, known) == [pytest.approx(0.15), True]
    assert items(9, known, failure_from=0.2) == [pytest.approx(0.15), False]
    assert items(1, flat) == [10.0, True]


@pytest.mark.parametrize(
    ("there", "model", "given", "told"),
    [
        (7, 7, {}, "set the option normalise_by to diagonal or box"),
        (7, 68, {}, "only sets of 5, 68, 98, 468 and 478 points can be compared"),
    ],
)
def test_a_set_that_can_not_be_compared_is_refused(there: int, model: int, given: Any, told: str) -> None:
    known = Known(tuple((float(at), 0.0) for at in range(there)))
    with pytest.raises(Misfit, match=told):
        check_annotation("a.png", known, model, recipe(**given))


@pytest.mark.parametrize(
    ("shape", "head", "fits"),
    [
        ([1, 136], "points", True),
        ([1, 137], "points", False),
        ([1, 68, 64, 64], "heatmaps", True),
        ([1, 136], "heatmaps", False),
        ([1, -1], "points", True),
    ],
)
def test_outputs_that_hold_no_points_are_told_before_anything_runs(shape: list[int], head: str, fits: bool) -> None:
    facts = ModelFacts({"inputs": [], "outputs": [{"name": "a", "shape": shape}]})

    assert (options.misfit(facts, recipe(head)) is None) is fits

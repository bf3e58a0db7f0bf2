"""Outputs become the class of each pixel of the original image, wherever the picture lay before the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import openvino as ov
import pytest
from numpy.typing import NDArray
from openvino import opset13 as ops
from PIL import Image
from workbench.imaging.preprocess import Fitted, fit
from workbench.tasks.catalogue import check
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation.heads import class_map, logits, one_channel
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap

SIDE = 32


def recipe(resize: str = "stretch", width: int = SIDE, height: int = SIDE, **options: Any) -> Recipe:
    return check(
        Recipe.from_json(
            {
                "version": 2,
                "task": "semantic-segmentation",
                "options": options,
                "preparation": {
                    "resize": resize,
                    "input": {"name": "x", "width": width, "height": height, "channels": 3, "layout": "NCHW"},
                },
            }
        )
    )


def fitted(size: tuple[int, int], of: Recipe) -> Fitted:
    return fit(Image.new("RGB", size), of.preparation)


def read(head: Any, output: NDArray, of: Recipe, size: tuple[int, int]) -> NDArray:
    return head.read({"out": output}, of, fitted(size, of)).classes


def numbers(classes: int = 5, height: int = SIDE, width: int = SIDE) -> NDArray[np.float32]:
    return np.random.default_rng(0).random((1, classes, height, width), np.float32)


def one_hot(plane: NDArray, classes: int) -> NDArray[np.float32]:
    return np.eye(classes, dtype=np.float32)[plane].transpose(2, 0, 1)[None]


def by_openvino(output: NDArray, size: tuple[int, int]) -> NDArray:
    """The reference: OpenVINO's own linear interpolation with half a pixel, then the highest."""
    given = ops.parameter(list(output.shape), np.float32)
    resized = ops.interpolate(
        given,
        np.array(size[::-1]),
        "linear_onnx",
        "sizes",
        axes=np.array([2, 3]),
        coordinate_transformation_mode="half_pixel",
    )
    compiled = ov.Core().compile_model(ov.Model([resized], [given]), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled([output])[0][0].argmax(0)


@pytest.mark.parametrize("output", [(SIDE, SIDE), (8, 8), (64, 64)])
@pytest.mark.parametrize("size", [(50, 37), (SIDE, SIDE), (100, 20), (9, 200)])
def test_logits_are_interpolated_as_openvino_does_before_the_highest_is_taken(
    output: tuple[int, int], size: tuple[int, int]
) -> None:
    scores = numbers(height=output[0], width=output[1])

    found = read(logits, scores, recipe(), size)

    # Of numbers that are equal but for rounding either may be the highest.
    assert np.mean(found != by_openvino(scores, size)) < 0.001


def test_interpolating_first_draws_a_slanted_edge_without_the_steps_of_the_output() -> None:
    """Why: against the true edge the other order is wrong at three times as many pixels."""
    size = (256, 256)
    y, x = (np.mgrid[:256, :256] + 0.5) / 256
    truth = (x + 0.37 * y > 0.7).astype(int)
    small_y, small_x = (np.mgrid[:16, :16] + 0.5) / 16
    distance = (small_x + 0.37 * small_y - 0.7).astype(np.float32)
    scores = np.stack([-distance, distance])[None]

    first = read(logits, scores, recipe(), size)
    last = read(class_map, scores.argmax(1), recipe(), size)

    assert np.mean(first != truth) < np.mean(last != truth) / 3


def test_a_softmax_changes_nothing_where_nothing_is_interpolated() -> None:
    scores = numbers()
    softmax = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)

    assert (read(logits, scores, recipe(), (SIDE, SIDE)) == read(logits, softmax, recipe(), (SIDE, SIDE))).all()


def test_both_layouts_are_read() -> None:
    scores = numbers(height=16, width=16)

    first = read(logits, scores, recipe(), (40, 30))

    assert (read(logits, scores.transpose(0, 2, 3, 1), recipe(layout="NHWC"), (40, 30)) == first).all()


@pytest.mark.parametrize("resize", ["stretch", "letterbox", "crop"])
@pytest.mark.parametrize("size", [(64, 48), (48, 64), (90, 31), (33, 32), (20, 20)])
@pytest.mark.parametrize("output", [SIDE, 2 * SIDE])
def test_what_the_model_sees_goes_back_to_the_pixels_it_came_from(
    resize: str, size: tuple[int, int], output: int
) -> None:
    """The picture is red left of a line and blue right of it; a model that tells colours finds the line again."""
    of, line = recipe(resize), 0.4
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    edge = round(size[0] * line)
    picture[:, :edge, 0], picture[:, edge:, 2] = 255, 255
    seen = fit(Image.fromarray(picture), of.preparation)
    pixels = np.asarray(seen.image.resize((output, output)), np.float32)
    grey = pixels[:, :, 1] > 60  # the frame of a letterbox
    scores = np.stack([pixels[:, :, 0], pixels[:, :, 2], np.where(grey, 999, 0)])[None]

    classes = logits.read({"out": scores}, of, seen).classes

    assert classes.shape == picture.shape[:2]
    known = classes != NOTHING
    truth = np.broadcast_to(np.arange(size[0]) >= edge, classes.shape)
    # At most the column at each side of the line, and the row or column that touches the frame.
    inner = known.copy()
    inner[:, max(edge - 1, 0) : edge + 1] = False
    if resize == "letterbox":
        inner[[0, -1]] = inner[:, [0, -1]] = False
    assert (classes[inner] == truth[inner]).all()
    assert inner.mean() > 0.2
    if resize != "crop":
        assert known.all()


def test_what_a_crop_cut_off_has_no_class() -> None:
    of = recipe("crop")

    classes = read(logits, one_hot(np.ones((SIDE, SIDE), int), 2), of, (64, 48))

    # The short side of 48 becomes 37 (256 / 224 of 32), of which 32 are seen; the long one 49.
    seen = classes == 1
    assert set(np.unique(classes)) == {1, NOTHING}
    assert seen.any(1).sum() == pytest.approx(48 * 32 / 37, abs=1)
    assert seen.any(0).sum() == pytest.approx(64 * 32 / 49, abs=1)
    assert seen[24, 32]
    for head, output in ((class_map, np.ones((1, SIDE, SIDE), int)), (one_channel, np.ones((1, 1, SIDE, SIDE)))):
        assert (read(head, output, of, (64, 48)) == classes).all()


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8, np.float32, np.float16])
@pytest.mark.parametrize("shape", [(1, SIDE, SIDE), (1, 1, SIDE, SIDE), (1, SIDE, SIDE, 1), (SIDE, SIDE)])
def test_a_map_of_classes_is_read_with_a_channel_or_without_in_any_type(shape: tuple[int, ...], dtype: type) -> None:
    plane = np.random.default_rng(1).integers(0, 20, (SIDE, SIDE))

    assert (read(class_map, plane.reshape(shape).astype(dtype), recipe(), (SIDE, SIDE)) == plane).all()


def test_a_map_of_classes_gives_each_pixel_the_nearest_class() -> None:
    plane = np.arange(16).reshape(4, 4)

    assert (read(class_map, plane[None], recipe(width=4, height=4), (12, 8)) == plane.repeat(2, 0).repeat(3, 1)).all()


@pytest.mark.parametrize("shape", [(1, 1, SIDE, SIDE), (1, SIDE, SIDE, 1), (1, SIDE, SIDE)])
def test_one_number_a_pixel_meets_the_threshold(shape: tuple[int, ...]) -> None:
    plane = np.linspace(0, 1, SIDE * SIDE, dtype=np.float32)

    found = read(one_channel, plane.reshape(shape), recipe(threshold=0.75), (SIDE, SIDE))

    assert (found.ravel() == (plane >= 0.75)).all()


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_a_model_without_its_sigmoid_is_read_as_with_it(threshold: float) -> None:
    plane = np.linspace(-5, 5, SIDE * SIDE).astype(np.float32).reshape(1, 1, SIDE, SIDE)
    with_it = 1 / (1 + np.exp(-plane))

    without = read(one_channel, plane, recipe(threshold=threshold, sigmoid=True), (SIDE, SIDE))

    assert (without == read(one_channel, with_it, recipe(threshold=threshold), (SIDE, SIDE))).all()


def test_classes_before_the_datasets_first_are_none() -> None:
    plane = np.repeat(np.arange(4), SIDE * SIDE // 4).reshape(SIDE, SIDE)

    found = read(class_map, plane[None], recipe(label_offset=1), (SIDE, SIDE))

    assert (found.ravel()[:: SIDE * SIDE // 4] == [NOTHING, 0, 1, 2]).all()
    assert (read(logits, one_hot(plane, 4), recipe(label_offset=1), (SIDE, SIDE)) == found).all()


@pytest.mark.parametrize(
    ("head", "output", "why"),
    [
        (
            logits,
            np.zeros((1, 5, 32)),
            r"has the shape \[1, 5, 32\]; the head logits needs \[1, classes, height, width\]",
        ),
        (logits, np.zeros((2, 5, 32, 32)), r"\[2, 5, 32, 32\]"),
        (logits, np.zeros((1, 32, 32, 5)), "would be 5×32 pixels.*32×32, with the option layout NCHW"),
        (logits, np.zeros((1, 1, 32, 32)), "1 classes as NCHW; the head logits needs 2 to 255"),
        (logits, np.zeros((1, 256, 32, 32)), "256 classes"),
        (logits, np.full((1, 2, 32, 32), np.nan), "2048 of 2048 numbers of its output are none"),
        (class_map, np.zeros((1, 2, 32, 32)), r"\[1, 2, 32, 32\]; a map of classes has the shape"),
        (class_map, np.zeros(32), "a map of classes has the shape"),
        (class_map, np.zeros((1, 32, 5)), "would be 5×32 pixels"),
        (class_map, np.full((1, 32, 32), 0.5), "numbers that are not whole"),
        (class_map, np.full((1, 32, 32), -1), "the number -1; a class is 0 or more"),
        (class_map, np.full((1, 32, 32), np.nan), "are none"),
        (one_channel, np.zeros((1, 3, 32, 32)), "a map of one number a pixel has the shape"),
        (one_channel, np.full((1, 1, 32, 32), np.nan), "are none"),
    ],
)
def test_an_output_that_does_not_fit_the_head_is_refused_in_words(head: Any, output: NDArray, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(head, output, recipe(), (SIDE, SIDE))


def test_an_output_as_near_the_inputs_shape_as_strides_allow_is_read() -> None:
    of = recipe(width=50, height=33)

    for height, width in ((33, 50), (17, 25), (5, 7), (4, 6)):
        assert read(class_map, np.ones((1, height, width), int), of, (100, 66)).all()


def test_the_output_that_the_recipe_names_is_read() -> None:
    named = replace(recipe(), output="second", head="class_map")
    outputs = {"first": np.zeros((1, 7)), "second": np.ones((1, SIDE, SIDE), int)}

    assert class_map.read(outputs, named, fitted((8, 8), named)).classes.all()


def test_a_result_tells_the_share_of_each_class_by_its_name() -> None:
    classes = np.array([[0, 0, 0, 0], [1, 1, 2, NOTHING]], np.uint8)

    lines = ClassMap.of(classes).lines(replace(recipe(), labels=("sky", "sea")))

    assert lines == [" 50.00%  sky", " 25.00%  sea", " 12.50%  class 2", " 12.50%  no class"]

"""Keypoints of COCO: which become faces, and how they lie in what is cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from workbench.dataset import ingest
from workbench.shards import read_annotations, read_bytes, read_index

TASK = "facial-landmarks"
NAME = "person_keypoints_val.json"
FACE: dict[str, Any] = {"id": 1, "image_id": 1, "keypoints": [4, 4, 2, 12, 4, 1, 8, 9, 2]}


@pytest.fixture
def kept(image: Callable, new_run: Callable) -> Callable[..., tuple[dict[str, Any], dict[str, Any], list[str]]]:
    """``kept(faces)``: of one photo: points and size by the name of the image, its bytes, and the warnings."""

    def take(*faces: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
        document = {"images": [{"id": 1, "file_name": "a.jpg", "width": 20, "height": 16}], "annotations": list(faces)}
        run = new_run({"a.jpg": image(1), NAME: json.dumps(document).encode()})
        facts = ingest.run(run)
        items, known = read_index(run.outputs), read_annotations(run.outputs, TASK)
        return (
            {item.name: (known[item.name]["points"], (item.width, item.height)) for item in items},
            {item.name: read_bytes(run.outputs, item) for item in items},
            facts["warnings"],
        )

    return take


def test_a_face_in_a_box_is_cut_and_its_points_moved(kept: Callable) -> None:
    found, _, _ = kept(FACE | {"bbox": [2, 2, 14, 12]})

    assert found == {"a.jpg-face1.png": ([[2, 2], [10, 2], [6, 7]], (14, 12))}


def test_a_box_is_made_larger_where_a_point_lies_outside(kept: Callable) -> None:
    found, _, _ = kept(FACE | {"bbox": [6, 6, 4, 4]})

    assert found == {"a.jpg-face1.png": ([[0, 0], [8, 0], [4, 5]], (8, 6))}


def test_without_a_box_the_points_say_what_is_cut(kept: Callable) -> None:
    [(points, (width, height))] = kept(FACE)[0].values()

    assert (width, height) in [(12, 12), (12, 13), (13, 12), (13, 13)]
    assert [points[1][0] - points[0][0], points[2][1] - points[0][1]] == [8, 5]


def test_a_photo_of_one_face_in_a_box_as_large_is_kept_as_it_is(kept: Callable, image: Callable) -> None:
    found, data, _ = kept(FACE | {"bbox": [0, 0, 20, 16]})

    assert found == {"a.jpg": ([[4, 4], [12, 4], [8, 9]], (20, 16))}
    assert data == {"a.jpg": image(1)}


def test_two_faces_are_two_images_whatever_their_boxes(kept: Callable) -> None:
    found, _, _ = kept(FACE | {"bbox": [0, 0, 20, 16]}, FACE | {"id": 2, "bbox": [2, 2, 14, 12]})

    assert list(found) == ["a.jpg-face1.png", "a.jpg-face2.png"]


def test_points_that_are_not_labelled_and_crowds_are_left_out_and_told(kept: Callable) -> None:
    found, _, warnings = kept(FACE, FACE | {"keypoints": [0, 0, 0, 12, 4, 1, 8, 9, 2]}, FACE | {"iscrowd": 1})

    assert len(found) == 1
    assert any(told.startswith(f"2 annotations of {NAME} are crowds, or have points that are not") for told in warnings)

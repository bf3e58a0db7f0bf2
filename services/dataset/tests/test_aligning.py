"""Faces with five landmarks are laid where recognition networks expect them, be they tilted, large or small."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.dataset import ingest
from workbench.dataset.aligning import SIDE, aligned
from workbench.imaging.preprocess import decode
from workbench.shards import read_bytes, read_index

PLACES = np.array([(38.3, 51.7), (73.5, 51.5), (56.0, 71.7), (41.5, 92.4), (70.7, 92.2)]) * SIDE / 112


def spotted(points: np.ndarray, size: tuple[int, int], radius: float) -> Image.Image:
    """White spots on grey, one at each point."""
    rows, columns = np.mgrid[: size[1], : size[0]]
    near = [(columns - x) ** 2 + (rows - y) ** 2 <= radius**2 for x, y in points]
    return Image.fromarray(np.where(np.any(near, axis=0)[:, :, None], [255] * 3, [90] * 3).astype(np.uint8))


@pytest.mark.parametrize("scale", [0.4, 1.0, 6.0])
@pytest.mark.parametrize("degrees", [0, 35])
def test_points_come_to_lie_where_all_faces_have_them(scale: float, degrees: float) -> None:
    turn = np.radians(degrees)
    points = scale * PLACES @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + 200 * scale
    size = tuple(np.ceil(points.max(0) + 40 * scale).astype(int).tolist())

    made = np.asarray(aligned(spotted(points, size, 5 * scale), [tuple(point) for point in points]))

    assert made.shape == (SIDE, SIDE, 3)
    found = [made[round(y), round(x)].min() for x, y in PLACES]
    assert min(found) > 230
    assert (made[:, :, 0] > 200).mean() < 0.02


def test_points_in_one_place_are_no_face() -> None:
    with pytest.raises(ValueError, match="lie in one place"):
        aligned(Image.new("RGB", (50, 50)), [(9.0, 9.0)] * 5)


@pytest.fixture
def portraits(shared: Path) -> dict[str, bytes]:
    """The shared portraits as LFW has them, with the landmarks that a detector found."""
    folder = shared / "datasets" / "face_pairs"
    known = json.loads((folder / "annotations.json").read_text())
    people = {"obama": "Obama", "biden": "Biden"}
    files: dict[str, bytes] = {}
    rows = []
    for name, each in known.items():
        stem = Path(name).stem
        bare = stem.rstrip("0123456789")
        person, number = people[bare], int(stem.removeprefix(bare) or 1)
        place = f"{person}/{person}_{number:04d}.jpg"
        files[f"images/{place}"] = (folder / "images" / name).read_bytes()
        rows.append(" ".join([place, *(f"{number}" for point in each["landmarks5"] for number in point)]))
    files["annotations/landmarks.txt"] = "\n".join(rows).encode()
    listed = ["1 3", "Obama 1 2", "Obama 1 3", "Biden 1 2", "Obama 1 Biden 1", "Obama 2 Biden 1", "Obama 3 Biden 2"]
    files["annotations/pairs.txt"] = "\n".join(listed).encode()
    return files


def test_an_upload_with_landmarks_is_aligned_as_the_shared_faces_are(
    new_run: Callable[..., Any], shared: Path, portraits: dict[str, bytes]
) -> None:
    run = new_run(portraits)
    facts = ingest.run(run)

    items = {item.name: item for item in read_index(run.outputs)}
    assert len(items) == 5
    assert any("aligned by the points of" in warning and "5 of 5." in warning for warning in facts["warnings"])
    mine = decode(read_bytes(run.outputs, items["images/Obama/Obama_0002.jpg"])).resize((112, 112))
    theirs = decode((shared / "datasets" / "face_pairs" / "aligned112" / "obama2.png").read_bytes())
    apart = np.abs(np.asarray(mine, np.float64) - np.asarray(theirs, np.float64)).mean()
    assert apart < 8  # of 255; another library's filter


def test_a_line_of_landmarks_that_is_none_is_named(new_run: Callable[..., Any], image: Callable[..., bytes]) -> None:
    names = [f"Ann/Ann_{number:04d}.jpg" for number in range(1, 6)]
    rows = [f"{name} 30 40 70 40 50 60 35 80 65 80" for name in names]
    portraits = {f"images/{name}": image(seed, size=(100, 110)) for seed, name in enumerate(names)}
    portraits["annotations/landmarks.txt"] = "\n".join([*rows[:4], rows[4] + " 1"]).encode()
    portraits["annotations/pairs.txt"] = b"1 1\nAnn 1 2\n"

    with pytest.raises(Exception, match="landmarks.txt line 5: expected a path and ten numbers"):
        ingest.run(new_run(portraits))

"""Where drawings go: two pictures of one name get two, and no picture that was asked about is drawn over."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from workbench.application.drawings import Drawings
from workbench.application.running import running_of
from workbench.tasks.classification.result import Ranking
from workbench.tasks.recipe import Recipe

RECIPE = Recipe.from_json(
    {
        "version": 2,
        "task": "classification",
        "labels": ["cat", "dog"],
        "options": {"top_k": 1},
        "preparation": {"input": {"name": "in", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"}},
    }
)


def drawn(drawings: Drawings, stem: str) -> str:
    return drawings.add(stem, Image.new("RGB", (64, 48)), Ranking(((1, 0.9),)), RECIPE).name


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    Image.new("RGB", (64, 48), (1, 2, 3)).save(file)
    return file


def test_two_pictures_of_one_name_get_two_drawings(tmp_path: Path) -> None:
    drawings = Drawings(tmp_path / "drawn", running_of("classification"))

    assert [drawn(drawings, "photo"), drawn(drawings, "photo")] == ["photo.png", "photo-2.png"]


@pytest.mark.parametrize("given", ["photo.png", "."])
def test_what_was_asked_about_is_not_drawn_over(photo: Path, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(photo.parent)
    before = photo.read_bytes()

    name = drawn(Drawings(Path(), running_of("classification"), [given]), "photo")

    assert (name, photo.read_bytes()) == ("photo-2.png", before)


def test_a_drawing_of_before_is_made_anew(photo: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert drawn(Drawings(tmp_path / "drawn", running_of("classification"), [str(photo)]), "photo") == "photo.png"

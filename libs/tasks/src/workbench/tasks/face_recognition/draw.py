"""An embedding on its picture: in words, since it has no place there."""

from __future__ import annotations

from PIL import Image
from workbench.imaging.pencil import legend, legible
from workbench.tasks.face_recognition.result import Embedding
from workbench.tasks.recipe import Recipe


def draw(image: Image.Image, result: Embedding, recipe: Recipe) -> Image.Image:
    """The picture in its own size, or magnified where it is tiny."""
    return legend(legible(image), [(None, line) for line in result.lines(recipe)])

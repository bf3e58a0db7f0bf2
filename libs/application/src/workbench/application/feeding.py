"""What feeds a model: an array for each of its inputs, made of one picture.

Evaluation, calibration, trial and package all ask here. A task whose models take more than the picture says in its
``feed.py`` what else there is; to the other inputs of any other model nothing is known to give but zeros.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from PIL import Image
from workbench.application.ports import find
from workbench.application.running import running_of
from workbench.imaging.preprocess import Fitted, fit, to_tensor
from workbench.tasks.protocols import Shape
from workbench.tasks.recipe import Recipe

Arrays = list[NDArray[Any]]


@dataclass(frozen=True)
class Feeding:
    """``order``: the model's inputs by number, first the one that the picture goes into.

    ``shapes`` and ``dtypes``: of the arrays, in that order.
    """

    recipe: Recipe
    order: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[Any, ...]

    @classmethod
    def of(cls, model: ov.Model, recipe: Recipe) -> Feeding:
        """Raises NoSuchTensor, and ValueError in words where the task has nothing for an input."""
        ports, picture = model.inputs, find(model.inputs, "input", recipe.preparation.input.name)
        order = (picture, *(number for number in range(len(ports)) if number != picture))
        declared = [_declared(ports[number]) for number in order]
        feed = running_of(recipe.task).feed
        shapes = _with_zeros(recipe, declared) if feed is None else feed.shapes(recipe, declared)
        return cls(recipe, order, tuple(shapes), tuple(_dtype(ports[number]) for number in order))

    def fix(self, model: ov.Model) -> None:
        """Give every input whose shape is open that of its array, unless every picture has its own. Raises RuntimeError
        where the model can't have it.
        """
        if self.recipe.preparation.any_size:
            return
        open_ = {
            model.inputs[number]: list(shape)
            for number, shape in zip(self.order, self.shapes, strict=True)
            if model.inputs[number].partial_shape.is_dynamic
        }
        if open_:
            model.reshape(open_)

    def arrays(self, picture: Image.Image, mask: Image.Image | None = None) -> tuple[Arrays, Fitted]:
        """In the model's order. picture: 8 bit RGB; mask: what it brings, where the task has a use for one."""
        fitted = fit(picture, self.recipe.preparation, mask)
        feed = running_of(self.recipe.task).feed
        made = self._zeros(fitted) if feed is None else feed.arrays(self.recipe, fitted, self.shapes)
        by_number = {
            number: array.astype(dtype, copy=False)
            for number, array, dtype in zip(self.order, made, self.dtypes, strict=True)
        }
        return [by_number[number] for number in range(len(by_number))], fitted

    def _zeros(self, fitted: Fitted) -> Arrays:
        others = [np.zeros(shape, np.float32) for shape in self.shapes[1:]]
        return [to_tensor(fitted.image, self.recipe.preparation), *others]


def _with_zeros(recipe: Recipe, declared: list[Shape | None]) -> list[tuple[int, ...]]:
    others = [tuple(size or 1 for size in shape or ()) for shape in declared[1:]]
    return [recipe.preparation.input.shape, *others]


def _declared(port: Any) -> Shape | None:
    shape = port.get_partial_shape()
    if shape.rank.is_dynamic:
        return None
    return tuple(dimension.get_length() if dimension.is_static else None for dimension in shape)


def _dtype(port: Any) -> Any:
    return port.get_element_type().to_dtype()

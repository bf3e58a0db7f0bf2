"""Runs a variant on images: the packaged configuration, and the preprocessing it was evaluated with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openvino as ov
from imaging.preprocess import preprocess
from imaging.recipe import Recipe
from package import ROOT


@dataclass(frozen=True)
class Loaded:
    """A variant compiled for its device. ``image_input`` is the index of the input that takes the image."""

    compiled: ov.CompiledModel
    recipe: Recipe
    image_input: int


def load(variant: dict[str, Any], recipe: Recipe) -> Loaded:
    """Compile a variant of the manifest exactly as it was measured."""
    core = ov.Core()
    model = core.read_model(ROOT / variant["model"])
    image_input = _image_input(model, recipe)
    if model.inputs[image_input].partial_shape.is_dynamic:
        model.reshape({model.inputs[image_input]: list(recipe.input.shape)})
    configuration = variant["configuration"]
    compiled = core.compile_model(model, configuration["device"], configuration["properties"])
    return Loaded(compiled, recipe, image_input)


def inputs(loaded: Loaded, image: bytes) -> list[np.ndarray]:
    """An array for each input: the image where the recipe says, else zeros; ValueError for a broken image."""
    arrays = [np.zeros(_fixed_shape(port), port.get_element_type().to_dtype())
              for port in loaded.compiled.inputs]
    pixels = preprocess(image, loaded.recipe)
    arrays[loaded.image_input] = pixels.astype(arrays[loaded.image_input].dtype, copy=False)
    return arrays


def infer(loaded: Loaded, image: bytes) -> list[np.ndarray]:
    """Every output for one image, in the model's order."""
    results = loaded.compiled(inputs(loaded, image))
    return [np.array(results[port]) for port in loaded.compiled.outputs]


def score_output(loaded: Loaded) -> int:
    """The index of the output that the recipe reads: the first unless it names another."""
    wanted = loaded.recipe.output
    for index, port in enumerate(loaded.compiled.outputs):
        if wanted is None or wanted in _names(port):
            return index
    raise KeyError(f"the model has no output {wanted!r}")


def _image_input(model: ov.Model, recipe: Recipe) -> int:
    for index, port in enumerate(model.inputs):
        if recipe.input.name in _names(port):
            return index
    raise KeyError(f"the model has no input {recipe.input.name!r}")


def _names(port: Any) -> set[str]:
    return {*port.get_names(), port.get_node().get_friendly_name()}


def _fixed_shape(port: Any) -> list[int]:
    return [dimension.get_length() if dimension.is_static else 1 for dimension in port.get_partial_shape()]

"""A model compiled as configured, fed with pictures: one at a time, or as many in flight as the device likes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from PIL import Image
from workbench.application import executed
from workbench.application.feeding import Arrays, Feeding
from workbench.application.ports import find, name_of
from workbench.imaging.preprocess import Fitted
from workbench.imaging.preprocess import picture as picture_of
from workbench.tasks.recipe import Recipe

Outputs = dict[str, NDArray[Any]]

# The CPU keeps what it has prepared for each shape, for 5,000 of them: with pictures of any size memory would grow with
# every new one (by 0.6 MB of the smallest network), and is no faster.
_FEW_SHAPES = {"CPU_RUNTIME_CACHE_CAPACITY": "32"}


class UnfitSize(ValueError):
    """The model takes pictures of other sizes only; ``number``: which of a stream."""

    def __init__(self, shapes: Iterable[tuple[int, ...]], reason: RuntimeError, number: int = 0) -> None:
        said = " ".join(str(reason).split()).rpartition("shapes ")[2][-200:]
        taken = ", ".join(str(list(each)) for each in shapes)
        super().__init__(
            f"the model can't take it as large as it is ({taken}): {said} Resize keep with a "
            "multiple, such as keep:8, fills its sides up"
        )
        self.number = number


@dataclass(frozen=True)
class Loaded:
    """A model on its device. ``feeding``: what goes into it; ``outputs``: their names, in order.

    ``device`` and ``properties``: as it was compiled.
    """

    compiled: ov.CompiledModel
    recipe: Recipe
    feeding: Feeding
    outputs: tuple[str, ...]
    device: str
    properties: Mapping[str, Any]

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """What was read back; it walks the executed graph, which whoever only infers needs not."""
        return executed.configuration(self.compiled, self.device, self.properties)

    @cached_property
    def difference(self) -> executed.Difference | None:
        """What the device made otherwise than asked, which whoever relies on it refuses or tells."""
        return executed.difference(self.compiled, self.device, self.properties)


def load(model: ov.Model, device: str, properties: Mapping[str, Any], recipe: Recipe) -> Loaded:
    """Compile exactly so. Raises NoSuchTensor, ValueError for an input that the task has nothing for, and RuntimeError
    where the device can't run it.
    """
    feeding = Feeding.of(model, recipe)
    names = _output_names(model, recipe)
    feeding.fix(model)
    kept = _FEW_SHAPES if recipe.preparation.any_size and device == "CPU" else {}
    compiled = ov.Core().compile_model(model, device, {**properties, **kept})
    return Loaded(compiled, recipe, feeding, names, device, properties)


def prepare(image: bytes, loaded: Loaded, mask: Image.Image | None = None) -> tuple[Arrays, Fitted]:
    """An array for each input; ValueError for a broken image. mask: as large as the picture."""
    return prepare_picture(picture_of(image, loaded.recipe.preparation), loaded, mask)


def prepare_picture(picture: Image.Image, loaded: Loaded, mask: Image.Image | None = None) -> tuple[Arrays, Fitted]:
    """The same for a picture that is decoded already, 8 bit RGB."""
    return loaded.feeding.arrays(picture, mask)


def infer(loaded: Loaded, arrays: Arrays) -> Outputs:
    """Every output for one image, by name, in the model's order. Raises UnfitSize."""
    try:
        results = loaded.compiled(arrays)
    except RuntimeError as error:
        if not loaded.recipe.preparation.any_size:
            raise
        raise UnfitSize((array.shape for array in arrays), error) from error
    ports = loaded.compiled.outputs
    return {name: np.array(results[port]) for name, port in zip(loaded.outputs, ports, strict=True)}


def stream(loaded: Loaded, pictures: Iterable[tuple[Arrays, Fitted]]) -> Iterator[tuple[int, Outputs, Fitted]]:
    """Each picture's number, outputs and fit, in the order in which they are done; outputs are valid until the next.

    No callback: OpenVINO can hang when a queue with a Python callback is torn down. Raises UnfitSize.
    """
    queue = ov.AsyncInferQueue(loaded.compiled)
    in_flight: dict[int, tuple[int, Fitted]] = {}
    try:
        yield from _streamed(loaded, queue, in_flight, pictures)
    except RuntimeError as error:
        if not loaded.recipe.preparation.any_size:
            raise
        raise _unfit(queue, in_flight, error) from error


def _streamed(
    loaded: Loaded,
    queue: ov.AsyncInferQueue,
    in_flight: dict[int, tuple[int, Fitted]],
    pictures: Iterable[tuple[Arrays, Fitted]],
) -> Iterator[tuple[int, Outputs, Fitted]]:

    def collected(slot: int) -> tuple[int, Outputs, Fitted]:
        number, fitted = in_flight.pop(slot)
        ports = loaded.compiled.outputs
        outputs = {name: queue[slot].get_tensor(port).data for name, port in zip(loaded.outputs, ports, strict=True)}
        return number, outputs, fitted

    for number, (arrays, fitted) in enumerate(pictures):
        slot = queue.get_idle_request_id()
        if slot in in_flight:
            yield collected(slot)
        in_flight[slot] = (number, fitted)
        queue.start_async(dict(enumerate(arrays)))
    queue.wait_all()
    for slot in list(in_flight):
        yield collected(slot)


def _unfit(queue: ov.AsyncInferQueue, in_flight: Mapping[int, tuple[int, Fitted]], error: RuntimeError) -> Exception:
    """Which of those in flight it was: each request tells of its own."""
    for slot, (number, fitted) in in_flight.items():
        try:
            queue[slot].wait()
        except RuntimeError as own:
            return UnfitSize([(fitted.image.height, fitted.image.width)], own, number)
    return error


def _output_names(model: ov.Model, recipe: Recipe) -> tuple[str, ...]:
    """One name each; that which the recipe uses for the one it reads, since an output may have several."""
    names = [name_of(port, "output", number) for number, port in enumerate(model.outputs)]
    if recipe.output is not None:
        names[find(model.outputs, "output", recipe.output)] = recipe.output
    return tuple(names)

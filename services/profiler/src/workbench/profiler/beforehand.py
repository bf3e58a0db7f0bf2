"""What a profile's models and data already say when it is asked for, and so is refused before any work. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.problems.common import InvalidRequest
from workbench.profiler.batch import batch_index, example, left_open
from workbench.profiler.values import may_feed

Facts = dict[str, Any]


def refuse(request: Facts, models: Mapping[str, Facts], tensors: Mapping[str, Facts]) -> None:
    """Raises InvalidRequest that names each field. ``models``, ``tensors``: their facts by id."""
    faults: dict[str, str] = {}
    for number, model in enumerate(models.values()):
        inputs = model.get("inputs")
        if inputs is None:  # of a release that did not tell, or of a format that is only converted
            continue
        which = f" of the model {model.get('name')}" if number else ""
        faults = _unknown(request, inputs, which) | _open(request, inputs, which) | faults
    for name, tensor_id in (request.get("inputs") or {}).items():
        fault = _does_not_fit(name, tensors[tensor_id], request, next(iter(models.values()), {}))
        if fault:
            faults.setdefault(f"inputs.{name}", fault)
    if faults:
        raise InvalidRequest(faults)


def _unknown(request: Facts, inputs: list[Facts], which: str) -> dict[str, str]:
    known = [tensor["name"] for tensor in inputs]
    return {
        f"{field}.{name}": f"there is no such input{which}; it has {', '.join(known)}"
        for field in ("shapes", "inputs")
        for name in request.get(field) or {}
        if name not in known
    }


def _open(request: Facts, inputs: list[Facts], which: str) -> dict[str, str]:
    said = {*(request.get("shapes") or {}), *(request.get("inputs") or {})}
    batch = request.get("batch") or 1
    faults = {}
    for tensor in inputs:
        place = batch_index(tensor["shape"], _declared(tensor))
        if tensor["name"] in said or not left_open(tensor["shape"], place):
            continue
        faults[f"shapes.{tensor['name']}"] = (
            f"the input{which} has the shape {_words(tensor['shape'])}; give the shape to measure, each dimension a "
            f"number, such as {example(tensor['shape'], place, batch)}"
        )
    return faults


def _does_not_fit(name: str, given: Facts, request: Facts, model: Facts) -> str | None:
    tensor = next((each for each in model.get("inputs") or () if each["name"] == name), None)
    if tensor is None:
        return None
    if not may_feed(given["element_type"], tensor["element_type"]):
        return f"the array has elements of the type {given['element_type']}, the input takes {tensor['element_type']}"
    if tensor["shape"] is not None and len(tensor["shape"]) != len(given["shape"]):
        return f"the array has the shape {given['shape']}, the input {_words(tensor['shape'])}"
    asked = (request.get("shapes") or {}).get(name)
    if asked is not None and asked != given["shape"]:
        return f"the array has the shape {given['shape']}, and shapes.{name} says {asked}"
    place, batch = batch_index(tensor["shape"], _declared(tensor)), request.get("batch") or 1
    if place is not None and given["shape"][place] != batch:
        return f"the array has a batch of {given['shape'][place]}, but batch is {batch}"
    return None


def _declared(tensor: Facts) -> str | None:
    """A layout that was only guessed decides nothing."""
    return tensor.get("layout") if tensor.get("layout_source", "model") == "model" else None


def _words(shape: Any) -> str:
    if shape is None:
        return "of any number of dimensions"
    return (
        "["
        + ",".join(
            "?" if each == -1 else str(each) if isinstance(each, int) else f"{each[0]}..{_end(each[1])}"
            for each in shape
        )
        + "]"
    )


def _end(most: int) -> str:
    return "?" if most < 0 else str(most)

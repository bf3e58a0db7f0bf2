"""What the conversion must do to the model's inputs, worked out from its facts and the request. Pure rules."""

from __future__ import annotations

from typing import Any

from workbench.project.problems import ModelNeedsHelp
from workbench.project.values import Facts
from workbench.tasks.guesses import of_inputs
from workbench.tasks.recipe import renewed
from workbench.tasks.usual import FLOATS

# Built into the IR unless asked otherwise, so that the deployed application cannot get them wrong.
BUILT_IN = ("mean", "scale", "color")
_AND_A_MASK = 4  # channels: of a picture in colour, and one more
_OF_A_BATCH = 1  # open dimensions


def conversion_inputs(model: Facts, request: Facts) -> Facts:
    """Options per input for the converter; an empty dict leaves the model as it is.

    Raises ModelNeedsHelp for dynamic dimensions other than the batch, for an unknown rank or input name, and for mean,
    scale or colour order of a model whose image input is not obvious or takes no floats.
    """
    names = [tensor["name"] for tensor in model["inputs"]]
    for name in request["inputs"]:
        if name not in names:
            raise ModelNeedsHelp(f"inputs.{name}", f"there is no such input; the model has {', '.join(names)}.")
    _refuse_unknown_ranks(model)
    any_size = keeps_size(request)
    options = {
        tensor["name"]: _one(tensor, request["inputs"].get(tensor["name"], {}), any_size) for tensor in model["inputs"]
    }
    built_in = {} if _stays_outside(request) else _built_in(request["recipe"])
    for image in _image_inputs(model, options, request) if built_in else ():
        layout = options[image["name"]].get("layout") or request["recipe"].get("layout") or image["layout"]
        if layout is None:
            raise ModelNeedsHelp(
                f"inputs.{image['name']}.layout",
                f"mean, scale and colour order need the layout of input {image['name']!r}, such as NCHW.",
            )
        if image["element_type"] not in FLOATS:
            raise ModelNeedsHelp(
                "recipe",
                "mean, scale and colour order need an input of floats, but "
                f"{image['name']!r} takes {image['element_type']}.",
            )
        shape = options[image["name"]].get("shape") or image["shape"]
        channels = dict(zip(layout, shape, strict=False)).get("C")
        options[image["name"]] |= {**_for_all(built_in, channels), "layout": layout}
    return {name: option for name, option in options.items() if option}


def keeps_size(request: Facts) -> bool:
    """Whether pictures go in as large as they are, so that the models stay as open as they came."""
    return request["recipe"].get("resize") == "keep"


def measured_shapes(model: Facts, request: Facts) -> Facts:
    """Of inputs that stay open, the shapes that speed is measured with: by name, as a profile takes them.

    Raises ModelNeedsHelp where one is not said.
    """
    if not keeps_size(request):
        return {}
    found = {}
    for tensor in model["inputs"]:
        shape = request["inputs"].get(tensor["name"], {}).get("shape")
        if len(_open_dimensions(tensor)) > _OF_A_BATCH and shape is None:
            raise ModelNeedsHelp(
                f"inputs.{tensor['name']}.shape",
                f"pictures go in as large as they are (resize keep), into "
                f"{tensor['shape']}; give the shape that speed is measured with, such as 1,3,256,256.",
            )
        if shape is not None:
            found[tensor["name"]] = shape
    return found


def takes_several(tensor: Facts) -> bool:
    """Whether the input takes a fixed number of pictures at once, where images are scored one by one."""
    shape, layout = tensor["shape"] or [], tensor["layout"] or "NCHW"
    fixed = len(shape) == 4 and all(isinstance(size, int) and size > 0 for size in shape)
    return fixed and layout[0] == "N" and shape[0] > 1


def recipe_overrides(request: Facts) -> Facts:
    """What is left for the recipe once the conversion has built its part in."""
    said = renewed(request["recipe"], request["task"])  # of a request that an earlier release kept, too
    if _stays_outside(request):
        return {"task": request["task"], **said}
    kept = {name: value for name, value in said.items() if name not in BUILT_IN}
    if request["recipe"].get("color") in ("GRAY", "RGB"):  # for both of which nothing was built in
        kept["color"] = request["recipe"]["color"]
    return {"task": request["task"], **kept}


def _opened(measured: list[int] | None, layout: str | None) -> Facts:
    """The shape of an input that takes pictures of any size; ``measured``: the one that speed is measured with."""
    if measured is None or layout is None or len(layout) != len(measured):
        return {}
    return {"shape": [-1 if letter in "HW" else size for letter, size in zip(layout, measured, strict=True)]}


def _open_dimensions(tensor: Facts) -> list[int]:
    return [index for index, size in enumerate(tensor["shape"] or ()) if not isinstance(size, int) or size < 0]


def _one(tensor: Facts, asked: Facts, any_size: bool) -> Facts:
    option = {name: value for name, value in asked.items() if value is not None}
    if any_size and _open_dimensions(tensor)[1:]:
        return option | _opened(option.pop("shape", None), option.get("layout") or tensor["layout"])
    if "shape" not in option and takes_several(tensor):
        return option | {"shape": [1, *tensor["shape"][1:]]}
    if "shape" in option or all(isinstance(size, int) and size >= 0 for size in tensor["shape"]):
        return option
    if _open_dimensions(tensor) != [0]:
        raise ModelNeedsHelp(
            f"inputs.{tensor['name']}.shape",
            f"the input has the dynamic shape {tensor['shape']}; give the shape to measure, such as 1,3,224,224.",
        )
    return option | {"shape": [1, *tensor["shape"][1:]]}


def _refuse_unknown_ranks(model: Facts) -> None:
    for tensor in model["inputs"]:
        if tensor["shape"] is None:
            raise ModelNeedsHelp(
                "model_id",
                f"the input {tensor['name']!r} does not say how many dimensions it has; export the model with a shape.",
            )


def _stays_outside(request: Facts) -> bool:
    return request.get("preprocessing") == "outside"  # not there in what an earlier release accepted


def _built_in(recipe: Facts) -> Facts:
    found = {name: recipe[name] for name in ("mean", "scale") if recipe.get(name) is not None}
    return found | ({"reverse_channels": True} if recipe.get("color") == "BGR" else {})


def _for_all(built_in: Facts, channels: Any) -> Facts:
    """With values for channels beyond the picture's, such as a mask's, that leave those as they are."""
    if channels != _AND_A_MASK:
        return built_in
    if "reverse_channels" in built_in:
        raise ModelNeedsHelp(
            "recipe.color",
            f"BGR can't be built into an input of {channels} channels; use RGB, or a model that takes RGB.",
        )
    neutral = {"mean": 0.0, "scale": 1.0}
    return {name: [*values, neutral[name]] if len(values) < channels else values for name, values in built_in.items()}


def _image_inputs(model: Facts, options: Facts, request: Facts) -> list[Facts]:
    """The one that can be a picture's, or those that the task prepares alike."""
    images: list[Facts] = [tensor for tensor in model["inputs"] if len(tensor["shape"]) == 4]
    converted = [{**tensor, **options[tensor["name"]]} for tensor in model["inputs"]]
    if told := of_inputs({**model, "inputs": converted}, request["task"]):
        return [tensor for tensor in images if tensor["name"] in told.pictures]
    if len(images) != 1:
        found = f"the model has {len(images)} inputs of rank 4"
        raise ModelNeedsHelp("recipe", f"mean, scale and colour order need one image input; {found}.")
    return images

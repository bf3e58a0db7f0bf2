"""How `create` asks, where that is more than a POST of ``request``, the options at their places; of `again`, too, which
asks with changes of an earlier request.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.client.cli.accepted import asked
from workbench.client.cli.inputs import MEASURED_SHAPE, OF_CONVERSION, by_input, fed
from workbench.client.cli.options import Option, Values, wrong
from workbench.client.cli.progress import Progress
from workbench.client.cli.readers import is_id
from workbench.client.cli.recipes import spread
from workbench.client.cli.sources import is_source, refuse_stray
from workbench.client.client import Client
from workbench.client.jobs import View
from workbench.client.uploads import display_name

Request = dict[str, Any]
PARTS = {"profile": "profile_id", "evaluation": "evaluation_id", "folder": "folder"}
OF_MODEL = ("name", "convert")
GENERATED = ("width", "height", "channels", "seed")
# Wherever images are uploaded: what a refusal names has to be an option there.
OF_UPLOAD = [
    asked(
        "--calibration-percent",
        "Share of the images set apart for calibration",
        "DatasetForm",
        "calibration_percent",
        "PERCENT",
        place="",
    ),
    Option(
        "--format",
        "Layout of the images, where it should not be detected: `workbench tasks show NAME` "
        "lists those that serve a task.",
        metavar="NAME",
        place="format",
    ),
    asked(
        "--annotated-on",
        "How photos that viewers turn (EXIF) lay when boxes, masks and points were drawn",
        "DatasetForm",
        "annotated_on",
        "HOW",
        default=" (default: as the sizes beside them tell)",
    ),
]


def model(client: Client, request: Request, values: Values) -> View:
    """Upload a model, or have it brought from where it is."""
    if is_source(values["path"]):
        return client.models.bring(**request)
    refuse_stray(values, "PATH")
    path = Path(values["path"]).expanduser()
    with Progress() as progress:
        request = {"name": display_name(path)} | {key: request[key] for key in OF_MODEL if key in request}
        return client.models.upload(path, tell=progress.sent, **request)


def converted(client: Client, view: View) -> Sequence[View]:
    """The conversion that was asked for with the model."""
    conversion = client.models.converted(view)
    return [conversion] if conversion else []


def dataset(client: Client, request: Request, values: Values) -> View:
    """Upload images, or have some generated: one or the other."""
    if bool(values["path"]) == bool(values["generate"]):
        raise wrong("PATH", "give a folder or archive, or --generate COUNT, one of the two")
    for key in GENERATED if values["path"] else [option.key for option in OF_UPLOAD]:
        if values[key] is not None:
            other = "--generate" if values["path"] else "an upload"
            raise wrong(f"--{key.replace('_', '-')}", f"belongs to {other}")
    if values["generate"]:
        return client.datasets.generate(**request)
    path = Path(values["path"]).expanduser()
    fields = of_upload(values)
    with Progress() as progress:
        name = request.get("name") or display_name(path)
        return client.datasets.upload(path, tell=progress.sent, name=name, **fields)


def of_upload(values: Values) -> dict[str, Any]:
    """What is said of the images that are sent."""
    return {option.key: values[option.key] for option in OF_UPLOAD}


def tensor(client: Client, request: Request, values: Values) -> View:
    """Upload an array that a model can be fed with."""
    path = Path(values["path"]).expanduser()
    with Progress() as progress:
        return client.tensors.upload(path, tell=progress.sent, name=request.get("name") or display_name(path))


def with_inputs(client: Client, request: Request, values: Values) -> Request:
    """The options, those about inputs under the input's name."""
    if any(values[option.key] for option in OF_CONVERSION):
        request["inputs"] = by_input(client.models.get(values["model"]), values, OF_CONVERSION)
    return request


def profile(client: Client, request: Request, values: Values) -> Request:
    """The options; streams or requests that are given stand alone, without the default hint."""
    if values["shape"]:
        said = by_input(client.models.get(values["model"]), values, (MEASURED_SHAPE,))
        request["shapes"] = {name: each["shape"] for name, each in said.items()}
    if values["input"]:
        request["inputs"] = fed(client, client.models.get(values["model"]), values)
    alone = {"hint": None} if "streams" in request or "requests" in request else {}
    return alone | request


def others_of(client: Client, view: View) -> Sequence[View]:
    """The profiles of the other models that were measured in turns with this one's: nothing is measured for them."""
    return client.profiles.others(view)


def recipe(client: Client, request: Request, values: Values) -> Request:
    """The options, one number for all channels spread over them."""
    spread(request.get("overrides", {}), lambda: client.models.get(values["model"]))
    return request


def packages(_client: Client, request: Request, values: Values) -> Request:
    """The options, each variant taken apart."""
    if not values["variant"]:
        return request
    variants = [_variant(text, number) for number, text in enumerate(values["variant"], 1)]
    recommended = {"recommended": variants[0]["folder"]}
    return recommended | request | {"variants": variants}


def _variant(text: str, number: int) -> dict[str, Any]:
    model_id, *parts = text.split(",")
    variant: dict[str, Any] = {"model_id": model_id, "folder": f"variant{number}"}
    for part in parts:
        key, _, value = part.partition("=")
        if key not in PARTS or not value:
            raise wrong("--variant", f"{part!r} is not one of profile=ID, evaluation=ID, folder=NAME")
        variant[PARTS[key]] = value
    if not is_id(model_id):
        raise wrong("--variant", f"{text!r} does not start with a model's id")
    return variant

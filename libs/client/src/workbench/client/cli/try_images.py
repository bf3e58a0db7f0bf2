"""`workbench try MODEL IMAGE…`: what a model says of a few pictures, and each drawn with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

import typer
from workbench.client import uploads
from workbench.client.cli import output
from workbench.client.cli.inputs import OF_TRIAL, as_asked, by_input
from workbench.client.cli.nouns.shared import PLACED
from workbench.client.cli.options import Argument, Option, Values, add_command, body, wrong
from workbench.client.cli.pipeline import Source
from workbench.client.cli.placing import refuse_absent
from workbench.client.cli.progress import Progress
from workbench.client.cli.recipes import recipe_options, spread
from workbench.client.cli.session import Session
from workbench.client.cli.task_settings import settle, task_options
from workbench.client.client import Client
from workbench.client.errors import BadInput, JobFailed
from workbench.client.jobs import View
from workbench.client.resources import Resource
from workbench.client.uploaded import distinct_names

MODEL = Argument("MODEL", "Model file, folder or archive, or a model's id. What is no IR is converted first.")
IMAGES = Argument("IMAGE", "Image files.", repeat=True)
RECIPE = Option(
    "--recipe",
    "Id of the recipe that says how images become the model's input (default: one made from "
    "the model and the options below).",
    metavar="ID",
)
LABELS = Option("--labels", "Text file with the name of a class in each line.", metavar="FILE")
SETTINGS = [*task_options("overrides.task", "overrides"), *recipe_options("overrides")]
IMPORTANCE = Option(
    "--importance",
    "Draw what the answer hung on as well, by RISE, where the task can tell: 400 inferences an image.",
    place="importance",
    flag=True,
)
DRAW = Option("--draw", "Where each picture goes, with what is said of it.", metavar="FOLDER")
MOST = 20
HELP = """Ask a model about a few pictures.

The pictures are kept as a dataset, the answers as a trial: `workbench trials show ID`.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    options = [RECIPE, LABELS, *SETTINGS, *OF_TRIAL, *PLACED, IMPORTANCE, DRAW]
    add_command(app, "try", try_images, HELP, [MODEL, IMAGES, *options])


def try_images(session: Session, values: Values) -> None:
    """Check all that can be before anything is sent; ask; show the answers and leave the pictures."""
    paths = [Path(text).expanduser() for text in values["image"]]
    _check_images(paths)
    folder = _folder(values["draw"])
    model = Source.of(MODEL.name, values["model"], "model", uploads.model_parts)
    labels = _labels(values["labels"])
    settle(session.client, values)
    refuse_absent(session.client, values)
    overrides = body(SETTINGS, values).get("overrides", {}) | ({"labels": labels} if labels else {})
    with Progress() as progress:
        work = _Work(session.client, progress)
        source = work.model(model)
        inputs = by_input(source, values, OF_TRIAL)
        spread(overrides, lambda: as_asked(source, inputs))
        model_id = work.ir(source, inputs)
        recipe_id = values["recipe"] or work.recipe(model_id, overrides)
        view = work.trial(model_id, recipe_id, paths, body([*PLACED, IMPORTANCE], values))
    images = view["facts"]["images"]
    drawn = _drawn(session.client, view["id"], images, folder, paths) if folder else {}
    if session.as_json:
        output.write_json(view)
        return
    for path, image in zip(paths, images, strict=True):
        lines = [*image["lines"], *(f"drawn: {file}" for file in drawn.get(image["name"], []))]
        output.write("\n".join([str(path), *(f"  {line}" for line in lines or ["nothing was found"])]))
    output.tell(f"trial {view['id']}")


class _Work:
    """The jobs one after another, each shown as it goes."""

    def __init__(self, client: Client, progress: Progress) -> None:
        self._client = client
        self._progress = progress

    def model(self, source: Source) -> View:
        """The model that was named, once it is understood."""
        id = source.id
        if source.path is not None:
            name = uploads.display_name(source.path)
            id = self._client.models.upload(source.path, tell=self._progress.sent, name=name)["id"]
        return self._done(self._client.models, id, "model")

    def ir(self, model: View, inputs: Mapping[str, Any]) -> str:
        """The id of an IR: the model itself, or what it is converted to. ``inputs``: what is said of them, by name."""
        if model["facts"]["format"] == "ir" and not inputs:
            return str(model["id"])
        asked = {"model_id": model["id"], "precision": "FP32", "inputs": dict(inputs)}
        started = self._client.conversions.create(asked)
        return str(self._done(self._client.conversions, started["id"], "conversion")["result"]["id"])

    def recipe(self, model_id: str, overrides: dict[str, Any]) -> str:
        """The id of a new one. Raises a usage error that names the option which would settle what is not sure."""
        started = self._client.recipes.create({"model_id": model_id, "overrides": overrides})
        try:
            return str(self._done(self._client.recipes, started["id"], "recipe")["result"]["id"])
        except JobFailed as failed:
            field = str(failed.problem.get("field") or "")
            option = next((each.name for each in SETTINGS if each.place.rpartition(".")[2] == field), None)
            if option is None:
                raise
            raise wrong(option, str(failed)) from None

    def trial(self, model_id: str, recipe_id: str, paths: Sequence[Path], more: Mapping[str, Any]) -> View:
        """Of all the images, once they are understood."""
        sent = self._client.datasets.upload_images(paths, name="tried")
        dataset = self._done(self._client.datasets, sent["id"], "images")
        request = {
            "model_id": model_id,
            "recipe_id": recipe_id,
            "dataset_id": dataset["result"]["id"],
            "images": distinct_names(paths),
            **more,
        }  # a dataset has an order of its own
        return self._done(self._client.trials, self._client.trials.create(request)["id"], "trial")

    def _done(self, resource: Resource, id: str, role: str) -> View:
        return resource.wait(id, lambda view: self._progress.job(role, view))


def _check_images(paths: Sequence[Path]) -> None:
    if len(paths) > MOST:
        raise wrong(
            IMAGES.name,
            f"{len(paths)} are given; a trial takes at most {MOST}. `workbench evaluations create` measures a dataset",
        )
    for path in paths:
        try:
            uploads.file_part(path, path.name)
        except BadInput as error:
            raise wrong(IMAGES.name, str(error)) from None


def _folder(text: str | None) -> Path | None:
    if text is None:
        return None
    folder = Path(text).expanduser()
    if folder.exists() and not folder.is_dir():
        raise wrong(DRAW.name, f"{folder} is no folder")
    return folder


def _labels(text: str | None) -> list[str]:
    if text is None:
        return []
    try:
        labels = Path(text).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(LABELS.name, f"{text} can't be read as text: {error}") from None
    if not labels:
        raise wrong(LABELS.name, f"{text} has no line")
    return labels


def _drawn(
    client: Client, id: str, images: Sequence[Mapping[str, Any]], folder: Path, paths: Sequence[Path]
) -> dict[str, list[Path]]:
    """The pictures of each image, by its name. ``paths``: the images themselves, which are not drawn over."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Path]] = {}
    taken = {path.name.casefold() for path in paths if path.parent.resolve() == folder.resolve()}
    for image in images:
        for kind in ("drawing", "importance"):
            if image[kind]:
                target = folder / _free(Path(image["name"]), ".png" if kind == "drawing" else "-importance.png", taken)
                found.setdefault(image["name"], []).append(client.trials.download(id, image[kind], target))
    return found


def _free(image: Path, ending: str, taken: set[str]) -> str:
    """The image's name with another ending; where that is taken, its whole name in front of it."""
    numbered = (f"{image.name}-{number}{ending}" for number in count(2))
    tries = chain([f"{image.stem}{ending}", f"{image.name}{ending}"], numbered)
    name = next(name for name in tries if name.casefold() not in taken)
    taken.add(name.casefold())
    return name

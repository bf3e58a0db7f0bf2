"""What is done with a dataset beside what every resource has: `datasets statistics|subset|augment|preview|export`."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import typer
from workbench.client.cli import made, output
from workbench.client.cli.accepted import asked
from workbench.client.cli.made import WAIT, Making
from workbench.client.cli.options import Argument, Option, Values, add_command, body
from workbench.client.cli.progress import followed
from workbench.client.cli.readers import whole
from workbench.client.cli.saving import make_folder, save
from workbench.client.cli.session import Session
from workbench.client.cli.statistics_page import page
from workbench.client.errors import BadInput
from workbench.client.jobs import View

ARCHIVE = "dataset.zip"  # the file of an export
DATASET = Argument("ID", "Id of the dataset.")
EXPORT_HELP = """Write a dataset in another layout, and download it as one zip.

What the layout cannot hold is told, or refused where leaving it out would make another dataset of it.
"""
PICTURE = Option("--picture", "Write them as a picture, too: an SVG file.", metavar="FILE")

SUBSET = [
    asked("--count", "At most so many images", "SubsetRequest", "count", "N", default=" (default: all that fit)"),
    Option(
        "--class", "Only images with something of this class. Repeatable.", metavar="NAME", place="classes", repeat=True
    ),
    Option(
        "--task",
        "Whose classes count (default: the first that the dataset is annotated for).",
        metavar="NAME",
        place="task",
    ),
    asked("--split", "Images to choose from", "SubsetRequest", "split", "SPLIT"),
    asked("--seed", "Same seed, same images", "SubsetRequest", "seed", "N"),
    Option("--name", "A name for people.", place="name"),
    WAIT,
]


AUGMENT = [
    replace(
        asked("--method", "What a copy is made by; repeatable", "AugmentationRequest", "methods", "METHOD"),
        repeat=True,
        required=True,
    ),
    asked("--copies", "Copies of each image by each method, but flips", "AugmentationRequest", "copies", "N"),
    asked("--erase", "Share of an image that is hidden", "AugmentationRequest", "erase", "SHARE"),
    asked("--noise", "Deviation of the noise, in levels of 255", "AugmentationRequest", "noise", "LEVELS"),
    asked("--light", "How much brightness or contrast change at most", "AugmentationRequest", "light", "SHARE"),
    Option("--without-originals", "Leave the images themselves out.", flag=True),
    asked("--seed", "Same seed, same images", "AugmentationRequest", "seed", "N"),
    Option("--name", "A name for people.", place="name"),
    WAIT,
]


EXPORT = [
    replace(asked("--format", "The layout", "ExportRequest", "format", "NAME"), required=True),
    Option(
        "--out", "Where the zip goes. What an interrupted download left is gone on with.", metavar="FILE", required=True
    ),
    Option("--name", "A name for people.", place="name"),
]

PREVIEW = [
    Option(
        "--out", "Where the pictures go, named by the number and name of their image.", metavar="FOLDER", required=True
    ),
    Option("--class", "Only images with something of this class.", metavar="NAME", place="class"),
    Option("--task", "Only images that are annotated for this task.", metavar="NAME", place="task"),
    Option("--part", "Only images of this part: calibration or evaluation.", metavar="PART", place="part"),
    Option("--limit", "At most so many (default 20).", whole(1, 10_000), "N"),
]


def register(group: typer.Typer) -> None:
    """Add the commands to the group of datasets."""
    add_command(
        group, "statistics", _statistics, "Show sizes, colour, classes and things of a dataset.", [DATASET, PICTURE]
    )
    add_command(
        group,
        "subset",
        _subset,
        "Make a dataset of some of the images of another, each class by its share.",
        [DATASET, *SUBSET],
    )
    add_command(
        group,
        "augment",
        _augment,
        "Make a dataset of changed copies of the images of another, from a seed.",
        [DATASET, *AUGMENT],
    )
    add_command(
        group,
        "preview",
        _preview,
        "Save images of a dataset, small, with their annotations drawn onto them.",
        [DATASET, *PREVIEW],
    )
    add_command(group, "export", _export, EXPORT_HELP, [DATASET, *EXPORT])


def _preview(session: Session, values: Values) -> None:
    folder, datasets = Path(values["out"]).expanduser(), session.client.datasets
    wanted = {name: values[name] for name in ("class_", "task", "part")}
    found = list(islice(datasets.images(values["id"], **wanted), values["limit"] or 20))
    shown = [image for image in found if image["has_preview"]]
    for image in shown:
        image["saved"] = str(folder / f"{image['number']:06d}-{Path(image['name']).stem[:60]}.jpg")
        save(Path(image["saved"]), datasets.preview(values["id"], image["number"]))
    if session.as_json:
        output.write_json(found)
        return
    for image in shown:
        seen = ", ".join(
            f"{each['things']} {each['name'] or each['id']}"
            for each in image["classes"]
            if each["task"] == image["classes"][0]["task"]
        )
        output.write(f"{image['saved']}" + (f"  {seen}" if seen else ""))
    if not shown:
        output.tell("no image is as asked for" if not found else "these images have no previews")


def _statistics(session: Session, values: Values) -> None:
    found = session.client.datasets.statistics(values["id"])
    if values["picture"]:
        save(Path(values["picture"]).expanduser(), session.client.datasets.statistics_picture(values["id"]))
    if session.as_json:
        output.write_json(found)
    else:
        output.write(page(found))


def _subset(session: Session, values: Values) -> None:
    _tell(session, session.client.datasets.subset(values["id"], **body(SUBSET, values)), values)


def _augment(session: Session, values: Values) -> None:
    wanted = body(AUGMENT, values) | ({"originals": False} if values["without_originals"] else {})
    _tell(session, session.client.datasets.augment(values["id"], **wanted), values)


def _tell(session: Session, view: View, values: Values) -> None:
    making = Making("dataset", session.client.datasets, "datasets show {}")
    made.tell(session, making, view, wait=values["wait"])


def _export(session: Session, values: Values) -> None:
    path, exports = Path(values["out"]).expanduser(), session.client.exports
    if path.is_dir():
        raise BadInput(f"{path} is a folder; --out is the file to write, such as {path / ARCHIVE}")
    make_folder(path)
    view = exports.create({"dataset_id": values["id"], **body(EXPORT[:1] + EXPORT[2:], values)})
    view = followed(exports, view["id"], "export")
    exports.download(view["id"], ARCHIVE, path)
    if session.as_json:
        output.write_json(view)
        return
    output.write(str(path))
    for told in view["facts"]["warnings"]:
        output.tell(told)
    output.tell(f"{view['facts']['items']} images; the workbench has the zip, too: `workbench exports rm {view['id']}`")

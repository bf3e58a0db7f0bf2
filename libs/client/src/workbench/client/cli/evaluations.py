"""What an evaluation is looked through by, beside what every resource has: `workbench evaluations images|confusion`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import typer
from workbench.client.cli import output
from workbench.client.cli.confusion_page import page
from workbench.client.cli.listing import Column, show_list
from workbench.client.cli.options import Argument, Option, Values, add_command
from workbench.client.cli.readers import whole
from workbench.client.cli.saving import save
from workbench.client.cli.session import Session
from workbench.client.jobs import View
from workbench.figures import in_unit

EVALUATION = Argument("ID", "Id of the evaluation.")
IMAGES_HELP = """List the images of an evaluation, the worst first: score, what the model says, what is there.

With --out, what is said and what is known of the worst, drawn, are saved beside each other.
"""
IMAGES = [
    Option("--limit", "At most so many (default 20).", whole(1, 100_000), "N"),
    Option(
        "--out", "Where pictures of the worst go: NUMBER-NAME-result.jpg and NUMBER-NAME-truth.jpg.", metavar="FOLDER"
    ),
]
COLUMNS = (
    Column("SCORE", "shown"),
    Column("SAID", "said", folds=True),
    Column("THERE", "known", folds=True),
    Column("IMAGE", "name", folds=True),
)


def register(group: typer.Typer) -> None:
    """Add the commands to the group of evaluations."""
    add_command(group, "images", _images, IMAGES_HELP, [EVALUATION, *IMAGES])
    add_command(
        group, "confusion", _confusion, "Show which class is taken for which, by the annotations.", [EVALUATION]
    )


def _images(session: Session, values: Values) -> None:
    evaluations = session.client.evaluations
    found = list(islice(evaluations.images(values["id"]), values["limit"] or 20))
    saved = _saved(session, values["id"], found, Path(values["out"]).expanduser()) if values["out"] else []
    if session.as_json:
        output.write_json(found)
        return
    show_list([_row(image) for image in found], COLUMNS)
    if found:
        output.tell(f"by {found[0]['metric']}; {found[0]['better']} is better")
    if saved:
        output.tell(f"{len(saved)} pictures in {values['out']}")


def _confusion(session: Session, values: Values) -> None:
    found = session.client.evaluations.confusion(values["id"])
    if session.as_json:
        output.write_json(found)
    else:
        output.write(page(found))


def _row(image: View) -> View:
    score = None if image["score"] is None else in_unit(image["score"], image["unit"])
    said, known = (", ".join(" ".join(each.split()) for each in image[name][:2]) for name in ("said", "known"))
    return {**image, "shown": score, "said": said, "known": known or None}


def _saved(session: Session, id: str, images: list[View], folder: Path) -> list[Path]:
    """Two pictures of each image that is drawn; the image tells their paths."""
    evaluations, saved = session.client.evaluations, []
    for image in (each for each in images if each["beside"]):
        start = f"{image['number']:03d}-{Path(image['name']).stem[:60]}"
        for what, picture in (("result", evaluations.result_picture), ("truth", evaluations.truth_picture)):
            path = folder / f"{start}-{what}.jpg"
            save(path, picture(id, image["number"]))
            image[f"{what}_saved"] = str(path)
            saved.append(path)
    return saved

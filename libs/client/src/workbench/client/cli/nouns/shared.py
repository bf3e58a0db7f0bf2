"""What several nouns have: the columns of a job, and arguments and options of the same meaning."""

from __future__ import annotations

from workbench.client.cli.accepted import asked
from workbench.client.cli.listing import Column
from workbench.client.cli.options import Argument, Option

# What columns of these titles hold the id of.
REFERS = {"MODEL": "models", "DATASET": "datasets", "RESULT": "models"}


def columns(*own: tuple[str, str]) -> list[Column]:
    """Those of a job, its own in between, the most telling first: what has no room is left out from the right."""
    pairs = [("STATE", "state"), *own, ("CREATED", "created_at")]
    return [
        Column("ID", "id"),
        Column("NAME", "name", folds=True),
        *(Column(title, place, of=REFERS.get(title, "")) for title, place in pairs),
    ]


MODEL = Argument("MODEL", "Id of the model.", "model_id")
DATASET = Argument("DATASET", "Id of the dataset.", "dataset_id")
RECIPE = Option(
    "--recipe",
    "Id of the recipe that says how images become the model's input.",
    metavar="ID",
    place="recipe_id",
    required=True,
)
NAME = Option("--name", "A name for people.", place="name")
TARGET = Option(
    "--target",
    "Where inference runs: an id that `workbench targets list` shows (default: the first that has the device).",
    place="target",
)
DEVICE = Option(
    "--device", "Device that executes, such as CPU or GPU.0 (default: the target's own, else CPU).", place="device"
)
PRECISION = asked(
    "--inference-precision", "Precision inference runs in", "ProfileRequest", "inference_precision", "TYPE"
)
# Whatever infers: where, on what, and in what.
PLACED = (TARGET, DEVICE, PRECISION)

"""What the workbench writes down or packs: recipes and packages."""

from __future__ import annotations

from workbench.client.cli.accepted import asked
from workbench.client.cli.create import packages, recipe
from workbench.client.cli.description import Description
from workbench.client.cli.nouns.shared import MODEL, RECIPE, columns
from workbench.client.cli.options import Option
from workbench.client.cli.recipes import recipe_options
from workbench.client.cli.task_settings import settle, task_options

RECIPES = Description(
    "recipes",
    "recipe",
    columns(("TASK", "facts.recipe.task"), ("MODEL", "request.model_id")),
    [
        MODEL,
        Option("--dataset", "Id of the dataset whose labels it takes.", metavar="ID", place="dataset_id"),
        *task_options("overrides.task", "overrides"),
        *recipe_options("overrides"),
    ],
    recipe,
    create_help="Say how images become a model's input, and its output an answer.",
    settle=settle,
)

PACKAGES = Description(
    "packages",
    "package",
    columns(("RECOMMENDED", "request.recommended")),
    [
        Option(
            "--variant",
            "A model to pack: MODEL[,profile=ID][,evaluation=ID][,folder=NAME]. Repeatable.",
            metavar="MODEL,...",
            repeat=True,
            required=True,
        ),
        Option("--recommended", "Folder of the variant to run by default (default: the first).", place="recommended"),
        RECIPE,
        Option("--dataset", "Id of the dataset to take self-test images from.", metavar="ID", place="dataset_id"),
        asked("--samples", "Images for the self-test", "PackageRequest", "samples", "N"),
        Option(
            "--name",
            "The package's top folder: lower-case letters, digits, dot, dash, underscore.",
            place="name",
            required=True,
        ),
    ],
    packages,
    "Pack models with an application, for deployment.",
)

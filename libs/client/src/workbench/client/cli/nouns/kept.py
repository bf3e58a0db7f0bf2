"""What is no job: projects, targets and tasks."""

from __future__ import annotations

from workbench.client.cli import machines, project_page, target_page
from workbench.client.cli.description import UPLOADED, Description
from workbench.client.cli.listing import Column
from workbench.client.cli.nouns.shared import DEVICE, MODEL, TARGET
from workbench.client.cli.options import Option
from workbench.client.cli.task_page import for_list, page

PROJECTS = Description(
    "projects",
    "project",
    [
        Column("ID", "id"),
        Column("NAME", "name"),
        Column("MODEL", "model_id", of="models"),
        Column("DATASET", "dataset_id", of="datasets"),
        Column("TARGET", "target"),
        Column("DEVICE", "device"),
        Column("CREATED", "created_at"),
    ],
    [
        MODEL,
        Option("--dataset", "Id of the dataset.", metavar="ID", place="dataset_id"),
        TARGET,
        DEVICE,
        Option("--name", "A name for people.", place="name", required=True),
    ],
    create_help="Keep a model, a dataset and a device together.",
    page=project_page.page,
    more=project_page.with_newest,
    commands=(*UPLOADED, "optimize again"),
)

TARGETS = Description(
    "targets",
    "target",
    [
        Column("ID", "id"),
        Column("DEVICE", "device"),
        Column("STATE", "state"),
        Column("INT8", "int8"),
        Column("SAYS", "says", folds=True),
    ],
    commands=("list", "show"),
    key="id",
    rows=target_page.rows,
    own=machines.register,
)

TASKS = Description(
    "tasks",
    "task",
    [Column("NAME", "name"), Column("SAYS", "words", folds=True), Column("OPTIONS", "option_names", folds=True)],
    commands=("list", "show"),
    key="name",
    for_list=for_list,
    page=page,
)

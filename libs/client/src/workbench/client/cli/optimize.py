"""`workbench optimize`: its options, its exit codes, and the files it leaves."""

from __future__ import annotations

from typing import Any

import typer
from workbench.client import uploads
from workbench.client.cli import output, report
from workbench.client.cli.accepted import asked, asked_share
from workbench.client.cli.asking import task_for
from workbench.client.cli.create import OF_UPLOAD, of_upload
from workbench.client.cli.inputs import OF_OPTIMIZATION, as_asked, by_input
from workbench.client.cli.leaving import PACKAGE, REPORT, deliver, leave_what_was_measured, targets_of
from workbench.client.cli.options import Argument, Option, Values, add_command, body, wrong
from workbench.client.cli.pipeline import Pipeline, Source
from workbench.client.cli.placing import refuse_absent
from workbench.client.cli.progress import Progress
from workbench.client.cli.readers import number
from workbench.client.cli.recipes import recipe_options, spread
from workbench.client.cli.session import Session
from workbench.client.cli.sources import OF_SOURCE, is_source, refuse_stray
from workbench.client.cli.task_settings import settle, task_options
from workbench.client.client import Client
from workbench.client.errors import JobFailed, WorkbenchError
from workbench.client.jobs import View

NOT_MET = 1
UNDECIDED = 4

MODEL = Argument(
    "MODEL",
    "Model file (ONNX, an IR's .xml, TensorFlow or TensorFlow Lite), a folder with all its "
    "files, the address (https://…) of a file, hf:OWNER/NAME, zoo:NAME, or a model's id.",
    "model_id",
)
DATASET = Option(
    "--dataset",
    "Images to measure accuracy on: folder, zip or tar, or a dataset's id. Without it accuracy stays unknown.",
    metavar="PATH",
    place="dataset_id",
)
CALIBRATION = Option(
    "--calibration-dataset",
    "Other images to calibrate INT8 with; labels are not needed. Default: a part of --dataset kept out of scoring.",
    metavar="PATH",
    place="calibration_dataset_id",
)
NAME = Option("--name", "Name of the project (default: the model's).", place="name")
PROJECT = [
    Option(
        "--target",
        "Where inference runs: an id that `workbench targets list` shows (default: the first that has the device).",
        place="target",
    ),
    Option(
        "--device", "Device that executes, such as CPU or GPU.0 (default: the target's own, else CPU).", place="device"
    ),
]
REQUEST = [
    *task_options("task", "recipe"),
    asked("--objective", "What to make best", "OptimizationRequest", "objective", "WHAT"),
    Option(
        "--max-latency-ms", "Constraint: the median latency stays within this.", number(above=0), "MS", "max_latency_ms"
    ),
    asked(
        "--max-accuracy-drop",
        "Constraint: what the first metric may lose, in percentage points of a share or in its own unit, such as dB",
        "OptimizationRequest",
        "max_accuracy_drop",
        "POINTS",
    ),
    asked(
        "--preprocessing",
        "Where mean, scale and order of channels go: into the models, which then take plain "
        "pixels, or into the application",
        "OptimizationRequest",
        "preprocessing",
        "WHERE",
    ),
    asked("--inference-precision", "Precision inference runs in", "OptimizationRequest", "inference_precision", "TYPE"),
    asked("--duration-s", "Seconds each launch measures", "OptimizationRequest", "duration_s", "S"),
    asked("--launches", "Fresh processes per measurement", "OptimizationRequest", "launches", "N"),
    asked_share("--until", "Go on launching until each throughput is known so well", "OptimizationRequest", "until"),
    asked("--within-s", "With --until: no launch begins after so long", "OptimizationRequest", "within_s", "S"),
    asked("--preset", "INT8 preset", "OptimizationRequest", "preset", "PRESET"),
    asked("--subset-size", "Images to calibrate with at most", "OptimizationRequest", "subset_size", "N"),
    Option(
        "--calibrate-on-target",
        "Calibrate INT8 on the target's nodes too, since how it comes out depends on the processor.",
        place="calibrate_on_target",
        flag=True,
    ),
    *recipe_options("recipe"),
]
REVERSE = Option("--reverse-channels", "The same as --color BGR.", flag=True)
HELP = """Convert, measure, calibrate to INT8, score, compare and package a model in one go.

Exit codes: 0 the constraints are met, 1 they are not, 2 wrong usage, 3 something failed, 4 undecided: the figures do
not tell (not trusted, too few images, a score not above chance), and the report says what would decide it.
Ctrl-C cancels the work on the server; a second Ctrl-C leaves at once.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    sources, files = [*OF_SOURCE, DATASET, *OF_UPLOAD, CALIBRATION], [REPORT, PACKAGE]
    options = [*sources, NAME, *PROJECT, *REQUEST, REVERSE, *OF_OPTIMIZATION, *files]
    add_command(app, "optimize", optimize, HELP, [MODEL, *options])


def optimize(session: Session, values: Values) -> None:
    """Check all that can be before anything is sent, run the pipeline, leave the files, say what came out."""
    targets = targets_of(values)
    _settle_color(values)
    sources = _sources(values)
    settle(session.client, values)
    refuse_absent(session.client, values)
    request = body(REQUEST, values)
    with Progress() as progress:
        pipeline = Pipeline(session.client, progress)
        try:
            view = _run(session, pipeline, sources, request, values)
        except KeyboardInterrupt:
            progress.say("cancelling; Ctrl-C again leaves at once")
            pipeline.stop()
            raise
        except WorkbenchError as error:
            pipeline.stop()
            if isinstance(error, JobFailed):
                leave_what_was_measured(error, targets)
            raise
    document = deliver(session, view, targets)
    if session.as_json:
        output.write_json(document)
    else:
        report.show(document, session.where)
    if (document["recommended"] or {}).get("decision") == "undecided":
        raise typer.Exit(UNDECIDED)
    if not document["constraints_met"]:
        raise typer.Exit(NOT_MET)


def _run(
    session: Session, pipeline: Pipeline, sources: dict[str, Source | None], request: dict[str, Any], values: Values
) -> View:
    client = session.client
    ids = {
        "model": _model(pipeline, client, sources["model"], values),
        "dataset": pipeline.send(client.datasets, sources["dataset"], **of_upload(values)),
        "calibration dataset": pipeline.send(client.datasets, sources["calibration dataset"]),
    }
    model = pipeline.examined(client.models, str(ids["model"]), "model")
    request["inputs"] = by_input(model, values, OF_OPTIMIZATION)
    spread(request.get("recipe", {}), lambda: as_asked(model, request["inputs"]))
    for role in ("dataset", "calibration dataset"):
        if id := ids[role]:
            pipeline.examined(client.datasets, id, role)
    named = {"name": values["name"] or model.get("name") or "model", "model_id": ids["model"]}
    project = named | {"dataset_id": ids["dataset"]} | body(PROJECT, values)
    return pipeline.optimize(project, request | {"calibration_dataset_id": ids["calibration dataset"]}, task_for)


def _model(pipeline: Pipeline, client: Client, source: Source | None, values: Values) -> str | None:
    if source is None or not source.elsewhere:
        return pipeline.send(client.models, source, name=values["name"])
    return pipeline.bring(source, body([*OF_SOURCE, NAME], values))


def _model_source(values: Values) -> Source:
    if is_source(values["model"]):
        return Source("model", elsewhere=values["model"])
    refuse_stray(values, "MODEL")
    return Source.of("MODEL", values["model"], "model", uploads.model_parts)


def _sources(values: Values) -> dict[str, Source | None]:
    def given(option: str, role: str) -> Source | None:
        text = values[option.strip("-").replace("-", "_")]
        return Source.of(option, text, role, uploads.dataset_parts) if text else None

    found = {
        "model": _model_source(values),
        "dataset": given(DATASET.name, "dataset"),
        "calibration dataset": given(CALIBRATION.name, "calibration dataset"),
    }
    _refuse_unsent(found["dataset"], values)
    return found


def _refuse_unsent(dataset: Source | None, values: Values) -> None:
    """What is said of images that are not sent would be lost."""
    for option in OF_UPLOAD:
        if values[option.key] is not None and (dataset is None or dataset.path is None):
            raise wrong(option.name, f"is said of images that are sent: {DATASET.name} is to name a folder or archive")


def _settle_color(values: Values) -> None:
    if not values["reverse_channels"]:
        return
    if values["color"] not in (None, "BGR"):
        raise wrong(REVERSE.name, f"means --color BGR, but --color says {values['color']}")
    values["color"] = "BGR"

"""The nouns of the command line, one row each: their columns, and how one is created.

A new resource is a row here; a new option of a request is a row in its `options`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.client.cli import model_page
from workbench.client.cli.create import dataset, model, packages, profile, with_inputs
from workbench.client.cli.inputs import OF_CONVERSION
from workbench.client.cli.listing import Column, target_for_people
from workbench.client.cli.options import Argument, Option, Values
from workbench.client.cli.readers import number, one_of, whole
from workbench.client.cli.recipes import recipe_options
from workbench.client.cli.task_page import for_list, page
from workbench.client.cli.task_settings import settle, task_options
from workbench.client.client import Client
from workbench.client.jobs import View

ALL = ("list", "show", "create", "wait", "log", "cancel", "rm", "download")


@dataclass(frozen=True)
class Description:
    """One resource: its collection's name, one of it in words, and its commands.

    ``settle``: makes the values fit before they are asked for. ``key``: by what one is found in a list that comes as a
    whole; without it one is asked for by its id. ``for_list`` and ``page``: how a person sees one.
    """

    name: str
    noun: str
    columns: Sequence[Column]
    parameters: Sequence[Argument | Option] = ()
    create: Callable[[Client, dict[str, Any], Values], View] | None = None  # None: a POST of the options
    create_help: str = ""
    commands: Sequence[str] = ALL
    settle: Callable[[Client, Values], None] | None = None
    key: str | None = None
    for_list: Callable[[View], View] = dict
    page: Callable[[View], str] | None = None


def _columns(*own: tuple[str, str]) -> list[Column]:
    """Those of a job, its own in between, the most telling first: what has no room is left out from the right."""
    pairs = [("STATE", "state"), *own, ("CREATED", "created_at")]
    return [Column("ID", "id"), Column("NAME", "name", folds=True), *(Column(*pair) for pair in pairs)]


MODEL = Argument("MODEL", "Id of the model.", "model_id")
DATASET = Argument("DATASET", "Id of the dataset.", "dataset_id")
RECIPE = Option("--recipe", "Id of the recipe that says how images become the model's input.", metavar="ID",
                place="recipe_id", required=True)
NAME = Option("--name", "A name for people.", place="name")
TARGET = Option("--target", "Where inference runs: an id that `workbench targets list` shows (default: the first that "
                "has the device).", place="target")
DEVICE = Option("--device", "Device that executes, such as CPU or GPU.0 (default: the target's own, else CPU).",
                place="device")
PRECISION = Option("--inference-precision", "Precision inference runs in: f32, f16 or bf16 (default f32).",
                   one_of("f32", "f16", "bf16"), "TYPE", "inference_precision")

DESCRIPTIONS = [
    Description(
        "models", "model",
        _columns(("TASK", "task"), ("PRECISION", "facts.precision"), ("FORMAT", "facts.format"),
                 ("ORIGIN", "facts.origin"), ("OPS", "facts.op_count")),
        [Argument("PATH", "Model file (ONNX, or an IR's .xml with its .bin beside it) or a folder."), NAME],
        model, "Upload a model; the workbench then examines it.", for_list=model_page.for_list,
        page=model_page.page,
    ),
    Description(
        "datasets", "dataset",
        _columns(("FORMAT", "facts.format"), ("ITEMS", "facts.items"), ("ANNOTATED", "facts.annotated")),
        [
            Argument("PATH", "Folder, zip or tar of images; none with --generate.", required=False),
            NAME,
            Option("--calibration-percent", "Share of the images set apart for calibration (default 30).",
                   whole(0, 100), "PERCENT"),
            Option("--format", "Layout of the upload, where it should not be detected: `workbench tasks show NAME` "
                   "lists those that serve a task.", metavar="NAME", place="format"),
            Option("--generate", "Generate this many images instead of uploading.", whole(1, 10_000),
                   "COUNT", "count"),
            Option("--width", "Width of generated images.", whole(1, 8192), "PIXELS", "width"),
            Option("--height", "Height of generated images.", whole(1, 8192), "PIXELS", "height"),
            Option("--channels", "Channels of generated images: 1 or 3.", whole(1, 3), "N", "channels"),
            Option("--seed", "Seed of generated images: same seed, same images.", whole(0), "N", "seed"),
        ],
        dataset, "Upload images, or generate some.",
    ),
    Description(
        "conversions", "conversion", _columns(("MODEL", "request.model_id"), ("RESULT", "result.id")),
        [
            MODEL,
            Option("--precision", "FP32 or FP16 (default FP16).", one_of("FP32", "FP16"), "P", "precision"),
            *OF_CONVERSION,
            NAME,
        ],
        with_inputs, "Convert a model to OpenVINO IR.",
    ),
    Description(
        "profiles", "profile",
        _columns(("DEVICE", "request.device"), ("FPS", "facts.throughput_fps.value"),
                 ("P50 MS", "facts.latency_ms.p50.value"), ("TRUST", "facts.trust.verdict"),
                 ("MODEL", "request.model_id"), ("TARGET", "request.target")),
        [
            MODEL, TARGET, DEVICE, PRECISION,
            Option("--batch", "Images per inference (default 1).", whole(1, 4096), "N", "batch"),
            Option("--hint", "Performance hint: throughput or latency (default throughput, or none "
                   "when --streams or --requests say it all).",
                   one_of("throughput", "latency"), "HINT", "hint"),
            Option("--streams", "Inference streams.", whole(1, 1024), "N", "streams"),
            Option("--requests", "Infer requests in flight.", whole(1, 4096), "N", "requests"),
            Option("--duration-s", "Seconds each launch measures (default 2).", number(least=0.1, most=3600),
                   "S", "duration_s"),
            Option("--launches", "Fresh processes, at least 5 (default 5).", whole(5, 100), "N", "launches"),
        ],
        profile, "Measure a model on a device.",
    ),
    Description(
        "calibrations", "calibration", _columns(("MODEL", "request.model_id"), ("RESULT", "result.id")),
        [
            MODEL, DATASET, RECIPE,
            Option("--preset", "performance or mixed (default performance).", one_of("performance", "mixed"),
                   "PRESET", "preset"),
            Option("--subset-size", "Images to calibrate with (default 300).", whole(1, 100_000), "N",
                   "subset_size"),
            Option("--ignore-name", "Operation to leave in floating point. Repeatable.", metavar="NAME",
                   place="ignored_scope.names", repeat=True),
            Option("--ignore-type", "Operation type to leave in floating point. Repeatable.", metavar="TYPE",
                   place="ignored_scope.types", repeat=True),
            Option("--ignore-pattern", "Regular expression of names to leave in floating point. Repeatable.",
                   metavar="REGEX", place="ignored_scope.patterns", repeat=True),
            Option("--split", "Images to use: calibration or all (default calibration).",
                   one_of("calibration", "all"), "SPLIT", "split"),
            Option("--exclude-dataset", "Id of a dataset none of whose images may be used.", metavar="ID",
                   place="exclude_dataset_id"),
            Option("--target", "Where to compute: an id that `workbench targets list` shows (default: any node), since "
                   "how INT8 comes out depends on the processor.", place="target"),
        ],
        create_help="Calibrate a model to INT8.",
    ),
    Description(
        "evaluations", "evaluation",
        _columns(("MODEL", "request.model_id"), ("DATASET", "request.dataset_id")),
        [
            MODEL, DATASET, RECIPE, TARGET, DEVICE, PRECISION,
            Option("--split", "Images to score: evaluation or all (default evaluation).",
                   one_of("evaluation", "all"), "SPLIT", "split"),
            Option("--reference-model", "Id of a model to agree with, where there are no labels.",
                   metavar="ID", place="reference_model_id"),
            Option("--against", "Id of another model's evaluation on the same images, to tell the change.",
                   metavar="ID", place="against_evaluation_id"),
        ],
        create_help="Measure a model's accuracy.",
    ),
    Description(
        "recipes", "recipe", _columns(("TASK", "facts.recipe.task"), ("MODEL", "request.model_id")),
        [
            MODEL,
            Option("--dataset", "Id of the dataset whose labels it takes.", metavar="ID", place="dataset_id"),
            *task_options("overrides.task", "overrides"),
            *recipe_options("overrides"),
        ],
        create_help="Say how images become a model's input, and its output an answer.",
        settle=settle,
    ),
    Description(
        "packages", "package", _columns(("RECOMMENDED", "request.recommended")),
        [
            Option("--variant", "A model to pack: MODEL[,profile=ID][,evaluation=ID][,folder=NAME]. "
                   "Repeatable.", metavar="MODEL,...", repeat=True, required=True),
            Option("--recommended", "Folder of the variant to run by default (default: the first).",
                   place="recommended"),
            RECIPE,
            Option("--dataset", "Id of the dataset to take self-test images from.", metavar="ID",
                   place="dataset_id"),
            Option("--samples", "Images for the self-test (default 4).", whole(0, 100), "N", "samples"),
            Option("--name", "The package's top folder: lower-case letters, digits, dot, dash, underscore.",
                   place="name", required=True),
        ],
        packages, "Pack models with an application, for deployment.",
    ),
    Description(
        "projects", "project",
        [Column("ID", "id"), Column("NAME", "name"), Column("MODEL", "model_id"),
         Column("DATASET", "dataset_id"), Column("TARGET", "target"), Column("DEVICE", "device"),
         Column("CREATED", "created_at")],
        [MODEL, Option("--dataset", "Id of the dataset.", metavar="ID", place="dataset_id"), TARGET, DEVICE,
         Option("--name", "A name for people.", place="name", required=True)],
        create_help="Keep a model, a dataset and a device together.",
    ),
    Description(
        "targets", "target",
        [Column("ID", "id"), Column("DEVICES", "device_names", folds=True), Column("TOTAL", "total"),
         Column("FREE", "free"), Column("BUSY", "busy"), Column("BROKEN", "broken"), Column("WHY", "why", folds=True)],
        commands=("list", "show"), key="id", for_list=target_for_people,
    ),
    Description(
        "tasks", "task",
        [Column("NAME", "name"), Column("SAYS", "words", folds=True), Column("OPTIONS", "option_names", folds=True)],
        commands=("list", "show"), key="name", for_list=for_list, page=page,
    ),
]

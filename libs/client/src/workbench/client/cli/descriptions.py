"""The nouns of the command line, one row each: their columns, and how one is created.

A new resource is a row here; a new option of a request is a row in its `options`.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.client.cli import (
    dataset_page,
    datasets,
    evaluations,
    machines,
    model_page,
    project_page,
    target_page,
)
from workbench.client.cli.accepted import asked, asked_share
from workbench.client.cli.analysis_page import with_analysis
from workbench.client.cli.comparing import scored_for_list
from workbench.client.cli.create import (
    OF_UPLOAD,
    converted,
    dataset,
    model,
    others_of,
    packages,
    profile,
    recipe,
    tensor,
    with_inputs,
)
from workbench.client.cli.description import UPLOADED, Description
from workbench.client.cli.inputs import FED, MEASURED_SHAPE, OF_CONVERSION
from workbench.client.cli.lineage import with_family
from workbench.client.cli.listing import Column, dataset_for_list
from workbench.client.cli.options import Argument, Option
from workbench.client.cli.recipes import recipe_options
from workbench.client.cli.sources import OF_IMPORT
from workbench.client.cli.task_page import for_list, page
from workbench.client.cli.task_settings import settle, task_options

# What columns of these titles hold the id of.
REFERS = {"MODEL": "models", "DATASET": "datasets", "RESULT": "models"}


def _columns(*own: tuple[str, str]) -> list[Column]:
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

DESCRIPTIONS = [
    Description(
        "models",
        "model",
        _columns(
            ("TASK", "task"),
            ("PRECISION", "facts.precision"),
            ("FORMAT", "facts.format"),
            ("ORIGIN", "facts.origin"),
            ("OPS", "facts.op_count"),
        ),
        [
            Argument(
                "PATH",
                "Model file (what belongs to it comes along), a folder with all its files, or what "
                "the workbench downloads: the address (https://…) of a file, hf:OWNER/NAME[@REVISION], or "
                "zoo:NAME[@PRECISION].",
                "source",
            ),
            *OF_IMPORT,
            NAME,
        ],
        create=model,
        create_help="Upload a model, or have it downloaded; the workbench then examines it.",
        after=converted,
        for_list=model_page.for_list,
        page=model_page.page,
        more=lambda client, view: with_family(client, with_analysis(client, view)),
        commands=(*UPLOADED, "reconfigure"),
    ),
    Description(
        "datasets",
        "dataset",
        _columns(("ITEMS", "facts.items"), ("TASKS", "serves"), ("FORMAT", "facts.format"), ("WARNINGS", "warned")),
        [
            Argument("PATH", "Folder, zip or tar of images; none with --generate.", required=False),
            NAME,
            *OF_UPLOAD,
            asked(
                "--generate",
                "Generate this many images instead of uploading",
                "GenerationRequest",
                "count",
                "COUNT",
                default="",
            ),
            asked("--width", "Width of generated images", "GenerationRequest", "width", "PIXELS"),
            asked("--height", "Height of generated images", "GenerationRequest", "height", "PIXELS"),
            asked("--channels", "Channels of generated images", "GenerationRequest", "channels", "N"),
            asked("--seed", "Same seed, same images: the seed of generated ones", "GenerationRequest", "seed", "N"),
        ],
        create=dataset,
        create_help="Upload images, or generate some.",
        for_list=dataset_for_list,
        commands=UPLOADED,
        own=datasets.register,
        page=dataset_page.page,
        more=dataset_page.with_statistics,
    ),
    Description(
        "exports",
        "export",
        _columns(("FORMAT", "request.format"), ("ITEMS", "facts.items"), ("DATASET", "request.dataset_id")),
        [DATASET, replace(asked("--format", "The layout", "ExportRequest", "format", "NAME"), required=True), NAME],
        create_help="Write a dataset as a zip in a layout that other programs read.",
    ),
    Description(
        "conversions",
        "conversion",
        _columns(("MODEL", "request.model_id"), ("RESULT", "result.id")),
        [
            MODEL,
            asked("--precision", "Of the stored weights", "ConversionRequest", "precision", "P"),
            *OF_CONVERSION,
            Option(
                "--output",
                "End the network there: the name of an output or operation. Repeatable.",
                metavar="NAME",
                place="outputs",
                repeat=True,
            ),
            asked("--batch", "Pictures at once", "ConversionRequest", "batch", "N"),
            NAME,
        ],
        with_inputs,
        "Convert a model to OpenVINO IR.",
    ),
    Description(
        "profiles",
        "profile",
        _columns(
            ("DEVICE", "request.device"),
            ("FPS", "facts.throughput_fps.value"),
            ("P50 MS", "facts.latency_ms.p50.value"),
            ("TRUST", "facts.trust.verdict"),
            ("MODEL", "request.model_id"),
            ("TARGET", "request.target"),
        ),
        [
            MODEL,
            TARGET,
            DEVICE,
            PRECISION,
            MEASURED_SHAPE,
            FED,
            asked("--batch", "Images per inference", "ProfileRequest", "batch", "N"),
            asked(
                "--hint",
                "Performance hint",
                "ProfileRequest",
                "hint",
                "HINT",
                default=" (default throughput, or none when --streams or --requests say it all)",
            ),
            asked("--streams", "Inference streams", "ProfileRequest", "streams", "N"),
            asked("--requests", "Infer requests in flight", "ProfileRequest", "requests", "N"),
            asked("--duration-s", "Seconds each launch measures", "ProfileRequest", "duration_s", "S"),
            asked("--launches", "Fresh processes", "ProfileRequest", "launches", "N"),
            asked_share("--until", "Go on launching until the throughput is known so well", "ProfileRequest", "until"),
            asked("--within-s", "With --until: no launch begins after so long", "ProfileRequest", "within_s", "S"),
            Option(
                "--with-model",
                "Id of another model to measure in turns with this one, launch by launch: their "
                "ratio holds though the machine's load changes. With --wait its profile is made, too. Repeatable.",
                metavar="MODEL",
                place="with_model_ids",
                repeat=True,
            ),
            Option(
                "--from-profile",
                "Measure nothing: take it from this profile, made --with-model this one.",
                metavar="PROFILE",
                place="from_profile_id",
            ),
        ],
        profile,
        "Measure a model on a device, alone or in turns with others.",
        after=others_of,
        compared="`workbench compare {ids}` has their ratios",
    ),
    Description(
        "tensors",
        "tensor",
        _columns(("SHAPE", "facts.shape"), ("TYPE", "facts.element_type"), ("WARNINGS", "facts.warnings")),
        [Argument("PATH", "A .npy file, as numpy.save writes it."), NAME],
        create=tensor,
        create_help="Upload an array that a model is fed with when it is measured (`profiles create --input`).",
        commands=UPLOADED,
    ),
    Description(
        "calibrations",
        "calibration",
        _columns(("MODEL", "request.model_id"), ("RESULT", "result.id")),
        [
            MODEL,
            DATASET,
            RECIPE,
            asked("--preset", "How to quantize", "CalibrationRequest", "preset", "PRESET"),
            asked("--subset-size", "Images to calibrate with at most", "CalibrationRequest", "subset_size", "N"),
            Option(
                "--ignore-name",
                "Operation to leave in floating point. Repeatable.",
                metavar="NAME",
                place="ignored_scope.names",
                repeat=True,
            ),
            Option(
                "--ignore-type",
                "Operation type to leave in floating point. Repeatable.",
                metavar="TYPE",
                place="ignored_scope.types",
                repeat=True,
            ),
            Option(
                "--ignore-pattern",
                "Regular expression of names to leave in floating point. Repeatable.",
                metavar="REGEX",
                place="ignored_scope.patterns",
                repeat=True,
            ),
            asked("--split", "Images to use", "CalibrationRequest", "split", "SPLIT"),
            Option(
                "--exclude-dataset",
                "Id of a dataset none of whose images may be used.",
                metavar="ID",
                place="exclude_dataset_id",
            ),
            Option(
                "--target",
                "Where to compute: an id that `workbench targets list` shows (default: any node), since "
                "how INT8 comes out depends on the processor.",
                place="target",
            ),
        ],
        create_help="Calibrate a model to INT8.",
    ),
    Description(
        "evaluations",
        "evaluation",
        _columns(("ACCURACY", "score"), ("MODEL", "request.model_id"), ("DATASET", "request.dataset_id")),
        [
            MODEL,
            DATASET,
            RECIPE,
            TARGET,
            DEVICE,
            PRECISION,
            asked("--split", "Images to score", "EvaluationRequest", "split", "SPLIT"),
            Option(
                "--reference-model",
                "Id of a model to agree with, where there are no labels.",
                metavar="ID",
                place="reference_model_id",
            ),
            Option(
                "--against",
                "Id of another model's evaluation on the same images, to tell the change.",
                metavar="ID",
                place="against_evaluation_id",
            ),
        ],
        create_help="Measure a model's accuracy.",
        for_list=scored_for_list,
        own=evaluations.register,
    ),
    Description(
        "trials",
        "trial",
        _columns(("MODEL", "request.model_id"), ("DATASET", "request.dataset_id")),
        [
            MODEL,
            DATASET,
            RECIPE,
            TARGET,
            DEVICE,
            PRECISION,
            Option(
                "--image",
                "Name of an image of the dataset (default: its first). Repeatable.",
                metavar="NAME",
                place="images",
                repeat=True,
            ),
            Option(
                "--importance",
                "Draw what the answer hung on as well, by RISE, where the task can tell.",
                place="importance",
                flag=True,
            ),
            NAME,
        ],
        create_help="Ask a model about a few images of a dataset; `workbench try` does it with image files.",
    ),
    Description(
        "recipes",
        "recipe",
        _columns(("TASK", "facts.recipe.task"), ("MODEL", "request.model_id")),
        [
            MODEL,
            Option("--dataset", "Id of the dataset whose labels it takes.", metavar="ID", place="dataset_id"),
            *task_options("overrides.task", "overrides"),
            *recipe_options("overrides"),
        ],
        recipe,
        create_help="Say how images become a model's input, and its output an answer.",
        settle=settle,
    ),
    Description(
        "packages",
        "package",
        _columns(("RECOMMENDED", "request.recommended")),
        [
            Option(
                "--variant",
                "A model to pack: MODEL[,profile=ID][,evaluation=ID][,folder=NAME]. Repeatable.",
                metavar="MODEL,...",
                repeat=True,
                required=True,
            ),
            Option(
                "--recommended", "Folder of the variant to run by default (default: the first).", place="recommended"
            ),
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
    ),
    Description(
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
    ),
    Description(
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
    ),
    Description(
        "tasks",
        "task",
        [Column("NAME", "name"), Column("SAYS", "words", folds=True), Column("OPTIONS", "option_names", folds=True)],
        commands=("list", "show"),
        key="name",
        for_list=for_list,
        page=page,
    ),
]

"""What the workbench computes of a model: conversions, measurements, calibrations, scores, answers."""

from __future__ import annotations

from workbench.client.cli import evaluations
from workbench.client.cli.accepted import asked, asked_share
from workbench.client.cli.comparing import scored_for_list
from workbench.client.cli.create import others_of, profile, with_inputs
from workbench.client.cli.description import Description
from workbench.client.cli.inputs import FED, MEASURED_SHAPE, OF_CONVERSION
from workbench.client.cli.nouns.shared import DATASET, MODEL, NAME, PLACED, RECIPE, columns
from workbench.client.cli.options import Option

CONVERSIONS = Description(
    "conversions",
    "conversion",
    columns(("MODEL", "request.model_id"), ("RESULT", "result.id")),
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
)

PROFILES = Description(
    "profiles",
    "profile",
    columns(
        ("DEVICE", "request.device"),
        ("FPS", "facts.throughput_fps.value"),
        ("P50 MS", "facts.latency_ms.p50.value"),
        ("TRUST", "facts.trust.verdict"),
        ("MODEL", "request.model_id"),
        ("TARGET", "request.target"),
    ),
    [
        MODEL,
        *PLACED,
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
)

CALIBRATIONS = Description(
    "calibrations",
    "calibration",
    columns(("MODEL", "request.model_id"), ("RESULT", "result.id")),
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
)

EVALUATIONS = Description(
    "evaluations",
    "evaluation",
    columns(("ACCURACY", "score"), ("MODEL", "request.model_id"), ("DATASET", "request.dataset_id")),
    [
        MODEL,
        DATASET,
        RECIPE,
        *PLACED,
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
)

TRIALS = Description(
    "trials",
    "trial",
    columns(("MODEL", "request.model_id"), ("DATASET", "request.dataset_id")),
    [
        MODEL,
        DATASET,
        RECIPE,
        *PLACED,
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
)

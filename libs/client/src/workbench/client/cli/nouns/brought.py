"""What people bring, upload or have downloaded: models, datasets, tensors; and datasets as they leave again."""

from __future__ import annotations

from dataclasses import replace

from workbench.client.cli import dataset_page, datasets, model_page
from workbench.client.cli.accepted import asked
from workbench.client.cli.analysis_page import with_analysis
from workbench.client.cli.create import OF_UPLOAD, converted, dataset, model, tensor
from workbench.client.cli.description import UPLOADED, Description
from workbench.client.cli.lineage import with_family
from workbench.client.cli.listing import dataset_for_list
from workbench.client.cli.nouns.shared import DATASET, NAME, columns
from workbench.client.cli.options import Argument
from workbench.client.cli.sources import OF_IMPORT

MODELS = Description(
    "models",
    "model",
    columns(
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
)

DATASETS = Description(
    "datasets",
    "dataset",
    columns(("ITEMS", "facts.items"), ("TASKS", "serves"), ("FORMAT", "facts.format"), ("WARNINGS", "warned")),
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
)

EXPORTS = Description(
    "exports",
    "export",
    columns(("FORMAT", "request.format"), ("ITEMS", "facts.items"), ("DATASET", "request.dataset_id")),
    [DATASET, replace(asked("--format", "The layout", "ExportRequest", "format", "NAME"), required=True), NAME],
    create_help="Write a dataset as a zip in a layout that other programs read.",
)

TENSORS = Description(
    "tensors",
    "tensor",
    columns(("SHAPE", "facts.shape"), ("TYPE", "facts.element_type"), ("WARNINGS", "facts.warnings")),
    [Argument("PATH", "A .npy file, as numpy.save writes it."), NAME],
    create=tensor,
    create_help="Upload an array that a model is fed with when it is measured (`profiles create --input`).",
    commands=UPLOADED,
)

"""What a dataset is made from: in the very words of the requests, which are the specs of all cores."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf
from workbench.dataset import writing
from workbench.dataset.formats import NAMES
from workbench.dataset.values import (
    ANNOTATED_ON,
    CALIBRATION_PERCENT,
    GENERATED_PIXELS,
    METHODS,
    MOST_COPIES,
    MOST_GENERATED,
    MOST_IMAGES,
    MOST_SIDE_PIXELS,
    SUBSET_SPLITS,
    Augmentation,
    Export,
    Generation,
    Ingestion,
    Subset,
)
from workbench.fields import Choice, Flag, Number, Object, Text, Whole, checked
from workbench.tasks.catalogue import TASKS

_JUDGED = [task.name for task in TASKS if task.judged]


def calibration_percent(kind: type[Whole] = Whole) -> Whole:
    """The share that calibration may use; ``kind``: as JSON or as a form says it."""
    words = "Share of the images, chosen by their digest, that calibration may use."
    return kind(0, 100, load_default=CALIBRATION_PERCENT, metadata={"description": words})


def layout() -> Choice:
    """How an upload is arranged."""
    words = "The layout; detected by default. `GET /v1/tasks` says which feeds what."
    return Choice(*NAMES, load_default=None, metadata={"description": words})


def annotated_on() -> Choice:
    """What boxes, masks and points were drawn on."""
    words = (
        "How photos with an EXIF orientation lay when they were annotated: as they are stored, or turned upright. "
        "By default as the image sizes beside the annotations tell, else as stored."
    )
    return Choice(*ANNOTATED_ON, load_default=None, metadata={"description": words})


def _side() -> Whole:
    return Whole(1, MOST_SIDE_PIXELS, required=True, metadata={"description": "Pixels."})


class GenerationFields(Object):
    """Which images to make up."""

    count = Whole(1, MOST_GENERATED, load_default=100, metadata={"description": "Images."})
    width = _side()
    height = _side()
    channels = ma.fields.Integer(
        strict=True,
        load_default=3,
        validate=OneOf([1, 3], error="Must be 1 (gray) or 3 (RGB)."),
        metadata={"description": "1 (gray) or 3 (RGB)."},
    )
    seed = Whole(0, 2**63 - 1, load_default=0, metadata={"description": "The same seed makes the same images."})
    calibration_percent = calibration_percent()

    @ma.validates_schema
    def _is_not_too_much(self, data: dict[str, Any], **_context: Any) -> None:
        most = GENERATED_PIXELS // (data["width"] * data["height"])
        if data["count"] > most:
            raise ma.ValidationError(f"At {data['width']}×{data['height']} at most {most} images are made.", "count")


class GenerationSpec(GenerationFields):
    """As the core reads it."""

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> Generation:
        return Generation(**data)


class SubsetFields(Object):
    """Which images of a dataset to take."""

    count = Whole(
        1,
        MOST_IMAGES,
        load_default=None,
        allow_none=True,
        metadata={"description": "At most so many, each class by its share; null for all that fit."},
    )
    classes = ma.fields.List(
        Text(validate=Length(0, 200)),
        load_default=list,
        validate=Length(0, 1000),
        metadata={"description": "Only images with something of one of these classes, by their names."},
    )
    task = Choice(
        *_JUDGED,
        load_default=None,
        metadata={"description": "Whose classes count; the first that the dataset is annotated for by default."},
    )
    split = Choice(
        *SUBSET_SPLITS,
        load_default="all",
        metadata={"description": "The part to choose from. Each image stays in its part."},
    )
    seed = Whole(0, 2**63 - 1, load_default=0, metadata={"description": "The same seed takes the same images."})


class SubsetSpec(SubsetFields):
    """As the core reads it."""

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> Subset:
        return Subset(**{**data, "classes": tuple(data["classes"])})


class AugmentationFields(Object):
    """How copies of the images of a dataset are changed."""

    methods = ma.fields.List(
        Choice(*METHODS),
        required=True,
        validate=Length(1, len(METHODS)),
        metadata={"description": "Each makes copies of every image. Boxes, masks and points are flipped with it."},
    )
    copies = Whole(
        1,
        MOST_COPIES,
        load_default=1,
        metadata={"description": "Of each image by each method, another by each; a flip makes one."},
    )
    erase = Number(0.01, 0.9, load_default=0.1, metadata={"description": "Share of the image that is hidden."})
    noise = Number(
        0.1, 128, load_default=12.0, metadata={"description": "Standard deviation of the noise, in levels of 255."}
    )
    light = Number(
        0.01,
        0.9,
        load_default=0.3,
        metadata={"description": "Share by which brightness or contrast change at most, either way."},
    )
    originals = Flag(load_default=True, metadata={"description": "Whether the images themselves are in it, too."})
    seed = Whole(0, 2**63 - 1, load_default=0, metadata={"description": "The same seed makes the same images."})

    @ma.validates("methods")
    def _are_others(self, value: list[str], **_context: Any) -> None:
        twice = next((each for each in value if value.count(each) > 1), None)
        if twice:
            raise ma.ValidationError(f"{twice} is there twice; `copies` makes several.")


class AugmentationSpec(AugmentationFields):
    """As the core reads it."""

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> Augmentation:
        return Augmentation(**{**data, "methods": tuple(data["methods"])})


class ExportFields(Object):
    """In which layout a dataset is wanted."""

    format = Choice(
        *writing.NAMES,
        required=True,
        metadata={
            "description": "The layout. COCO holds boxes and masks of things, ImageNet labels, Pascal VOC and YOLO "
            "boxes, "
            "COCO's keypoints the points of faces, LFW pairs of faces, the common layouts masks of classes "
            "and pictures of high resolution; unannotated the images alone, of any dataset."
        },
    )


class ExportSpec(ExportFields):
    """As the core reads it."""

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> Export:
        return Export(**data)


class IngestionSpec(Object):
    """As the core reads it."""

    calibration_percent = calibration_percent()
    format = layout()
    annotated_on = annotated_on()

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> Ingestion:
        return Ingestion(**data)


def read_generation(document: object) -> Generation:
    """The specification, checked. Raises BadSpec, also when it all adds up to too much."""
    wanted: Generation = checked(GenerationSpec(), document)
    return wanted


def read_ingestion(document: object) -> Ingestion:
    """The specification, checked. Raises BadSpec."""
    wanted: Ingestion = checked(IngestionSpec(), document)
    return wanted


def read_subset(document: object) -> Subset:
    """The specification, checked. Raises BadSpec."""
    wanted: Subset = checked(SubsetSpec(), document)
    return wanted


def read_augmentation(document: object) -> Augmentation:
    """The specification, checked. Raises BadSpec."""
    wanted: Augmentation = checked(AugmentationSpec(), document)
    return wanted


def read_export(document: object) -> Export:
    """The specification, checked. Raises BadSpec."""
    wanted: Export = checked(ExportSpec(), document)
    return wanted

"""The canonical dataset: images in tar shards, an index, and the annotations of each task."""

from workbench.shards.annotations import (
    AnnotationReader,
    AnnotationWriter,
    each_annotation,
    read_annotations,
    read_classes,
    tasks_of,
)
from workbench.shards.index import INDEX_NAME, SPLITS, BadDataset, Item, percentile_of, read_index, reassign, split_of
from workbench.shards.shards import ShardWriter, read_bytes

__all__ = [
    "INDEX_NAME",
    "SPLITS",
    "AnnotationReader",
    "AnnotationWriter",
    "BadDataset",
    "Item",
    "ShardWriter",
    "each_annotation",
    "percentile_of",
    "read_annotations",
    "read_bytes",
    "read_classes",
    "read_index",
    "reassign",
    "split_of",
    "tasks_of",
]

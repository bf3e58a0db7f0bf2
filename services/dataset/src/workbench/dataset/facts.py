"""What is known of a dataset, and of a dataset that was written."""

from __future__ import annotations

import marshmallow as ma
from workbench.webapp.facts import Kept, by_name, flag, said, texts, values, whole


class DatasetFacts(Kept):
    """What is known of a dataset."""

    name = said("What people call it.")
    schema = whole("Of the canonical form that it is kept in.")
    format = said("The layout that was recognised, or how the images were made.")
    tasks = texts("What it is annotated for.")
    classes = by_name(values(ma.fields.String(), "By number."), "Names of classes, by task.")
    annotated = flag("Whether it is annotated for any task.")
    labels = texts("The classes of classification; null without them.")
    items = whole("Images.")
    splits = by_name(ma.fields.Integer(), "How many images each part has.")
    size_bytes = whole("Of all images.")
    warnings = texts("What was noticed when the images were taken in.")
    digest = said("SHA-256 of what is in it: two with the same are the same.")


class ExportFacts(Kept):
    """What is known of an archive."""

    name = said("What people call it.")
    format = said("The layout.")
    items = whole("Images.")
    size_bytes = whole("Of the archive.")
    warnings = texts("What the layout cannot hold.")

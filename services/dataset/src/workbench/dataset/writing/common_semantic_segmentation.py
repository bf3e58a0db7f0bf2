"""Common Semantic Segmentation: `Images/`, of each a mask of ids in `Masks/`, and `dataset_meta.json` with the classes.

A mask is a gray PNG; 255 is what nobody has judged. Both folders hold nothing but files, so that a folder in a name
becomes part of it, with `_` between.
"""

from __future__ import annotations

import json
from base64 import b64decode

from workbench.dataset.writing.layout import Archive, Names, Source, stem

NAME = "common-semantic-segmentation"
TASK = "semantic-segmentation"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for two images whose mask would be one file."""
    names = Names()
    for image, known in source.images():
        file = image.name.removeprefix("Images/").replace("/", "_")
        mask = names.take(f"Masks/{stem(file)}.png", image.name)
        archive.copy(image, f"Images/{file}")
        archive.picture(mask, b64decode(known[TASK]["mask"]))
    with archive.text("dataset_meta.json") as put:
        named = {str(label): name for label, name in enumerate(source.classes)}
        put(json.dumps({"label_map": named}, ensure_ascii=False, indent=1) + "\n")
    return []

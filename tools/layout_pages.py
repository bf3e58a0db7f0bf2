"""The reference page of the dataset layouts, from what their modules say of themselves."""

from __future__ import annotations

import sys

from workbench.dataset.formats import FORMATS, Format

_HEAD = """# Dataset layouts

What an upload may look like: a zip, tar or tar.gz of it, or the files of the folder. One layout must fit; where several
do, or another is meant, `--format NAME` chooses (`format` in requests). A folder around everything, and what operating
systems and people leave in folders (`.DS_Store`, `README.md` …), does not count.

Every image and mask is decoded. What is at fault is refused, up to a hundred faults at once, each with its file and
line, element or pixel; what is merely left out is told as a warning of the dataset. Images are JPEG, PNG, BMP, GIF,
WebP or TIFF.

A mask is a picture of the same size as its image: gray levels of 1 to 16 bits or indexes of a palette, which are ids of
classes, or 8 bit colours; alpha does not count. JPEG is refused, since it keeps no exact value. A mask may have at most
255 classes; 255 is a pixel that nobody has judged.
"""


def page() -> str:
    """Every layout with the tasks it serves."""
    return "\n".join([_HEAD, *map(_section, FORMATS)])


def _section(layout: Format) -> str:
    text = (sys.modules[layout.__name__].__doc__ or "").strip().replace("``", "`")  # type: ignore[attr-defined]
    serves = f"Annotations for: {', '.join(f'`{task}`' for task in layout.TASKS) or 'no task'}."
    return f"## {layout.NAME}\n\n{text}\n\n{serves}\n"

"""How the files are laid out that an evaluation is looked through by: ``worst.py`` and ``confused.py`` write them, the
API reads. Standard library only.
"""

from __future__ import annotations

import struct

SHOWN = "shown/"
IMAGES_NAME, PLACES_NAME, CONFUSION_NAME = f"{SHOWN}images.jsonl", f"{SHOWN}places", f"{SHOWN}confusion.json"

# Of each image, the worst first: where its line begins and how long it is.
PLACE = struct.Struct("<2Q")

RESULT, TRUTH = "result", "truth"
MOST_DRAWN = 24  # of the worst images: a screen or two
DRAWN_PIXELS = 512  # the long side, at most


def drawn_name(number: int, what: str) -> str:
    """The file of one picture; ``what``: RESULT or TRUTH."""
    return f"{SHOWN}{what}/{number}.jpg"

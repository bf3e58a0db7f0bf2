"""How the files are laid out that a dataset is looked through by: ``gallery.py`` writes, ``browsing.py`` reads."""

from __future__ import annotations

import struct

SHOWN = "shown/"
IMAGES_NAME, PREVIEWS_NAME, PLACES_NAME = f"{SHOWN}images.jsonl", f"{SHOWN}previews", f"{SHOWN}places"

# Of each image: where its line begins and how long it is, the same of its preview (no length: none), and its part.
PLACE = struct.Struct("<4QB")

PREVIEW_PIXELS = 256  # the long side, at most
MOST_PREVIEWS = 10_000  # about 100 MB

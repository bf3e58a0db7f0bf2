"""What the API takes: by schema and field the choices, the range and the default, from ``accepted.json``.

`make docs` writes that file from the OpenAPI document; `make check` fails when it differs. So whoever offers the
choices to people, on the command line or on a page, keeps no list of their own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ACCEPTED: dict[str, dict[str, dict[str, Any]]] = json.loads(Path(__file__).with_name("accepted.json").read_bytes())


def choices(schema: str, field: str) -> tuple[str, ...]:
    """The words that the field takes."""
    return tuple(word for word in ACCEPTED[schema][field]["enum"] if word is not None)

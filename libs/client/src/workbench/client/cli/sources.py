"""A model that is elsewhere: how it is told from a path, and what belongs to it."""

from __future__ import annotations

import re
from dataclasses import replace

import typer
from workbench.client.cli.accepted import asked
from workbench.client.cli.options import Option, Values, wrong


def is_source(text: str) -> bool:
    """Whether the text names something to bring from elsewhere."""
    return re.match(r"https?://|hf:|zoo:", text, re.IGNORECASE) is not None


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise typer.BadParameter(f"{text!r} is not a SHA-256: 64 hexadecimal digits")
    return text.lower()


SHA256 = Option("--sha256", "SHA-256 that the file at an address must have.", _sha256, "DIGEST", "sha256")
INCLUDE = Option(
    "--include",
    "Which files of the repository: a name, or a pattern such as 'onnx/*_fp16.onnx'; what "
    "belongs to a model comes along. Repeatable.",
    metavar="PATTERN",
    place="include",
    repeat=True,
)
CONVERT = replace(
    asked(
        "--convert",
        "Convert it once it is here, its weights stored in",
        "ConversionRequest",
        "precision",
        "P",
        default="",
    ),
    place="convert.precision",
)
OF_SOURCE = (SHA256, INCLUDE)
OF_IMPORT = (*OF_SOURCE, CONVERT)


def refuse_stray(values: Values, argument: str) -> None:
    """What belongs to a source has nothing to say about files of this machine. Raises a usage error."""
    for option in OF_SOURCE:
        if values.get(option.key):
            elsewhere = "belongs to a model that is elsewhere (https://… or hf:…)"
            raise wrong(option.name, f"{elsewhere}; {argument} is on this machine")

"""What Open Model Zoo says of one model, its ``model.yml``: a stranger's text in, checked values out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Regexp
from workbench.fields import Text, WholeInForm
from workbench.model_registry.sources.zoo_text import Some, read

MOST_FILES = 1000
MOST_PARTS = 10
LARGEST = 256 << 10  # the longest that the zoo has is 21 kB
IR = "dldt"  # what the zoo calls the framework of an OpenVINO IR
# What the zoo calls tasks that the workbench knows.
TASKS = {
    "classification": "classification",
    "detection": "object-detection",
    "face_recognition": "face-recognition",
    "image_inpainting": "inpainting",
    "instance_segmentation": "instance-segmentation",
    "semantic_segmentation": "semantic-segmentation",
    "style_transfer": "style-transfer",
}


@dataclass(frozen=True)
class Entry:
    """``files``, each with ``name``, ``size``, ``digest`` and ``source`` (a text, or what has a ``$type``).

    arguments: of the converter that the zoo was made with. changed, archives: files that the zoo edits or unpacks once
    they are here. inputs: by name, ``shape`` and ``layout`` as far as they are told.
    """

    files: list[dict[str, Any]]
    framework: str
    task_type: str
    license: str
    description: str
    arguments: list[str]
    changed: frozenset[str]
    archives: frozenset[str]
    inputs: dict[str, dict[str, Any]]


def read_entry(content: bytes | str) -> Entry:
    """Raises NotAnEntry."""
    entry: Entry = read(content, _Entry())
    return entry


def read_parts(content: bytes) -> list[str]:
    """The names of a model's parts, out of its ``composite-model.yml``. Raises NotAnEntry."""
    parts: list[str] = read(content, _Whole())["stages_order"]
    return parts


class _Source(Text):
    """A text, or a mapping with a ``$type``: what the mapping says is looked at by whoever brings the file."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("$type"), str):
            return value
        return super()._deserialize(value, *args, **kwargs)


class _File(Some):
    name = Text(required=True)
    size = WholeInForm(0, 1 << 53, required=True)
    checksum = Text()
    sha256 = Text()
    source = _Source(required=True)

    @ma.post_load
    def _digest(self, data: dict[str, Any], **_context: Any) -> dict[str, Any]:
        return {**data, "digest": data.get("checksum") or data.get("sha256") or ""}


class _Step(Some):
    kind = Text(required=True, data_key="$type")
    file = Text(load_default="")


class _Input(Some):
    name = Text(required=True)
    shape = ma.fields.List(WholeInForm(-1, 1 << 31))
    layout = Text(validate=Regexp(r"[A-Z?]{1,16}\Z"))


class _Entry(Some):
    files = ma.fields.List(ma.fields.Nested(_File), required=True, validate=Length(1, MOST_FILES))
    framework = Text(required=True, validate=Length(1, 50))
    task_type = Text(required=True, validate=Length(1, 100))
    license = Text(load_default="", validate=Length(0, 500))
    description = Text(load_default="", validate=Length(0, 5000))
    model_optimizer_args = ma.fields.List(Text(validate=Length(0, 1000)), load_default=list, validate=Length(max=100))
    postprocessing = ma.fields.List(ma.fields.Nested(_Step), load_default=list, validate=Length(max=MOST_FILES))
    input_info = ma.fields.List(ma.fields.Nested(_Input), load_default=list, validate=Length(max=100))

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> Entry:
        steps = data["postprocessing"]
        return Entry(
            files=data["files"],
            framework=data["framework"],
            task_type=data["task_type"],
            license=data["license"],
            description=data["description"],
            arguments=data["model_optimizer_args"],
            changed=frozenset(step["file"] for step in steps if step["kind"] != "unpack_archive"),
            archives=frozenset(step["file"] for step in steps if step["kind"] == "unpack_archive"),
            inputs={each.pop("name"): each for each in data["input_info"]},
        )


class _Whole(Some):
    stages_order = ma.fields.List(Text(validate=Length(1, 100)), required=True, validate=Length(1, MOST_PARTS))

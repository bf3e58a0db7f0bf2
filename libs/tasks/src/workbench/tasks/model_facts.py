"""A model's facts as guesses read them: nothing here fails on what an earlier release wrote. Standard library only.

The facts are those of a manifest: ``inputs``, ``outputs`` (each with the last ``operations`` before it), ``operations``
by type, and ``model_info``, what the model says of itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
# They change how values lie, not what they mean.
_ONLY_MOVES = frozenset({"Reshape", "Squeeze", "Unsqueeze", "Transpose", "Convert", "ConvertLike", "Identity"})
_PICTURE_CHANNELS = (1, 3)


@dataclass(frozen=True)
class ModelFacts:
    """``facts`` of a model's manifest; ``output``: the one tensor to read, None for the model's own order."""

    facts: Json
    output: str | None = None

    @property
    def inputs(self) -> Sequence[Json]:
        """In the model's own order."""
        return self.facts.get("inputs") or ()

    @property
    def outputs(self) -> Sequence[Json]:
        """All of them, or the one that is asked for."""
        found = self.facts.get("outputs") or ()
        return [tensor for tensor in found if self.output in (None, tensor["name"])]

    def told(self, *names: str) -> str:
        """What the model says of itself under the first of these names that it uses, in small letters."""
        info = self.facts.get("model_info") or {}
        return str(next((info[name] for name in names if info.get(name)), "")).lower()

    @property
    def labels(self) -> Sequence[str] | None:
        """The classes that the model itself lists."""
        return (self.facts.get("model_info") or {}).get("labels") or None

    @property
    def words(self) -> frozenset[str]:
        """The words of the model's own names, in small letters: of its file, and as it calls itself."""
        names = " ".join(
            [
                str(self.facts.get("name") or ""),
                self.told("model_name"),
                *map(str, self.facts.get("source_files") or ()),
            ]
        )
        return frozenset(re.findall(r"[a-z]+", names.lower()))

    def has(self, *types: str) -> str | None:
        """The first of these operation types that the model has anywhere; None too where nobody looked."""
        counted = self.facts.get("operations") or {}
        return next((name for name in types if name in counted), None)

    def takes_pictures(self) -> bool:
        """Whether some input may be a picture's."""
        return any(is_picture(tensor) for tensor in self.inputs)


def is_picture(tensor: Json) -> bool:
    """Four dimensions, one of which may be channels."""
    shape = tensor.get("shape")
    if shape is None or len(shape) != 4:
        return False
    return any(not fixed(shape[at]) or shape[at] in _PICTURE_CHANNELS for at in (1, 3))


def picture_size(model: ModelFacts) -> tuple[int, int] | None:
    """Height and width of the one input that takes a picture; None where they are not known."""
    pictures = [tensor for tensor in model.inputs if is_picture(tensor)]
    if len(pictures) != 1:
        return None
    shape = pictures[0]["shape"]
    channels_last = pictures[0].get("layout") == "NHWC" or (shape[3] in (1, 3) and shape[1] not in (1, 3))
    height, width = shape[1:3] if channels_last else shape[2:]
    return (height, width) if fixed(height) and fixed(width) else None


def sizes(tensor: Json) -> list[Any] | None:
    """The dimensions after the first, the batch; None where the model does not say how many there are."""
    shape = tensor.get("shape")
    return None if shape is None else list(shape[1:])


def fixed(size: object) -> bool:
    """Whether a dimension is a number that can be relied on."""
    return type(size) is int and size > 0


def last_operation(tensor: Json) -> str | None:
    """What computes an output, past what only moves its values; None where nobody looked."""
    return next((name for name in tensor.get("operations") or () if name not in _ONLY_MOVES), None)


def shown(tensor: Json) -> str:
    """An output in a sentence: its shape as the facts have it."""
    return f"[{', '.join(map(str, tensor['shape']))}]" if tensor.get("shape") is not None else "of an unknown shape"


def plane(tensor: Json) -> tuple[Any, Any, Any] | None:
    """Channels, height and width of a picture, open ones as the facts have them; None for what is none."""
    shape = tensor.get("shape")
    if shape is None or len(shape) != 4:
        return None
    channels_last = tensor.get("layout") == "NHWC" or (
        shape[3] in _PICTURE_CHANNELS and shape[1] not in _PICTURE_CHANNELS
    )
    return (shape[3], shape[1], shape[2]) if channels_last else (shape[1], shape[2], shape[3])

"""What one profile is asked to measure: in the words of the request where both have them, and for the core the rest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import marshmallow as ma
from workbench.fields import Choice, Named, Object, Text, Whole, checked, shared
from workbench.profiler.values import Hint
from workbench.runner.device_time import FEWEST_LAUNCHES


@dataclass(frozen=True)
class ProfileSpec:
    """One model on one device in one configuration. ``duration_s`` is of each launch, in seconds.

    ``streams`` and ``requests`` left out are chosen by OpenVINO from ``hint``; ``shapes`` are needed for
    inputs whose shape the model leaves open, beside the batch.
    """

    main_file: str
    device: str = "CPU"
    inference_precision: str = "f32"
    batch: int = 1
    hint: str | None = Hint.THROUGHPUT
    streams: int | None = None
    requests: int | None = None
    duration_s: float = 2.0
    launches: int = FEWEST_LAUNCHES
    shapes: dict[str, list[int]] | None = None
    seed: int = 0

    @classmethod
    def from_json(cls, document: object) -> ProfileSpec:
        """Read and check a specification. Raises BadSpec naming the first field that is wrong."""
        spec: ProfileSpec = checked(SpecSchema(), document)
        return spec

    def to_json(self) -> dict[str, Any]:
        """The specification as JSON, every field written out."""
        return asdict(self)


class Configuration(Object):
    """How to measure."""

    inference_precision = shared.inference_precision()
    batch = Whole(1, 4096, load_default=1, metadata={"description": "Images a request."})
    hint = Choice(
        *shared.HINTS, load_default="throughput", allow_none=True,
        metadata={"description": "`PERFORMANCE_HINT`; null to give streams and requests alone."},
    )  # fmt: skip
    streams = Whole(1, 1024, load_default=None, metadata={"description": "`NUM_STREAMS`."})
    requests = Whole(1, 4096, load_default=None, metadata={"description": "Infer requests in flight."})
    shapes = Named(
        keys=Text(), values=shared.fixed_shape(), load_default=None,
        metadata={"description": "Input name to shape, for a model with dynamic dimensions."},
    )  # fmt: skip
    duration_s = shared.duration_s()
    launches = shared.launches()


class SpecSchema(Configuration):
    """What the core reads."""

    main_file = shared.main_file()
    device = shared.device("In OpenVINO's words.", load_default="CPU")
    seed = Whole(0, 2**32 - 1, load_default=0)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> ProfileSpec:
        return ProfileSpec(**data)

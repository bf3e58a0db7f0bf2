"""What one profile is asked to measure: in the words of the request where both have them, and for the core the rest."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length
from workbench.fields import Choice, Named, Object, Text, Whole, checked, shared
from workbench.profiler.values import MOST_OTHERS, ProfileSpec


class Configuration(Object):
    """How to measure."""

    inference_precision = shared.inference_precision()
    batch = Whole(1, 4096, load_default=1, metadata={"description": "Images a request."})
    hint = Choice(
        *shared.HINTS,
        load_default="throughput",
        allow_none=True,
        metadata={"description": "`PERFORMANCE_HINT`; null to give streams and requests alone."},
    )
    streams = Whole(1, 1024, load_default=None, metadata={"description": "`NUM_STREAMS`."})
    requests = Whole(1, 4096, load_default=None, metadata={"description": "Infer requests in flight."})
    shapes = Named(
        keys=Text(),
        values=shared.fixed_shape(),
        load_default=None,
        metadata={"description": "Input name to shape, for a model with dynamic dimensions."},
    )
    duration_s = shared.duration_s()
    launches = shared.launches()
    until = shared.until()
    within_s = shared.within_s()


class SpecSchema(Configuration):
    """What the core reads."""

    main_file = shared.main_file()
    inputs = Named(keys=Text(), values=shared.main_file(), load_default=None, allow_none=True)
    device = shared.device("In OpenVINO's words.", load_default="CPU")
    seed = Whole(0, 2**32 - 1, load_default=0)
    others = ma.fields.List(shared.main_file(), load_default=list, validate=Length(max=MOST_OTHERS))

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> ProfileSpec:
        return ProfileSpec(**{**data, "others": tuple(data["others"])})


def read_spec(document: object) -> ProfileSpec:
    """The specification, checked. Raises BadSpec naming the first field that is wrong."""
    spec: ProfileSpec = checked(SpecSchema(), document)
    return spec

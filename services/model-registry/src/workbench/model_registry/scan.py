"""What an upload would become, before it is imported: a look that keeps nothing.

``inputs/upload/`` as the core of imports has it (:mod:`workbench.model_registry.inspect`). The result says what the
model takes and gives, what it is taken to be for, and which operations a device here lacks, each guess with how sure
it is.
What OpenVINO has no conversion for is told, not refused: then nothing more is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openvino as ov
from workbench import ir
from workbench.ir import complexity, exported_program
from workbench.ir.environments import EnvironmentMissing
from workbench.ir.operations import operations
from workbench.model_registry import color, supported
from workbench.model_registry.inspect import facts, find_model, load, stage, unpacked
from workbench.model_registry.values import Found
from workbench.runner.core import Run
from workbench.tasks.guess import CERTAIN, LIKELY

_MOST_TOLD = 5
# Facts of an import that say something of a model that is not there yet.
_TOLD = (
    "format",
    "producer",
    "precision",
    "inputs",
    "outputs",
    "op_count",
    "parameters",
    "guesses",
    "source_files",
    "ignored_files",
)


def run(run: Run) -> dict[str, Any]:
    """Scan ``inputs/upload``; the spec may have ``name``, what people call the model."""
    run.progress("recognise", 0.0)
    with TemporaryDirectory(dir=run.scratch) as scratch:
        upload = unpacked(run.inputs / "upload", Path(scratch))
        format_, main = find_model(upload)
        found = format_.gather(main, upload)
        staged = Path(scratch) / "model"
        staged.mkdir()
        stage(found, staged)
        run.progress("read", 0.4, main.name)
        called = main.relative_to(upload).as_posix()
        try:
            model = load(staged / found.main, called=called)
        except ir.UnsupportedOperations as refusal:
            missing = [{"type": kind, "count": None, "names": []} for kind in refusal.facts["operations"]]
            return _not_readable(found, called, str(refusal), missing)
        except EnvironmentMissing as refusal:
            if ir.format_of(Path(found.main)) != "pytorch":  # which is large, and tells of itself
                raise
            return _not_readable(found, called, f"{_of_itself(staged / found.main, called)} {refusal}", [])
        run.progress("describe", 0.8)
        known = facts(model, found, upload, staged, {"name": run.spec.get("name")})
        return {"file": called, "readable": True, "reason": None, **_told(known), **_of(model, known)}


def _of_itself(path: Path, called: str) -> str:
    told = exported_program.described(path, called)
    takes, gives = (
        ", ".join(f"{each['name']} {each['shape']}" for each in told[side][:_MOST_TOLD])
        for side in ("inputs", "outputs")
    )
    return f"The program takes {takes or 'nothing'} and gives {gives or 'nothing'}."


def _not_readable(found: Found, called: str, reason: str, missing: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "file": called,
        "readable": False,
        "reason": reason,
        "format": ir.format_of(Path(found.main)),
        "producer": found.facts.get("producer"),
        "custom": missing,
        "devices": [],
    }


def _told(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: known[name] for name in _TOLD if name in known}


def _of(model: ov.Model, known: Mapping[str, Any]) -> dict[str, Any]:
    nodes = operations(model)
    return {
        "inputs": [{**tensor, **_sureness(tensor, known)} for tensor in known["inputs"]],
        "dynamic": complexity.dynamic_dimensions(model),
        "custom": supported.custom(nodes),
        "devices": supported.by_device(model),
    }


def _sureness(tensor: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """How sure its layout is, and of a picture the order of channels."""
    layout, shape = tensor["layout"], tensor["shape"] or []
    sure = {"model": CERTAIN, "guess": LIKELY}.get(tensor["layout_source"])
    channels = shape[layout.index("C")] if layout and len(layout) == len(shape) and "C" in layout else None
    is_picture = {"H", "W"} <= set(layout or "") and channels in (1, 3)
    return {"layout_sure": sure, "color": color.guessed(known, int(channels)) if channels and is_picture else None}

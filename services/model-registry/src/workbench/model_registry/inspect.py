"""What is this upload, is it safe, and what is in it: the core that every model passes on its way in.

``inputs/upload/`` holds the files as they were uploaded, or one archive with them. The model's own files go to
``outputs/`` under canonical names (``model.onnx`` and its external data; ``model.xml`` and ``model.bin``); the result
is the model facts, with ``producer``, ``source_files`` and ``ignored_files``.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import openvino as ov
from workbench import archives, ir
from workbench.model_registry.appearance import appearance
from workbench.model_registry.formats import Format, formats
from workbench.model_registry.values import EmptyUpload, Found, SeveralModels, UnknownFormat
from workbench.runner.core import Run
from workbench.tasks.guesses import guesses

_ENOUGH_TO_JUDGE = 1000  # elements; a NaN in a small constant may be meant, in a layer's weights never
_MOST_NAMED = 5


def run(run: Run) -> dict[str, Any]:
    """Inspect ``inputs/upload``; the spec may have ``name``, what people call the model, and ``source``, what
    is told of it where it comes from."""
    run.progress("recognise", 0.0)
    with TemporaryDirectory(dir=run.scratch) as scratch:
        return _inspected(run, unpacked(run.inputs / "upload", Path(scratch)))


def _inspected(run: Run, upload: Path) -> dict[str, Any]:
    source = run.spec.get("source") or {}
    format_, main = find_model(upload, source.get("main_file"))
    found = format_.gather(main, upload)
    run.progress("copy", 0.2, f"{len(found.files)} files")
    stage(found, run.outputs)
    run.progress("read", 0.4, main.name)
    model = load(run.outputs / found.main, called=main.relative_to(upload).as_posix())
    run.progress("describe", 0.8)
    return facts(model, found, upload, run.outputs, {"name": run.spec.get("name"), "source": source})


def find_model(upload: Path, told: str | None = None) -> tuple[Format, Path]:
    """The one model in the folder, and its format, or of several that whose main file is ``told``; refuses none and
    several."""
    files = [path for path in _files(upload) if path.stat().st_size]
    if not files:
        raise EmptyUpload(f"The upload holds no file with content. Upload {_accepted()}.")
    claimed = [(format_, path) for path in files for format_ in formats() if format_.claims(path)]
    # What lies beside a model in a form that we do not take is no reason to refuse the model.
    claimed = [each for each in claimed if each[0].ACCEPTED] or claimed[:1]
    claimed = [each for each in claimed if each[1] == upload / (told or "")] or claimed
    if len(claimed) > 1:
        names = [path.relative_to(upload).as_posix() for _, path in claimed]
        raise SeveralModels(
            f"The upload holds {len(names)} models: {_listed(names)}. Upload each on its own.", files=names
        )
    if not claimed:
        raise _unknown(files, upload)
    return claimed[0]


def unpacked(upload: Path, scratch: Path) -> Path:
    """The folder with the model's files: the upload itself, or what its only file holds if that is an archive.

    Several formats are archives themselves: those stay as they are.
    """
    files = _files(upload)
    if len(files) != 1 or any(format_.claims(files[0]) for format_ in formats()):
        return upload
    with archives.opened(upload, scratch) as entries:
        if entries.packed_bytes is None or not entries.files:
            return upload
        folder = scratch / "unpacked"
        folder.mkdir()
        for name, entry in entries.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(entry.read())
    return folder


def stage(found: Found, outputs: Path) -> None:
    """Copy the model's files under their canonical names, or have them made there."""
    for name, source in found.files.items():
        target = outputs / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source is None:
            target.touch()
        elif isinstance(source, Path):
            shutil.copyfile(source, target)
        else:
            source(target)


def load(path: Path, called: str) -> ov.Model:
    """The model, if OpenVINO can read it and a machine can hold it; never compiled or run."""
    try:
        model = ir.read(path, called)
    except MemoryError as error:
        raise ir.TooLarge(
            f"{called}: reading it needs more memory than a run may use. Check the shapes that its constants declare.",
            file=called,
        ) from error
    if not model.outputs:
        raise ir.BrokenModel(
            f"{called}: the model has no output, so there is nothing to infer. Export it again.", file=called
        )
    ir.refuse_too_large(model, called)
    _refuse_what_is_no_number(model, called)
    return model


def facts(model: ov.Model, found: Found, upload: Path, outputs: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """The model facts, completed with what only the uploaded files tell and the task they speak of.

    ``told``: what is known of it from elsewhere: its ``name``, and its ``source`` as the manifest will have it.
    """
    main, *companions = (outputs / name for name in found.files)
    used = found.used
    names = {source: source.relative_to(upload).as_posix() for source in (*used, *_files(upload))}
    known = {
        **ir.describe(model, main, companions),
        **found.facts,
        "source_files": sorted(names[source] for source in used),
        "ignored_files": sorted(name for source, name in names.items() if source not in used),
    }
    return {**known, "guesses": [guessed.to_json() for guessed in guesses({**known, **told})]}


def _files(upload: Path) -> list[Path]:
    return sorted(path for path in upload.rglob("*") if path.is_file())


def _unknown(files: list[Path], upload: Path) -> UnknownFormat:
    looks = {path.relative_to(upload).as_posix(): appearance(path) for path in files}
    described = _listed([f"{name} looks like {what}" for name, what in looks.items()])
    return UnknownFormat(f"No model was found in the upload: {described}. Accepted: {_accepted()}.", files=looks)


def _accepted() -> str:
    return " or ".join(format_.ACCEPTED for format_ in formats() if format_.ACCEPTED)


def _listed(items: list[str]) -> str:
    more = len(items) - _MOST_NAMED
    return "; ".join(items[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _refuse_what_is_no_number(model: ov.Model, called: str) -> None:
    # Another model's .bin of the right size is read without complaint; its bytes give themselves away.
    constants = [node for node in model.get_ordered_ops() if node.get_type_name() == "Constant"]
    for node in constants:
        is_float = node.get_output_element_type(0) in (ov.Type.f16, ov.Type.f32, ov.Type.f64)
        if is_float and node.data.size >= _ENOUGH_TO_JUDGE and np.isnan(node.data).any():
            raise ir.BrokenModel(
                f"{called}: the weights '{node.get_friendly_name()}' hold values that are not numbers: they "
                "are damaged or belong to another model. Upload the files that were saved together.",
                file=called,
            )

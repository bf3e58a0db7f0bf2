"""Core: make the canonical dataset of an upload, or name what is wrong with it, file by file.

``inputs/upload/`` holds one archive or the files of a folder. Images are read where they lie, one at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.archives.entries import Entry
from workbench.archives.unpack import opened
from workbench.dataset import formats
from workbench.dataset.annotating import Annotator
from workbench.dataset.canonical import Canonical
from workbench.dataset.pictures import Picture, look_at
from workbench.dataset.reading.found import Aligned, Cut, Fault, Reading, some
from workbench.dataset.spec import read_ingestion
from workbench.dataset.upload.tree import Tree, arrange
from workbench.dataset.values import Ingestion
from workbench.runner.core import Refusal, Run
from workbench.runner.pieces import Pieces

# Enough to see a pattern; a set that is wrong throughout is not decoded to its end.
MOST_FAULTS = 100
_TOLD = 20  # in the sentence; the facts have all

# Where unpacking ends in the whole; decoding the images takes far longer.
_UNPACKED = 0.05


class NoImages(Refusal):
    """There is nothing to make a dataset of."""


class InvalidDataset(Refusal):
    """The layout is known, but files or lines are at fault: ``faults`` has {file, line, reason} of each."""


def run(run: Run) -> dict[str, Any]:
    """The dataset's facts; index and shards lie in ``run.outputs``.

    Refuses with BadSpec, UnsafeUpload, BrokenArchive, UnknownFormat, NoImages or InvalidDataset.
    """
    wanted = read_ingestion(run.spec)
    run.progress("unpack", 0.0, "looking at the upload")
    unpacking = Pieces(run, "unpack", 0.0, _UNPACKED)
    with opened(
        run.inputs / "upload",
        run.scratch,
        tell=lambda share: unpacking.done(share, f"{share:.0%} of the archive inflated"),
    ) as entries:
        tree = arrange(entries)
        _check_not_empty(tree)
        chosen = formats.choose(tree, wanted.format)
        run.progress("validate", _UNPACKED, f"{chosen.NAME}, {len(tree.images)} images")
        return _write(run, chosen, _with_litter(chosen.read(tree), tree), wanted)


def _write(run: Run, chosen: formats.Format, reading: Reading, wanted: Ingestion) -> dict[str, Any]:
    faults = list(reading.faults)[:MOST_FAULTS]
    total = len(reading.images)
    progress = Pieces(run, "validate", _UNPACKED, 1.0)
    annotator = Annotator(reading, wanted.annotated_on)
    with Canonical(run.outputs, wanted.calibration_percent, annotator.tasks, reading.classes) as dataset:
        for done, image in enumerate(reading.images, 1):
            picture = _look_at(image, faults)
            known = annotator.annotate(image.name, picture, faults) if picture else {}
            if len(faults) >= MOST_FAULTS:
                break
            if picture and not faults:
                dataset.add(image.name, picture, known)
            progress.done(done / total, f"{done} of {total} images")
    if not faults and (unclear := annotator.frames.fault()):
        faults.append(unclear)
    _refuse(faults[:MOST_FAULTS])
    if not total:
        raise NoImages(f"{chosen.NAME}: no image is left to make a dataset of.")
    return dataset.facts(chosen.NAME, [*reading.warnings, *annotator.frames.warnings()])


def _with_litter(reading: Reading, tree: Tree) -> Reading:
    if not tree.passed_over:
        return reading
    told = f"{len(tree.passed_over)} pictures of thumbnail or system folders were left out: {some([*tree.passed_over])}"
    return replace(reading, warnings=(*reading.warnings, told))


def _check_not_empty(tree: Tree) -> None:
    if not tree.files:
        raise NoImages("The upload is empty; a zip, tar or tar.gz of images or a folder of them is needed.")


def _look_at(image: Entry | Cut | Aligned, faults: list[Fault]) -> Picture | None:
    try:
        return look_at(image)
    except ValueError as wrong:
        faults.append(Fault(image.name, str(wrong)))
        return None


def _refuse(faults: list[Fault]) -> None:
    if not faults:
        return
    count = (
        f"{MOST_FAULTS} faults, perhaps more"
        if len(faults) >= MOST_FAULTS
        else "one fault"
        if len(faults) == 1
        else f"{len(faults)} faults"
    )
    listed = "; ".join(map(str, faults[:_TOLD])) + (" …" if len(faults) > _TOLD else "")
    raise InvalidDataset(f"The dataset has {count}: {listed}", faults=[fault.to_json() for fault in faults])

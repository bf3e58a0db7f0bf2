"""Writing a model as IR, so that the same model always makes the same bytes."""

from __future__ import annotations

from pathlib import Path

import openvino as ov


def save(model: ov.Model, folder: Path, fp16: bool) -> None:
    """Write ``model.xml`` and ``model.bin``; ``fp16`` stores float weights in half the space.

    Only storage: the precision of the arithmetic is chosen where the model runs.
    """
    _name_the_nameless(model)
    ov.save_model(model, folder / "model.xml", compress_to_fp16=fp16)


def _name_the_nameless(model: ov.Model) -> None:
    # An operation without a name of its own is saved as "Add_4711", the number counting all operations
    # this process ever made: the same model would make other bytes the second time.
    operations = model.get_ordered_ops()
    taken = {operation.get_friendly_name() for operation in operations}
    for index, operation in enumerate(operations):
        if operation.get_friendly_name() != operation.get_name():
            continue
        name = f"{operation.get_type_name()}_{index}"
        while name in taken:
            name += "_"
        taken.add(name)
        operation.set_friendly_name(name)

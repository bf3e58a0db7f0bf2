"""One array that a model is fed with as it is measured: an uploaded `.npy` file, looked at before anything uses it.

``inputs/upload/`` has the one file; ``outputs/tensor.npy`` gets it in the byte order of this machine. The result says
shape, element type and range. Files are hostile as any upload: nothing of them is executed, and what they say of
themselves is held against their size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.profiler.refusals import TensorNotReadable
from workbench.profiler.values import ELEMENT_TYPES, TENSOR_FILE
from workbench.runner.core import Run

TYPES = {np.dtype(dtype): name for name, dtype in ELEMENT_TYPES.items()}
_SAMPLE = 1 << 24  # elements looked at at a time


def run(run: Run) -> dict[str, Any]:
    """Take in ``inputs/upload/<file>``; the spec may have ``name``, what people call it."""
    files = sorted(path for path in (run.inputs / "upload").rglob("*") if path.is_file())
    if len(files) != 1:
        names = ", ".join(path.name for path in files[:5])
        raise TensorNotReadable(f"files: one .npy file is one tensor, there are {len(files)}: {names}.", field="files")
    array = read(files[0])
    np.save(run.outputs / TENSOR_FILE, array, allow_pickle=False)
    seen = _range(array)
    return {"shape": list(array.shape), "element_type": TYPES[array.dtype], **seen, "warnings": _warnings(seen)}


def read(path: Path) -> NDArray[np.generic]:
    """The array, mapped from its file. Raises TensorNotReadable."""
    try:
        array: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError, OverflowError, MemoryError) as error:
        raise _not(path, f"is no array in NumPy's .npy format: {error}") from error
    if not isinstance(array, np.ndarray):  # an .npz holds several
        raise _not(path, "holds several arrays: give each as a .npy file of its own")
    native = array.dtype.newbyteorder("=")
    if native not in TYPES:
        raise _not(path, f"has elements of the type {array.dtype}; accepted are {', '.join(ELEMENT_TYPES)}")
    if 0 in array.shape:
        raise _not(path, f"has the shape {list(array.shape)}, which holds nothing")
    return array if array.dtype.isnative else array.astype(native)


def _not(path: Path, said: str) -> TensorNotReadable:
    words = said.replace(str(path), path.name)
    return TensorNotReadable(f"{path.name}: {words}.", field="files", file=path.name)


def _range(array: NDArray[np.generic]) -> dict[str, Any]:
    """Least and largest of what is finite, and how much is not."""
    flat = array.ravel(order="K")  # as it lies in its file: no copy, whichever order that is
    least, most, nonfinite = np.inf, -np.inf, 0
    for begin in range(0, flat.size, _SAMPLE):
        part = np.asarray(flat[begin : begin + _SAMPLE], dtype=np.float64)
        finite = part[np.isfinite(part)]
        nonfinite += part.size - finite.size
        if finite.size:
            least, most = min(least, float(finite.min())), max(most, float(finite.max()))
    known = nonfinite < flat.size
    return {"minimum": least if known else None, "maximum": most if known else None, "nonfinite": nonfinite}


def _warnings(seen: dict[str, Any]) -> list[str]:
    if not seen["nonfinite"]:
        return []
    return [f"{seen['nonfinite']:,} of its elements are NaN or infinite, which some devices compute more slowly."]

"""Where the cells of a model's maps lie in its input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.boxes.strides import plane


def cells(columns: int, rows: int) -> NDArray[np.float32]:
    """Column and row of each cell, row by row: shape (rows * columns, 2)."""
    y, x = np.mgrid[:rows, :columns]
    return np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32)


def grid(width: int, height: int, strides: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """All cells of maps that lie one behind the other: (n, 2) in cells, and each one's stride, (n, 1)."""
    found = [cells(*plane(width, height, stride)) for stride in strides]
    wide = [np.full((len(each), 1), stride, np.float32) for each, stride in zip(found, strides, strict=True)]
    return np.concatenate(found), np.concatenate(wide)

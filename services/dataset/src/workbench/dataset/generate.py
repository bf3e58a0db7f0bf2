"""Core: make images out of nothing but a seed, when a person has no data yet.

They have what photos share — smooth regions, edges, power falling with frequency, colours that go together —
but show nothing. Good for profiling, and for a first INT8 model whose accuracy nobody then knows; an
accuracy measured on them means nothing.
"""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from workbench.dataset.canonical import Canonical
from workbench.dataset.pictures import Picture
from workbench.dataset.spec import read_generation
from workbench.dataset.values import Generation
from workbench.runner.core import Run

_PROGRESS_INTERVAL_S = 0.5
# A third of the default level's time, for a tenth more bytes.
_PNG_LEVEL = 1


def run(run: Run) -> dict[str, Any]:
    """The dataset's facts; index and shards lie in ``run.outputs``. Refuses with BadSpec."""
    wanted = read_generation(run.spec)
    told = time.monotonic()
    with Canonical(run.outputs, wanted.calibration_percent) as dataset:
        for index in range(wanted.count):
            image = make(wanted, index)
            dataset.add(f"images/{index:05d}.png", Picture(_png(image), image.convert("RGB")), {})
            if time.monotonic() - told >= _PROGRESS_INTERVAL_S or index + 1 == wanted.count:
                told = time.monotonic()
                run.progress("generate", (index + 1) / wanted.count, f"{index + 1} of {wanted.count} images")
    return dataset.facts("generated", [])


def make(wanted: Generation, index: int) -> Image.Image:
    """Image ``index`` of the set, mode L or RGB; the same whatever the count."""
    random = np.random.default_rng([wanted.seed, index])
    size = (wanted.width, wanted.height)
    brightness = _clouds(random, size)
    _draw_shapes(random, brightness)
    planes = [np.asarray(brightness)]
    if wanted.channels == 3:
        # Natural colours are nearly gray: brightness varies much, its two opponents little.
        opponents = [np.asarray(_clouds(random, size)) * share for share in (0.35, 0.2)]
        planes = [
            planes[0] + opponents[0],
            planes[0] - 0.5 * opponents[0] + opponents[1],
            planes[0] - 0.5 * opponents[0] - opponents[1],
        ]
    pixels = _to_bytes(np.stack(planes, axis=-1), random)
    return Image.fromarray(pixels if wanted.channels == 3 else pixels[:, :, 0])


def _clouds(random: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Noise of all scales, each octave half as strong as the one before: mode F, about -1 to 1."""
    total = np.zeros((size[1], size[0]), np.float32)
    cells, strength = 2, 0.5
    while cells <= max(size):
        grid = random.uniform(-1, 1, (min(cells, size[1]), min(cells, size[0]))).astype(np.float32)
        total += strength * np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC))
        cells, strength = cells * 2, strength / 2
    return Image.fromarray(total)


def _draw_shapes(random: np.random.Generator, image: Image.Image) -> None:
    """Objects in front of the background: the sharp edges that noise lacks."""
    draw = ImageDraw.Draw(image)
    for _ in range(int(random.integers(3, 12))):
        centre = random.uniform(0, 1, 2) * image.size
        radius = random.uniform(0.03, 0.3, 2) * min(image.size)
        box = [*(centre - radius), *(centre + radius)]
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape(box, fill=float(random.uniform(-0.8, 0.8)))


def _to_bytes(pixels: NDArray[Any], random: np.random.Generator) -> NDArray[np.uint8]:
    """Shape (height, width, channels), any range, as 0 to 255 with an exposure of its own."""
    brightness, contrast = random.uniform(90, 150), random.uniform(70, 130)
    grain = random.normal(0, 2, pixels.shape)
    return np.clip(np.rint(brightness + contrast * pixels + grain), 0, 255).astype(np.uint8)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=_PNG_LEVEL)
    return file.getvalue()

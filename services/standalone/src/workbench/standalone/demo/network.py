"""The demo's network: a convolutional net made with NumPy in seconds and exported to ONNX.

The convolutions are drawn at random and scaled so that every channel of every layer is centred with spread
one on the training images (what batch normalization would have learnt); they are not trained. The last layer
is: ridge regression of the digit on the features, which has a closed form. That is honest, quick and accurate
on digits, and it leaves a network as heavy as a small real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.standalone.demo.digits import SIDE, Digits

Floats = NDArray[np.float32]

CLASSES = 10

# Output channels and stride of each 3×3 convolution: 171 million multiply-adds at 64×64.
_LAYERS = ((32, 2), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (128, 2), (128, 1))
POOL = 2
_SEED = 7
_SCALING_IMAGES = 48
_BATCH = 25
_RIDGE = 100.0
# Ridge regression answers with 0 … 1; stretched, softmax turns that into probabilities worth reading.
_SHARPNESS = 8.0
# The short side of 256 for 224 that ImageNet evaluation crops from, for our size.
_CROPPED_FROM = round(256 / 224 * SIDE)


@dataclass(frozen=True)
class Convolution:
    """weights: shape (3, 3, in, out); bias: shape (out,). Padded by one pixel of zeros, followed by ReLU."""

    weights: Floats
    bias: Floats
    stride: int

    def __call__(self, images: Floats) -> Floats:
        """images: shape (n, height, width, in); as nine matrix products, one for each tap of the kernel."""
        batch, height, width, _ = images.shape
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
        shape = (batch, height // self.stride, width // self.stride, len(self.bias))
        sums = np.broadcast_to(self.bias, shape).copy()
        for row in range(3):
            for column in range(3):
                tap = padded[:, row : row + height : self.stride, column : column + width : self.stride]
                sums += tap @ self.weights[row, column]
        return sums


@dataclass(frozen=True)
class Network:
    """Takes RGB of 0 … 255. The head maps the pooled features, flattened channel first, to ten scores."""

    convolutions: tuple[Convolution, ...]
    head_weights: Floats
    head_bias: Floats

    def scores(self, pixels: NDArray[np.uint8]) -> Floats:
        """A score for each class, before softmax. pixels: shape (n, SIDE, SIDE, 3); returns (n, CLASSES)."""
        return _features(self.convolutions, pixels) @ self.head_weights + self.head_bias


def train(digits: Digits) -> Network:
    """Draw and scale the convolutions, then solve for the last layer."""
    convolutions = _draw(digits.pixels[:_SCALING_IMAGES].astype(np.float32))
    weights, bias = _ridge(_features(convolutions, _half_zoomed(digits.pixels)), digits.labels)
    return Network(convolutions, weights * np.float32(_SHARPNESS), bias * np.float32(_SHARPNESS))


def _draw(images: Floats) -> tuple[Convolution, ...]:
    """Random layers, each scaled on what the layers before it make of ``images``."""
    random = np.random.default_rng(_SEED)
    convolutions = []
    for channels, stride in _LAYERS:
        weights = random.standard_normal((3, 3, images.shape[-1], channels), dtype=np.float32)
        unscaled = Convolution(weights, np.zeros(channels, np.float32), stride)(images)
        mean, spread = unscaled.mean((0, 1, 2)), unscaled.std((0, 1, 2))
        convolutions.append(Convolution(weights / spread, -mean / spread, stride))
        images = np.maximum((unscaled - mean) / spread, 0)
    return tuple(convolutions)


def _features(convolutions: tuple[Convolution, ...], pixels: NDArray[np.uint8]) -> Floats:
    """Returns shape (n, features); in small batches, to keep a layer's output in the processor's cache."""
    batches = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
    return np.concatenate([_pooled(convolutions, batch.astype(np.float32)) for batch in batches])


def _pooled(convolutions: tuple[Convolution, ...], images: Floats) -> Floats:
    for convolution in convolutions:
        images = np.maximum(convolution(images), 0)
    batch, height, width, channels = images.shape
    tiles = images.reshape(batch, height // POOL, POOL, width // POOL, POOL, channels).mean((2, 4))
    return tiles.transpose(0, 3, 1, 2).reshape(batch, -1)


def _half_zoomed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The second half as a centre crop would show it: either way of resizing finds digits as learnt."""
    half = len(pixels) // 2
    return np.concatenate([pixels[:half], np.stack([_zoomed(image) for image in pixels[half:]])])


def _zoomed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    margin = (_CROPPED_FROM - SIDE) // 2
    large = Image.fromarray(image).resize((_CROPPED_FROM, _CROPPED_FROM), Image.Resampling.BILINEAR)
    return np.asarray(large.crop((margin, margin, margin + SIDE, margin + SIDE)))


def _ridge(features: Floats, labels: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Weights (features, CLASSES) and bias (CLASSES,) that bring images closest to their class's unit vector.

    Solved in its dual form: there are fewer images than features.
    """
    mean, targets = features.mean(0), np.eye(CLASSES, dtype=np.float32)[labels]
    centred, target_mean = features - mean, targets.mean(0)
    gram = centred @ centred.T + np.float32(_RIDGE) * np.eye(len(features), dtype=np.float32)
    weights: Any = centred.T @ np.linalg.solve(gram, targets - target_mean)
    return weights, target_mean - mean @ weights

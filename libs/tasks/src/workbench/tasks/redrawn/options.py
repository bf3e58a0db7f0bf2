"""How the numbers of a picture are read. Standard library only."""

from __future__ import annotations

from workbench.tasks.option import Option

LEVELS = Option(
    "levels",
    "What black and white are in the output; numbers beyond are cut off.",
    default="0..255",
    choices=("0..255", "0..1", "-1..1"),
    suspect=True,
)
SSIM_WORDS = "Gaussian window 11×11, sigma 1.5, K1 0.01, K2 0.03, five pixels along the borders left out"

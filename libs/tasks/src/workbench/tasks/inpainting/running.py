"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.inpainting import alike, feed
from workbench.tasks.inpainting.draw import draw
from workbench.tasks.inpainting.heads import picture
from workbench.tasks.protocols import Running

RUNNING = Running((picture,), alike.fingerprint, alike.differences, draw, feed, masked=True)

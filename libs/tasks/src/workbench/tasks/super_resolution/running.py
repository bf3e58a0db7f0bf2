"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.protocols import Running
from workbench.tasks.super_resolution import alike, feed
from workbench.tasks.super_resolution.draw import draw
from workbench.tasks.super_resolution.heads import picture

RUNNING = Running((picture,), alike.fingerprint, alike.differences, draw, feed)

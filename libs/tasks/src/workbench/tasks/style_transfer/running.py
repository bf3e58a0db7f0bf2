"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.protocols import Running
from workbench.tasks.style_transfer import alike
from workbench.tasks.style_transfer.draw import draw
from workbench.tasks.style_transfer.heads import picture

RUNNING = Running((picture,), alike.fingerprint, alike.differences, draw)

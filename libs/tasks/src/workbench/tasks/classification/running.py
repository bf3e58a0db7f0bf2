"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.classification import alike
from workbench.tasks.classification.draw import draw
from workbench.tasks.classification.heads import scores
from workbench.tasks.protocols import Running

RUNNING = Running((scores,), alike.fingerprint, alike.differences, draw)

"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.facial_landmarks import alike
from workbench.tasks.facial_landmarks.draw import draw
from workbench.tasks.facial_landmarks.heads import heatmaps, points
from workbench.tasks.protocols import Running

RUNNING = Running((points, heatmaps), alike.fingerprint, alike.differences, draw)

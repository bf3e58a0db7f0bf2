"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.face_recognition import alike
from workbench.tasks.face_recognition.draw import draw
from workbench.tasks.face_recognition.heads import embedding
from workbench.tasks.protocols import Running

RUNNING = Running((embedding,), alike.fingerprint, alike.differences, draw)

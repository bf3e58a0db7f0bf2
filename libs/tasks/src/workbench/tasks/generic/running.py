"""What a package carries of this task: nothing that reads outputs."""

from __future__ import annotations

from workbench.tasks.protocols import Running

RUNNING: Running = Running(())

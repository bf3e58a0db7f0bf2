"""A model as the profiler measures it, but launched by a fork, and without anybody else who waits for the device."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.profiler.measuring.subject import Subject
from workbench.runner.core import Run

from launched import Launcher


@dataclass
class Forked(Subject):
    """``launcher``: may be one for many, and for those who disturb its launches."""

    launcher: Launcher = field(default_factory=Launcher)

    def launch(self, _run: Run, place: int) -> None:
        """One launch, in a process of its own."""
        figures = self.launcher.ask({**self._question(), **self._agreed_loop()})
        self.launches.append({"round": len(self.launches), "place": place, **figures})

"""One model of a measurement: its launches so far, when it has enough of them, and the profile they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openvino as ov
from workbench.ir import Unreadable
from workbench.profiler.devices import provenance
from workbench.profiler.machine import cgroups, state
from workbench.profiler.measuring import child
from workbench.profiler.measuring.facts import aggregate
from workbench.profiler.measuring.going_on import Goal
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import Refusal, Run

_LAUNCH, _COUNTERS = "workbench.profiler.measuring.launch", "workbench.profiler.layers.counters"


@dataclass
class Subject:
    """``launches`` has one for each round. ``refusal``: why it is measured no further, and has no profile.

    ``feeds``: the paths of the arrays that were given, by the name of their input.
    """

    spec: ProfileSpec
    model: Path
    goal: Goal
    digest: str = ""
    launches: list[dict[str, Any]] = field(default_factory=list)
    refusal: Refusal | None = None
    feeds: dict[str, str] = field(default_factory=dict)

    @classmethod
    def opened(cls, spec: ProfileSpec, folder: Path, inputs: Path) -> Subject:
        """Reads the whole model below ``folder``, so that the first launch finds it in the page cache as the others
        do. ``inputs``: the folder that ``spec.inputs`` are in."""
        model = folder / spec.main_file
        feeds = {name: str(inputs / file) for name, file in (spec.inputs or {}).items()}
        subject = cls(spec, model, Goal(spec.launches, spec.until, spec.within_s), feeds=feeds)
        try:
            if not model.is_file():
                raise Unreadable(f"{spec.main_file}: there is no such file.", file=spec.main_file)
            subject.digest = provenance.model_digest(model)
        except Refusal as refusal:
            subject.refusal = refusal
        return subject

    def launch(self, run: Run, place: int) -> None:
        """One launch in a fresh process, the ``place``-th of its round; a refusal ends this model's measurement."""
        question = {**self._question(), **self._agreed_loop()}
        try:
            figures = child.ask(_LAUNCH, question, run.scratch)
        except Refusal as refusal:
            self.refusal = refusal
        else:
            self.launches.append({"round": len(self.launches), "place": place, **figures})

    def facts(self, run: Run, load_before: dict[str, Any]) -> dict[str, Any]:
        """Its profile: figures, layers, provenance. Raises Refusal when its layers cannot be measured."""
        layers = child.ask(_COUNTERS, self._question(), run.scratch)
        facts = aggregate(self.launches, cgroups.cores_available(), load_before)
        return {
            **facts,
            "until": self.goal.reached(self.launches),
            "notes": [*facts["notes"], *self.goal.notes(self.launches)],
            **layers,
            "provenance": self._provenance(run, load_before),
        }

    def _provenance(self, run: Run, load_before: dict[str, Any]) -> dict[str, Any]:
        """``executed_on``: the devices that executed; of a list of devices only they say what was measured."""
        core, executed = ov.Core(), self.launches[0]["configuration"]["executed"]["devices"]
        return {
            "model_digest": self.digest,
            "spec": self.spec.to_json(),
            "env": run.env,
            "versions": provenance.versions(),
            "device": provenance.device_facts(core, self.spec.device),
            "executed_on": [provenance.device_facts(core, device) for device in executed or ()],
            "compiled": self.launches[0]["compiled"],
            "machine": state.identity(),
            "load_before": load_before,
        }

    def _question(self) -> dict[str, Any]:
        return {"spec": self.spec.to_json(), "model": str(self.model), "feeds": self.feeds}

    def _agreed_loop(self) -> dict[str, Any]:
        # The first launch chooses for all: launches that measured differently could not be averaged.
        if not self.launches:
            return {}
        return {"loop": self.launches[0]["loop"], "loop_reason": self.launches[0]["loop_reason"]}

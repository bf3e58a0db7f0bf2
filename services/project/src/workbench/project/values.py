"""What the pipeline, the rules and the tables all speak of: steps and variants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Facts = dict[str, Any]
# In which steps follow one another, by kind: what people are told of them stands so.
STEP_ORDER = ("conversion", "dataset", "recipe", "profile", "calibration", "evaluation", "package")
BASELINE_ORDER = ("fp32", "fp16", "int8")


@dataclass(frozen=True)
class Step:
    """One command of a pipeline and what has come of it. ``kind`` is the job's kind at its service."""

    name: str
    kind: str
    command_id: str
    request: Facts
    state: str = "queued"
    progress: Facts | None = None
    waiting_for: str | None = None
    error: Facts | None = None
    result: Facts | None = None
    sent_at: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class Variant:
    """One form of the model with everything measured on it."""

    name: str
    model_id: str
    model: Facts
    size_bytes: int
    profile_id: str
    profile: Facts
    evaluation_id: str | None = None
    evaluation: Facts | None = None
    warnings: tuple[str, ...] = ()

    @property
    def accuracy(self) -> Facts | None:
        """The first metric, which is what variants are compared by; None when nothing was scored."""
        return self.evaluation["metrics"][0] if self.evaluation and self.evaluation["metrics"] else None

"""Whether a launch was long enough for the model: a rule of trust."""

from __future__ import annotations

from workbench.profiler.measuring.evidence import Evidence, Limits
from workbench.profiler.values import Reason

# One inference of each request, as a share of the launch: its start and its end are not like the rest, and a single
# delay weighs as much. Chosen for what that adds to a figure (5 %, 20 %), not from measurements.
BRIEF = Limits(0.05, 0.20)

LONG_S = 60.0
_LIMITED = ", as far as the workbench lets one request have its device"


def too_short(evidence: Evidence) -> Reason | None:
    """The launches had too few inferences for a model as slow as this one."""
    if not evidence.rounds:
        return None
    fewest, seconds = min(zip(evidence.rounds, evidence.seconds, strict=True))
    needed = seconds / fewest / BRIEF.doubtful
    detail = (
        "The launches were too short for this model: each request was inferred only "
        f"{fewest:.0f} times in one of them. Measure at least {_rounded(needed)} s a launch (duration_s)"
        f"{_LIMITED if needed > LONG_S else ''}."
    )
    return BRIEF.objection("too-short", 1 / fewest, detail)


def _rounded(seconds: float) -> str:
    return f"{seconds:.2g}" if seconds < 10 else f"{seconds:.0f}"

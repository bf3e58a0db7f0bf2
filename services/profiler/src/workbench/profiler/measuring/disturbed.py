"""Rules on what was done to the launches from outside: by the hypervisor, a quota, memory, the clock, neighbours."""

from __future__ import annotations

from workbench.profiler.measuring.evidence import Evidence, Limits, mean_known
from workbench.profiler.values import Reason

# Of all CPUs' time. What is stolen is missing from the speed: 2 % is what fresh launches differ by anyway.
STOLEN = Limits(0.02, 0.10)
# Of the periods (0.1 s) in which we ran. A stopped period loses up to all of its CPU, so 10 % of them may be 5 % of
# the speed, and the latencies get a second mode.
THROTTLED = Limits(0.02, 0.20)
MEMORY = Limits(0.02, 0.10)
# A limit that was changed between two launches; governors step by 100 MHz, about 3 %.
CLOCK = Limits(0.01, 0.10)
# Each count is a moment in which a core slowed down because it was hot: one is enough to doubt, none can be measured.
HEAT = Limits(0.0, 10.0)
# Somebody waited for a CPU in so much of the 10 s before. What the workbench itself did just then (a conversion)
# makes less than 0.5; it says nothing certain about what came after, so it never is more than a doubt.
BEFORE = Limits(0.6, 1.0)


def stolen(evidence: Evidence) -> Reason | None:
    """The hypervisor gave the CPUs to other guests."""
    value = mean_known(evidence.stolen)
    detail = (
        f"Other virtual machines were given {value or 0:.0%} of the CPU time of this one (steal). Use a "
        "machine of your own (dedicated cores), or measure at another hour."
    )
    return STOLEN.objection("steal", value, detail)


def throttled(evidence: Evidence) -> Reason | None:
    """A control group's quota stopped the process in bursts."""
    value = mean_known(evidence.throttled)
    detail = (
        f"The CPU quota stopped the launches in {value or 0:.0%} of its periods: what was measured is the quota. "
        "Give whole cores (in Kubernetes: equal requests and limits, whole numbers, the static CPU policy), or "
        "no quota (docker: --cpuset-cpus instead of --cpus)."
    )
    return THROTTLED.objection("throttling", value, detail)


def memory(evidence: Evidence) -> Reason | None:
    """Tasks waited for memory while the launches ran."""
    value = mean_known(evidence.memory_stalled)
    detail = (
        f"In {value or 0:.0%} of the time tasks waited for memory: it is short, and was fetched back from disk "
        "or swap. Free some, raise the limit, or use a smaller batch or fewer streams."
    )
    return MEMORY.objection("memory-pressure", value, detail)


def clock(evidence: Evidence) -> Reason | None:
    """The highest clock that the CPUs may take was not the same in all launches."""
    known = [limit for limit in evidence.clock_limits_khz if limit]
    value = 1 - min(known) / max(known) if known else None
    low, high = (min(known) / 1e6, max(known) / 1e6) if known else (0.0, 0.0)
    detail = (
        f"The CPUs' clock limit changed between launches, from {low:.1f} to {high:.1f} GHz: a power profile, "
        "battery or heat. Fix it (cpupower frequency-set, mains supply), and measure again."
    )
    return CLOCK.objection("clock-limit", value, detail)


def heat(evidence: Evidence) -> Reason | None:
    """Cores slowed down because they were hot."""
    known = [count for count in evidence.heat_throttles if count is not None]
    value = float(sum(known)) if known else None
    detail = (
        f"Cores slowed down {value or 0:.0f} times because they were hot. Cool the machine, or measure with "
        "longer launches, which show the speed it can keep."
    )
    return HEAT.objection("heat", value, detail)


def busy_before(evidence: Evidence) -> Reason | None:
    """The machine was busy before the first launch began."""
    value = evidence.pressure_before
    detail = (
        f"In {value or 0:.0%} of the 10 s before the first launch some task waited for a CPU: the machine was "
        "busy with something else. See that it has ended, and measure again."
    )
    return BEFORE.objection("busy-before", value, detail)

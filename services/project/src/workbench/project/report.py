"""The report of an optimization, as documented and versioned: variants, comparison, recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from workbench.project import int8
from workbench.project.compare import compare
from workbench.project.objections import Constraints
from workbench.project.recommend import UNDECIDED, Recommendation
from workbench.project.values import Facts, Variant

SCHEMA_VERSION = "1.4"
_PROFILE_PARTS = ("throughput_fps", "latency_ms", "cpu_ms_per_request", "configuration", "trust")


def report(
    head: Facts,
    variants: Sequence[Variant],
    constraints: Constraints,
    recommendation: Recommendation,
    package: Facts | None,
    warnings: Sequence[str],
) -> Facts:
    """``head`` holds what identifies the optimization; ``variants[0]`` is the baseline."""
    chosen = recommendation.variant
    return {
        "schema_version": SCHEMA_VERSION,
        **head,
        "objective": constraints.objective,
        "constraints": {
            "max_latency_ms": constraints.max_latency_ms,
            "max_accuracy_drop": constraints.max_accuracy_drop,
        },
        "variants": [_variant(variant, variants[0]) for variant in variants],
        "comparison": [compare(variant, variants[0]) for variant in variants[1:]],
        "recommended": {
            "model": chosen.model_id if chosen else None,
            "variant": chosen.name if chosen else None,
            "reason": recommendation.reason,
            "decision": recommendation.decision,
            "needed": list(recommendation.needed),
        },
        "constraints_met": None if recommendation.decision == UNDECIDED else chosen is not None,
        "package": package,
        "warnings": list(warnings),
        "environment": variants[0].profile["provenance"],
    }


def now_rfc3339() -> str:
    """This moment in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _variant(variant: Variant, baseline: Variant) -> dict[str, Any]:
    return {
        "name": variant.name,
        "model": variant.model_id,
        "precision": variant.model["precision"],
        "size_bytes": variant.size_bytes,
        "digest": variant.model["digest"],
        "built_in": variant.model.get("built_in") or [],
        **{name: variant.profile[name] for name in _PROFILE_PARTS},
        "peak_memory_bytes": variant.profile.get("peak_memory_bytes"),
        "accuracy": variant.accuracy,
        "metrics": variant.evaluation["metrics"] if variant.evaluation else [],
        "profile": variant.profile_id,
        "measured_in": (variant.profile.get("together") or {}).get("profile_id") or variant.profile_id,
        "evaluation": variant.evaluation_id,
        "warnings": [*variant.warnings, *int8.notes(variant, baseline)],
        "advice": int8.advice(variant, baseline),
    }

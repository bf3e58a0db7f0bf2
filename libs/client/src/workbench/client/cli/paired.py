"""How many times another's speed a row of `workbench compare` has: only of what was measured in turns, by its pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from workbench.client.cli.listing import SHORT_ID
from workbench.client.cli.report import interval, of_ratio, settings
from workbench.client.jobs import View

Row = dict[str, Any]
METRICS = {
    "throughput_fps": "throughput",
    "latency_p50_ms": "median latency",
    "cpu_ms_per_request": "CPU time a request",
}
# Of a report's comparison with the baseline.
_OF_A_REPORT = {
    "throughput_fps": "speedup",
    "latency_p50_ms": "latency_ratio",
    "cpu_ms_per_request": "cpu_per_request_ratio",
}


def of_profile(view: View) -> Row:
    """What a row needs of a profile: in which job it was measured, and its ratios by the other model's id."""
    facts, model = view["facts"], view["request"].get("model_id")
    together = facts.get("together") or {}
    return {
        "job": together.get("profile_id") or view["id"],
        "model": model,
        "ratios": (together.get("ratios") or {}).get(model) or {},
    }


def of_variant(report: dict[str, Any], variant: dict[str, Any]) -> Row:
    """The same of a report's variant, whose ratios are to the baseline."""
    job = variant.get("measured_in") or variant.get("profile")
    row: Row = {"job": job, "model": variant.get("model"), "ratios": {}}
    for each in report.get("comparison") or []:
        if each["variant"] == variant["name"] and each.get("measured_together"):
            baseline = report["variants"][0].get("model")
            told = {metric: each[name] for metric, name in _OF_A_REPORT.items() if each.get(name)}
            row["ratios"][baseline] = {**told, **({"trust": each["trust"]} if each.get("trust") else {})}
    return row


def together(rows: Iterable[Row]) -> bool:
    """Whether all throughputs there are come from one job."""
    return len({row["job"] for row in rows if row.get("throughput_fps")}) <= 1


def variables_differ(rows: Sequence[Row]) -> str | None:
    """Where the rows' targets gave different variables to what ran there, that they did, and which."""
    found = [(_called(row), row.get("env") or {}) for row in rows]
    if all(env == found[0][1] for _, env in found):
        return None
    told = (f"{name}: {settings(env) or 'none'}" for name, env in found)
    return "Not alike: their targets set different environment variables, which may be the difference. " + "; ".join(
        told
    )


def ratios(rows: Sequence[Row]) -> list[Row]:
    """Each row's to the first with a throughput, where the two were measured in turns."""
    fast = [row for row in rows if row.get("throughput_fps")]
    pairs = [(row, fast[0]) for row in fast[1:] if row["job"] == fast[0]["job"]]
    return [
        {"of": _called(row), "to": _called(first), **found}
        for row, first in pairs
        if (found := row["ratios"].get(first["model"]))
    ]


def _called(row: Row) -> str:
    return row.get("name") or f"{row['id'][:SHORT_ID]}…"


def words(ratio: Row) -> str:
    """One for people."""
    said = [
        f"  {interval(ratio[metric])} × the {word}{_noise(ratio[metric])}"
        for metric, word in METRICS.items()
        if ratio.get(metric)
    ]
    said += [f"  {line}" for line in of_ratio(ratio.get("trust"))]
    return "\n".join([f"{ratio['of']} against {ratio['to']}, measured in turns:", *said])


def _noise(figure: dict[str, float]) -> str:
    return " (within the noise)" if figure["low"] <= 1 <= figure["high"] else ""

"""The analysis of a model for people, in lines of at most 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from workbench.client.client import Client
from workbench.client.jobs import View

WIDTH = 80
WAIT_S = 25.0

Facts = dict[str, Any]


def with_analysis(client: Client, view: View) -> View:
    """The view with ``analysis``, the job that makes it: begun if need be and waited for a while."""
    if view["state"] != "succeeded":
        return view
    return {**view, "analysis": client.models.analysis(view["id"], wait_s=WAIT_S)}


def lines(job: View | None) -> Iterator[str]:
    """All that is known; or how far it is, or why there is none."""
    if job is None:
        return
    facts = job.get("facts")
    if not facts:
        yield from _wrapped(f"Analysis: {job['state']}{_why(job)}", "  ")
        return
    yield "Analysis of one inference, two operations a multiply-accumulate:"
    for line in _known(facts):
        yield from _wrapped(f"  {line}", "    ")


def support(facts: Facts) -> Iterator[str]:
    """Operations of no set, and what each device cannot run."""
    if facts["custom"]:
        yield f"custom operations: {_named(facts['custom'])}"
    for device in facts["devices"]:
        yield f"{device['device']}: {_runs(device)}"


def _why(job: View) -> str:
    if job.get("error"):
        return f", {job['error'].get('detail') or job['error'].get('title')}"
    if job["state"] in ("queued", "running"):
        waiting = f", waiting for {job['waiting_for']}" if job.get("waiting_for") else ""
        return f"{waiting}; show it again in a moment"
    return ""


def _known(facts: Facts) -> Iterable[str]:
    yield _arithmetic(facts["arithmetic"])
    yield _weights(facts)
    yield _activations(facts["activations"])
    types = ", ".join(f"{count} {kind}" for kind, count in _most(facts["operations"]))
    yield f"{facts['op_count']} operations: {types}" if types else "no operations"
    yield f"operation sets: {', '.join(facts['opset'])}"
    if facts["dynamic"]:
        yield f"open dimensions: {', '.join(map(_dimension, facts['dynamic']))}"
    yield from support(facts)


def _arithmetic(found: Facts) -> str:
    if found["gflops"] is None:
        return f"GFLOPs unknown: {found['reason']}"
    return f"{found['gflops']:.4g} GFLOPs, {found['giops']:.4g} GIOPs (convolutions and matrix products)"


def _weights(facts: Facts) -> str:
    stored = ", ".join(f"{kind} {_bytes(row['size_bytes'])}" for kind, row in facts["weights"].items()) or "none"
    zero = "" if facts["sparsity"] is None else f"; {facts['sparsity']:.1%} of them zero"
    return f"{facts['parameters'] / 1e6:.4g} M parameters: {stored}{zero}"


def _activations(found: Facts) -> str:
    if found["min_bytes"] is None:
        return f"activations unknown: {found['reason']}"
    return (
        f"activations: {_bytes(found['min_bytes'])} at once at least, {_bytes(found['max_bytes'])} if none is dropped"
    )


def _most(types: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(types.items(), key=lambda pair: (-pair[1], pair[0]))


def _dimension(found: Facts) -> str:
    if found["index"] is None:
        return f"all of {found['input']}"
    size = found["dimension"]
    bounds = "" if size == -1 else f" ({size[0]} to {'any' if size[1] == -1 else size[1]})"
    return f"{found['input']}[{found['index']}]{bounds}"


def _runs(device: Facts) -> str:
    if device["runs"] is None:
        return f"could not be asked: {device['reason']}"
    return "has all operations" if device["runs"] else f"cannot run {_named(device['unsupported'])}"


def _named(types: list[Facts]) -> str:
    return "; ".join(f"{each['count']} {each['type']} ({', '.join(each['names'][:3])})" for each in types)


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)

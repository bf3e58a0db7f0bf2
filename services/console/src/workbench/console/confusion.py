"""A confusion matrix as rows of a table, where it is small enough for one."""

from __future__ import annotations

from typing import Any

MOST_CLASSES = 20  # that a table has room for
MOST_PAIRS = 25

View = dict[str, Any]


def matrix(found: View) -> View:
    """``found``: as the API has it. ``rows``: (class, cells), empty where there are too many classes; the class None is
    nothing.
    """
    classes, pairs = found["classes"], found["pairs"]
    names = {each["id"]: each["label"] or f"class {each['id']}" for each in classes}
    wrong = [pair for pair in pairs if pair["truth"] != pair["said"]]
    columns = [*names, *([None] if any(pair["said"] is None for pair in pairs) else [])]
    truths = [*names, *([None] if any(pair["truth"] is None for pair in pairs) else [])]
    counts = {(pair["truth"], pair["said"]): pair["count"] for pair in pairs}
    rows = (
        [
            (truth, [{"count": counts.get((truth, said), 0), "right": truth == said} for said in columns])
            for truth in truths
        ]
        if len(names) <= MOST_CLASSES
        else []
    )
    return {
        "of": found["of"],
        "names": names,
        "columns": columns,
        "rows": rows,
        "wrong": wrong[:MOST_PAIRS],
        "more": max(0, len(wrong) - MOST_PAIRS),
        "right": sum(each["right"] for each in classes),
        "total": sum(each["there"] for each in classes),
    }

"""Text for people or JSON for programs, from one value. Answers go to stdout, everything else to stderr."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text
from workbench.client.errors import JobFailed, ProblemReported, WorkbenchError

WIDE = 240
GAP = 2  # between columns
SHOWN_ITEMS = 8
_ANYWHERE = Console(file=io.StringIO(), width=WIDE)


def console(*, stderr: bool = False) -> Console:
    """Where to write; never narrower than the text when nobody's screen is at the other end."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else WIDE)


def write_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write(text: str) -> None:
    """Lines for a person on stdout."""
    console().print(plain(text), soft_wrap=True)


def tell(text: str) -> None:
    """Lines for a person on stderr, beside the answer."""
    console(stderr=True).print(plain(text), soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Aligned columns, as lines of that width. Where it has no room for the words of a row, each row is a column."""
    words = [[Text(plain(cell)) for cell in row] for row in (columns, *rows)]
    widths = _widths(words, width)
    if sum(widths) + GAP * (len(widths) - 1) > width:
        words = [list(column) for column in zip(*words, strict=True)]
        widths = _widths(words, width)
    drawn = Table(box=None, pad_edge=False, show_header=False)
    for each in widths:
        drawn.add_column(width=each)
    for row in words:
        drawn.add_row(*row)
    lines = Console(file=io.StringIO(), highlight=False, markup=False, width=width)
    with lines.capture() as captured:
        lines.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _widths(rows: Sequence[Sequence[Text]], width: int) -> list[int]:
    """Of each column what its longest word needs, and beyond that what there is room for, from all sides alike."""
    asked = [
        [Measurement.get(_ANYWHERE, _ANYWHERE.options, cell) for cell in column] for column in zip(*rows, strict=True)
    ]
    found = [max(each.minimum for each in column) for column in asked]
    whole = [max(each.maximum for each in column) for column in asked]
    while sum(found) + GAP * (len(found) - 1) < width and found != whole:
        short = [number for number in range(len(found)) if found[number] < whole[number]]
        found[min(short, key=found.__getitem__)] += 1
    return found


def show_one(view: dict[str, Any], *, as_json: bool) -> None:
    """One view, whole."""
    if as_json:
        write_json(view)
        return
    write(outline(view))


def outline(view: dict[str, Any]) -> str:
    """One view, whole, as lines."""
    return "\n".join(_outline(view))


def explain(error: WorkbenchError) -> list[str]:
    """Two to four lines: what kind of thing went wrong, what exactly, what to do, where the log is."""
    if not isinstance(error, ProblemReported):
        return [str(error)]
    lines = [error.title, str(error) if str(error) != error.title else "", error.remedy]
    if isinstance(error, JobFailed):
        lines.append(f"Log: {log_command(error)}")
    return [line for line in lines if line]


def log_command(error: JobFailed) -> str:
    """The command that shows the job's log; for an optimization, that of the step that failed."""
    steps = error.view.get("steps") or []
    for step in steps:
        if step["state"] == "failed" and step.get("job_id"):
            return f"workbench {step['kind']}s log {step['job_id']}"
    _, _, collection, *ids = error.path.split("/")
    return f"workbench {collection} log {' '.join(id for id in ids if id != 'optimizations')}"


def plain(text: str) -> str:
    """Without what would drive the terminal: names and messages may come from a stranger's file."""
    kept = (each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)
    return "".join(kept)


def _outline(value: Any, indent: str = "") -> Iterable[str]:
    pairs = value.items() if isinstance(value, dict) else (("-", each) for each in value[:SHOWN_ITEMS])
    for name, each in pairs:
        if isinstance(each, dict | list) and each and not _fits(each):
            yield f"{indent}{name}:" if name != "-" else f"{indent}-"
            yield from _outline(each, indent + "  ")
        elif each not in (None, [], {}):
            text = each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
            yield f"{indent}{name} {text}" if name == "-" else f"{indent}{name}: {text}"
    if isinstance(value, list) and len(value) > SHOWN_ITEMS:
        yield f"{indent}… and {len(value) - SHOWN_ITEMS} more (--json shows all)"


def _fits(value: Any) -> bool:
    return len(json.dumps(value)) <= 90

"""What all tests of a task, a dataset layout and a model format took together, beside what CONTRIBUTING.md grants them.

``python tools/budgets.py build/tests/*.xml``: reports as ``pytest --junitxml`` writes them, of a run in several pieces.
A test belongs to whatever its file or its own name speaks of. The times are of this machine with all else that it did
meanwhile, so what is over is only marked.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from workbench.dataset.formats import NAMES as LAYOUTS
from workbench.model_registry import formats
from workbench.tasks import catalogue

MODEL_FORMATS = [each.__name__.rpartition(".")[2] for each in formats.formats()]
# Kind, what one of it is granted in seconds, their names, and whose tests are meant.
KINDS = (
    ("task", 20.0, [task.name for task in catalogue.TASKS], ""),
    ("dataset layout", 2.0, LAYOUTS, r"services\.dataset\."),
    ("model format", 3.0, MODEL_FORMATS, r"tests\.formats\.|services\.(model-registry|converter)\."),
)


def main(reports: list[str]) -> None:
    """Print a table for each kind, the dearest first."""
    tests = [test for report in reports for test in timed(Path(report))]
    for kind, granted, names, where in KINDS:
        print(f"\n{'s':>7}  {kind}, {granted:.0f} s granted")
        for name, seconds in spent(tests, list(names), where).most_common():
            print(f"{seconds:7.1f}  {name}{'  OVER' if seconds > granted else ''}")


def timed(report: Path) -> Iterator[tuple[str, float]]:
    """Every test by its file and name, with the seconds it took."""
    for case in ElementTree.parse(report).iter("testcase"):
        yield f"{case.get('classname')} {case.get('name')}", float(case.get("time", 0))


def spent(tests: list[tuple[str, float]], names: list[str], where: str) -> Counter[str]:
    """Seconds by name; a longer name before a shorter one that it begins with."""
    spelled = {_flat(name): name for name in sorted(names, key=len, reverse=True)}
    words = re.compile(rf"(?<![a-z0-9])({'|'.join(spelled)})(?![a-z0-9])")
    sums: Counter[str] = Counter(dict.fromkeys(names, 0.0))
    for test, seconds in tests:
        if re.match(where, test):
            for found in set(words.findall(_flat(test.replace(".src.", " ")))):
                sums[spelled[found]] += seconds
    return sums


def _flat(text: str) -> str:
    return text.lower().replace("-", "_")


if __name__ == "__main__":
    main(sys.argv[1:])

"""A dataset's statistics fit 80 columns, whatever its classes are called."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from workbench.client.cli.statistics_page import page

SPREAD = {"min": 0.0001534, "median": 7.0, "mean": 1234567.8, "max": 123456789.0, "counts": [1], "edges": [0, 1]}
NAMES = ["cat", None, "\u72d7" * 40, "a name that is much longer than the column of names"]


def statistics(count: int = 3, **more: Any) -> dict[str, Any]:
    classes = [{"id": n, "name": NAMES[n % 4], "images": n, "things": n * 1000, "area_px": 0} for n in range(count)]
    task = {
        "images": 9,
        "classes": classes,
        "things_per_image": SPREAD,
        "area_share": SPREAD,
        "sizes": {"small": 123456, "medium": 0, "large": 2},
    }
    spreads = dict.fromkeys(("width", "height", "aspect", "file_bytes"), SPREAD)
    return {
        "images": 123456,
        "parts": {"calibration": 23456, "evaluation": 100000},
        **spreads,
        "colour": {"mean": [124.8, 102.2, 83.0], "std": [0.0, 127.5, 9.1]},
        "tasks": {"object-detection": task},
        **more,
    }


def test_every_line_fits() -> None:
    lines = page(statistics(90)).splitlines()

    assert max(map(cell_len, lines)) <= 80
    assert lines[0] == "123,456 images: 23,456 for calibration, 100,000 for evaluation"
    assert [line for line in lines if line.startswith("  \u2026 and")] == ["  \u2026 and 59 more (--json shows all)"]


def test_the_most_frequent_class_is_first_and_what_has_nothing_is_counted() -> None:
    lines = page(statistics(3)).splitlines()

    assert [line.split()[0] for line in lines[-3:-1]] == ["\u72d7" * 11, "class"]
    assert lines[-1] == "  1 of 3 classes have nothing"


def test_a_dataset_of_nothing_but_images_has_a_page() -> None:
    assert "object-detection" not in page(statistics(tasks={}, colour=None))

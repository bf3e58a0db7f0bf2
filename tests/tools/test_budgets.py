"""What tests took together is added up by what their names speak of, and what is over its budget is marked."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

BUDGETS = Path(__file__).parents[2] / "tools" / "budgets.py"
Told = Callable[..., dict[str, str]]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """What is printed of reports with these tests, by name: the seconds, and what else stands there."""
    main = runpy.run_path(str(BUDGETS))["main"]

    def tell(*reports: list[tuple[str, str, float]]) -> dict[str, str]:
        paths = []
        for number, report in enumerate(reports):
            cases = "".join(
                f"<testcase classname={quoteattr(file)} name={quoteattr(name)} time='{seconds}'/>"
                for file, name, seconds in report
            )
            paths.append(tmp_path / f"{number}.xml")
            paths[-1].write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
        main([str(path) for path in paths])
        rows = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines() if "granted" not in line]
        return {row[1]: " ".join([row[0], *row[2:]]) for row in rows if row}

    return tell


def test_a_task_has_what_its_files_and_the_tests_that_name_it_took_in_all_reports(told: Told) -> None:
    rows = told(
        [("libs.tasks.tests.test_object_detection_heads", "test_a_box", 12.0)],
        [("tests.standalone.test_main_job", "test_it_runs[object-detection-first]", 8.5)],
    )

    assert rows["object-detection"] == "20.5 OVER"
    assert rows["classification"] == "0.0"


def test_a_layout_has_what_its_service_took_and_no_other(told: Told) -> None:
    rows = told(
        [
            ("services.dataset.tests.test_cvat", "test_cvat_is_read[zip]", 1.5),
            ("services.console.tests.test_pages", "test_a_page[cvat]", 9.0),
        ]
    )

    assert rows["cvat"] == "1.5", "once, however often it is named, and not over"


def test_a_name_that_begins_with_another_is_not_counted_for_that(told: Told) -> None:
    rows = told([("services.dataset.tests.test_every_format", "test_it_is_told[coco-keypoints]", 2.5)])

    assert (rows["coco-keypoints"], rows["coco"]) == ("2.5 OVER", "0.0")


def test_a_format_is_a_whole_word(told: Told) -> None:
    rows = told(
        [
            ("services.converter.tests.test_convert", "test_whatever_their_firmness", 5.0),
            ("tests.formats.test_hostile_files", "test_a_damaged_one[ir]", 0.5),
        ]
    )

    assert rows["ir"] == "0.5"


def test_of_no_test_nothing_is_over(told: Told) -> None:
    rows = told([])

    assert rows
    assert set(rows.values()) == {"0.0"}

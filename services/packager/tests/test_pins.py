"""The requirements a package is installed with."""

from __future__ import annotations

import re
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement
from workbench.packager import pins

CHECKOUT = Path(__file__).resolve().parents[3]


def dependencies(name: str) -> set[str]:
    """A package and all it needs here, without extras."""
    needed = {name}
    for text in requires(name) or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed |= dependencies(requirement.name)
    return needed


def test_everything_the_application_imports_is_pinned_with_its_dependencies() -> None:
    assert dependencies("openvino") | dependencies("numpy") | dependencies("pillow") == set(pins.PACKAGES)


def test_the_pins_are_the_versions_that_run_here() -> None:
    pinned = re.findall(r"^(\S+)==(\S+)", pins.requirements(), re.MULTILINE)

    assert pinned == [(name, version(name)) for name in sorted(pins.PACKAGES)]


def test_every_pin_has_hashes_and_no_address() -> None:
    text = pins.requirements()

    assert len(re.findall(r"==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text)) == len(pins.PACKAGES)
    assert "http" not in text


def test_the_hashes_are_those_of_the_projects_lock() -> None:
    lock = (CHECKOUT / "requirements.lock").read_text()

    assert (CHECKOUT / "services/packager/src/workbench/packager/hashes.txt").read_text() == pins.excerpt(lock)


def test_an_unlocked_version_leaves_all_hashes_out(tmp_path: Path) -> None:
    locked = tmp_path / "hashes.txt"
    locked.write_text(re.sub(r"numpy==\S+", "numpy==1.0", pins.HASHES.read_text()))

    assert pins.requirements(locked) == "".join(f"{name}=={version(name)}\n" for name in pins.PACKAGES)


def test_what_reads_videos_is_pinned_with_hashes_and_needs_nothing_else() -> None:
    text = pins.video()

    assert re.findall(r"^(\S+)==", text, re.MULTILINE) == list(pins.VIDEO)
    assert dependencies("av") == set(pins.VIDEO)
    assert text.count("--hash=sha256:") > 5

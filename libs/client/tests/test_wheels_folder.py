"""A folder of wheels for a machine: what fits it, and that it is what was locked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from workbench.client.errors import BadInput
from workbench.client.wheels import LOCK, Interpreter, Wheels

OURS = "dl_workbench-0.1.0-py3-none-any.whl"
UV = "uv-0.13.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
FAST = "fast-2.0-cp311-cp311-manylinux_2_28_x86_64.whl"
HERE = Interpreter((3, 11), "x86_64", (2, 36))


def folder(place: Path, *names: str) -> Path:
    """With a wheel of each name, and their lock."""
    lines = []
    for name in names:
        (place / name).write_bytes(name.encode())
        distribution, version = name.split("-")[:2]
        digest = hashlib.sha256(name.encode()).hexdigest()
        lines.append(f"{distribution.replace('_', '-')}=={version} \\\n    --hash=sha256:{digest}\n")
    (place / LOCK).write_text("".join(lines))
    return place


def names(found: list) -> set[str]:
    return {wheel.path.name for wheel in found}


def test_of_each_distribution_the_best_wheel_is_taken(tmp_path: Path) -> None:
    plain = "fast-2.0-py3-none-any.whl"
    wheels = Wheels(folder(tmp_path, OURS, UV, FAST, plain))

    assert names(wheels.fitting(HERE)) == {OURS, UV, FAST}
    assert names(wheels.fitting(Interpreter((3, 12), "x86_64", (2, 36)))) == {OURS, UV, plain}
    assert wheels.release == "0.1.0"


@pytest.mark.parametrize(
    "there",
    [
        Interpreter((3, 12), "x86_64", (2, 36)),
        Interpreter((3, 11), "aarch64", (2, 36)),
        Interpreter((3, 11), "x86_64", (2, 17)),
    ],
)
def test_what_a_machine_cannot_use_is_named(tmp_path: Path, there: Interpreter) -> None:
    assert "fast" in Wheels(folder(tmp_path, OURS, UV, FAST)).unfit(there)
    assert Wheels(tmp_path).unfit(HERE) == []


def test_a_wheel_that_is_not_as_locked_goes_nowhere(tmp_path: Path) -> None:
    wheels = Wheels(folder(tmp_path, OURS, UV, FAST))
    (tmp_path / FAST).write_bytes(b"something else")

    with pytest.raises(BadInput, match=f"{FAST} is not the wheel"):
        wheels.fitting(HERE)


def test_a_wheel_that_no_lock_names_goes_nowhere(tmp_path: Path) -> None:
    folder(tmp_path, OURS, UV)
    (tmp_path / FAST).write_bytes(b"from somewhere")

    with pytest.raises(BadInput, match=f"{FAST} is not the wheel"):
        Wheels(tmp_path).fitting(HERE)


def test_a_folder_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no requirements\.lock: `make wheels`"):
        Wheels(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="has no wheel of uv: `make wheels`"):
        Wheels(folder(tmp_path, OURS))
    (tmp_path / "thing.whl").write_bytes(b"")
    with pytest.raises(BadInput, match=r"thing\.whl is not named as a wheel is"):
        Wheels(tmp_path)

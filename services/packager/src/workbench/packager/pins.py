"""The packaged application's requirements: exactly what the measurement ran with.

``hashes.txt`` is the part of the project's lock that a package needs, kept beside this file because an
installed workbench has no lock. After the lock changes:
``python -m workbench.packager.pins < requirements.lock > hashes.txt``.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path

# openvino and everything it depends on, and what reads images.
PACKAGES = ("numpy", "openvino", "openvino-telemetry", "pillow")
# What reads videos and cameras: installed when somebody asks for it. Nothing here runs it, so the lock alone knows it.
VIDEO = ("av",)

HASHES = Path(__file__).with_name("hashes.txt")
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+) \\\n(?:    --hash=\S+(?: \\)?\n?)+", re.MULTILINE)


def requirements(hashes: Path = HASHES) -> str:
    """The text of ``requirements.txt``: pins, with hashes unless another version runs than was locked.

    All or none: pip refuses a file in which only some have hashes.
    """
    locked = {pin["name"]: pin for pin in _PIN.finditer(hashes.read_text())}
    running = {name: version(name) for name in PACKAGES}
    if all(name in locked and locked[name]["version"] == running[name] for name in PACKAGES):
        return "".join(locked[name][0] for name in PACKAGES)
    return "".join(f"{name}=={running[name]}\n" for name in PACKAGES)


def video(hashes: Path = HASHES) -> str:
    """The text of ``requirements-video.txt``."""
    return excerpt(hashes.read_text(), VIDEO)


def excerpt(lock: str, names: tuple[str, ...] = PACKAGES + VIDEO) -> str:
    """Those entries of a lock that a package needs."""
    return "".join(pin[0] for pin in _PIN.finditer(lock) if pin["name"] in names)


if __name__ == "__main__":
    sys.stdout.write(excerpt(sys.stdin.read()))

"""What a machine must have for an agent to work there: one look by its shell, and what its answer means."""

from __future__ import annotations

from collections.abc import Sequence

Facts = dict[str, str]
# A word for programs, whether it is wrong, what is wrong, and what helps.
Check = tuple[str, object, str, str]

LEAST_DISK_GIB, LEAST_MEMORY_GIB = 2, 1
MOST_CLOCK_S = 300.0
LEAST_PYTHON = (3, 11)

LOOK = """
echo "system=$(uname -s)"; echo "architecture=$(uname -m)"; echo "now=$(date +%s)"
echo "glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null)"
for each in python3 python3.14 python3.13 python3.12 python3.11; do
  found=$(command -v $each) && version=$($found -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) &&
    pythons="$pythons$version:$found "
done
echo "pythons=$pythons"
echo "program=$(command -v {program})"
echo "release=$({program} --version 2>/dev/null)"; echo "setsid=$(command -v setsid)"
home=${{WORKBENCH_HOME:-${{XDG_DATA_HOME:-$HOME/.local/share}}/workbench}}
mkdir -p "$home" 2>/dev/null && [ -w "$home" ] && echo "home=$home"
echo "disk_kib=$(df -Pk "$home" 2>/dev/null | awk 'END {{print $4}}')"
echo "memory_kib=$(awk '/^MemAvailable/ {{print $2}}' /proc/meminfo 2>/dev/null)"
"""


def of_a_place(facts: Facts, now: float, disk_gib: float = LEAST_DISK_GIB) -> Sequence[Check]:
    """Whatever is to run there. ``now``: since the epoch, here; ``disk_gib``: what is needed of the disk."""
    disk, memory = (int(facts.get(name) or 0) / 2**20 for name in ("disk_kib", "memory_kib"))
    off_s = abs(int(facts.get("now") or 0) - now)
    return (
        (
            "not-linux",
            facts.get("system") != "Linux",
            f"it runs {facts.get('system') or 'something unknown'}",
            "take a machine with Linux",
        ),
        ("no-setsid", not facts.get("setsid"), "it has no setsid", "install util-linux there"),
        (
            "not-writable",
            not facts.get("home"),
            "the login may not write where the workbench keeps its files",
            "set WORKBENCH_HOME there to a folder that it may write",
        ),
        ("disk-full", disk < disk_gib, f"its disk has {disk:.1f} GiB left", f"free {disk_gib:.1f} GiB"),
        (
            "memory-short",
            memory < LEAST_MEMORY_GIB,
            f"it has {memory:.1f} GiB of memory left",
            f"end something there, so that {LEAST_MEMORY_GIB} GiB are free",
        ),
        (
            "clock-off",
            off_s > MOST_CLOCK_S,
            f"its clock is {off_s / 60:.0f} minutes away from this machine's",
            "set it, so that what is written down of a measurement there has its time: `timedatectl set-ntp true`",
        ),
    )


def of_a_program(facts: Facts, program: str, release: str) -> Sequence[Check]:
    """Of the workbench that is installed there."""
    theirs = facts.get("release", "").removeprefix("workbench ")
    return (
        (
            "no-workbench",
            not facts.get("program"),
            f"it has no {program!r}",
            "give --wheels to bring it there, install dl-workbench there, or give --program with the command's path",
        ),
        (
            "other-release",
            theirs != release,
            f"it has release {theirs or 'unknown'}, this is {release}",
            "give --wheels to bring it there, or install the same release there",
        ),
    )


def of_a_runner(facts: Facts) -> Sequence[Check]:
    """Of a place to which a runner is to be brought."""
    pythons = pythons_of(facts)
    newest = ".".join(map(str, max((version for version, _ in pythons), default=())))
    least = ".".join(map(str, LEAST_PYTHON))
    return (
        (
            "no-glibc",
            not facts.get("glibc", "").startswith("glibc "),
            "its C library is not glibc, for which OpenVINO is built",
            "take a system with glibc, such as Debian, Ubuntu, Fedora or RHEL",
        ),
        (
            "no-python",
            not any(version >= LEAST_PYTHON for version, _ in pythons),
            f"its newest Python is {newest}" if newest else "it has no python3",
            f"install Python {least} or newer there, such as the package python{least}, or start the agent in "
            "the image `runner` there",
        ),
    )


def pythons_of(facts: Facts) -> list[tuple[tuple[int, int], str]]:
    """Version and path of each Python on the login's PATH, the usual one first."""
    found = []
    for each in facts.get("pythons", "").split():
        version, _, path = each.partition(":")
        major, _, minor = version.partition(".")
        if major.isdigit() and minor.isdigit():
            found.append(((int(major), int(minor)), path))
    return found

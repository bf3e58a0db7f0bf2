"""A dataset's statistics for people, in 80 columns: sizes, colour, and how its classes balance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.client.cli.listing import fitted

Facts = Mapping[str, Any]

_MOST_CLASSES = 30
_NAME, _BAR = 24, 26
_SPREADS = {"width": "width, px", "height": "height, px", "aspect": "width / height", "file_bytes": "file, bytes"}
_OF_TASK = {"things_per_image": "per image", "area_share": "share of the image"}


def page(found: Facts) -> str:
    """All of it."""
    parts = ", ".join(f"{count:,} for {part}" for part, count in found["parts"].items())
    lines = [f"{found['images']:,} images: {parts}", "", *_spreads(found, _SPREADS)]
    if found["colour"]:
        mean, deviation = (" ".join(f"{level:5.1f}" for level in found["colour"][name]) for name in ("mean", "std"))
        lines.append(f"  mean colour       {mean}   red, green, blue; of 255")
        lines.append(f"  its deviation     {deviation}")
    for task, contents in found["tasks"].items():
        lines += ["", *_of_task(task, contents)]
    return "\n".join(lines)


def _of_task(task: str, contents: Facts) -> Iterable[str]:
    yield f"{task}: {contents['images']:,} images"
    yield from _spreads(contents, _OF_TASK, head=contents["area_share"] is not None)
    if contents["sizes"]:
        sizes = ", ".join(f"{count:,} {size}" for size, count in contents["sizes"].items())
        yield f"  {sizes} (areas below 32², below 96², and above)"
    yield from _classes(contents["classes"])


def _spreads(found: Facts, names: Mapping[str, str], *, head: bool = True) -> Iterable[str]:
    if head:
        yield f"  {'':<18}{'least':>12}{'median':>12}{'mean':>12}{'most':>12}"
    for name, words in names.items():
        if spread := found[name]:
            numbers = "".join(f"{_short(spread[each]):>12}" for each in ("min", "median", "mean", "max"))
            yield f"  {words:<18}{numbers}"


def _classes(classes: Sequence[Facts]) -> Iterable[str]:
    """The most frequent first, each with a bar."""
    ordered = sorted((each for each in classes if each["things"]), key=lambda each: (-each["things"], each["id"]))
    most = ordered[0]["things"] if ordered else 1
    for each in ordered[:_MOST_CLASSES]:
        name = each["name"] if each["name"] is not None else f"class {each['id']}"
        shown = fitted(name, _NAME)
        bar = "█" * round(_BAR * each["things"] / most)
        yield f"  {shown} {bar:<{_BAR}} {each['things']:>7,} in {each['images']:,}"
    if len(ordered) > _MOST_CLASSES:
        yield f"  … and {len(ordered) - _MOST_CLASSES} more (--json shows all)"
    if empty := len(classes) - len(ordered):
        yield f"  {empty} of {len(classes)} classes have nothing"


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 or number == int(number) else f"{number:.3g}"

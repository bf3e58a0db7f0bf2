"""CelebA, its points: `list_landmarks_celeba.txt` or `list_landmarks_align_celeba.txt`, images anywhere.

Line 1 says how many images there are, line 2 names the columns, each further one is `<image>` and x and y of five
points. Photos are taken whole.
"""

from __future__ import annotations

from workbench.archives.entries import Entry
from workbench.dataset.reading.faces import TASK as _TASK
from workbench.dataset.reading.faces import Faces, numbers, pairs
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Reading
from workbench.dataset.reading.texts import lines
from workbench.dataset.upload.tree import Tree, suffix

NAME = "celeba-landmarks"
TASKS: tuple[str, ...] = (_TASK,)

MOST_FAULTS = 100
_EXPECTED = "`<image>` and ten numbers, x and y of five points"


def recognise(tree: Tree) -> str | None:
    """Such a list."""
    return None if _files(tree) else "no .txt has `lefteye_x lefteye_y …` in its second line"


def read(tree: Tree) -> Reading:
    """The images of one list."""
    files, faces = _files(tree), Faces()
    if not files:
        faces.faults.append(Fault("the upload", "there is no list_landmarks_….txt"))
        return faces.reading()
    chosen, finder = files[0], Finder(tree)
    rows = lines(chosen)
    for number, row in enumerate(rows[2:], 3):
        if not row:
            continue
        try:
            name, *words = row.split()
            points = pairs(numbers(words, 10, _EXPECTED))
            faces.whole(finder.find(name), points, chosen, number)
        except ValueError as wrong:
            faces.faults.append(Fault(chosen.name, str(wrong), number))
            if len(faces.faults) >= MOST_FAULTS:
                return faces.reading()
    listed = sum(map(bool, rows[2:]))
    if rows[0] != str(listed):
        faces.warnings.append(f"{chosen.name} announces {rows[0][:20]} images and lists {listed}")
    return faces.reading()


def _files(tree: Tree) -> list[Entry]:
    return [entry for name, entry in tree.files.items() if suffix(name) == ".txt" and _has_points(entry)]


def _has_points(entry: Entry) -> bool:
    return [row.lower() for row in lines(entry)[1:2] if row.lower().startswith("lefteye_x lefteye_y")] != []

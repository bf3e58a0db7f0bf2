"""VGGFace2: `loose_landmark_test.csv` (NAME_ID, then five points) and, if it is there, `loose_bb_test.csv`.

The image of NAME_ID `n000003/0003_01` is `n000003/0003_01.jpg` (or `.png`), in any folder. Where there are boxes (X, Y,
W, H) each image is cut to its own, which is made larger if a point lies outside. The files of the training part
(`…_train.csv`) count only where there are no others.
"""

from __future__ import annotations

from workbench.archives.entries import Entry
from workbench.dataset.reading.faces import TASK as _TASK
from workbench.dataset.reading.faces import Box, Faces, holding, numbers, pairs
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Reading
from workbench.dataset.reading.texts import lines
from workbench.dataset.upload.tree import Tree, suffix

NAME = "vggface2"
TASKS: tuple[str, ...] = (_TASK,)

MOST_FAULTS = 100
_COLUMNS = {11: "NAME_ID and ten numbers, x and y of five points", 5: "NAME_ID, X, Y, W and H"}
_SUFFIXES = (".jpg", ".png", ".jpeg")


def recognise(tree: Tree) -> str | None:
    """A CSV with such points."""
    return None if _files(tree, 11) else "no .csv begins with NAME_ID and has 11 columns"


def read(tree: Tree) -> Reading:
    """The images of one list of points."""
    files, faces = _files(tree, 11), Faces()
    if not files:
        faces.faults.append(Fault("the upload", "there is no .csv with NAME_ID and five points"))
        return faces.reading()
    chosen = files[0]
    boxes = _boxes(next((each for each in _files(tree, 5) if _is_train(each) == _is_train(chosen)), None), faces)
    finder = Finder(tree)
    for number, name, words in _rows(chosen):
        try:
            points = pairs(numbers(words, 10, _COLUMNS[11]))
            photo = _found(name, finder)
            if boxes is None:
                faces.whole(photo, points, chosen, number)
            elif name not in boxes:
                raise ValueError(f"{name[:200]} has no box in the list of boxes")
            else:
                faces.cut(photo.name, photo, points, holding(boxes[name], points), chosen, number)
        except ValueError as wrong:
            faces.faults.append(Fault(chosen.name, str(wrong), number))
            if len(faces.faults) >= MOST_FAULTS:
                break
    if others := [each.name for each in files[1:]]:
        faces.warnings.append(f"{chosen.name} was read; left out were {', '.join(others)}")
    return faces.reading()


def _files(tree: Tree, columns: int) -> list[Entry]:
    """Those with so many columns, of the training part last."""
    found = [entry for name, entry in tree.files.items() if suffix(name) == ".csv" and _has(entry, columns)]
    return sorted(found, key=lambda entry: (_is_train(entry), entry.name))


def _has(entry: Entry, columns: int) -> bool:
    first = next((row for row in lines(entry) if row), "")
    return first.count(",") == columns - 1 and first.split(",")[0].strip().strip('"').upper() == "NAME_ID"


def _is_train(entry: Entry) -> bool:
    return "train" in entry.name.rpartition("/")[2].lower()


def _rows(entry: Entry) -> list[tuple[int, str, list[str]]]:
    """The number of the line, NAME_ID without quotes, and what follows."""
    split = [(number, [word.strip() for word in row.split(",")]) for number, row in enumerate(lines(entry), 1) if row]
    return [(number, name.strip('"'), words) for number, (name, *words) in split[1:]]


def _boxes(entry: Entry | None, faces: Faces) -> dict[str, Box] | None:
    if entry is None:
        return None
    found: dict[str, Box] = {}
    for number, name, words in _rows(entry):
        try:
            left, top, width, height = numbers(words, 4, _COLUMNS[5])
            if width <= 0 or height <= 0:
                raise ValueError(f"the box of {name[:200]} is empty: {width:g} wide and {height:g} high")
            found[name] = left, top, left + width, top + height
        except ValueError as wrong:
            faces.faults.append(Fault(entry.name, str(wrong), number))
    return found


def _found(name: str, finder: Finder) -> Entry:
    ending = next((each for each in _SUFFIXES if finder.knows(f"{name}{each}")), _SUFFIXES[0])
    return finder.find(f"{name}{ending}")

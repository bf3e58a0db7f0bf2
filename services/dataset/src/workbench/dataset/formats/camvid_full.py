"""CamVid as its makers give it: `701_StillsRaw_full/` and, in colours, `LabeledApproved_full/*_L.png`.

`label_colors.txt` (`r g b name` a line) tells the classes, else they are the 32 of CamVid. What is Void is ignored.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from workbench.archives.entries import Entry
from workbench.dataset.reading.classes import Classes, read_label_colors
from workbench.dataset.reading.coding import Color
from workbench.dataset.reading.found import Reading
from workbench.dataset.reading.pairs import TASK, Pairs, reading
from workbench.dataset.upload.tree import Tree, folder_of

NAME = "camvid-full"
TASKS: tuple[str, ...] = (TASK,)
VOID = "Void"

_IMAGES, _MASKS, _CLASSES_NAME = "701_stillsraw_full", "labeledapproved_full", "label_colors.txt"
# Name, colour, and the class of SegNet's that it belongs to.
CLASSES: tuple[tuple[str, Color, str], ...] = (
    ("Animal", (64, 128, 64), "Pedestrian"),
    ("Archway", (192, 0, 128), "Building"),
    ("Bicyclist", (0, 128, 192), "Bicyclist"),
    ("Bridge", (0, 128, 64), "Building"),
    ("Building", (128, 0, 0), "Building"),
    ("Car", (64, 0, 128), "Car"),
    ("CartLuggagePram", (64, 0, 192), "Pedestrian"),
    ("Child", (192, 128, 64), "Pedestrian"),
    ("Column_Pole", (192, 192, 128), "Pole"),
    ("Fence", (64, 64, 128), "Fence"),
    ("LaneMkgsDriv", (128, 0, 192), "Road"),
    ("LaneMkgsNonDriv", (192, 0, 64), "Road"),
    ("Misc_Text", (128, 128, 64), "SignSymbol"),
    ("MotorcycleScooter", (192, 0, 192), "Bicyclist"),
    ("OtherMoving", (128, 64, 64), "Car"),
    ("ParkingBlock", (64, 192, 128), "Pavement"),
    ("Pedestrian", (64, 64, 0), "Pedestrian"),
    ("Road", (128, 64, 128), "Road"),
    ("RoadShoulder", (128, 128, 192), "Pavement"),
    ("Sidewalk", (0, 0, 192), "Pavement"),
    ("SignSymbol", (192, 128, 128), "SignSymbol"),
    ("Sky", (128, 128, 128), "Sky"),
    ("SUVPickupTruck", (64, 128, 192), "Car"),
    ("TrafficCone", (0, 0, 64), "Pole"),
    ("TrafficLight", (0, 64, 64), "SignSymbol"),
    ("Train", (192, 64, 128), "Car"),
    ("Tree", (128, 128, 0), "Tree"),
    ("Truck_Bus", (192, 128, 192), "Car"),
    ("Tunnel", (64, 0, 64), "Building"),
    ("VegetationMisc", (192, 192, 0), "Tree"),
    (VOID, (0, 0, 0), ""),
    ("Wall", (64, 192, 0), "Building"),
)


def recognise(tree: Tree) -> str | None:
    """Masks in the folder of that name."""
    return None if _in(tree, _MASKS) else "there is no LabeledApproved_full/ with masks"


def read(tree: Tree) -> Reading:
    """Every pair, by the names of the files."""
    masks = _in(tree, _MASKS)
    # The photos come as an archive of their own, which people unpack anywhere.
    labeled = {mask.name for mask in masks}
    images = _in(tree, _IMAGES) or [image for image in tree.images if image.name not in labeled]
    pairs = Pairs.keyed(images, masks, lambda name: PurePosixPath(name).stem.removesuffix("_L"))
    classes = _classes(tree)
    return reading(pairs, pairs.all(), classes.coding({VOID}, values=False), classes.faults)


def _in(tree: Tree, folder: str) -> list[Entry]:
    return [image for image in tree.images if folder_of(image.name).rpartition("/")[2].lower() == folder]


def _classes(tree: Tree) -> Classes:
    """As the first file of that name tells them, else CamVid's."""
    told = [entry for name, entry in tree.files.items() if name.rpartition("/")[2] == _CLASSES_NAME]
    if told:
        return read_label_colors(told[0])
    return Classes("", [name for name, _, _ in CLASSES], [color for _, color, _ in CLASSES])

"""The sides that YOLO's boxes are multiples of, as published, and the maps they belong to."""

from __future__ import annotations

from collections.abc import Mapping

Pairs = tuple[tuple[float, float], ...]

USUAL = "usual"
# Of one map, in its cells.
IN_CELLS: Mapping[str, Pairs] = {
    "yolo_v2": ((0.57273, 0.677385), (1.87446, 2.06253), (3.33843, 5.47434), (7.88282, 3.52778), (9.77052, 9.16828)),
    "yolo_v2_voc": ((1.3221, 1.73145), (3.19275, 4.00944), (5.05587, 8.09892), (9.47112, 4.84053), (11.2364, 10.0071)),
    "yolo_v2_tiny_voc": ((1.08, 1.19), (3.42, 4.41), (6.63, 11.38), (9.42, 5.11), (16.62, 10.52)),
}
# Of several maps, the finest first, in pixels of the input.
IN_PIXELS: Mapping[str, tuple[Pairs, ...]] = {
    "yolo_v3": (((10, 13), (16, 30), (33, 23)), ((30, 61), (62, 45), (59, 119)), ((116, 90), (156, 198), (373, 326))),
    "yolo_v4": (((12, 16), (19, 36), (40, 28)), ((36, 75), (76, 55), (72, 146)), ((142, 110), (192, 243), (459, 401))),
    "yolo_v3_tiny": (((10, 14), (23, 27), (37, 58)), ((81, 82), (135, 169), (344, 319))),
    "yolo_v4_tiny": (((23, 27), (37, 58), (81, 82)), ((81, 82), (135, 169), (344, 319))),
}
# How far a centre reaches beyond its cell: darknet's scale_x_y, of the same maps.
REACH: Mapping[str, tuple[float, ...]] = {"yolo_v4": (1.2, 1.1, 1.05), "yolo_v4_tiny": (1.05, 1.05)}
CHOICES = (USUAL, *IN_CELLS, *IN_PIXELS)

"""A small upload of each dataset layout: three images, of several classes, and something that is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

Files = dict[str, bytes]
SIZE = (20, 16)  # width and height of every image here


def good(image: Callable[..., bytes], png: Callable[..., bytes]) -> dict[str, Files]:
    """By the name of its layout. ``image``, ``png``: fixtures of the dataset's tests."""
    photos = [image(seed, size=SIZE) for seed in range(3)]
    ids = np.arange(SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0]) % 3

    def masks(*values: Any) -> list[bytes]:
        return [png(np.array(values, np.uint8)[np.roll(ids, number)]) for number in range(3)]

    def named(pattern: str, files: list[bytes]) -> Files:
        return {pattern.format(number): data for number, data in enumerate(files)}

    frames, train = "{}_000000_000019", "leftImg8bit/train/a/c0_000000_000019_leftImg8bit.png"
    return {
        "imagenet-folders": named("{}s/0.jpg", photos),
        "imagenet-list": named("images/{}.jpg", photos)
        | {"val.txt": b"0.jpg 0\n1.jpg 1\n2.jpg 2\n", "synsets.txt": b"cat\ndog\nfox\n"},
        "coco": named("val2017/{}.jpg", photos) | {"annotations/instances_val2017.json": coco()},
        "voc-detection": named("JPEGImages/{}.jpg", photos)
        | {f"Annotations/{n}.xml": voc(["cat", "dog", "cow"][n]) for n in range(3)},
        "yolo": named("images/val/{}.jpg", photos)
        | {"data.yaml": b"names: [a, b, c]", "images/train/x.jpg": photos[0]}
        | {f"labels/val/{n}.txt": b"%d 0.2 0.1 0.8 0.1 0.5 0.9\n" % n for n in range(3)},
        "open-images": named("images/{}.jpg", photos)
        | {"class-descriptions.csv": b"/m/b,b\n/m/a,a\n/m/c,c\n", "validation-annotations-bbox.csv": open_images()},
        "wider-face": named("WIDER_val/images/0--Parade/{}.jpg", photos)
        | {
            "wider_face_val_bbx_gt.txt": b"".join(
                b"0--Parade/%d.jpg\n1\n%d 2 5 6 0 0 0 0 0 0\n" % (n, n + 1) for n in range(3)
            )
        },
        "cvat": named("images/{}.jpg", photos) | {"annotations.xml": cvat()},
        "voc-segmentation": named("JPEGImages/{}.jpg", photos)
        | named("SegmentationClass/{}.png", masks(0, 20, 255))
        | named("SegmentationObject/{}.png", masks(0, 1, 255))
        | {"ImageSets/Segmentation/val.txt": b"0\n1\n2\n", "Annotations/0.xml": b"<annotation/>"},
        "common-semantic-segmentation": named("Images/{}.jpg", photos)
        | named("Masks/{}.png", masks((0, 0, 0), (1, 2, 3), (3, 2, 1)))
        | {"dataset_meta.json": b'{"labels": ["a", "b", "c"], "segmentation_colors": [[0,0,0], [1,2,3], [3,2,1]]}'},
        "common-super-resolution": named("LR/{}.jpg", photos)
        | {f"HR/{n}.png": image(n, kind="PNG", size=(40, 32)) for n in range(3)}
        | {"upsampled/0.jpg": photos[0]},
        "inpainting-masks": named("{}.jpg", photos)
        | named("{}_hole.png", masks(0, 255, 255))
        | {"alone.jpg": photos[0]},
        "cityscapes": named(f"leftImg8bit/val/a/a{frames}_leftImg8bit.png", photos)
        | named(f"gtFine/val/a/a{frames}_gtFine_labelIds.png", masks(7, 33, 0))
        | {train: photos[0]},
        "camvid": named("test/{}.png", photos)
        | named("testannot/{}.png", masks(0, 10, 11))
        | {"test.txt": b"".join(b"/test/%d.png /testannot/%d.png\n" % (n, n) for n in range(3))},
        "camvid-full": named("701_StillsRaw_full/{}.png", photos)
        | named("LabeledApproved_full/{}_L.png", masks((64, 128, 64), (64, 192, 0), (0, 0, 0))),
        "ade20k": named("images/validation/{}.jpg", photos)
        | named("annotations/validation/{}.png", masks(0, 1, 3))
        | {"objectInfo150.txt": ADE, "images/training/x.jpg": photos[0], "annotations/training/x.png": b"unread"},
        "coco-keypoints": named("images/{}.jpg", photos) | {POINTS: keypoints()},
        "dlib-landmarks": named("{}.jpg", photos) | {"faces.xml": imglab()},
        "vggface2": named("Images/n1/{}_01.jpg", photos)
        | {
            "Annotations/loose_landmark_test.csv": rows(11, "4,4,12,4,8,8,5,12,11,12"),
            "Annotations/loose_bb_test.csv": rows(5, "2,2,14,13"),
            "Annotations/loose_landmark_train.csv": rows(11, "0,0,0,0,0,0,0,0,0,0"),
        },
        "celeba-landmarks": named("Img/img_celeba/{}.jpg", photos) | {"Anno/list_landmarks_celeba.txt": celeba()},
        "lfw": named("images/n{0}/n{0}_0001.jpg", photos[:2])
        | {"images/n0/n0_0002.jpg": photos[2]}
        | {
            "annotations/pairs.txt": b"2 1\nn0 1 2\nn0 1 n1 1\nn0 2 1\nn1 1 n0 2\n",
            "annotations/people.txt": b"2\nn0 2\n",
        },
        "unannotated": named("{}.jpg", photos),
    }


def coco(**more: Any) -> bytes:
    """Of three images, each with a box of its own class."""
    boxes = [
        {
            "id": n,
            "image_id": n,
            "category_id": n + 3,
            "bbox": [n, 2, 5, 6],
            "area": 20.0,
            "iscrowd": int(n == 1),
            "segmentation": {"size": [SIZE[1], SIZE[0]], "counts": [2 + n * 16, 6, SIZE[0] * SIZE[1] - 8 - n * 16]}
            if n == 1
            else [[n, 2, n + 5, 2, n + 5, 8, n, 8]],
        }
        for n in range(3)
    ]
    return json.dumps(
        {
            "info": {},
            "licenses": [],
            "images": [{"id": n, "file_name": f"{n}.jpg", "width": SIZE[0], "height": SIZE[1]} for n in range(3)],
            "annotations": boxes,
            "categories": [{"id": n + 3, "name": "abc"[n]} for n in range(3)],
        }
        | more
    ).encode()


ADE = b"Idx\tRatio\tStuff\tName\n1\t0.1\t1\twall\n2\t0.1\t1\tbuilding, edifice\n3\t0\t0\tsky\n"
POINTS = "person_keypoints_train.json"


def keypoints(**more: Any) -> bytes:
    """Of three images, each with a face of three points, and one whose points are not all labelled."""
    faces = [
        {
            "id": n,
            "image_id": n,
            "category_id": 1,
            "bbox": [2, 2, 14, 12],
            "iscrowd": 0,
            "keypoints": [4 + n, 4, 2, 12, 4, 1, 8, 9, 2],
        }
        for n in range(3)
    ]
    return json.dumps(
        {
            "images": [{"id": n, "file_name": f"{n}.jpg", "width": 20, "height": 16} for n in range(3)],
            "annotations": [*faces, faces[0] | {"keypoints": [4, 4, 0]}],
            "categories": [],
        }
        | more
    ).encode()


def masked(segmentation: Any) -> bytes:
    """With one thing, which has this mask."""
    return coco(
        annotations=[{"id": 7, "image_id": 0, "category_id": 3, "bbox": [1, 1, 2, 4], "segmentation": segmentation}]
    )


def imglab(**parts: str) -> bytes:
    """Of three images, each with a face of three points, the last with a box that has none."""
    faces = "".join(
        f"<image file='{n}.jpg'>\n<box top='1' left='1' width='9' height='9'>\n"
        + "".join(parts.get(f"p{at}", f"<part name='0{at}' x='{4 + 4 * at + n}' y='{6 + n * at}'/>") for at in range(3))
        + "\n</box>\n</image>\n"
        for n in range(3)
    )
    return f"<dataset>\n<images>\n{faces}<image file='0.jpg'><box top='1'/></image>\n</images>\n</dataset>".encode()


def rows(columns: int, values: str) -> bytes:
    """A header, then a line for each of three images; the first number is moved by the image's."""
    first, _, others = values.partition(",")
    lines = [f'"n1/{n}_01",{int(first) + n},{others}' for n in range(3)]
    return "\r\n".join(["NAME_ID" + ",c" * (columns - 1), *lines]).encode()


def celeba() -> bytes:
    """Three images."""
    lines = [f"{n}.jpg {4 + n}  4 12 4 8 8 5 12 11 12" for n in range(3)]
    return "\n".join(["3", "lefteye_x lefteye_y righteye_x righteye_y", *lines]).encode()


def voc(name: str, **sides: Any) -> bytes:
    """One object."""
    given = {"xmin": 1, "ymin": 2, "xmax": 9, "ymax": 9} | sides
    box = "".join(f"<{side}>{value}</{side}>" for side, value in given.items())
    return f"<annotation>\n<object>\n<name>{name}</name><bndbox>{box}</bndbox></object></annotation>".encode()


def open_images(**sides: Any) -> bytes:
    """A box in each of three images."""
    given = {"XMin": 0.1, "XMax": 0.5, "YMin": 0.2, "YMax": 0.6} | sides
    rows = [f"{n},xclick,/m/{'abc'[n]},1,{','.join(map(str, given.values()))},0,0,{int(n == 1)},0,0" for n in range(3)]
    return "\n".join(
        [
            "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,"
            "IsDepiction,IsInside",
            *rows,
        ]
    ).encode()


def cvat(third: str = '<polygon label="c" points="1,2;9,2;5,8"/>', rle: str = "1, 2, 3", size: int = 20) -> bytes:
    """A polygon in an image, a mask in another, and in the last what is given. ``size``: the width of all."""
    shapes = [
        '<polygon label="a" points="1,2;9,2;9,8"/>',
        f'<mask label="b" left="1" top="2" width="2" height="3" rle="{rle}"/>',
        third,
    ]
    images = "\n".join(
        f'<image id="{n}" name="{n}.jpg" width="{size}" height="16">{shape}</image>' for n, shape in enumerate(shapes)
    )
    labels = "".join(f"<label><name>{name}</name></label>" for name in "abc")
    return f"<annotations>\n<meta><task><labels>{labels}</labels></task></meta>\n{images}</annotations>".encode()

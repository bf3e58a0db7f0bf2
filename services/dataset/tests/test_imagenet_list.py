"""Images and one list of their labels."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from workbench.dataset.formats import imagenet_list
from workbench.dataset.formats.imagenet_list import LARGEST_LABEL
from workbench.dataset.reading.found import Reading


@pytest.fixture
def read(tree: Callable) -> Callable[..., Reading]:
    """``read(list, names)``: of an upload with images/a.jpg, images/b.jpg and "images/c d.jpg"."""

    def build(listed: bytes, names: bytes | None = None, **more: bytes) -> Reading:
        files = {"images/a.jpg": b"", "images/b.jpg": b"", "images/c d.jpg": b"", "val.txt": listed}
        if names is not None:
            files["synsets.txt"] = names
        return imagenet_list.read(tree(files | {name.replace("__", "."): text for name, text in more.items()}))

    return build


ALL = b"a.jpg 0\nb.jpg 1\nc d.jpg 0\n"


def _labels(reading: Reading) -> dict[str, int | None]:
    known = reading.annotations["classification"]
    labels = {name: noted.document["label"] for name, noted in known.items()}
    return {image.name: labels.get(image.name) for image in reading.images}


@pytest.mark.parametrize(
    "listed",
    [
        ALL,
        b"images/a.jpg 0\nimages/b.jpg 1\nimages/c d.jpg 0",
        b"a.jpg\t0\r\nb.jpg\t1\r\nc d.jpg\t0\r\n",
        b"\xef\xbb\xbfa.jpg 0\n\n  b.jpg   1  \n\nc d.jpg 0\n\n",
        b"./a.jpg 0\n/b.jpg 1\nval/images/c d.jpg 0\n",
        b"images\\a.jpg 0\nimages\\b.jpg 1\nimages\\c d.jpg 0\n",
        b"c d.jpg 0\nb.jpg +1\na.jpg 00\n",
        b"a.jpg,0\nb.jpg, 1\nc d.jpg ,0\n",
        b"filename;class\na.jpg;0\nb.jpg;1\nc d.jpg;0\n",
        b'"a.jpg" 0\n"b.jpg","1"\n"c d.jpg" 0\n',
        b"A.JPG 0\nB.jpg 1\nC D.jpg 0\n",
        b"a 0\nimages/b 1\nc d 0\n",
        "a.jpg 0\r\nb.jpg 1\r\nc d.jpg 0\r\n".encode("utf-16"),
        "a.jpg 0\r\nb.jpg 1\r\nc d.jpg 0\r\n".encode("utf-16-le"),
        "a.jpg 0\nb.jpg 1\nc d.jpg 0\n".encode("utf-16-be"),
        "a.jpg 0\nb.jpg 1\nc d.jpg 0\n".encode("utf-32"),
        b"a.jpg 0\rb.jpg 1\rc d.jpg 0\r",
    ],
)
def test_a_list_is_read_however_it_is_written(read: Callable, listed: bytes) -> None:
    reading = read(listed)

    assert not reading.faults
    assert _labels(reading) == {"images/a.jpg": 0, "images/b.jpg": 1, "images/c d.jpg": 0}
    assert list(_labels(reading)) == sorted(_labels(reading))
    assert reading.classes == {}


def test_a_name_without_its_wnid_is_the_class_name(read: Callable) -> None:
    reading = read(ALL, b"n01440764 tench\nn02134084 ice_bear\nplain name\nn1 odd\n")

    assert reading.classes["classification"] == ["tench", "ice_bear", "plain name", "n1 odd"]


def test_classes_without_an_image_are_no_fault(read: Callable) -> None:
    assert not read(ALL, b"\n".join(b"class%d" % number for number in range(1000))).faults


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"z.jpg 0", r"the image z\.jpg is not in the upload"),
        (b"synsets.txt 0", r"the image synsets\.txt is not in the upload"),
        (b"../a.jpg 0", "is not in the upload"),
        (b"c d.jpg cat", "the label 'cat' is not a whole number"),
        (b"c d.jpg 1.5", "is not a whole number"),
        (b"c d.jpg 0x1", "is not a whole number"),
        (b"c d.jpg -1", "the label -1 is outside 0 to 2"),
        (b"c d.jpg 3", "the label 3 is outside 0 to 2"),
        (b"c d.jpg 99999999999999999999999", "is not a whole number"),
        (b"c.jpg", "expected `<file> <label id>`, not 'c.jpg'"),
        (b"a.jpg 1", r"a\.jpg has label 1 here and 0 in line 1"),
        (b"\xff\xfe.jpg 1", "the line is not UTF-8; save the list in UTF-8"),
    ],
)
def test_a_line_at_fault_is_named_by_its_number(read: Callable, line: bytes, reason: str) -> None:
    reading = read(b"a.jpg 0\nb.jpg 1\n" + line + b"\n", b"one\ntwo\nthree\n")

    assert [(fault.file, fault.line) for fault in reading.faults] == [("val.txt", 3)]
    assert re.search(reason, reading.faults[0].reason)


def test_every_line_at_fault_is_named(read: Callable) -> None:
    reading = read(b"a.jpg 0\nx.jpg 0\nb.jpg one\ny.jpg 0\n")

    assert [fault.line for fault in reading.faults] == [2, 3, 4]


def test_a_blank_line_does_not_shift_the_numbers(read: Callable) -> None:
    assert read(b"\n\na.jpg x\n").faults[0].line == 3


def test_lines_are_counted_as_an_editor_counts_them(read: Callable) -> None:
    assert read("a.jpg 0\r\n\x0b\u2028\r\nb.jpg x\r\n".encode()).faults[0].line == 3


def test_an_empty_list_is_a_fault(read: Callable) -> None:
    assert "the list is empty" in read(b" \n\n").faults[0].reason


def test_a_label_larger_than_any_real_one_is_a_fault_even_without_names(read: Callable) -> None:
    assert f"outside 0 to {LARGEST_LABEL}" in read(b"a.jpg 123456789\n").faults[0].reason


def test_an_image_listed_twice_with_one_label_is_taken_once_with_a_warning(read: Callable) -> None:
    reading = read(ALL + b"a.jpg 0\n")

    assert len(reading.images) == 3
    assert reading.warnings == ("1 lines of val.txt repeat an earlier one",)


def test_images_that_are_not_listed_are_left_out_with_a_warning(read: Callable) -> None:
    reading = read(b"a.jpg 0\n")

    assert list(_labels(reading)) == ["images/a.jpg"]
    assert reading.warnings == ("2 images are not in val.txt, so left out: images/b.jpg, images/c d.jpg",)


def test_a_name_that_two_images_share_must_be_listed_with_its_folder(tree: Callable) -> None:
    files = {"cat/1.jpg": b"", "dog/1.jpg": b""}

    ambiguous = imagenet_list.read(tree(files | {"val.txt": b"1.jpg 0\n"}))
    clear = imagenet_list.read(tree(files | {"val.txt": b"cat/1.jpg 0\ndog/1.jpg 1\n"}))

    assert "may be cat/1.jpg or dog/1.jpg" in ambiguous.faults[0].reason
    assert _labels(clear) == {"cat/1.jpg": 0, "dog/1.jpg": 1}


def test_an_image_in_the_root_wins_over_one_of_its_name_below(tree: Callable) -> None:
    reading = imagenet_list.read(tree({"1.jpg": b"", "old/1.jpg": b"", "val.txt": b"1.jpg 0\n"}))

    assert list(_labels(reading)) == ["1.jpg"]


def test_a_missing_class_name_is_a_fault_of_its_line(read: Callable) -> None:
    reading = read(ALL, b"one\n\nthree\n")

    assert [str(fault) for fault in reading.faults] == ["synsets.txt line 2: class 1 has no name (blank, or not UTF-8)"]


def test_class_names_that_are_not_utf8_are_a_fault_of_their_line(read: Callable) -> None:
    assert read(ALL, b"one\nF\xfcchsin\n").faults[0].line == 2


def test_an_empty_file_of_class_names_is_a_fault(read: Callable) -> None:
    assert "empty" in read(ALL, b"\n").faults[0].reason


def test_two_files_of_class_names_are_a_fault(read: Callable) -> None:
    assert "keep one of the two" in read(ALL, b"one\ntwo\n", labels__txt=b"uno\ndos\n").faults[-1].reason


def test_asked_for_without_a_list_it_is_a_fault(tree: Callable) -> None:
    reading = imagenet_list.read(tree({"a.jpg": b"", "b.jpg": b""}))

    assert "exactly one .txt in the root must list the labels, not 0" in reading.faults[0].reason


def test_a_list_may_compose_what_the_files_decompose(tree: Callable) -> None:
    files = {"bla\u0308tter.jpg": b"", "b.jpg": b"", "val.txt": "bl\u00e4tter.jpg 1\nb.jpg 0\n".encode()}

    reading = imagenet_list.read(tree(files))

    assert not reading.faults
    assert _labels(reading) == {"bla\u0308tter.jpg": 1, "b.jpg": 0}


def test_two_images_that_differ_by_case_alone_are_told_apart_by_it(tree: Callable) -> None:
    files = {"a.jpg": b"", "A.jpg": b"", "val.txt": b"A.jpg 1\na.jpg 0\n"}

    assert _labels(imagenet_list.read(tree(files))) == {"A.jpg": 1, "a.jpg": 0}


def test_a_table_is_found_without_being_called_txt(tree: Callable) -> None:
    files = {"a.jpg": b"", "b.jpg": b"", "labels.csv": b"filename,label\na.jpg,1\nb.jpg,0\n"}

    assert imagenet_list.recognise(tree(files)) is None
    assert _labels(imagenet_list.read(tree(files))) == {"a.jpg": 1, "b.jpg": 0}


def test_ids_that_count_from_one_are_refused_or_told(read: Callable) -> None:
    listed = b"a.jpg 1\nb.jpg 2\nc d.jpg 1\n"

    [fault] = read(listed, b"red\ngreen\n").faults
    assert str(fault) == (
        "val.txt line 2: the label 2 is outside 0 to 1; ids count from 0: if yours count from 1, subtract 1"
    )
    [warning] = read(listed).warnings
    assert warning.startswith("No image has the label 0, the least is 1")


def test_a_list_in_another_encoding_says_so(read: Callable) -> None:
    faults = read("a.jpg 0\nb.jpg 1\nü.jpg 1\n".encode("latin-1")).faults

    assert [str(fault) for fault in faults] == ["val.txt line 3: the line is not UTF-8; save the list in UTF-8"]


def test_a_description_names_the_classes_where_no_text_does(ingested: Callable, image: Callable) -> None:
    """However many: a thousand and more are no mask's."""
    names = [f"class {number}" for number in range(1000)]
    files = {"a.jpg": image(1), "b.jpg": image(2), "val.txt": b"a.jpg 999\nb.jpg 0\n"}
    described = {"dataset_meta.json": json.dumps({"label_map": dict(enumerate(names))}).encode()}

    facts, items = ingested(files | described)

    assert (facts["format"], facts["labels"], [item["label"] for item in items]) == ("imagenet-list", names, [999, 0])
    assert ingested(files | described | {"labels.txt": "\n".join(names[::-1]).encode()})[0]["labels"] == names[::-1]


def test_a_description_gives_boxes_of_voc_the_ids_of_its_classes(ingested: Callable, image: Callable) -> None:
    box = b"<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"

    xml = b"<annotation><object><name>cat</name>" + box + b"</object></annotation>"

    facts, _ = ingested(
        {
            "JPEGImages/1.jpg": image(1),
            "Annotations/1.xml": xml,
            "dataset_meta.json": b'{"labels": ["background", "yak", "cat"]}',
        }
    )

    assert facts["classes"] == {"object-detection": ["yak", "cat"]}

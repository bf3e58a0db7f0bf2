"""A model of Open Model Zoo by its name: the files its ``model.yml`` lists, checked, whatever that says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from source_server import SourceServer, source_server
from workbench.model_registry.sources.addresses import Addresses
from workbench.model_registry.sources.asking import Asking, TryLater
from workbench.model_registry.sources.problems import NotTheFile, SourceRefuses, ZooModelNotUsable, ZooNotSet
from workbench.model_registry.sources.values import Checksum, Listing, Pace
from workbench.model_registry.sources.zoo import Zoo
from workbench.model_registry.sources.zoo_choice import ZooModel
from workbench.model_registry.sources.zoo_entry import TASKS
from workbench.tasks.catalogue import NAMES

INTEL, PUBLIC = "/models/intel/net/model.yml", "/models/public/net/model.yml"
SHA384 = hashlib.sha384(b"x").hexdigest()


def file(name: str, **changed: Any) -> dict[str, Any]:
    return {"name": name, "size": 1, "checksum": SHA384, "source": f"https://example.com/{name}", **changed}


def entry(*names: str, **more: Any) -> dict[str, Any]:
    """As the zoo says it of an IR."""
    return {
        "description": "A net.",
        "task_type": "detection",
        "framework": "dldt",
        "license": "https://l/LICENSE",
        "files": [file(name) for name in names],
        "input_info": [{"name": "data", "shape": [1, 3, 8, 8], "layout": "NCHW"}],
        **more,
    }


IR = entry(*(f"{precision}/net.{ending}" for precision in ("FP32", "FP16", "FP16-INT8") for ending in ("xml", "bin")))


def original(*names: str, main: str = "$dl_dir/net.onnx", **more: Any) -> dict[str, Any]:
    return entry(*names, **{"framework": "onnx", "model_optimizer_args": [f"--input_model={main}"], **more})


@pytest.fixture
def source() -> Iterator[SourceServer]:
    with source_server() as server:
        yield server


@pytest.fixture
def listed(source: SourceServer) -> Callable[..., Listing]:
    asking = Asking(Addresses(frozenset([f"127.0.0.1:{source.port}"])), Pace())

    def ask(name: str = "zoo:net", said: Any = None, files_url: str = "", at: str = INTEL) -> Listing:
        if said is not None:
            text = said if isinstance(said, bytes) else yaml.safe_dump(said).encode()
            source.hold(at, text, kind="text/plain")
        model = ZooModel.of(name)
        assert model is not None
        return Zoo(source.url(""), files_url, asking).listing(model)

    return ask


@pytest.mark.parametrize(
    ("text", "name", "precision"),
    [
        ("zoo:net", "net", None),
        ("zoo:net-v1-1.0@FP16-INT8", "net-v1-1.0", "FP16-INT8"),
        ("zoo:both/both-encoder@FP32", "both/both-encoder", "FP32"),
    ],
)
def test_a_model_is_named_with_its_precision(text: str, name: str, precision: str | None) -> None:
    assert ZooModel.of(text) == ZooModel(name, precision)


@pytest.mark.parametrize(
    "text",
    [
        "zoo:",
        "zoo:..",
        "zoo:a/..",
        "zoo:a/b/c",
        "zoo:a@",
        "zoo:a@fp16",
        "zoo:a?b",
        "zoo:a b",
        "hf:a/b",
        "zoo:/a",
    ],
)
def test_what_names_no_model_is_none(text: str) -> None:
    assert ZooModel.of(text) is None


@pytest.mark.parametrize(
    ("name", "precision"),
    [
        ("zoo:net", "FP32"),
        ("zoo:net@FP16", "FP16"),
        ("zoo:net@FP16-INT8", "FP16-INT8"),
    ],
)
def test_an_ir_comes_in_the_precision_asked_for_the_most_precise_by_default(
    listed: Callable[..., Listing], name: str, precision: str
) -> None:
    listing = listed(name, IR)

    assert {remote.name: (remote.url, remote.checksum, remote.size_bytes) for remote in listing.files} == {
        f"{precision}/net.{ending}": (f"https://example.com/{precision}/net.{ending}", Checksum("sha384", SHA384), 1)
        for ending in ("xml", "bin")
    }
    told = {
        "name": "intel/net",
        "precision": precision,
        "license": "https://l/LICENSE",
        "task": "object-detection",
        "task_type": "detection",
        "inputs": {"data": {"shape": [1, 3, 8, 8], "layout": "NCHW"}},
    }
    assert listing.told.items() >= told.items()


def test_an_original_comes_with_what_belongs_to_it_and_what_the_zoo_converts_it_with(
    listed: Callable[..., Listing],
) -> None:
    arguments = [
        "--input_model=$dl_dir/net.onnx",
        "--mean_values=data[123.675,116.28,103.53]",
        "--scale_values=[255]",
        "--reverse_input_channels",
        "--output=a,b",
        "--transformations_config=x.json",
        "--mean_values=a[1],b[2]",
        "--scale=nan",
    ]

    listing = listed(said=original("net.onnx", "net.onnx_data", "other.py", model_optimizer_args=arguments), at=PUBLIC)

    assert [remote.name for remote in listing.files] == ["net.onnx", "net.onnx_data"]
    assert listing.told["recipe"] == {"mean": [123.675, 116.28, 103.53], "scale": [255.0], "color": "RGB"}
    assert listing.told["outputs"] == ["a", "b"]
    assert listing.told["unused"] == ["--transformations_config=x.json", "--mean_values=a[1],b[2]", "--scale=nan"]


def test_of_an_archive_the_zoo_says_which_file_is_the_model(listed: Callable[..., Listing]) -> None:
    steps = [{"$type": "unpack_archive", "format": "gztar", "file": "net.tar.gz"}]
    said = original("net.tar.gz", "labels.txt", main="$dl_dir/net/graph.pb", postprocessing=steps, framework="tf")

    listing = listed(said=said)

    assert ([remote.name for remote in listing.files], listing.told["main_file"]) == (["net.tar.gz"], "net/graph.pb")


def test_the_operator_s_mirror_has_every_file_by_its_name(listed: Callable[..., Listing]) -> None:
    on_drive = {"name": "net.onnx", "size": 1, "sha256": "0" * 64, "source": {"$type": "google_drive", "id": "abc"}}
    drive = original(files=[on_drive])

    listing = listed(said=drive, files_url="https://mirror/omz", at=PUBLIC)

    assert (listing.files[0].url, listing.files[0].checksum) == (
        "https://mirror/omz/public/net/net.onnx",
        Checksum("sha256", "0" * 64),
    )


CANNOT = {
    "a precision that is not there": ("zoo:net@INT4", IR, "has it in FP16, FP16-INT8, FP32"),
    "a precision of an original": ("zoo:net@FP16", original("net.onnx"), "leave out @FP16"),
    "no weights in any precision": ("zoo:net", entry("readme.txt"), "no precision"),
    "made by a script": (
        "zoo:net",
        original("net.pth", main="$conv_dir/net.onnx", framework="pytorch"),
        "pytorch files, out of which a script",
    ),
    "a framework of the past": ("zoo:net", original("net.pb", framework="caffe2"), "caffe2, which OpenVINO"),
    "a file edited first": (
        "zoo:net",
        original(
            "net.onnx",
            postprocessing=[{"$type": "regex_replace", "file": "net.onnx", "pattern": "a", "replacement": "b"}],
        ),
        "edits net.onnx",
    ),
    "no main file": ("zoo:net", original("net.onnx", model_optimizer_args=[]), "which file is the model"),
    "another main file": ("zoo:net", original("a.onnx"), "no file of it is net.onnx"),
    "a main file outside": ("zoo:net", original("a.onnx", main="$dl_dir/../../etc/passwd"), "which file is the model"),
    "a file outside": ("zoo:net", original("../net.onnx"), "no names of files"),
    "a file twice": ("zoo:net", original("net.onnx", "net.onnx"), "no names of files"),
    "Google Drive": (
        "zoo:net",
        original(files=[file("net.onnx", source={"$type": "google_drive", "id": "x"})]),
        "Google Drive.*WORKBENCH_ZOO_FILES_URL",
    ),
    "this machine's file": ("zoo:net", original(files=[file("net.onnx", source="file:///etc/passwd")]), "no address"),
    "a password": ("zoo:net", original(files=[file("net.onnx", source="https://a:b@c/net.onnx")]), "no address"),
    "no checksum": ("zoo:net", original(files=[file("net.onnx", checksum="")]), "no checksum"),
    "half a checksum": ("zoo:net", original(files=[file("net.onnx", checksum="0" * 40)]), "no checksum"),
}


@pytest.mark.parametrize("what", CANNOT)
def test_what_cannot_be_brought_is_told_with_why(listed: Callable[..., Listing], what: str) -> None:
    name, said, words = CANNOT[what]

    with pytest.raises(ZooModelNotUsable, match=words):
        listed(name, said)


BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nfiles: [*b, *b]\n"
NONSENSE = {
    "a list": [],
    "nothing": {},
    "a word": b"net",
    "no YAML": b"{",
    "deep": b"[" * 5000,
    "aliases": BOMB,
    "merged": b"a: &a {x: 1}\nfiles: {<<: [*a, *a]}\n",
    "code": b"!!python/object/apply:os.system [true]",
    "no text": b"\xff\xfe\x00",
    "long": b" " * (300 << 10),
    "two documents": b"--- {}\n--- {}\n",
    "files that are none": entry(files=[1]),
    "no files": entry(files=[]),
    "a size of words": entry(files=[file("a", size="many")]),
    "a size below nothing": entry(files=[file("a", size=-1)]),
    "a source of numbers": entry(files=[file("a", source=[1])]),
    "arguments of lists": original("net.onnx", model_optimizer_args=[[1]]),
    "a shape of words": entry("a", input_info=[{"name": "a", "shape": ["x"]}]),
    "a layout of signs": entry("a", input_info=[{"name": "a", "layout": "N/C"}]),
    "a NUL": b'files: [{name: "a\\0"}]',
}


@pytest.mark.parametrize("what", NONSENSE)
def test_a_zoo_that_says_nonsense_is_told(listed: Callable[..., Listing], what: str) -> None:
    with pytest.raises(NotTheFile) as refused:
        listed(said=NONSENSE[what])

    assert len(refused.value.detail) < 400


def test_a_model_that_is_nowhere_a_closed_door_and_a_busy_zoo_are_told_apart(
    source: SourceServer, listed: Callable[..., Listing]
) -> None:
    with pytest.raises(
        ZooModelNotUsable, match=rf"zoo:other: there is no such model in http://127.0.0.1:{source.port}"
    ):
        listed("zoo:other")
    for status, refusal in ((403, SourceRefuses), (429, TryLater)):
        source.hold(INTEL, b"", statuses=[(status, {})])
        with pytest.raises(refusal, match=str(status)):
            listed()
    with pytest.raises(ZooNotSet, match="WORKBENCH_ZOO_URL"):
        Zoo("", "", Asking(Addresses(), Pace())).listing(ZooModel("net", None))


def test_the_zoo_s_tasks_are_tasks_of_the_workbench() -> None:
    assert set(TASKS.values()) <= set(NAMES)


def test_how_accurate_a_model_was_measured_is_told_beside_what_it_is(
    listed: Callable[..., Listing], source: SourceServer
) -> None:
    checked = {
        "models": [
            {
                "launchers": [{"framework": "openvino", "adapter": "ssd"}],
                "datasets": [
                    {
                        "name": "wider",
                        "preprocessing": [{"type": "resize", "size": 8}],
                        "metrics": [{"type": "map", "reference": 0.83}],
                    }
                ],
            }
        ]
    }
    source.hold("/models/intel/net/accuracy-check.yml", yaml.safe_dump(checked).encode(), kind="text/plain")

    told = listed(said=IR).told

    assert told["published"] == {"dataset": "wider", "metrics": [{"name": "map", "value": 0.83}]}
    assert (told["task"], told["head"]) == ("object-detection", "detection_output")
    assert told["recipe"] == {"resize": "stretch", "color": "BGR"}


def test_a_file_of_accuracy_that_cannot_be_read_keeps_no_model_away(
    listed: Callable[..., Listing], source: SourceServer
) -> None:
    source.hold("/models/intel/net/accuracy-check.yml", b"models: 3", kind="text/plain")

    assert "published" not in listed(said=IR).told

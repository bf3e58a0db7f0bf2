"""A repository of a hub: the files of one model at one commit, each with a checksum, whatever the hub says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from source_server import SourceServer, source_server
from workbench.model_registry.sources.addresses import Addresses
from workbench.model_registry.sources.asking import Asking, TryLater
from workbench.model_registry.sources.huggingface import HuggingFace, Repository
from workbench.model_registry.sources.problems import ChooseFiles, NotTheFile, SourceRefuses
from workbench.model_registry.sources.values import Checksum, Listing, Pace

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ANSWER = f"/api/models/org/net/revision/{'main'}"
OLD, NEW = b"<net/>", bytes(4000)
REPOSITORY = {"README.md": b"#", "openvino/model.xml": OLD, "openvino/model.bin": NEW, "config.json": b"{}"}


def git_name(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def entry(name: str, content: bytes) -> dict[str, Any]:
    """As the hub lists a file: large ones with their LFS pointer."""
    listed = {"rfilename": name, "size": len(content), "blobId": git_name(content)}
    lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return listed | ({"lfs": lfs} if len(content) > 1000 else {})


def answer(files: dict[str, bytes], **more: Any) -> dict[str, Any]:
    siblings = [entry(name, content) for name, content in files.items()]
    return {"id": "org/net", "sha": COMMIT, "siblings": siblings, "tags": ["onnx", "license:mit"], **more}


@pytest.fixture
def source() -> Iterator[SourceServer]:
    with source_server() as server:
        yield server


@pytest.fixture
def listed(source: SourceServer) -> Callable[..., Listing]:
    asking = Asking(Addresses(frozenset([f"127.0.0.1:{source.port}"])), Pace())
    hub = HuggingFace(source.url(""), asking, {"a": "hf_of_a", "*": "hf_of_all"})

    def ask(name: str = "hf:org/net", include: tuple[str, ...] = (), team: str = "a") -> Listing:
        repository = Repository.of(name)
        assert repository is not None
        return hub.listing(repository, include, team)

    return ask


@pytest.mark.parametrize(
    ("source_name", "name", "revision"),
    [
        ("hf:org/net", "org/net", "main"),
        ("hf:net", "net", "main"),
        ("hf:org/net.v2@v1.0", "org/net.v2", "v1.0"),
        ("hf:org/net@refs/pr/3", "org/net", "refs/pr/3"),
        (f"hf:org/net@{COMMIT}", "org/net", COMMIT),
    ],
)
def test_a_repository_is_named_with_its_revision(source_name: str, name: str, revision: str) -> None:
    assert Repository.of(source_name) == Repository(name, revision)


@pytest.mark.parametrize(
    "text",
    [
        "hf:",
        "hf:a/b/c",
        "hf:../x",
        "hf:org/..",
        "hf:org/net@",
        "hf:org/net@../../x",
        "hf:org/net?x=1",
        "hf:org/n et",
        "hf:/net",
        "https://huggingface.co/org/net",
    ],
)
def test_what_is_no_repository_is_none(text: str) -> None:
    assert Repository.of(text) is None


def test_the_only_model_comes_with_its_weights_at_the_commit_and_each_file_has_a_checksum(
    source: SourceServer, listed: Callable[..., Listing]
) -> None:
    source.hold(ANSWER, answer(REPOSITORY))

    listing = listed()

    at = source.url(f"/org/net/resolve/{COMMIT}/openvino")
    assert {remote.name: (remote.url, remote.checksum, remote.size_bytes) for remote in listing.files} == {
        "openvino/model.xml": (f"{at}/model.xml", Checksum("git", git_name(OLD)), len(OLD)),
        "openvino/model.bin": (f"{at}/model.bin", Checksum("sha256", hashlib.sha256(NEW).hexdigest()), len(NEW)),
    }
    assert listing.told == {
        "hub": source.url(""),
        "repository": "org/net",
        "revision": "main",
        "commit": COMMIT,
        "license": "mit",
    }


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        (("model_fp16.onnx",), ["onnx/model_fp16.onnx"]),
        (("onnx/model.onnx",), ["onnx/model.onnx", "onnx/model.onnx_data"]),
        (("*.txt", "a.onnx"), ["a.onnx", "labels.txt"]),
        (("saved_model.pb",), ["tf/saved_model.pb", "tf/variables/variables.index"]),
    ],
)
def test_patterns_say_which_files_and_what_belongs_to_a_model_comes_along(
    source: SourceServer, listed: Callable[..., Listing], include: tuple[str, ...], expected: list[str]
) -> None:
    names = [
        "onnx/model.onnx",
        "onnx/model.onnx_data",
        "onnx/model_fp16.onnx",
        "a.onnx",
        "labels.txt",
        "tf/saved_model.pb",
        "tf/variables/variables.index",
    ]
    source.hold(ANSWER, answer(dict.fromkeys(names, b"x")))

    assert [remote.name for remote in listed(include=include).files] == expected


@pytest.mark.parametrize(
    ("names", "include", "words"),
    [
        (["a.onnx", "b.onnx"], (), "2 models are in it: a.onnx, b.onnx"),
        (["README.md"], (), "no models are in it: README.md"),
        (["a.onnx"], ("*.xml",), r"no file fits \*.xml: a.onnx"),
        ([], (), "no models are in it"),
    ],
)
def test_which_files_are_meant_is_asked_with_those_there_are(
    source: SourceServer, listed: Callable[..., Listing], names: list[str], include: tuple[str, ...], words: str
) -> None:
    source.hold(ANSWER, answer(dict.fromkeys(names, b"x")))

    with pytest.raises(ChooseFiles, match=words):
        listed(include=include)


def test_a_team_s_token_goes_to_the_hub_and_is_nowhere_else(
    source: SourceServer, listed: Callable[..., Listing]
) -> None:
    source.hold(ANSWER, answer(REPOSITORY))

    listings = [listed(team=team) for team in ("a", "b")]

    assert [headers["authorization"] for headers in source.requests(ANSWER)] == ["Bearer hf_of_a", "Bearer hf_of_all"]
    assert "hf_of" not in repr(listings)
    assert listings[0].files[0].headers == {"Authorization": "Bearer hf_of_a"}


def file(**changed: Any) -> dict[str, Any]:
    return answer({}) | {"siblings": [entry("a.onnx", b"x") | changed]}


NONSENSE = {
    "no JSON": b"<html>",
    "a list": [],
    "nothing": {},
    "no commit": answer({"a.onnx": b"x"}, sha="main"),
    "files that are none": answer({}, siblings=[1]),
    "no checksum": file(blobId="x"),
    "a path outside": file(rfilename="../a.onnx"),
    "an absolute path": file(rfilename="/etc/a.onnx"),
    "a size below nothing": file(size=-1),
    "a size of words": file(size="many"),
    "deep": b"[" * 100_000,
    "long": b" " * (17 << 20),
    "another digest": file(lfs={"sha256": "zz"}),
    "half a letter": file(rfilename="a\ud800.onnx"),
    "a NUL": file(rfilename="a\0.onnx"),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_a_hub_that_answers_nonsense_is_told(source: SourceServer, listed: Callable[..., Listing], what: str) -> None:
    source.hold(ANSWER, NONSENSE[what], kind="application/json")  # type: ignore[arg-type]

    with pytest.raises(NotTheFile) as refused:
        listed()

    assert len(refused.value.detail) < 400


def test_a_page_a_closed_door_and_a_busy_hub_are_told_apart(
    source: SourceServer, listed: Callable[..., Listing]
) -> None:
    for how, refusal, words in (
        ({"kind": "text/html"}, NotTheFile, "a web page"),
        ({"statuses": [(401, {})]}, SourceRefuses, "who we are"),
        ({"statuses": [(404, {})]}, SourceRefuses, "nothing there"),
        ({"statuses": [(429, {})]}, TryLater, "429"),
    ):
        source.hold(ANSWER, b"{}", **how)  # type: ignore[arg-type]
        with pytest.raises(refusal, match=words):
            listed()

"""Models that come packed: one in an archive is taken, two are not, and what would burst is refused unread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import paddle_files
import pytest
from packing import bomb, tarred, zipped
from tensorflow_files import matmul_graph, saved_model
from workbench.archives import BrokenArchive, UnsafeUpload
from workbench.model_registry.values import SeveralModels, UnknownFormat
from workbench.runner.core import Refusal

Imported = Callable[[], dict[str, Any]]
Refused = Callable[[], Refusal]
FILES = {
    "net/net.pdmodel": paddle_files.program(),
    "net/net.pdiparams": paddle_files.parameters(),
    "__MACOSX/net/._net.pdmodel": b"\0\x05\x16\x07",
    "README.txt": b"mine",
}


@pytest.mark.parametrize("archive", [zipped(FILES), tarred(FILES), tarred(FILES, "w:gz")], ids=["zip", "tar", "tar.gz"])
def test_one_model_in_an_archive_is_taken(upload: Path, imported: Imported, archive: bytes) -> None:
    (upload / "net.zip").write_bytes(archive)

    facts = imported()

    assert (facts["format"], facts["source_files"]) == ("paddle", ["net/net.pdiparams", "net/net.pdmodel"])
    assert facts["ignored_files"] == ["README.txt", "__MACOSX/net/._net.pdmodel"]


def test_two_models_in_an_archive_are_named(upload: Path, refusal: Refused) -> None:
    (upload / "nets.zip").write_bytes(zipped({"a.pb": matmul_graph(), "b/saved_model.pb": saved_model(matmul_graph())}))

    refused = refusal()

    assert isinstance(refused, SeveralModels)
    assert refused.facts["files"] == ["a.pb", "b/saved_model.pb"]


def test_an_archive_without_a_model_tells_what_is_in_it(upload: Path, refusal: Refused) -> None:
    (upload / "nets.zip").write_bytes(zipped({"notes.txt": b"none"}))

    refused = refusal()

    assert isinstance(refused, UnknownFormat)
    assert "notes.txt looks like text" in str(refused)


@pytest.mark.parametrize(
    ("archive", "kind"),
    [
        (zipped({"../net.pb": matmul_graph()}), UnsafeUpload),
        (zipped({"net.pb": matmul_graph()})[:-30], BrokenArchive),
        (bomb("net.pb"), UnsafeUpload),
        (b"7z\xbc\xaf\x27\x1c" + bytes(600), BrokenArchive),
    ],
    ids=["leads out", "cut off", "bomb", "7z"],
)
def test_what_could_do_harm_or_is_damaged_is_refused(
    upload: Path, refusal: Refused, tmp_path: Path, archive: bytes, kind: type[Refusal]
) -> None:
    (upload / "net.zip").write_bytes(archive)

    assert isinstance(refusal(), kind)
    assert not list(tmp_path.rglob("net.pb"))

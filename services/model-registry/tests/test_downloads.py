"""A file from a source that behaves as sources do: it arrives whole and checked, or the reason is told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from source_server import SourceServer, source_server
from workbench.model_registry.sources import download as downloading
from workbench.model_registry.sources.addresses import Addresses
from workbench.model_registry.sources.asking import Asking
from workbench.model_registry.sources.download import Terms, download
from workbench.model_registry.sources.problems import (
    AddressNotAllowed,
    NotTheFile,
    SourceRefuses,
    SourceUnavailable,
    TooLargeToBring,
)
from workbench.model_registry.sources.values import Checksum, Pace, Remote
from workbench.problems import Problem
from workbench.store import FileStore

KEY = "teams/a/uploads/j/source/0"
CONTENT = os.urandom(300_000)
QUICK = Pace(silence_s=0.5, pauses_s=(0.01, 0.02, 0.03), longest_wait_s=5.0, window_s=0.3, least_bytes_s=100_000)
SHA256 = Checksum("sha256", hashlib.sha256(CONTENT).hexdigest())


class Stopped(Exception):
    """As a killed worker, or a cancelled job."""


@pytest.fixture
def source() -> Iterator[SourceServer]:
    with source_server() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "PART_BYTES", 100_000)


@pytest.fixture
def waited() -> list[tuple[float, str]]:
    return []


@pytest.fixture
def bring(source: SourceServer, store: FileStore, waited: list[tuple[float, str]]) -> Callable[..., bytes]:
    """Download the address, and give what is in the store then."""
    asking = Asking(Addresses(frozenset([f"127.0.0.1:{source.port}"])), QUICK)

    def run(url: str, checksum: Checksum = SHA256, limit: int = 1 << 20, told: Any = None, **of_remote: Any) -> bytes:
        terms = Terms(limit, told or (lambda *_: None), lambda *told: waited.append(told), QUICK)
        sha256, size = download(store, KEY, Remote("m.onnx", url, checksum, **of_remote), asking, terms)
        got = store.get(KEY)
        assert (hashlib.sha256(got).hexdigest(), len(got)) == (sha256, size)
        return got

    return run


def stop_after(size: int) -> Callable[[int, int | None], None]:
    def told(here: int, _total: int | None) -> None:
        if here >= size:
            raise Stopped

    return told


@pytest.mark.parametrize("how", [{}, {"chunked": True}, {"said_bytes": None, "pause_s": 0.0001}], ids=str)
def test_a_file_arrives(source: SourceServer, bring: Callable[..., bytes], how: dict[str, Any]) -> None:
    assert bring(source.hold("/m.onnx", CONTENT, **how)) == CONTENT


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha1"])
def test_it_is_checked_by_the_checksum_that_the_source_has(
    source: SourceServer, bring: Callable[..., bytes], algorithm: str
) -> None:
    digest = Checksum(algorithm, hashlib.new(algorithm, CONTENT).hexdigest())

    assert bring(source.hold("/m.onnx", CONTENT), digest) == CONTENT


def test_gits_name_of_a_content_is_a_checksum(source: SourceServer, bring: Callable[..., bytes]) -> None:
    url = source.hold("/hello.txt", b"hello world\n")  # `git hash-object` says the same

    assert bring(url, Checksum("git", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad")) == b"hello world\n"


def test_redirects_are_followed_and_each_hop_may_be_another_server(
    source: SourceServer, bring: Callable[..., bytes]
) -> None:
    with source_server() as other:
        url = source.lead("/m.onnx", source.lead("/next", other.hold("/there", CONTENT)))
        with pytest.raises(AddressNotAllowed, match=r"127\.0\.0\.1 is this machine itself"):
            bring(url)  # its port is not one that the operator allows

        assert other.asked == []
    assert bring(source.lead("/back", source.hold("/there", CONTENT))) == CONTENT


def test_a_name_is_resolved_once_and_what_was_looked_at_is_what_is_connected_to(
    source: SourceServer, store: FileStore
) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    allowed = frozenset([f"models.example.com:{source.port}"])
    asking = Asking(Addresses(allowed, lambda _host, _port: next(answers)), QUICK)
    source.hold("/m.onnx", CONTENT)
    remote = Remote("m.onnx", source.url("/m.onnx", "models.example.com"), SHA256)

    download(store, KEY, remote, asking, Terms(1 << 20, lambda *_: None, lambda *_: None, QUICK))

    assert next(answers) == ["10.0.0.1"], "nobody has asked again"
    assert source.requests("/m.onnx")[0]["host"] == f"models.example.com:{source.port}"


def test_a_redirect_to_an_address_of_a_cloud_is_refused_before_anything_is_sent(
    source: SourceServer, bring: Callable[..., bytes]
) -> None:
    with pytest.raises(AddressNotAllowed, match="link-local"):
        bring(source.lead("/m.onnx", "http://169.254.169.254/latest/meta-data"))


def test_what_is_meant_for_a_host_is_not_sent_to_the_next(source: SourceServer, store: FileStore) -> None:
    allowed = frozenset([f"{name}:{source.port}" for name in ("hub.example.com", "cdn.example.com")])
    asking = Asking(Addresses(allowed, lambda _host, _port: ["127.0.0.1"]), QUICK)
    source.hold("/there", CONTENT)
    source.lead("/m.onnx", source.url("/there", "cdn.example.com"))
    url = source.url("/m.onnx", "hub.example.com")
    remote = Remote("m.onnx", url, SHA256, headers={"Authorization": "Bearer hidden"})

    download(store, KEY, remote, asking, Terms(1 << 20, lambda *_: None, lambda *_: None, QUICK))

    assert source.requests("/m.onnx")[0]["authorization"] == "Bearer hidden"
    assert "authorization" not in source.requests("/there")[0]
    assert "hidden" not in repr(remote)


@pytest.mark.usefixtures("small_parts")
def test_what_broke_off_goes_on_where_it_stopped(source: SourceServer, bring: Callable[..., bytes]) -> None:
    url = source.hold("/m.onnx", CONTENT, cut_after=120_000)

    assert bring(url) == CONTENT
    assert [headers.get("range") for headers in source.requests("/m.onnx")] == [None, "bytes=120000-", "bytes=240000-"]


@pytest.mark.usefixtures("small_parts")
def test_whoever_is_killed_leaves_its_parts_to_the_next(
    source: SourceServer, bring: Callable[..., bytes], store: FileStore
) -> None:
    url = source.hold("/m.onnx", CONTENT)
    with pytest.raises(Stopped):
        bring(url, told=stop_after(150_000))

    assert bring(url) == CONTENT
    started = int(source.requests("/m.onnx")[1]["range"].removeprefix("bytes=").removesuffix("-"))
    assert started >= 100_000
    assert list(store.open_uploads("teams/")) == []


@pytest.mark.usefixtures("small_parts")
def test_a_source_without_ranges_sends_all_of_it_again(source: SourceServer, bring: Callable[..., bytes]) -> None:
    url = source.hold("/m.onnx", CONTENT, ranges=False)
    with pytest.raises(Stopped):
        bring(url, told=stop_after(250_000))

    assert bring(url) == CONTENT


def test_a_file_that_is_here_is_not_asked_for_again(source: SourceServer, bring: Callable[..., bytes]) -> None:
    url = source.hold("/m.onnx", CONTENT)

    assert bring(url) == bring(url)
    assert len(source.requests("/m.onnx")) == 1


@pytest.mark.parametrize(
    ("status", "headers", "at_least_s"),
    [
        (429, {"Retry-After": "3"}, 3.0),
        (503, {}, 0.01),
        (500, {}, 0.01),
        (429, {"Retry-After": "never"}, 0.01),
    ],
)
def test_a_source_that_is_busy_is_asked_again_when_it_says(
    source: SourceServer,
    bring: Callable[..., bytes],
    waited: list[tuple[float, str]],
    status: int,
    headers: dict[str, str],
    at_least_s: float,
) -> None:
    url = source.hold("/m.onnx", CONTENT, statuses=[(status, headers), (status, headers)])

    assert bring(url) == CONTENT
    assert [seconds >= at_least_s and f"it answers {status}" in why for seconds, why in waited] == [True, True]


BAD = {
    "no such file": ({"statuses": [(404, {})]}, SourceRefuses, "there is nothing there"),
    "forbidden": ({"statuses": [(403, {})]}, SourceRefuses, "does not let us read it"),
    "who are you": ({"statuses": [(401, {})]}, SourceRefuses, "asks who we are"),
    "a page": ({"kind": "text/html; charset=utf-8"}, NotTheFile, "a web page"),
    "packed on the way": ({"headers": {"Content-Encoding": "gzip"}}, NotTheFile, "encoding"),
    "busy for ever": ({"statuses": [(503, {})] * 20}, SourceUnavailable, "it answers 503"),
    "come back in a year": ({"statuses": [(429, {"Retry-After": "31536000"})]}, SourceUnavailable, "31536000 s"),
    "always cut before anything": ({"statuses": [(500, {})] * 20}, SourceUnavailable, "tried 4 times"),
    "says more than it sends": ({"said_bytes": 400_000, "ranges": False}, SourceUnavailable, "broke off"),
    "trickles": ({"pause_s": 0.05}, SourceUnavailable, "KiB/s, which would take too long"),
    "silent after a little": ({"pause_s": 1.0}, SourceUnavailable, "KiB/s, which would take too long"),
    "silent": ({"late_s": 1.0}, SourceUnavailable, "it fell silent; tried 4 times"),
    "leads nowhere": ({"statuses": [(302, {})]}, SourceRefuses, "no address"),
    "leads to a file": ({"statuses": [(302, {"Location": "file:///etc/passwd"})]}, SourceRefuses, "no address"),
    "nothing to range": ({"statuses": [(416, {})]}, SourceRefuses, "it answers 416"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_fault_of_a_source_is_told(source: SourceServer, bring: Callable[..., bytes], what: str) -> None:
    how, problem, words = BAD[what]
    url = source.hold("/m.onnx", CONTENT, **how) + "?token=hidden"

    with pytest.raises(problem) as refused:
        bring(url)

    assert words in refused.value.detail
    assert source.url("/m.onnx") in refused.value.detail
    assert "hidden" not in str(refused.value.document()), "what may be a secret"
    assert refused.value.remedy()


def test_going_round_in_circles_ends(source: SourceServer, bring: Callable[..., bytes]) -> None:
    with pytest.raises(SourceRefuses, match="more than 10 times"):
        bring(source.lead("/m.onnx", source.url("/m.onnx")))


@pytest.mark.parametrize(
    ("content", "declared", "problem", "words"),
    [
        (CONTENT[:-1], None, NotTheFile, "its SHA256 is"),
        (CONTENT[:-1] + b"!", None, NotTheFile, "its SHA256 is"),
        (CONTENT + b"!", len(CONTENT), NotTheFile, "it has 300001 bytes, not 300000"),
        (CONTENT[:-1], len(CONTENT), NotTheFile, "it has 299999 bytes, not 300000"),
        (b"", None, NotTheFile, "its SHA256 is"),
    ],
    ids=["shorter", "changed", "longer than declared", "shorter than declared", "empty"],
)
def test_another_content_is_refused_and_leaves_nothing(
    source: SourceServer,
    bring: Callable[..., bytes],
    store: FileStore,
    content: bytes,
    declared: int | None,
    problem: type[Problem],
    words: str,
) -> None:
    with pytest.raises(problem, match=words):
        bring(source.hold("/m.onnx", content), size_bytes=declared)

    assert not store.exists(KEY)


@pytest.mark.parametrize("chunked", [False, True], ids=["said beforehand", "found on the way"])
def test_what_is_too_large_ends_there(source: SourceServer, bring: Callable[..., bytes], chunked: bool) -> None:
    here: list[int] = []
    with pytest.raises(TooLargeToBring, match="larger than"):
        bring(source.hold("/m.onnx", CONTENT, chunked=chunked), limit=150_000, told=lambda now, _: here.append(now))

    assert max(here, default=0) <= 150_000


def test_more_than_was_declared_is_not_taken(source: SourceServer, bring: Callable[..., bytes]) -> None:
    with pytest.raises(NotTheFile, match="more than its 1000 bytes"):
        bring(source.hold("/m.onnx", CONTENT, chunked=True), size_bytes=1000)


def test_a_server_that_is_not_there_is_told(store: FileStore) -> None:
    with source_server() as gone:
        remote = Remote("m", gone.url("/m.onnx"), SHA256)
    asking = Asking(Addresses(frozenset(["127.0.0.1"])), QUICK)

    with pytest.raises(SourceUnavailable, match="nobody answers there"):
        download(store, KEY, remote, asking, Terms(1, lambda *_: None, lambda *_: None, QUICK))

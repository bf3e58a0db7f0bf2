"""A download is whole or not there; what broke off is resumed only with the same bytes."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Response, request
from workbench.client import BadInput, Damaged, Refused

DATA = bytes(range(256)) * 4096


@pytest.fixture
def package(server: Any) -> str:
    return str(server.add("packages", {}, []).view["id"])


def ranges(server: Any) -> list[str | None]:
    return [headers.get("Range") for headers in server.headers if "If-Range" in headers or "Range" in headers]


def test_a_file_arrives_whole_and_leaves_no_part(server: Any, package: str, tmp_path: Path) -> None:
    path = server.client().packages.download(package, "package.tar.zst", tmp_path / "out.tar.zst")

    assert path.read_bytes() == DATA
    assert list(tmp_path.iterdir()) == [path]


def test_what_broke_off_is_resumed(server: Any, package: str, tmp_path: Path) -> None:
    (tmp_path / "out.part").write_bytes(DATA[:1000])

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA
    assert ranges(server) == ["bytes=1000-"]


def test_a_complete_part_is_taken_as_it_is(server: Any, package: str, tmp_path: Path) -> None:
    (tmp_path / "out.part").write_bytes(DATA)

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA


def test_a_part_of_something_else_is_thrown_away(server: Any, package: str, tmp_path: Path) -> None:
    (tmp_path / "out.part").write_bytes(b"something else")

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_piece_with_another_etag_is_not_appended(server: Any, package: str, tmp_path: Path) -> None:
    (tmp_path / "out.part").write_bytes(DATA[:1000])

    def other_bytes() -> Response | None:
        if "Range" in request.headers:
            return Response(b"other", 206, headers={"ETag": '"other"'})
        return None

    server.before = other_bytes

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA


def test_an_answer_that_breaks_off_is_taken_up_there(server: Any, package: str, tmp_path: Path) -> None:
    broken = [True]

    def break_off() -> Response | None:
        if "files" in request.path and broken and broken.pop():
            headers = {"ETag": f'"{hashlib.sha256(DATA).hexdigest()}"', "Content-Length": str(len(DATA))}
            return Response(iter([DATA[:5000]]), 200, headers=headers)
        return None

    server.before = break_off

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA
    assert ranges(server) == ["bytes=5000-"]


def test_bytes_that_were_not_promised_are_never_kept(server: Any, package: str, tmp_path: Path) -> None:
    server.files["package.tar.zst"] = DATA[:-1] + b"!"

    with pytest.raises(Damaged, match="arrived damaged twice"):
        server.client().packages.download(package, "package.tar.zst", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_survives_a_failed_download(server: Any, package: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"precious")
    server.files["package.tar.zst"] = b"wrong"

    with pytest.raises(Damaged):
        server.client().packages.download(package, "package.tar.zst", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"precious"


def test_an_unknown_name_is_refused_with_those_there_are(server: Any, package: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no file 'x'; its files: package\.tar\.zst"):
        server.client().packages.download(package, "x", tmp_path / "out")


def test_a_folder_that_is_not_there_is_named(server: Any, package: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a folder"):
        server.client().packages.download(package, "package.tar.zst", tmp_path / "no" / "out")


def test_a_full_disk_leaves_nothing_half_made(server: Any, package: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    folder = Path("/dev/shm")  # a folder where a .part may be a link to the device that is always full
    part = folder / "workbench-client-test.part"
    part.symlink_to("/dev/full")
    client = server.client()
    try:
        with pytest.raises(BadInput, match="No space left"):
            client.packages.download(package, "package.tar.zst", folder / "workbench-client-test")
        assert not part.is_symlink()
    finally:
        part.unlink(missing_ok=True)


def test_every_file_of_a_thing_is_brought_below_a_folder(server: Any, tmp_path: Path) -> None:
    server.files = {"model.xml": b"<net/>", "data/a b#1.bin": b"weights"}
    id = server.add("models", {}, []).view["id"]

    server.client().models.download_all(id, tmp_path)

    assert (tmp_path / "model.xml").read_bytes() == b"<net/>"
    assert (tmp_path / "data" / "a b#1.bin").read_bytes() == b"weights"


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil"])
def test_a_name_that_leads_out_of_the_folder_is_not_written(server: Any, tmp_path: Path, name: str) -> None:
    server.files = {name: b"x"}
    id = server.add("models", {}, []).view["id"]

    with pytest.raises(BadInput, match="would leave the folder"):
        server.client().models.download_all(id, tmp_path / "in")


def test_a_job_that_is_gone_is_refused(server: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no such thing"):
        server.client().packages.download(str(uuid.uuid4()), "x", tmp_path / "out")


Asked = list[tuple[str | None, str | None]]
Linked = Callable[[Callable[[str | None], Response]], Asked]


@pytest.fixture
def linked(server: Any) -> Iterator[Linked]:
    stores: list[ThreadingHTTPServer] = []
    yield lambda answer: _linked(server, answer, stores)
    for store in stores:
        store.shutdown()
        store.server_close()


def _linked(server: Any, answer: Callable[[str | None], Response], stores: list[ThreadingHTTPServer]) -> Asked:
    """The server gives links to an object store that answers so: with what it was asked, token and range."""
    asked: Asked = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.headers["Authorization"], self.headers["Range"]))
            response = answer(self.headers["Range"])
            self.send_response(response.status_code)
            self.send_header("Content-Length", str(len(response.data)))
            self.end_headers()
            self.wfile.write(response.data)

        def log_message(self, *_: Any) -> None:
            pass

    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    stores.append(elsewhere)

    def redirected() -> Response | None:
        if request.args.get("link") != "true":
            return None
        return Response(
            "", 307, headers={"Location": f"http://127.0.0.1:{elsewhere.server_port}/bucket/blob?signature"}
        )

    server.before = redirected
    return asked


def ranged(asked: str | None) -> Response:
    start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
    return Response(DATA[start:], 206 if start else 200)


def test_a_file_comes_by_a_link_to_which_the_token_is_not_sent(
    server: Any, package: str, linked: Linked, tmp_path: Path
) -> None:
    asked = linked(ranged)

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA
    assert asked == [(None, None)]


def test_what_broke_off_is_resumed_by_a_link(server: Any, package: str, linked: Linked, tmp_path: Path) -> None:
    (tmp_path / "out.part").write_bytes(DATA[:1000])
    asked = linked(ranged)

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA
    assert asked == [(None, "bytes=1000-")]


def test_a_store_that_refuses_the_link_leaves_it_to_the_server(
    server: Any, package: str, linked: Linked, tmp_path: Path
) -> None:
    asked = linked(lambda _: Response(b"<Error>expired</Error>", 403))

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA
    assert len(asked) == 1


def test_a_store_that_cannot_be_reached_leaves_it_to_the_server(
    server: Any, package: str, linked: Linked, tmp_path: Path
) -> None:
    linked(ranged)
    found = server.before

    def nowhere() -> Response | None:
        answer = found()
        if answer is not None:
            answer.headers["Location"] = "http://127.0.0.1:9/closed"
        return answer

    server.before = nowhere

    server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == DATA


def test_bytes_by_a_link_that_are_others_are_never_kept(
    server: Any, package: str, linked: Linked, tmp_path: Path
) -> None:
    linked(lambda _: Response(b"x" * len(DATA)))

    with pytest.raises(Damaged):
        server.client().packages.download(package, "package.tar.zst", tmp_path / "out")

    assert list(tmp_path.iterdir()) == []

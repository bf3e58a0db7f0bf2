"""What is sent for a path, what is refused before sending, and that sending holds nothing in memory."""

from __future__ import annotations

import json
import os
import resource
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from commanding import CliRunner
from workbench.client import BadInput, Client, Refused, uploads
from workbench.client.cli import app


def names(parts: list[uploads.Part]) -> list[str]:
    return [part.name for part in parts]


def test_an_onnx_goes_alone(model: Path) -> None:
    (model.parent / "unrelated.txt").write_text("no")

    assert names(uploads.model_parts(model)) == ["squeeze.onnx"]


def test_an_onnx_brings_the_external_data_that_exporters_write_beside_it(model: Path) -> None:
    (model.parent / "squeeze.onnx.data").write_bytes(b"w")
    (model.parent / "squeeze.onnx_data").write_bytes(b"w")

    assert names(uploads.model_parts(model)) == ["squeeze.onnx", "squeeze.onnx.data", "squeeze.onnx_data"]


def test_an_xml_brings_its_bin(tmp_path: Path) -> None:
    for name in ("m.xml", "m.bin", "other.bin"):
        (tmp_path / name).write_bytes(b"x")

    assert names(uploads.model_parts(tmp_path / "m.xml")) == ["m.xml", "m.bin"]


def test_an_xml_without_its_bin_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_bytes(b"x")

    with pytest.raises(BadInput, match=r"m\.bin is missing"):
        uploads.model_parts(tmp_path / "m.xml")


def test_a_bin_alone_says_which_file_to_give(tmp_path: Path) -> None:
    for name in ("m.xml", "m.bin"):
        (tmp_path / name).write_bytes(b"x")

    with pytest.raises(BadInput, match=r"give m\.xml"):
        uploads.model_parts(tmp_path / "m.bin")


def test_a_folder_is_walked_in_sorted_order_without_hidden_files(images: Path) -> None:
    (images / ".DS_Store").write_bytes(b"x")
    (images / ".git").mkdir()
    (images / ".git" / "config").write_bytes(b"x")

    assert names(uploads.dataset_parts(images)) == ["cat/a.jpg", "cat/b.jpg", "dog/c.jpg"]


def test_a_model_folder_sends_everything_in_it(model: Path) -> None:
    (model.parent / "weights").mkdir()
    (model.parent / "weights" / "conv1").write_bytes(b"w")

    assert names(uploads.model_parts(model.parent)) == ["squeeze.onnx", "weights/conv1"]


def test_a_link_that_stays_inside_is_not_followed(images: Path) -> None:
    (images / "again.jpg").symlink_to(images / "cat" / "a.jpg")
    (images / "loop").symlink_to(images)

    assert names(uploads.dataset_parts(images)) == ["cat/a.jpg", "cat/b.jpg", "dog/c.jpg"]


@pytest.mark.parametrize("target", ["/etc", "/etc/hostname", "../../nothing-there"])
def test_a_link_that_leads_out_is_refused_by_name(images: Path, target: str) -> None:
    (images / "cat" / "sly.jpg").symlink_to(target)

    with pytest.raises(BadInput, match=r"sly\.jpg leads out of the folder"):
        uploads.dataset_parts(images)


def test_a_folder_that_is_itself_behind_a_link_is_taken(images: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(images)

    assert len(uploads.dataset_parts(tmp_path / "link")) == 3


@pytest.mark.parametrize("look", [uploads.model_parts, uploads.dataset_parts])
def test_a_path_that_is_not_there_is_refused(look: Any, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        look(tmp_path / "nowhere")


@pytest.mark.parametrize("look", [uploads.model_parts, uploads.dataset_parts])
def test_an_empty_folder_is_refused(look: Any, tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_bytes(b"x")

    with pytest.raises(BadInput, match="holds no files"):
        look(tmp_path)


def test_a_pipe_is_neither_file_nor_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")

    with pytest.raises(BadInput, match="neither a file nor a folder"):
        uploads.model_parts(tmp_path / "pipe.onnx")


def test_a_name_that_is_no_text_is_refused(images: Path) -> None:
    Path(os.fsdecode(os.fsencode(images) + b"/\xff.jpg")).write_bytes(b"x")

    with pytest.raises(BadInput, match="not valid UTF-8"):
        uploads.dataset_parts(images)


def test_an_empty_file_is_refused_before_anything_is_sent(server: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()

    with pytest.raises(BadInput, match="is empty"):
        server.client().models.upload(tmp_path / "empty.onnx")
    assert server.requests == []


def test_the_relative_paths_and_the_name_arrive(server: Any, images: Path) -> None:
    view = server.client().datasets.upload(images, name="pets", format=None)

    assert server.uploads == [{"cat/a.jpg": 9, "cat/b.jpg": 9, "dog/c.jpg": 9}]
    assert view["request"] == {"name": "pets"}


@pytest.mark.parametrize("name", ['quote".jpg', "ümlaut 图.jpg", "semi;colon=.jpg", "100%.jpg"])
def test_a_difficult_name_arrives_as_it_is(server: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    server.client().datasets.upload(tmp_path)

    assert server.uploads == [{name: 1}]


def test_a_folder_may_hold_more_files_than_may_be_open(server: Any, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(400):
        (tmp_path / f"{number}.jpg").write_bytes(b"x" * number + b"y")
    client = server.client()
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        client.datasets.upload(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert len(server.uploads[0]) == 400


def test_a_file_that_shrinks_on_the_way_is_reported(server: Any, images: Path) -> None:
    client = server.client()
    parts = client.datasets.parts(images)
    (images / "cat" / "a.jpg").write_bytes(b"")

    with pytest.raises(BadInput, match="changed its size"):
        uploads.send(client._transport, "/v1/datasets", parts, {})


def test_a_file_that_vanishes_on_the_way_is_reported(server: Any, images: Path) -> None:
    client = server.client()
    parts = client.datasets.parts(images)
    (images / "dog" / "c.jpg").unlink()

    with pytest.raises(BadInput, match=r"c\.jpg: No such file"):
        uploads.send(client._transport, "/v1/datasets", parts, {})


def test_a_refusal_that_comes_before_the_end_of_the_upload_is_heard(tmp_path: Path) -> None:
    big = tmp_path / "big.onnx"
    with big.open("wb") as file:
        file.truncate(50 * 2**20)
    body = b'{"title": "Too large", "status": 413, "detail": "at most 1 MB"}'
    head = b"HTTP/1.1 413 Too Large\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n"

    def refuse(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        peer.recv(2**16)
        peer.sendall(head % len(body) + body)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(2**20):  # as servers do for a while: a reset would destroy the answer on its way
            pass
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=refuse, args=[listener], daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(url) as client, pytest.raises(Refused, match="at most 1 MB"):
            client.models.upload(big)


def test_all_parts_of_a_checkpoint_come_along_and_a_missing_one_is_named(tmp_path: Path) -> None:
    for name in ("step[7].meta", "step[7].data-00000-of-00002", "step[7].data-00001-of-00002", "step7.data-of-others"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(BadInput, match=r"step\[7\].index is missing"):
        uploads.model_parts(tmp_path / "step[7].meta")
    (tmp_path / "step[7].index").write_bytes(b"x")

    assert names(uploads.model_parts(tmp_path / "step[7].meta")) == [
        "step[7].meta",
        "step[7].index",
        "step[7].data-00000-of-00002",
        "step[7].data-00001-of-00002",
    ]


def test_a_saved_model_is_given_as_its_folder(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    (tmp_path / "saved_model.pb").write_bytes(b"x")

    with pytest.raises(BadInput, match="give the folder"):
        uploads.model_parts(tmp_path / "saved_model.pb")


def test_a_link_is_called_as_it_is_typed_and_not_by_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "d816e80dbe28").write_bytes(b"x")
    (tmp_path / "model.onnx").symlink_to(tmp_path / "blobs" / "d816e80dbe28")

    assert uploads.display_name(tmp_path / "model.onnx") == "model"
    assert uploads.display_name(tmp_path / "blobs" / "..") == tmp_path.name


def test_of_a_hubs_cache_a_model_comes_with_its_weights_and_the_folder_says_how(tmp_path: Path) -> None:
    """Both are links into a folder beside, under the digest of what they lead to."""
    revision = tmp_path / "models--someone--thing" / "snapshots" / "abc123"
    (tmp_path / "models--someone--thing" / "blobs").mkdir(parents=True)
    revision.mkdir(parents=True)
    for name in ("model.onnx", "model.onnx_data"):
        (revision / "../../blobs" / f"digest of {name}").write_bytes(name.encode())
        (revision / name).symlink_to(f"../../blobs/digest of {name}")

    parts = uploads.model_parts(revision / "model.onnx")

    assert {part.name: b"".join(part.read(0, part.size_bytes)) for part in parts} == {
        "model.onnx": b"model.onnx",
        "model.onnx_data": b"model.onnx_data",
    }
    with pytest.raises(BadInput, match=r"model\.onnx leads out of the folder, .* give the file itself .*cp -rL"):
        uploads.model_parts(revision)


def test_what_follows_an_import_is_asked_for_beside_the_file(server: Any, model: Path) -> None:
    view = server.client().models.upload(model, name="net", convert={"precision": "FP32", "outputs": ["prob"]})

    assert view["request"] == {"name": "net", "convert": '{"precision": "FP32", "outputs": ["prob"]}'}


def test_a_file_of_this_machine_is_imported_and_converted_by_one_command(server: Any, model: Path) -> None:
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}

    created = CliRunner().invoke(app, ["models", "create", str(model), "--convert", "fp16", "--json"], env=env)

    assert created.exit_code == 0, created.output
    assert json.loads(created.stdout)["request"] == {"name": "squeeze", "convert": '{"precision": "FP16"}'}

"""Large uploads against a real API process: whatever is killed in the middle, the same command goes on."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from workbench.client import BadInput, Client, Refused
from workbench.client.folder_tar import FolderTar, empty_folders
from workbench.client.uploads import folder_parts
from workbench.store import FileStore
from workbench.webapp.identity import Identity, write_token

MIB = 1 << 20
BIG_MIB = 50
COMMAND = Path(sys.executable).with_name("workbench")


class Api:
    """``python -m workbench.<name> api`` on one port and home, as often as it is killed."""

    def __init__(self, home: Path, module: str) -> None:
        self.home, self.module = home, module
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.store = FileStore(home / "store")
        write_token(self.store, "secret", Identity("team", "member"), "test")
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {**os.environ, "WORKBENCH_HOME": str(self.home), "WORKBENCH_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, "api"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the API did not come up")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """It takes and answers nothing meanwhile."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)

    def parts(self) -> int:
        """How many have arrived of uploads in parts."""
        return len(list((self.home / "store" / ".parts").glob("*/[0-9]*")))

    def peak_mib(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        status = Path(f"/proc/{children[0]}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024

    def client(self, token: str = "secret") -> Client:
        return Client(self.url, token)

    def kept(self, view: dict[str, Any]) -> str:
        """SHA-256 of the job's first file."""
        digest = hashlib.sha256()
        for chunk in self.store.read(view["request"]["files"][0]["key"]):
            digest.update(chunk)
        return digest.hexdigest()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "workbench" / "uploads"


@pytest.fixture(scope="module")
def running(serving: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One for all: it starts in seconds, and who kills it starts it again."""
    made = Api(tmp_path_factory.mktemp("registry") / "home", "workbench.model_registry")
    yield made
    made.kill()


@pytest.fixture
def api(running: Api, cache: Path) -> Api:
    """Without the parts that an earlier test has left."""
    shutil.rmtree(running.home / "store" / ".parts", ignore_errors=True)
    return running


@pytest.fixture(scope="module")
def bytes_of_big() -> bytes:
    """Seven parts that differ everywhere."""
    return b"".join(hashlib.shake_128(bytes([number])).digest(MIB) for number in range(BIG_MIB))


@pytest.fixture
def big(tmp_path: Path, bytes_of_big: bytes) -> Path:
    path = tmp_path / "big.onnx"
    path.write_bytes(bytes_of_big)
    return path


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def when(ready: Any, timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def start_command(api: Api, path: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "WORKBENCH_TOKEN": "secret", "WORKBENCH_SERVER": api.url}
    return subprocess.Popen(
        [COMMAND, "models", "create", path, "--json"],
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_large_file_arrives_whole_and_its_progress_is_told(api: Api, big: Path, cache: Path) -> None:
    told: list[tuple[int, int]] = []

    with api.client() as client:
        view = client.models.upload(big, tell=lambda *news: told.append(news), name="large")

    assert (view["state"], view["name"]) == ("queued", "large")
    assert api.kept(view) == digest_of(big)
    assert told[-1] == (BIG_MIB * MIB, BIG_MIB * MIB)
    assert list(cache.iterdir()) == []


def test_an_upload_outlives_kills_of_the_server(api: Api, big: Path) -> None:
    views: list[Any] = []
    with api.client() as client:
        uploading = threading.Thread(target=lambda: views.append(client.models.upload(big)))
        uploading.start()
        for parts in (2, 4):
            when(lambda parts=parts: api.parts() >= parts or views)
            api.kill()
            api.start()
        uploading.join(60)

    assert api.kept(views[0]) == digest_of(big)


def test_the_same_command_goes_on_after_its_own_kill(api: Api, big: Path, cache: Path) -> None:
    first = start_command(api, big)
    when(lambda: api.parts() >= 3)
    first.kill()
    first.communicate()
    [memory] = cache.iterdir()
    upload_id = json.loads(memory.read_text())["id"]
    before = {path.stat().st_ino for path in (api.home / "store" / ".parts").glob("*/[0-9]*")}

    second = start_command(api, big)
    inodes: set[int] = set()
    while second.poll() is None:
        with contextlib.suppress(FileNotFoundError):  # assembled just now
            inodes |= {path.stat().st_ino for path in (api.home / "store" / ".parts").glob("*/[0-9]*")}
    view = json.loads(second.communicate()[0])

    assert view["id"] == upload_id
    assert before <= inodes, "what had arrived was not sent again"
    assert api.kept(view) == digest_of(big)


def test_ctrl_c_says_in_one_line_that_the_same_command_goes_on(api: Api, big: Path) -> None:
    process = start_command(api, big)
    when(lambda: api.parts() >= 1)
    with api.standing_still():  # so that it is still sending, however slow we are
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 130, errors
    [line] = [line for line in errors.splitlines() if "Interrupted" in line]
    assert "the same command goes on from there" in line
    assert "Traceback" not in errors
    again = start_command(api, big)
    assert api.kept(json.loads(again.communicate(timeout=60)[0])) == digest_of(big)


def test_a_file_that_changed_meanwhile_is_another_upload(api: Api, big: Path) -> None:
    first = start_command(api, big)
    when(lambda: api.parts() >= 2)
    first.kill()
    first.communicate()
    with big.open("r+b") as file:
        file.write(b"other")

    with api.client() as client:
        view = client.models.upload(big)

    assert api.kept(view) == digest_of(big)


def test_a_part_that_rotted_in_the_store_is_sent_again(api: Api, big: Path) -> None:
    first = start_command(api, big)
    when(lambda: api.parts() >= 2)
    first.kill()
    first.communicate()
    part = next((api.home / "store" / ".parts").glob("*/[0-9]*"))
    data = bytearray(part.read_bytes())
    data[-1] ^= 1  # the last byte belongs to the digest that is kept with the part
    part.write_bytes(data)

    with api.client() as client:
        assert api.kept(client.models.upload(big)) == digest_of(big)


def test_an_upload_the_server_has_forgotten_begins_anew(api: Api, big: Path, cache: Path) -> None:
    first = start_command(api, big)
    when(lambda: api.parts() >= 2)
    first.kill()
    first.communicate()
    [memory] = cache.iterdir()
    upload_id = json.loads(memory.read_text())["id"]
    headers = {"Authorization": "Bearer secret"}
    assert httpx.delete(f"{api.url}/v1/models/uploads/{upload_id}", headers=headers).status_code == 204

    with api.client() as client:
        view = client.models.upload(big)

    assert view["id"] != upload_id
    assert api.kept(view) == digest_of(big)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "../../x"}', '{"id": 5}'])
def test_a_spoilt_memory_of_an_earlier_attempt_is_no_obstacle(api: Api, big: Path, cache: Path, text: str) -> None:
    first = start_command(api, big)
    when(lambda: cache.exists() and list(cache.iterdir()))
    first.kill()
    first.communicate()
    for memory in cache.iterdir():
        memory.write_text(text)

    with api.client() as client:
        assert api.kept(client.models.upload(big)) == digest_of(big)


def test_a_home_that_cannot_be_written_is_no_obstacle(api: Api, big: Path, cache: Path) -> None:
    cache.parent.parent.write_text("a file where the folder would be")

    with api.client() as client:
        assert api.kept(client.models.upload(big)) == digest_of(big)


def test_a_refusal_is_heard_before_anything_is_sent(api: Api, big: Path) -> None:
    write_token(api.store, "looker", Identity("team", "viewer"), "viewer")

    with api.client("looker") as client, pytest.raises(Refused, match="member"):
        client.models.upload(big)
    assert api.parts() == 0


def test_a_file_that_shrinks_on_the_way_is_reported(api: Api, big: Path) -> None:
    with api.client() as client:
        parts = client.models.parts(big)
        os.truncate(big, 20 * MIB)
        with pytest.raises(BadInput, match="changed its size"):
            client.models._in_parts(parts, {}, None)


def test_memory_of_server_and_client_stays_flat_for_300_megabytes(serving: None, cache: Path, tmp_path: Path) -> None:
    """Both in processes of their own, since the peak of others may be anything already."""
    api = Api(tmp_path / "home", "workbench.model_registry")
    big = tmp_path / "big.onnx"
    with big.open("wb") as file:
        file.truncate(300 * MIB)
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom workbench.client import Client\n"
        "client = Client(sys.argv[1], 'secret')\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "before = peak()\nclient.models.upload(Path(sys.argv[2]))\nprint(peak() - before)\n"
    )
    before = api.peak_mib()

    done = subprocess.run(
        [sys.executable, "-c", code, api.url, str(big)], capture_output=True, text=True, timeout=120, check=True
    )

    peak = api.peak_mib()
    api.kill()
    assert int(done.stdout) < 30
    assert peak - before < 40


# -- folders --------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pets"
    for number in range(40):
        path = made / f"class{number % 3}" / f"{'long' * 40}-{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number]) * number * 1000)
    (made / "nothing" / "here").mkdir(parents=True)
    (made / ".git" / "objects").mkdir(parents=True)
    return made


def test_a_folder_is_a_tar_with_its_empty_folders_and_always_the_same(folder: Path) -> None:
    tar = FolderTar(folder, folder_parts(folder), empty_folders(folder))

    data = b"".join(tar.read(0, tar.size_bytes))

    assert len(data) == tar.size_bytes
    with tarfile.open(fileobj=io.BytesIO(data)) as read:
        found = {member.name: read.extractfile(member).read() if member.isfile() else None for member in read}
    files = {part.name: part.path.read_bytes() for part in folder_parts(folder)}
    assert found == files | {"nothing/here": None}
    assert data == b"".join(FolderTar(folder, folder_parts(folder), empty_folders(folder)).read(0, tar.size_bytes))


@pytest.mark.parametrize("step", [1, 511, 512, 513, 10_007])
def test_any_range_of_a_folders_tar_is_the_same_bytes(folder: Path, step: int) -> None:
    tar = FolderTar(folder, folder_parts(folder), empty_folders(folder))
    data = b"".join(tar.read(0, tar.size_bytes))

    for offset in range(0, tar.size_bytes, max(step, tar.size_bytes // 200)):
        size = min(step, tar.size_bytes - offset)
        assert b"".join(tar.read(offset, size)) == data[offset : offset + size]


def test_a_dataset_with_an_empty_class_says_so_to_the_server(
    serving: None, tmp_path: Path, folder: Path, cache: Path
) -> None:
    api = Api(tmp_path / "datasets", "workbench.dataset")
    try:
        with api.client() as client:
            view = client.datasets.upload(folder, name="pets", calibration_percent=10)
    finally:
        api.kill()

    [file] = view["request"]["files"]
    assert (view["name"], file["name"], view["request"]["calibration_percent"]) == ("pets", "pets.tar", 10)
    with tarfile.open(fileobj=io.BytesIO(b"".join(api.store.read(file["key"])))) as read:
        assert "nothing/here" in read.getnames()
        assert len(read.getnames()) == 41

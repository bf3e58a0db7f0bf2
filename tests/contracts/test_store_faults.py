"""What a store behind a network does when the network, the server or the credentials fail."""

from __future__ import annotations

import hashlib
import io
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from workbench.store import NoRoom, ObjectMissing, Part, PartMismatch, StoreAway, StoreRefused
from workbench.store.s3 import S3Store

MIB = 1 << 20
ATTEMPT_S = 1.0
BOUND_S = 20.0
KEY = "uploads/model.bin"


@pytest.fixture
def open_store(seaweedfs: Any) -> Callable[..., S3Store]:
    prefix = f"{uuid.uuid4().hex}/"

    def opened(**changed: Any) -> S3Store:
        how = {
            "endpoint": seaweedfs.endpoint,
            "bucket": seaweedfs.bucket,
            "prefix": prefix,
            "attempt_s": ATTEMPT_S,
            "access_key": seaweedfs.access_key,
            "secret_key": seaweedfs.secret_key,
        }
        return S3Store(**how | changed)

    return opened


@pytest.fixture
def store(open_store: Callable[..., S3Store]) -> S3Store:
    return open_store()


@pytest.fixture
def patient(open_store: Callable[..., S3Store]) -> S3Store:
    """For arranging and auditing: a loaded machine is no fault."""
    return open_store(attempt_s=30.0)


@pytest.fixture
def paused(seaweedfs: Any) -> Iterator[Callable[[], None]]:
    yield seaweedfs.pause
    seaweedfs.resume()


@pytest.fixture
def killed(seaweedfs: Any) -> Iterator[Callable[[], None]]:
    down = []

    def kill() -> None:
        down.append(True)
        seaweedfs.kill()

    yield kill
    if down and not seaweedfs.ready():
        seaweedfs.start()


def acts(store: S3Store, folder: Path) -> dict[str, Callable[[], object]]:
    return {
        "put": lambda: store.put("x", b"x"),
        "put_stream": lambda: store.put_stream("x", io.BytesIO(bytes(9 * MIB))),
        "get": lambda: store.get("there"),
        "read": lambda: store.read("there"),
        "fetch": lambda: store.fetch("there", folder / "fetched"),
        "copy": lambda: store.copy("there", "x"),
        "info": lambda: store.info("there"),
        "exists": lambda: store.exists("there"),
        "list": lambda: list(store.list("")),
        "delete": lambda: store.delete("x"),
        "begin_parts": lambda: store.begin_parts("x"),
        "parts": lambda: store.parts("x", "0" * 32),
        "open_uploads": lambda: list(store.open_uploads("")),
    }


NAMES = list(acts(None, Path()))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_an_address_where_nobody_listens_is_said_in_time(
    open_store: Callable[..., S3Store], tmp_path: Path, name: str
) -> None:
    began = time.monotonic()

    with pytest.raises(StoreAway) as raised:
        acts(open_store(endpoint="http://127.0.0.1:9"), tmp_path)[name]()

    assert not isinstance(raised.value, StoreRefused)
    assert time.monotonic() - began < BOUND_S


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_secret_is_refused_without_telling_it(
    open_store: Callable[..., S3Store], tmp_path: Path, name: str
) -> None:
    with pytest.raises(StoreRefused) as raised:
        acts(open_store(secret_key="not-the-secret"), tmp_path)[name]()

    assert "not-the-secret" not in str(raised.value)
    assert not (tmp_path / "fetched").exists()


def test_an_unknown_access_key_and_a_missing_bucket_are_refused(open_store: Callable[..., S3Store]) -> None:
    with pytest.raises(StoreRefused, match="InvalidAccessKeyId"):
        open_store(access_key="nobody").put("x", b"")
    with pytest.raises(StoreRefused, match="NoSuchBucket"):
        list(open_store(bucket="no-such-bucket").list(""))


@pytest.mark.parametrize("name", ["put", "get", "list", "begin_parts"])
def test_a_server_that_stands_still_is_away_and_comes_back(
    store: S3Store, patient: S3Store, paused: Callable[[], None], seaweedfs: Any, tmp_path: Path, name: str
) -> None:
    patient.put("there", b"bytes")
    paused()
    began = time.monotonic()

    with pytest.raises(StoreAway):
        acts(store, tmp_path)[name]()

    assert time.monotonic() - began < BOUND_S
    seaweedfs.resume()
    assert patient.get("there") == b"bytes"


class Interrupted(io.RawIOBase):
    """32 MiB; something happens half-way."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._left, self._act = 32 * MIB, act

    def read(self, size: int = -1) -> bytes:
        if self._left == 16 * MIB:
            self._act()
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


@pytest.mark.parametrize("fault", ["paused", "killed"])
def test_a_server_lost_amid_an_upload_leaves_nothing_half_visible(
    store: S3Store, patient: S3Store, request: pytest.FixtureRequest, seaweedfs: Any, fault: str
) -> None:
    act = request.getfixturevalue(fault)
    patient.put("before", b"kept")
    began = time.monotonic()

    with pytest.raises(StoreAway):
        store.put_stream("half", Interrupted(act))

    assert time.monotonic() - began < 2 * BOUND_S
    seaweedfs.resume() if fault == "paused" else seaweedfs.start()
    assert not patient.exists("half")
    assert [info.key for info in patient.list("")] == ["before"]
    assert patient.get("before") == b"kept"
    for found in patient.open_uploads(""):  # what could not be abandoned then is for gc to find
        patient.abort_parts(found.key, found.upload)
    assert list(patient.open_uploads("")) == []


@pytest.mark.parametrize("fault", ["paused", "killed"])
def test_a_server_lost_amid_a_download_is_never_a_short_read(
    store: S3Store, patient: S3Store, request: pytest.FixtureRequest, seaweedfs: Any, fault: str
) -> None:
    act = request.getfixturevalue(fault)
    data = bytes(range(256)) * (160 * MIB // 256)  # much more than the kernel keeps of a connection
    patient.put_stream("big", io.BytesIO(data))
    chunks = store.read("big")
    first = next(chunks)
    act()
    began = time.monotonic()

    with pytest.raises(StoreAway):
        list(chunks)

    assert data.startswith(first)
    assert time.monotonic() - began < 2 * BOUND_S
    seaweedfs.resume() if fault == "paused" else seaweedfs.start()
    assert patient.get("big") == data, "a restart keeps what was acknowledged"


def test_a_download_goes_on_where_a_lost_connection_broke_it(patient: S3Store) -> None:
    data = hashlib.shake_128(b"seed").digest(48 * MIB)
    patient.put_stream("big", io.BytesIO(data))
    chunks = patient.read("big")
    received = [next(chunks)]

    break_connection(chunks)
    received.extend(chunks)

    assert b"".join(received) == data


def break_connection(chunks: Any) -> None:
    """As a proxy that restarts would."""
    chunks.gi_frame.f_locals["found"]["Body"]._raw_stream.close()


def test_an_object_replaced_amid_a_download_is_said_not_mixed(patient: S3Store) -> None:
    patient.put_stream("big", io.BytesIO(b"a" * 48 * MIB))
    chunks = patient.read("big")
    next(chunks)
    patient.put_stream("big", io.BytesIO(b"b" * 48 * MIB))
    break_connection(chunks)

    with pytest.raises(StoreAway, match="changed"):
        list(chunks)


def url(store: S3Store, upload: str, number: int = 1, size: int = 5, expires_s: int = 60) -> str:
    made = store.part_url(KEY, upload, number, size, expires_s)
    assert made is not None
    return made


def test_a_part_sent_to_its_signed_address_arrives(patient: S3Store) -> None:
    upload = patient.begin_parts(KEY)

    answer = httpx.put(url(patient, upload), content=b"12345")

    assert answer.status_code == 200
    [part] = patient.parts(KEY, upload)
    assert part == Part(1, 5, hashlib.md5(b"12345", usedforsecurity=False).hexdigest())
    patient.complete_parts(KEY, upload, [part])
    assert patient.get(KEY) == b"12345"


@pytest.mark.parametrize("size", [4, 6, 0])
def test_a_signed_address_takes_the_signed_size_and_no_other(patient: S3Store, size: int) -> None:
    upload = patient.begin_parts(KEY)

    assert httpx.put(url(patient, upload), content=b"x" * size).status_code == 403
    assert patient.parts(KEY, upload) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("partNumber=1", "partNumber=2"), ("model.bin", "other.bin"), ("X-Amz-Expires=60", "X-Amz-Expires=90")],
)
def test_a_signed_address_with_a_changed_byte_is_refused(patient: S3Store, old: str, new: str) -> None:
    upload = patient.begin_parts(KEY)
    changed = url(patient, upload).replace(old, new)

    assert changed != url(patient, upload)
    assert httpx.put(changed, content=b"12345").status_code == 403
    assert httpx.get(changed).status_code == 403
    assert patient.parts(KEY, upload) == []


def test_a_signed_address_ends(patient: S3Store) -> None:
    upload = patient.begin_parts(KEY)
    short = url(patient, upload, expires_s=1)
    time.sleep(2.1)

    assert httpx.put(short, content=b"12345").status_code == 403
    assert patient.parts(KEY, upload) == []


def test_a_signed_address_of_an_abandoned_upload_is_worth_nothing(patient: S3Store) -> None:
    upload = patient.begin_parts(KEY)
    signed = url(patient, upload)
    patient.abort_parts(KEY, upload)

    assert httpx.put(signed, content=b"12345").status_code == 404
    assert not patient.exists(KEY)


def test_signed_addresses_are_those_of_the_public_endpoint(open_store: Callable[..., S3Store]) -> None:
    store = open_store(public_endpoint="https://objects.example.com")

    made = url(store, store.begin_parts(KEY))

    assert made.startswith("https://objects.example.com/workbench/")
    assert "not-the-secret" not in made


def test_a_part_too_small_for_the_server_is_refused_with_a_reason(patient: S3Store) -> None:
    upload = patient.begin_parts(KEY)
    parts = [patient.put_part(KEY, upload, number, io.BytesIO(b"small")) for number in (1, 2)]

    try:
        patient.complete_parts(KEY, upload, parts)
    except PartMismatch as refused:
        assert "EntityTooSmall" in str(refused)
    else:
        assert patient.get(KEY) == b"smallsmall", "a server may be more generous"


def test_completing_from_many_threads_makes_one_object(patient: S3Store) -> None:
    upload = patient.begin_parts(KEY)
    part = patient.put_part(KEY, upload, 1, io.BytesIO(b"bytes"))
    faults: list[Exception] = []

    def complete() -> None:
        try:
            patient.complete_parts(KEY, upload, [part])
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=complete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert patient.get(KEY) == b"bytes"


@pytest.mark.server
def test_a_full_server_has_no_room_and_keeps_what_it_has(tmp_path: Path) -> None:
    from servers import seaweedfs as module

    if reason := module.available():
        pytest.skip(reason)
    server = module.SeaweedFS(tmp_path / "small", volumes=8, volume_mb=1)
    server.start()
    try:
        store = S3Store(server.endpoint, server.bucket, server.access_key, server.secret_key)
        store.put("kept", b"bytes")
        with pytest.raises((NoRoom, StoreAway)) as raised:
            for number in range(40):
                store.put_stream(f"fill/{number}", io.BytesIO(bytes(9 * MIB)))
        print("full:", repr(raised.value), repr(raised.value.__cause__))
        assert store.get("kept") == b"bytes"
        assert list(store.open_uploads("")) == []
    finally:
        server.stop()


def test_reading_what_was_deleted_meanwhile_says_so_first(patient: S3Store) -> None:
    patient.put("gone", b"x")
    patient.delete("gone")

    with pytest.raises(ObjectMissing):
        patient.read("gone")

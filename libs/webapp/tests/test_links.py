"""Large files come from the object store itself to who asks for that, by a link that is its own permission."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from fresh import embedded
from workbench.jobs import Adapters
from workbench.model_registry.app import create_app
from workbench.store import File, Keys, Manifest, Manifests, Store
from workbench.webapp.files import LINKED_BYTES
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

DATA = os.urandom(LINKED_BYTES)
LARGE, SMALL = "/v1/models/m/files/large.bin", "/v1/models/m/files/small.bin"


def serving(made: Adapters, home: Path) -> FlaskClient:
    write_token(made.store, "token", Identity("a", "member"), "a")
    files = tuple(keep(made.store, name, data) for name, data in (("large.bin", DATA), ("small.bin", DATA[:1000])))
    manifest = Manifest("model", "m", "a", "", files, {"format": "ir"})
    Manifests(made.store, "a").write(manifest.text())
    made.record("model-registry").index("model", manifest, "m")
    client: FlaskClient = create_app(made, load({"WORKBENCH_HOME": str(home)})).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


def keep(store: Store, name: str, data: bytes) -> File:
    digest, size = store.put_stream("staged", io.BytesIO(data))
    store.copy("staged", Keys("a").blob(digest))
    return File(name, digest, size)


@pytest.fixture
def store(seaweedfs: Any) -> Any:
    made = seaweedfs.store()
    made._prefix = f"{uuid.uuid4().hex}/"
    return made


@pytest.fixture
def models(store: Store, tmp_path: Path) -> Iterator[FlaskClient]:
    made = replace(embedded(tmp_path), store=store)
    yield serving(made, tmp_path)
    made.close()


def test_who_asks_for_a_link_gets_one_that_needs_no_token_and_knows_ranges(models: FlaskClient) -> None:
    answer = models.get(f"{LARGE}?link=true", headers={"Range": "bytes=100-"})

    assert answer.status_code == 307
    there = httpx.get(answer.headers["Location"], headers={"Range": "bytes=100-199"})
    assert (there.status_code, there.content) == (206, DATA[100:200])
    assert there.headers["content-disposition"] == "attachment"
    assert there.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("path", [LARGE, f"{SMALL}?link=true"])
def test_who_does_not_ask_or_wants_little_gets_the_bytes(models: FlaskClient, path: str) -> None:
    answer = models.get(path)

    assert answer.status_code == 200
    assert DATA.startswith(answer.data)


def test_a_head_says_what_there_is(models: FlaskClient) -> None:
    answer = models.head(f"{LARGE}?link=true")

    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len(DATA)))


def test_a_link_to_what_was_collected_is_not_given(models: FlaskClient, store: Store) -> None:
    for info in list(store.list("teams/a/blobs/")):
        store.delete(info.key)

    assert models.get(f"{LARGE}?link=true").status_code == 410


def test_a_link_is_of_one_file_and_for_reading(models: FlaskClient) -> None:
    url = models.get(f"{LARGE}?link=true").headers["Location"]

    assert httpx.put(url, content=b"mine").status_code == 403
    assert httpx.get(url.replace("/blobs/", "/manifests/")).status_code == 403


def test_a_directory_has_no_links(tmp_path: Path) -> None:
    made = embedded(tmp_path)

    assert serving(made, tmp_path).get(f"{LARGE}?link=true").data == DATA
    made.close()

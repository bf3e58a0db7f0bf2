"""An upload that the server refuses while it is being sent ends with the server's reason, whoever sends it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from eventually import until
from servers.nginx import Nginx, available
from workbench.client import Client, Refused
from workbench.client.uploads import model_parts, send
from workbench.store import FileStore
from workbench.webapp.identity import Identity, write_token

LIMIT_MIB = 4
SENT = 160 << 20  # more than is read of whoever is told goodbye, and than any buffer holds


@pytest.fixture(scope="module", params=["directly", "through nginx"])
def url(serving: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A model registry that takes little."""
    if request.param == "through nginx" and (reason := available()):
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("home")
    for role in ("member", "viewer"):
        write_token(FileStore(home / "store"), role, Identity("a", role), "test")
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.model_registry", "api"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "WORKBENCH_HOME": str(home), "WORKBENCH_UPLOAD_LIMIT_MIB": str(LIMIT_MIB)},
        text=True,
    )
    assert process.stdout is not None
    direct = process.stdout.readline().split()[-1]
    with contextlib.ExitStack() as stack:
        stack.callback(process.communicate, timeout=60)
        stack.callback(process.terminate)
        until(lambda: _answers(direct))
        if request.param == "through nginx":
            front = Nginx(tmp_path_factory.mktemp("nginx"), {"/v1/models": [direct.removeprefix("http://")]})
            stack.callback(front.stop)
            front.start()
            yield front.url
        else:
            yield direct


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/healthz").is_success
    return False


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "large.onnx"
    with path.open("wb") as file:
        file.truncate(SENT)
    return path


REFUSALS = {"nobody": "unauthorized", "viewer": "forbidden", "member": "http-problem"}


@pytest.mark.parametrize("token", REFUSALS)
def test_the_sdk_hears_the_reason(url: str, large: Path, token: str) -> None:
    with contextlib.closing(Client(url, token)) as client, pytest.raises(Refused) as refused:
        send(client.models._transport, "/v1/models", model_parts(large), {})

    assert refused.value.type == REFUSALS[token]


@pytest.mark.parametrize("token", REFUSALS)
def test_a_plain_client_that_reads_while_it_sends_hears_the_reason(url: str, token: str) -> None:
    address = url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {SENT}\r\n\r\n"
    )
    with socket.create_connection((address[0], int(address[1])), timeout=20) as client:
        client.sendall(head.encode())
        client.sendall(b"-" * (2 << 20))  # and no more: the answer does not wait for the rest
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.rstrip().endswith(b"}"):
            piece = client.recv(65536)
            assert piece, answer
            answer += piece

    assert b"application/problem+json" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"].endswith(REFUSALS[token])


def test_curl_hears_the_reason(url: str, large: Path) -> None:
    ended = subprocess.run(
        ["curl", "-sS", "-F", f"files=@{large}", "-H", "Authorization: Bearer member", f"{url}/v1/models"],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert json.loads(ended.stdout)["status"] == 413, ended

"""What is no request, or a wrong one, sent byte by byte: whoever is answered gets a problem document."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from eventually import until
from workbench.store import FileStore
from workbench.webapp.identity import Identity, write_token


@pytest.fixture(scope="module", params=["workbench.converter", "workbench.standalone"])
def address(
    serving: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """Where an API, and the embedded workbench, is served."""
    home = tmp_path_factory.mktemp("home")
    write_token(FileStore(home / "store"), "secret", Identity("a", "member"), "test")
    words = ["api"] if request.param == "workbench.converter" else [str(home), "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", request.param, *words],
        env={**os.environ, "WORKBENCH_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    url = next(word for word in process.stdout.readline().split() if word.startswith("http://")).rstrip(";")
    host, _, port = url.removeprefix("http://").partition(":")
    until(lambda: said((host, int(port)), MODELS).startswith(b"HTTP/1.1 200"))
    yield host, int(port)
    process.terminate()
    process.communicate(timeout=30)


def said(address: tuple[str, int], sent: bytes) -> bytes:
    """All that comes back until the other side has no more."""
    answer = b""
    with contextlib.suppress(ConnectionError), socket.create_connection(address, timeout=20) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(sent)
        while piece := client.recv(65536):
            answer += piece
            if complete(answer):
                break
    return answer


def complete(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end and length) and len(body) >= int(length[0].split(b":")[1])


TOKEN = b"Authorization: Bearer secret\r\n"
HOST = b"Host: localhost\r\n"
CONVERSIONS = b"POST /v1/conversions HTTP/1.1\r\n" + HOST + TOKEN
JSON = CONVERSIONS + b"Content-Type: application/json\r\n"
FORM = b"POST /v1/models HTTP/1.1\r\n" + HOST + TOKEN + b"Content-Type: multipart/form-data; boundary=b\r\n"

MODELS = b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"

MALFORMED = {
    "no HTTP at all": (b"hello\r\n\r\n", 400),
    "lines that end with LF": (b"GET / HTTP/1.1\n\n", 400),
    "an empty request line": (b"\r\n\r\n", 400),
    "no version": (b"GET /\r\n\r\n", 400),
    "an unknown version": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a method of lower case": (b"get / HTTP/1.1\r\n\r\n", 400),
    "a method of one letter": (b"G / HTTP/1.1\r\n\r\n", 400),
    "a space in the path": (b"GET /a b HTTP/1.1\r\n\r\n", 400),
    "a path beyond ASCII": (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
    "a request line that is too long": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
    "a header that is too long": (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "too many headers": (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 200 + b"\r\n", 431),
    "a head that does not end": (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 20_000, 431),
    "a header without a colon": (b"GET / HTTP/1.1\r\nhello\r\n\r\n", 400),
    "a header without a name": (b"GET / HTTP/1.1\r\n: a\r\n\r\n", 400),
    "a header with a space in its name": (b"GET / HTTP/1.1\r\nX Y: a\r\n\r\n", 400),
    "a header with NUL": (b"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", 400),
    "a folded header": (b"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 400),
    "a length that is none": (CONVERSIONS + b"Content-Length: many\r\n\r\n", 400),
    "a negative length": (CONVERSIONS + b"Content-Length: -1\r\n\r\n", 400),
    "two lengths": (CONVERSIONS + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "a length and chunks": (CONVERSIONS + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "an unknown transfer encoding": (CONVERSIONS + b"Transfer-Encoding: rot13\r\n\r\n", 501),
    "an encoding that has no end": (CONVERSIONS + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    "an unknown expectation": (CONVERSIONS + b"Expect: money\r\nContent-Length: 2\r\n\r\n{}", 417),
    "a chunk without a size": (JSON + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n", 400),
    "a chunk that goes on too long": (JSON + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", 400),
    "a size of a chunk that does not end": (JSON + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 9000, 400),
    "no host": (b"GET /v1/conversions HTTP/1.1\r\n\r\n", 401),
    "another host": (b"GET /v1/conversions HTTP/1.1\r\nHost: example.org\r\n" + TOKEN + b"\r\n", 403),
    "no token": (b"GET /v1/conversions HTTP/1.1\r\n" + HOST + b"\r\n", 401),
    "no token, and a body that never comes": (
        b"POST /v1/conversions HTTP/1.1\r\n" + HOST + b"Content-Length: 999\r\n\r\nab",
        401,
    ),
    "an unknown path": (b"GET /v1/conversions/a/b/c HTTP/1.1\r\n" + HOST + TOKEN + b"\r\n", 404),
    "a method that the path has not": (b"PATCH /v1/conversions HTTP/1.1\r\n" + HOST + TOKEN + b"\r\n", 405),
    "a method that nobody knows": (b"BREW /v1/conversions HTTP/1.1\r\n" + HOST + TOKEN + b"\r\n", 405),
    "a method that health has not": (b"DELETE /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "JSON that is none": (JSON + b"Content-Length: 1\r\n\r\n{", 422),
    "JSON larger than JSON may be": (JSON + b"Content-Length: 99999999\r\n\r\n", 413),
    "a body larger than any may be": (FORM + b"Content-Length: 9999999999999\r\n\r\nabc", 413),
    "another kind of body": (CONVERSIONS + b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nab", 422),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_whoever_is_answered_gets_a_problem_document(address: tuple[str, int], what: str) -> None:
    sent, status = MALFORMED[what]
    if what == "a body larger than any may be" and b"model-registry" not in said(address, MODELS):
        status = 404  # a service without uploads
    answer = said(address, sent)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer[:400]
    assert b"content-type: application/problem+json" in head.lower()
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["type"].startswith("urn:workbench:problem:")
    assert problem["detail"]
    assert problem["remedy"]


def test_after_a_refusal_a_kept_connection_goes_on_with_the_next_request(address: tuple[str, int]) -> None:
    request = b"GET /v1/conversions/x HTTP/1.1\r\n" + HOST + TOKEN + b"\r\n"
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(request * 3 + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := client.recv(65536):
            answer += piece

    assert answer.count(b"HTTP/1.1 404") == 3
    assert answer.count(b"HTTP/1.1 200") == 1


def test_a_body_is_asked_for_only_when_it_is_wanted(address: tuple[str, int]) -> None:
    length = b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    refused = said(address, b"POST /v1/conversions HTTP/1.1\r\n" + HOST + length)
    assert refused.startswith(b"HTTP/1.1 401"), refused
    assert b"\r\nConnection: close\r\n" in refused

    with socket.create_connection(address, timeout=20) as client:
        client.sendall(JSON + length)
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert client.recv(100).startswith(b"HTTP/1.1 422")

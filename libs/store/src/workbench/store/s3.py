"""The store on any S3 server: streamed in parts, copied on the server, read by ranges that resume.

No write depends on a condition, since not every server has them: an object appears whole when its one
request or its multipart upload completes.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from workbench.store.digest import Digest
from workbench.store.drafts import refusing_when_full
from workbench.store.port import ObjectInfo, ObjectMissing, StoreAway
from workbench.store.s3_errors import SILENCES, translated
from workbench.store.s3_multipart import LANES, PART_BYTES, Multipart, read_full
from workbench.store.s3_parts import S3Parts

CHUNK = 1 << 20
COPY_BYTES = 64 << 20  # what any server copies well within one read timeout
_RESUMES = 4
_MAKING = threading.Lock()  # clients are safe to share, what makes them is not


class S3Store(S3Parts):
    """One object per key below ``prefix`` of ``bucket``, addressed by path.

    endpoint: where this process reaches the server; public_endpoint: where those who hold a
    pre-signed URL reach it. attempt_s: how long one request may stay silent; a request is tried
    three times, so StoreAway comes within about four times that.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        region: str = "us-east-1",
        public_endpoint: str | None = None,
        prefix: str = "",
        attempt_s: float = 10.0,
    ) -> None:
        def client(url: str) -> Any:
            with _MAKING:
                return _session().client(
                    "s3",
                    endpoint_url=url,
                    region_name=region or "us-east-1",
                    aws_access_key_id=access_key,
                    aws_secret_access_key=secret_key,
                    config=_config(attempt_s),
                )

        self._client = client(endpoint)
        super().__init__(self._client, client(public_endpoint) if public_endpoint else self._client, bucket, prefix)

    def put(self, key: str, data: bytes) -> None:
        """See Store.put."""
        with translated(key):
            self._client.put_object(**self._at(key), Body=data)

    def put_stream(self, key: str, source: BinaryIO) -> tuple[str, int]:
        """See Store.put_stream: parts of 8 MiB, three on their way at a time."""
        data = read_full(source, PART_BYTES)
        with Digest() as digest:
            digest.update(data)
            if len(data) < PART_BYTES:
                self.put(key, data)
                return digest.hexdigest(), len(data)
            with self._multipart(key) as upload:
                size = upload.send(data, digest, source)
            return digest.hexdigest(), size

    def copy(self, source: str, target: str) -> None:
        """See Store.copy: the bytes stay on the server."""
        size = self.info(source).size_bytes
        origin = {"CopySource": self._at(source)}
        if size <= COPY_BYTES:
            with translated(source):
                self._client.copy_object(**self._at(target), **origin)
            return
        with self._multipart(target) as upload:
            for start in range(0, size, COPY_BYTES):
                span = f"bytes={start}-{min(start + COPY_BYTES, size) - 1}"
                upload.part("upload_part_copy", CopySourceRange=span, **origin)
            upload.expected = size

    def get(self, key: str) -> bytes:
        """See Store.get."""
        return b"".join(self.read(key))

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See Store.read: a connection that breaks is taken up again where it broke, else StoreAway."""
        found = self._open(key, start, length)
        return self._stream(key, found, start) if found else iter(())

    def fetch(self, key: str, path: Path) -> str:
        """See Store.fetch."""
        chunks = self.read(key)
        with Digest() as digest, refusing_when_full(), path.open("wb") as target:
            for chunk in chunks:
                digest.update(chunk)
                target.write(chunk)
            return digest.hexdigest()

    def info(self, key: str) -> ObjectInfo:
        """See Store.info."""
        with translated(key):
            head = self._client.head_object(**self._at(key))
        return ObjectInfo(key, head["ContentLength"], head["LastModified"].timestamp())

    def exists(self, key: str) -> bool:
        """See Store.exists."""
        try:
            self.info(key)
        except ObjectMissing:
            return False
        return True

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """See Store.list: page by page."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        with translated(prefix):
            for page in pages:
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(self._prefix)
                    yield ObjectInfo(key, found["Size"], found["LastModified"].timestamp())

    def delete(self, key: str) -> None:
        """See Store.delete."""
        with translated(key):
            self._client.delete_object(**self._at(key))

    def _open(self, key: str, start: int, length: int | None) -> dict[str, Any] | None:
        """The server's answer with an open body; None when the range has no bytes."""
        span = {}
        if start or length is not None:
            if length is not None and length <= 0:
                self.info(key)
                return None
            span = {"Range": f"bytes={start}-" + ("" if length is None else str(start + length - 1))}
        with translated(key):
            try:
                found: dict[str, Any] = self._client.get_object(**self._at(key), **span)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "InvalidRange":
                    return None
                raise
        return found

    def _stream(self, key: str, found: dict[str, Any], position: int) -> Iterator[bytes]:
        """What an answer announced, to the last byte."""
        left, etag, breaks = found["ContentLength"], found["ETag"], 0
        try:
            while left:
                try:
                    chunk = found["Body"].read(min(CHUNK, left))
                except SILENCES:
                    chunk = b""
                if not chunk:
                    breaks += 1
                    found["Body"].close()
                    found = self._resume(key, position, left, etag, breaks)
                    continue
                position, left, breaks = position + len(chunk), left - len(chunk), 0
                yield chunk
        finally:
            found["Body"].close()

    def _resume(self, key: str, position: int, left: int, etag: str, breaks: int) -> dict[str, Any]:
        if breaks > _RESUMES:
            raise StoreAway("the store keeps breaking off while it is read")
        time.sleep(0.1 * 2**breaks)
        try:
            found = self._open(key, position, left)
        except ObjectMissing:
            found = None
        if found is None or found["ETag"] != etag or found["ContentLength"] != left:
            raise StoreAway("the object changed while it was read")
        return found

    @contextlib.contextmanager
    def _multipart(self, key: str) -> Iterator[Multipart]:
        """Parts that become the object when the block ends well, and vanish otherwise."""
        token = self.begin_parts(key)
        try:
            with ThreadPoolExecutor(LANES) as lanes:
                upload = Multipart(self._client, self._at(key) | {"UploadId": token}, lanes)
                with translated(key):
                    yield upload
                    named = upload.wait()
            self._complete(key, token, named, upload.expected)
        except BaseException:
            with contextlib.suppress(StoreAway):  # an unreachable server keeps it until gc asks again
                self.abort_parts(key, token)
            raise


@functools.cache
def _session() -> boto3.session.Session:
    """One for all: each reads its library's descriptions of services anew, for a fifth of a second."""
    return boto3.session.Session()


def _config(attempt_s: float) -> Config:
    return Config(
        signature_version="s3v4",
        connect_timeout=min(3.0, attempt_s),
        read_timeout=attempt_s,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=32,
        s3={"addressing_style": "path"},
        # Trailing checksums are newer than many servers; the signature covers the bytes where TLS does not.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )

"""Uploads in parts on an S3 server: its own multipart uploads, sent to pre-signed URLs or through us."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from botocore.exceptions import ClientError
from workbench.store.drafts import refusing_when_full
from workbench.store.file_parts import CHUNK, check_number, check_parts, check_size
from workbench.store.keys import checked
from workbench.store.port import ObjectInfo, ObjectMissing, OpenUpload, Part, UploadMissing
from workbench.store.s3_errors import translated

FORGOTTEN_S = 8 * 24 * 3600.0  # a run in a pod may take seven days over its outputs


class S3Parts:
    """The part-wise half of S3Store. ``signer`` is a client of the address that URL holders reach.

    A part's MD5 is its ETag, as S3 defines it; a bucket encrypted with SSE-KMS or SSE-C, whose ETags
    are something else, cannot be used.
    """

    def __init__(self, client: Any, signer: Any, bucket: str, prefix: str) -> None:
        self._client, self._signer = client, signer
        self._bucket, self._prefix = bucket, prefix

    def begin_parts(self, key: str) -> str:
        """See Store.begin_parts."""
        with translated(key):
            return str(self._client.create_multipart_upload(**self._at(key))["UploadId"])

    def part_url(self, key: str, upload: str, number: int, size_bytes: int, expires_s: int) -> str | None:
        """See Store.part_url: the size is among what is signed."""
        part = {"UploadId": upload, "PartNumber": check_number(number), "ContentLength": size_bytes}
        url = self._signer.generate_presigned_url("upload_part", self._at(key) | part, ExpiresIn=expires_s)
        return str(url)

    def put_part(self, key: str, upload: str, number: int, source: BinaryIO) -> Part:
        """See Store.put_part: kept on disk first, since a signature needs the whole."""
        part = {"UploadId": upload, "PartNumber": check_number(number)}
        md5, size = hashlib.md5(usedforsecurity=False), 0
        with refusing_when_full(), tempfile.TemporaryFile() as kept:
            while chunk := source.read(CHUNK):
                md5.update(chunk)
                size += len(chunk)
                kept.write(chunk)
            kept.seek(0)
            signed = base64.b64encode(md5.digest()).decode()
            with translated(key):
                self._client.upload_part(**self._at(key), **part, Body=kept, ContentLength=size, ContentMD5=signed)
        return Part(number, size, md5.hexdigest())

    def parts(self, key: str, upload: str) -> list[Part]:
        """See Store.parts."""
        newest = {part.number: part for part in self._arrived(key, upload)}
        return [newest[number] for number in sorted(newest)]

    def complete_parts(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        """See Store.complete_parts."""
        size = sum(part.size_bytes for part in parts)
        try:
            check_parts(parts, self._arrived(key, upload))
        except UploadMissing:
            return self._completed_before(key, parts)
        if not parts:
            with translated(key):
                self._client.put_object(**self._at(key), Body=b"")
            return self.abort_parts(key, upload)
        named = [{"PartNumber": part.number, "ETag": f'"{part.md5}"'} for part in parts]
        return self._complete(key, upload, named, size)

    def abort_parts(self, key: str, upload: str) -> None:
        """See Store.abort_parts."""
        with contextlib.suppress(UploadMissing, ObjectMissing), translated(key):
            self._client.abort_multipart_upload(**self._at(key), UploadId=upload)

    def open_uploads(self, prefix: str) -> Iterator[OpenUpload]:
        """See Store.open_uploads."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        with translated(prefix):
            for page in pages:
                for found in page.get("Uploads", ()):
                    key = found["Key"].removeprefix(self._prefix)
                    yield OpenUpload(key, found["UploadId"], found["Initiated"].timestamp())

    def heaped(self, prefix: str) -> Iterator[tuple[OpenUpload, int]]:
        """See Store.heaped: what a client sends to a signed URL again and again, some servers keep every time."""
        for upload in self.open_uploads(prefix):
            with contextlib.suppress(UploadMissing):
                arrived = self._arrived(upload.key, upload.upload)
                newest = {part.number: part.size_bytes for part in arrived}
                surplus = sum(part.size_bytes for part in arrived) - sum(newest.values())
                if surplus:
                    yield upload, surplus

    def sweep(self, *, dry_run: bool = False) -> int:
        """See Store.sweep: outputs whose worker was killed while it sent them; clients' uploads have their own end."""
        count = 0
        for key, upload, started_at in list(self.open_uploads("")):
            if "/uploads/" not in key and started_at < time.time() - FORGOTTEN_S:
                count += 1
                if not dry_run:
                    self.abort_parts(key, upload)
        return count

    def read_url(self, key: str, expires_s: int) -> str | None:
        """See Store.read_url: a browser that follows it never runs what a team uploaded."""
        asked = {"ResponseContentDisposition": "attachment", "ResponseContentType": "application/octet-stream"}
        return str(self._signer.generate_presigned_url("get_object", self._at(key) | asked, ExpiresIn=expires_s))

    def info(self, key: str) -> ObjectInfo:
        """See Store.info."""
        raise NotImplementedError

    def _at(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(key)}

    def _arrived(self, key: str, upload: str) -> list[Part]:
        """Oldest first; a server may list a number sent twice twice, and completes with the one that is named."""
        pages = self._client.get_paginator("list_parts").paginate(**self._at(key), UploadId=upload)
        with translated(key):
            try:
                found = [part for page in pages for part in page.get("Parts", ())]
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in ("InvalidRequest", "InvalidArgument"):
                    raise UploadMissing(upload) from None  # not even the form of a token
                raise
        found.sort(key=lambda part: part["LastModified"])
        return [Part(part["PartNumber"], part["Size"], part["ETag"].strip('"')) for part in found]

    def _complete(self, key: str, upload: str, named: list[dict[str, Any]], size_bytes: int) -> None:
        """Complete; when a first attempt succeeded and only its answer was lost, the object says so."""
        try:
            with translated(key):
                self._client.complete_multipart_upload(
                    **self._at(key), UploadId=upload, MultipartUpload={"Parts": named}
                )
        except UploadMissing:
            self._completed_before(key, [Part(1, size_bytes, "")])

    def _completed_before(self, key: str, parts: Sequence[Part]) -> None:
        try:
            check_size(parts, self.info(key).size_bytes)
        except ObjectMissing:
            raise UploadMissing(key) from None

"""What an S3 server's refusals and silences mean in the words of the port."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from botocore.exceptions import (
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ResponseStreamingError,
)
from workbench.store.port import NoRoom, ObjectMissing, PartMismatch, StoreAway, StoreRefused, UploadMissing

# ConnectionError is botocore's; the built-in one reaches us from a response that is being read.
SILENCES = (ConnectionError, HTTPClientError, IncompleteReadError, ResponseStreamingError, OSError)

_MISSING = {"NoSuchKey", "NotFound", "404"}
_REFUSED = {"NoSuchBucket", "PermanentRedirect", "AuthorizationHeaderMalformed"}
_MISMATCH = {"BadDigest", "InvalidPart", "InvalidPartOrder", "EntityTooSmall", "InvalidDigest", "IncompleteBody"}
_BUSY = {"SlowDown", "RequestTimeout", "RequestTimeoutException", "Throttling", "ThrottlingException"}
_FULL = {"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity"}
_FULL_WORDS = ("no free volumes", "no writable volumes", "no space left", "quota")


@contextlib.contextmanager
def translated(key: str = "") -> Iterator[None]:
    """The client's exceptions as those of the port; what remains is a defect and passes unchanged."""
    try:
        yield
    except ClientError as error:
        raise meaning(error, key) from error
    except NoCredentialsError as error:
        raise StoreRefused("no credentials for the store") from error
    except (ConnectionError, HTTPClientError, IncompleteReadError, ResponseStreamingError) as error:
        raise StoreAway(f"the store does not answer: {type(error).__name__}") from error


def meaning(error: ClientError, key: str) -> Exception:
    """What one answer of the server means for ``key``."""
    answer = error.response.get("Error", {})
    code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "NoSuchUpload":
        return UploadMissing(key)
    if code in _MISSING:
        return ObjectMissing(key)
    if code in _REFUSED or status in (401, 403):
        return StoreRefused(f"the store refuses us: {code}")
    if code in _FULL or status == 507 or any(words in message.lower() for words in _FULL_WORDS):
        return NoRoom(errno.ENOSPC, "no room left in the store")
    if code in _MISMATCH:
        return PartMismatch(f"the store does not take what was sent: {code}")
    if code in _BUSY or status >= 500 or status == 429:
        return StoreAway(f"the store is overloaded or failing: {code or status}")
    return error

"""Hashing one chunk behind gives the digest of hashing at once."""

from __future__ import annotations

import hashlib
import threading

import pytest
from workbench.store.digest import Digest

MIB = 1 << 20


@pytest.mark.parametrize("sizes", [[], [0], [1], [MIB], [MIB, 5], [5, MIB, MIB + 1, 7, 3 * MIB]])
def test_the_digest_is_that_of_the_bytes_in_order(sizes: list[int]) -> None:
    chunks = [bytes([number + 1]) * size for number, size in enumerate(sizes)]

    with Digest() as digest:
        for chunk in chunks:
            digest.update(chunk)
        assert digest.hexdigest() == hashlib.sha256(b"".join(chunks)).hexdigest()


def test_small_chunks_start_no_thread_and_large_ones_leave_none() -> None:
    before = threading.active_count()
    with Digest() as digest:
        digest.update(b"small")
        assert threading.active_count() == before
        digest.update(bytes(MIB))
    assert threading.active_count() == before

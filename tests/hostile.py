"""What clients send where text or a number belongs, and in place of whole documents."""

from __future__ import annotations

DEEP = 100_000
# As they stand in a document; what they are called is what a failure names.
VALUES: dict[str, bytes] = {
    "NUL": rb'"a\u0000b"',
    "half a pair": rb'"\ud800"',
    "the other half": rb'"a\udc00"',
    "5,000 digits": b"1" * 5000,
    "4,000 digits": b"1" * 4000,
    "a huge float": b"1e400",
    "a hugely negative float": b"-1e400",
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "what is not UTF-8": b'"\xff"',
    "an encoded half": b'"\xed\xa0\x80"',
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
}
TEXTS = ("NUL", "half a pair", "the other half")
DOCUMENTS: dict[str, bytes] = {
    **VALUES,
    "nothing": b"",
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "a text": b'"a"',
    "half a document": b"{",
    "NUL alone": b"\0",
    "UTF-16": "{}".encode("utf-16"),
    "two documents": b"{} {}",
    "unfinished depth": b"[" * DEEP,
    "a key with NUL": rb'{"a\u0000b": 1}',
    "a key of half a pair": rb'{"\ud800": 1}',
}
WORDS = {
    "NUL": "a\0b",
    "half a pair": "\ud800",
    "much": "x" * 5000,
    "digits": "1" * 5000,
    "20 digits": "1" * 20,
    "huge": "1e400",
    "NaN": "nan",
    "Infinity": "inf",
    "odd": "ü\u202e🚀\x7f\x1b[0m",
}

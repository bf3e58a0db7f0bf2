"""What cannot be read as a request is refused like everything else: with a problem document, then a closed door."""

from __future__ import annotations

import json

from gunicorn.http import errors
from workbench.problems import Problem
from workbench.webapp.problems import NotHttp

_STATUS: dict[type[Exception], int] = {
    errors.LimitRequestLine: 414,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.ExpectationFailed: 417,
}
_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
}
# How gunicorn says that a request is at fault, not the application.
UNREADABLE = (errors.ParseException,)


def problem_of(fault: Exception) -> NotHttp:
    """What to answer to a request that gunicorn could not read."""
    status = next((_STATUS[kind] for kind in type(fault).__mro__ if kind in _STATUS), 400)
    return NotHttp(status, str(fault)[:500])


def answer_in_bytes(problem: Problem) -> bytes:
    """The whole answer, for where there is no request to answer to."""
    document = problem.document()
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {document['status']} {_REASONS.get(document['status'], 'Refused')}\r\n"
        "Connection: close\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body

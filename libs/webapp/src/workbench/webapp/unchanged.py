"""What a client has already is not sent again: an answer's ETag given back as If-None-Match makes it 304."""

from __future__ import annotations

from flask import Request, Response


def tell_unchanged(request: Request, response: Response) -> None:
    """Of documents, whose tag is a digest of the text; a file's is known before it is read, a stream has none."""
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:
        response.add_etag()
        response.make_conditional(request)

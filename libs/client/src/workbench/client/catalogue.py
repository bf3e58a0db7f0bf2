"""The models that the workbench's zoo has, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from workbench.client.errors import BadInput
from workbench.client.jobs import View
from workbench.client.transport import Transport


class Catalogue:
    """``/v1/catalogue``. Every method raises Refused or Unreachable; waits while the zoo is being read."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._path = "/v1/catalogue"

    def pages(self, **wanted: Any) -> Iterator[View]:
        """Page by page as they are read: ``items``, how many are ``matching`` of the ``total``, ``zoo``, ``read_at``.

        ``wanted``: ``name`` (a part of it), ``task``, ``framework``, ``precision``, ``limit`` (a page).
        """
        query = {name: value for name, value in wanted.items() if value is not None}
        while True:
            page: View = self._transport.json("GET", self._path, params=query)
            yield page
            if not page["next_cursor"]:
                return
            query["cursor"] = page["next_cursor"]

    def search(self, **wanted: Any) -> Iterator[View]:
        """Each model that fits."""
        return (item for page in self.pages(**wanted) for item in page["items"])

    def get(self, name: str) -> View:
        """One model; a part of a model of several is ``MODEL/PART``. Raises BadInput for what is no name."""
        if not all(part.strip(".") for part in name.split("/")):
            raise BadInput(f"{name!r} is not a name of a model")
        view: View = self._transport.json("GET", f"{self._path}/{quote(name)}")
        return view

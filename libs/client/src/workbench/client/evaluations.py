"""Evaluations as a resource: what they are made of, image by image."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.client.jobs import View
from workbench.client.resources import Resource


class Evaluations(Resource):
    """Scores, and what they are made of."""

    def images(self, id: str) -> Iterator[View]:
        """Each image with its score, what was said of it and what is there, the worst first; page by page as they are
        read. ``metric``, ``unit`` and ``better`` of what ranks them are in each."""
        for page in self._pages(f"{self._one(id)}/images", {}):
            ranked_by = {name: page[name] for name in ("metric", "unit", "better")}
            yield from (image | ranked_by for image in page["items"])

    def result_picture(self, id: str, number: int) -> bytes:
        """What the model says of one of the worst images, drawn onto it: JPEG, its long side 512 pixels at most."""
        return self._transport.send("GET", f"{self._one(id)}/images/{number}/result").content

    def truth_picture(self, id: str, number: int) -> bytes:
        """What is known of the same image, drawn the same way."""
        return self._transport.send("GET", f"{self._one(id)}/images/{number}/truth").content

    def confusion(self, id: str) -> View:
        """What is taken for what: ``of``, ``classes`` and ``pairs``, as the API reference tells them."""
        view: View = self._transport.json("GET", f"{self._one(id)}/confusion")
        return view

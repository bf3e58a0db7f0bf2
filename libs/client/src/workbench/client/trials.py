"""Trials as a resource: what models say of a few images, drawn onto each."""

from __future__ import annotations

from workbench.client.resources import Resource


class Trials(Resource):
    """Answers of a model, image by image."""

    def drawing(self, id: str, number: int) -> bytes:
        """What the model says of the image of that number, counted from 0, drawn onto it: PNG."""
        return self._transport.send("GET", f"{self._one(id)}/images/{number}/drawing").content

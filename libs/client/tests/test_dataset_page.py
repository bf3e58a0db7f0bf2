"""`workbench datasets show`: what a dataset is like stands below what is known of it, where it was counted."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from held_to_reference import holding
from workbench.client import Client
from workbench.client.cli.dataset_page import page, with_statistics
from workbench.client.errors import Refused

VIEW = {"id": "d", "state": "succeeded", "facts": {"items": 3, "tasks": ["classification"]}}
CLASSES = [{"id": 0, "name": "cat", "images": 2, "things": 2, "area_px": None}]
COUNTED: dict[str, Any] = {
    "images": 3,
    "parts": {"calibration": 1, "evaluation": 2},
    **dict.fromkeys(("width", "height", "aspect", "file_bytes"), None),
    "colour": None,
    "tasks": {
        "classification": {"images": 3, "classes": CLASSES, "things_per_image": None, "area_share": None, "sizes": None}
    },
}


def client(status: int, document: dict[str, Any]) -> Client:
    return Client(transport=holding(lambda _request: httpx.Response(status, json=document)))


def test_statistics_stand_below_what_is_known() -> None:
    shown = page(with_statistics(client(200, COUNTED), VIEW)).splitlines()

    assert shown[0] == "id: d"
    assert "3 images: 1 for calibration, 2 for evaluation" in shown
    assert shown[-1].split()[0] == "cat"


def test_a_dataset_without_statistics_is_shown_all_the_same() -> None:
    """While it is made nobody asks; one of an earlier release has none."""
    assert page(with_statistics(client(404, {"title": "An earlier release did not keep this", "status": 404}), VIEW))
    assert page(with_statistics(client(500, {}), {"id": "d", "state": "running", "facts": None})).endswith("running")


def test_any_other_refusal_is_told() -> None:
    with pytest.raises(Refused):
        with_statistics(client(403, {"title": "Not allowed", "status": 403}), VIEW)

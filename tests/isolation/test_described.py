"""What is known of things of every kind is described, fact by fact, where the API's description is read."""

from __future__ import annotations

from typing import Any

import described
import pytest

COLLECTIONS = {
    "models": "ModelFacts",
    "inspections": "InspectionFacts",
    "conversions": "ModelFacts",
    "datasets": "DatasetFacts",
    "exports": "ExportFacts",
    "tensors": "ArrayFacts",
    "recipes": "RecipeFacts",
    "packages": "PackageFacts",
}


def test_every_member_of_facts_is_told_in_words() -> None:
    members = {
        f"{name}.{member}": told
        for name, schema in described.schemas().items()
        for member, told in schema["properties"].items()
    }

    assert len(members) > 100, members
    assert [place for place, told in members.items() if not told.get("description")] == []


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_fact_that_an_answer_has_is_described(world: Any, collection: str) -> None:
    facts = world.red.get(f"/v1/{collection}/{world.red.ids[collection]}")["facts"]

    assert described.faults(COLLECTIONS[collection], facts) == []


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_description_of_an_answer_leads_to_its_facts(world: Any, collection: str) -> None:
    [told] = [
        each
        for path, schema in answered(world.openapi).items()
        if path == f"/v1/{collection}/{{job_id}}"
        for each in [schema["properties"]["facts"]["anyOf"]]
    ]

    assert {"$ref": f"#/components/schemas/{COLLECTIONS[collection]}"} in told


def test_what_is_not_described_is_found() -> None:
    facts = {"name": "a", "items": "three", "splits": {"evaluation": 1.5}, "extra": 1}

    assert sorted(fault.partition(":")[0] for fault in described.faults("DatasetFacts", facts)) == [
        "DatasetFacts",
        "DatasetFacts.items",
        "DatasetFacts.splits.evaluation",
    ]


def answered(document: dict[str, Any]) -> dict[str, Any]:
    """The schema of what each GET of JSON answers, by path."""
    schemas = document["components"]["schemas"]
    found = {
        path: operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for path, operations in document["paths"].items()
        if "application/json" in operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    }
    return {path: schemas[told["$ref"].rpartition("/")[2]] for path, told in found.items() if "$ref" in told}

"""Every text of every request is of the one kind that refuses what no row keeps; nothing in a request is unread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import marshmallow as ma
import pytest
from flask import Flask
from fresh import embedded
from marshmallow.validate import OneOf, Range
from workbench.fields import Facts, Said, Text
from workbench.fields.conversion import DimensionField
from workbench.jobs import Adapters
from workbench.standalone.mount import SERVICES
from workbench.webapp import runs
from workbench.webapp.documents import Blueprint, Documents
from workbench.webapp.errors import ProblemView
from workbench.webapp.recipes import OptionValue
from workbench.webapp.settings import load


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Flask]]:
    home: Path = tmp_path_factory.mktemp("home")
    adapters: Adapters = embedded(home)
    settings = load({"WORKBENCH_HOME": str(home)})
    yield [module.create_app(adapters, settings) for _, module, _ in SERVICES]
    adapters.close()


def ours(base: type[ma.Schema] = ma.Schema) -> Iterator[type[ma.Schema]]:
    """Every schema there is, those of messages and of pods too."""
    for schema in base.__subclasses__():
        if schema.__module__.startswith("workbench."):
            yield schema
        yield from ours(schema)


def answered(apps: list[Flask]) -> set[type[ma.Schema]]:
    """What only leaves."""
    found: set[type[ma.Schema]] = {ProblemView}
    for view in (view for app in apps for view in app.view_functions.values()):
        for responses in getattr(view, "_apidoc", {}).get("response", {}).get("responses", {}).values():
            found |= set().union(*(within(each["schema"]) for each in responses if "schema" in each))
    return found


def within(schema: ma.Schema) -> set[type[ma.Schema]]:
    """It, what it is made from, and what is in it."""
    nested = [field.schema for field in leaves(schema) if isinstance(field, ma.fields.Nested)]
    own = {each for each in type(schema).__mro__ if issubclass(each, ma.Schema)}
    return own.union(*(within(each) for each in nested))


def leaves(schema: ma.Schema) -> Iterator[ma.fields.Field]:
    """Its fields, and those inside lists and dictionaries; a dictionary whose inside is not said, too."""
    waiting = list(schema.fields.values())
    while waiting:
        field = waiting.pop()
        if isinstance(field, ma.fields.List):
            waiting.append(field.inner)
        elif isinstance(field, ma.fields.Dict) and field.key_field and field.value_field:
            waiting += [field.key_field, field.value_field]
        else:
            yield field


def bounded(field: ma.fields.Field) -> bool:
    return any(
        isinstance(rule, OneOf) or (isinstance(rule, Range) and rule.max is not None) for rule in field.validators
    )


def test_every_text_of_every_request_is_of_the_kind_that_can_be_kept(apps: list[Flask]) -> None:
    requests = set(ours()) - answered(apps)
    assert len(requests) > 20, requests
    seen = 0
    for schema in requests:
        for field in leaves(schema()):
            where = f"{schema.__module__}.{schema.__name__}.{field.name}"
            if isinstance(field, ma.fields.Nested):
                continue
            kept = (Text, Said, OptionValue, Facts, DimensionField, ma.fields.Number, ma.fields.Boolean)
            assert isinstance(field, kept), f"{where}: {field!r}"
            assert not isinstance(field, Facts) or schema.__name__.endswith(("Spec", "Schema")), f"{where} is a request"
            assert not isinstance(field, Said) or schema.__module__ == runs.__name__, f"{where} could be corrected"
            assert not getattr(field, "allow_nan", False), where
            assert not isinstance(field, ma.fields.Integer) or bounded(field), f"{where}: how large may it be?"
            seen += isinstance(field, (Text, Said))
    assert seen > 50


def test_no_whole_number_of_a_document_is_cut_to_one(apps: list[Flask]) -> None:
    documents = [each for each in set(ours()) - answered(apps) if not each.__name__.endswith("Query")]
    whole = [
        (f"{schema.__module__}.{schema.__name__}.{field.name}", field)
        for schema in documents
        for field in leaves(schema())
        if isinstance(field, ma.fields.Integer)
    ]
    assert len(whole) > 10
    assert [where for where, field in whole if not field.strict] == []


def test_every_service_reads_documents_with_the_one_reader(apps: list[Flask]) -> None:
    for app in apps:
        assert isinstance(app.json, Documents)
        documented = [each for each in app.blueprints.values() if hasattr(each, "ARGUMENTS_PARSER")]
        names = [each.name for each in documented if each.name != "api-docs"]
        assert names
        assert all(isinstance(each, Blueprint) for each in documented if each.name in names), names

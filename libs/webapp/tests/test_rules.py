"""A route's URL is Werkzeug's, made when it is asked for."""

from __future__ import annotations

import pytest
from werkzeug import routing
from werkzeug.routing import BuildError, Map
from workbench.webapp import rules

ROUTES = [("/jobs/<int:number>/log", "log"), ("/files/<path:name>", "file"), ("/", "first")]


def urls(make: type[routing.Rule]) -> list[str]:
    adapter = Map([make(path, endpoint=endpoint) for path, endpoint in ROUTES]).bind("host", url_scheme="http")
    asked = [("log", {"number": 3, "back": "a b"}), ("file", {"name": "a/b ü"}), ("first", {}), ("log", {"number": 4})]
    return [adapter.build(endpoint, values, force_external=True) for endpoint, values in asked]


def test_it_makes_the_urls_that_werkzeug_makes() -> None:
    assert urls(rules.Rule) == urls(routing.Rule)


def test_what_it_lacks_is_told_as_werkzeug_tells_it() -> None:
    with pytest.raises(BuildError, match="number"):
        Map([rules.Rule("/jobs/<int:number>", endpoint="job")]).bind("host").build("job")


def test_nothing_is_compiled_before_a_url_is_asked_for() -> None:
    [rule] = Map([rules.Rule("/jobs/<int:number>", endpoint="job")]).iter_rules()

    assert rule._build.__module__ == rule._build_unknown.__module__ == rules.__name__

"""Every page, with nothing to show and with hostile things to show; none is named here, so a new one is asked, too."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from console_bench import HOSTILE, Bench, addresses
from workbench.console.pages import PAGES
from workbench.plots.text import clean

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
REFUSED_INVISIBLE = ("\u202e", "\x1b", "\x00", "\u200b", "\u2028")


class Page(HTMLParser):
    """What a browser would make of it: which elements with which attributes, and whether all are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert [tag] == self.open[-1:], f"</{tag}> closes nothing: {self.open}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(text: str) -> Page:
    page = Page(text)
    assert page.open == []
    assert not [tag for tag, attributes in page.elements if tag == "style" or "style" in attributes]
    assert not [tag for tag, attributes in page.elements if any(name.startswith("on") for name in attributes)]
    assert all("src" in attributes for tag, attributes in page.elements if tag == "script")
    for _, attributes in page.elements:
        for name in ("src", "href", "action", "hx-get", "hx-post"):
            value = attributes.get(name)
            assert value is None or value.startswith(("/console/", "#", "?")), (name, value)
    assert not [each for each in REFUSED_INVISIBLE if each in text]
    return page


@pytest.mark.parametrize("team", ["empty", "hostile", "looking"])
def test_every_page_shows_what_there_is_and_none_of_it_acts(bench: Bench, team: str) -> None:
    visitor = bench.visitor(team)

    for address in addresses(bench):
        answer = visitor.get(address)

        theirs = "<" not in address and not re.search(r"[0-9a-f]{8}-", address)
        assert answer.status_code in ((200,) if team == "hostile" or theirs else (404,)), (address, answer.text[:900])
        page = checked(answer.text)
        assert not [each for each in page.elements if each[0] == "img" and "onerror" in each[1]]
        assert "7*7" not in answer.text or "49" not in answer.text.partition("7*7")[0][-40:]
        assert len(answer.data) < 600_000, address


@pytest.mark.parametrize("kind", ["model", "dataset", "profile", "evaluation"])
def test_the_page_of_what_is_being_made_follows_it_and_comes_anew_when_it_has_ended(bench: Bench, kind: str) -> None:
    visitor = bench.visitor("hostile")
    running, ended = (f"/console/{kind}/{bench.ids[f'{kind} {state}']}" for state in ("running", "succeeded"))

    assert f'hx-get="{running}/now" hx-trigger="news"' in visitor.get(running).text
    assert "HX-Refresh" not in visitor.get(f"{running}/now").headers
    assert f'hx-get="{ended}/now"' not in visitor.get(ended).text
    assert visitor.get(f"{ended}/now").headers["HX-Refresh"] == "true"


def test_names_are_shown_without_what_cannot_be_seen(bench: Bench) -> None:
    page = checked(bench.visitor("hostile").get("/console/jobs").text)

    assert clean(HOSTILE[:80]) in page.text


def test_every_page_has_one_heading_a_language_and_a_way_past_the_navigation(bench: Bench) -> None:
    visitor = bench.visitor("hostile")

    for address in addresses(bench):
        page = checked(visitor.get(address).text)
        tags = [tag for tag, _ in page.elements]
        if "html" not in tags:  # a piece of a page
            continue
        assert tags.count("h1") == 1, address
        assert tags.count("main") == 1, address
        assert ("html", {"lang": "en"}) in page.elements
        assert ("a", {"class": "skip", "href": "#content"}) in page.elements
        unnamed = [attributes for tag, attributes in page.elements if tag == "img" and "alt" not in attributes]
        assert unnamed == [], address


def test_a_page_in_the_navigation_is_where_its_name_says(bench: Bench) -> None:
    visitor = bench.visitor("empty")

    for page in PAGES:
        if page.title:
            answer = visitor.get(f"/console/{page.name}")
            assert answer.status_code == 200
            assert f'href="/console/{page.name}" aria-current="page"' in answer.text

"""Pages that say where things go name what there is, and every page leads somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROSE = re.compile(r"CHANGELOG|docs/")


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def names_all(text: str, services: list[str]) -> bool:
    return all(re.search(rf"(?<![a-z]){name.replace('-', '[-_]')}(?![a-z])", text) for name in services)


def test_the_page_about_a_service_names_each_file_that_names_every_service() -> None:
    # Of those with jobs: the console has pages in their place.
    services = [
        path.parent.name
        for path in ROOT.glob("services/*/pyproject.toml")
        if path.parent.name not in ("standalone", "console")
    ]
    page = (ROOT / "docs" / "howto" / "add-a-service.md").read_text()
    listed = re.findall(r"^\| `(\S+)` \|", page, re.MULTILINE)

    texts = {name: (ROOT / name).read_text(errors="ignore") for name in tracked() if not PROSE.match(name)}

    assert sorted(listed) == sorted(name for name, text in texts.items() if names_all(text, services))


@pytest.mark.parametrize("page", sorted(name for name in tracked() if name.endswith(".md")))
def test_what_a_page_links_to_is_there(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text())

    assert not [link for link in links if not ((ROOT / page).parent / link).exists()]


def anchors(page: Path) -> set[str]:
    """What a link into the page may name: its headings, spelled as GitHub spells them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = [re.sub(r"\]\([^)]*\)", "]", heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", sorted(name for name in tracked() if name.endswith(".md")))
def test_a_link_to_a_place_in_a_page_names_one_of_its_headings(page: str) -> None:
    here = ROOT / page
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", here.read_text())

    assert not [(file, place) for file, place in links if place not in anchors(here.parent / file if file else here)]


def test_the_index_leads_to_every_page_but_decisions() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [
        name.removeprefix("docs/")
        for name in tracked()
        if re.match(r"docs/.*\.(md|json)$", name) and not re.match(r"docs/(README|decisions/\d)", name)
    ]

    assert not [page for page in pages if f"({page})" not in index]


def test_the_hooks_before_a_commit_are_commands_of_make_check() -> None:
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    recipe = (ROOT / "Makefile").read_text().replace("$(BIN)", ".venv/bin")
    steps = re.findall(r"^\t(\.venv.*)$", recipe.partition("\ncheck:")[2].partition("\n\n")[0], re.MULTILINE)

    assert repo["repo"] == "local"
    assert [hook["entry"] for hook in repo["hooks"]] == [step.removesuffix(" .") for step in steps]


def test_no_two_decisions_have_one_number_and_each_says_its_own() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [record.name.split("-")[0] for record in records]

    assert len(set(numbers)) == len(records) > 0
    assert [record.read_text().split(".")[0] for record in records] == [f"# {int(number)}" for number in numbers]

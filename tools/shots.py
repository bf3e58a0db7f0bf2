"""Pictures of every page, wide and narrow, light and dark, into build/shots/: `make shots`, then look at each.

WORKBENCH_HOME names a home that has something to show, such as one in which `make demo` has run.
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import browsing
from workbench.client import Client
from workbench.client.embedded import address, home_folder
from workbench.console.pages import PAGES

WIDTHS = {"wide": (1440, 900), "narrow": (390, 844)}
NEWEST = 3
STATES = ("running", "failed", "succeeded")
# As somebody does who reads on: pictures are loaded when they come near.
READ_ON = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 400) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  scrollTo(0, 0);
}"""
OUT = Path(__file__).parent.parent / "build" / "shots"


def main() -> int:
    """One picture for each page, width and colour scheme."""
    if reason := browsing.available():
        print(reason, file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    url, token = address(home_folder())
    addresses = {page.name: page.name for page in PAGES if page.title} | things(Client(url, token))
    with browsing.browser() as chromium:
        for scheme in ("light", "dark"):
            for width, (x, y) in WIDTHS.items():
                photograph(chromium, url, token, addresses, (width, x, y, scheme))
    return 0


def things(client: Client) -> dict[str, str]:
    """The newest ones of each that has a page of its own, if there is any; of jobs the newest in each state."""
    of = {
        "project": client.projects,
        "model": client.models,
        "profile": client.profiles,
        "dataset": client.datasets,
        "evaluation": client.evaluations,
    }
    found = {
        f"{name}-{number}": f"{name}/{each['id']}"
        for name, resource in of.items()
        for number, each in enumerate(resource.list(limit=NEWEST))
    }
    for state in STATES:
        for path, view in islice(client.jobs(state=state), 1):
            found[f"job-{state}"] = f"job/{path}/{view['id']}"
    return found


def photograph(
    chromium: object, url: str, token: str, addresses: dict[str, str], how: tuple[str, int, int, str]
) -> None:
    """All of them in one width and scheme."""
    width, x, y, scheme = how
    page, wrong = browsing.page_of(chromium, width=x, height=y, scheme=scheme)
    page.goto(f"{url}/console/sign-in")
    page.screenshot(path=OUT / f"sign-in-{width}-{scheme}.png")
    page.fill("[name=token]", token)
    page.click("button.main")
    for name, path in addresses.items():
        page.goto(f"{url}/console/{path}")
        page.evaluate(READ_ON)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=OUT / f"{name}-{width}-{scheme}.png", full_page=True)
        print(OUT / f"{name}-{width}-{scheme}.png", *wrong)
        wrong.clear()
    page.context.close()


if __name__ == "__main__":
    sys.exit(main())

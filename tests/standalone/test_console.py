"""The main job by clicks, in a real browser: sign in by the link, bring a model, begin, and see figures."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import browsing
import onnx
import pytest
from eventually import until
from onnx import TensorProto, helper
from servers.ingress import Ingress

LINK = re.compile(r"http://\S+/console/sign-in/\S+")


@pytest.fixture
def chromium() -> Iterator[Any]:
    reason = browsing.available()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    with browsing.browser() as running:
        yield running


@pytest.fixture
def link(workbench: Any) -> Iterator[str]:
    """What `workbench up` prints."""
    serving: subprocess.Popen[str] = workbench.start("up")
    assert serving.stdout is not None
    found, until = None, time.monotonic() + 60
    while found is None and time.monotonic() < until:
        found = LINK.search(serving.stdout.readline())
    assert found, "no link was printed"
    yield found[0]
    serving.terminate()
    serving.communicate(timeout=30)


def tiny(path: Path, padding: int = 0) -> Path:
    """A classifier of 8 × 8 pictures, in a few hundred bytes and as many of description as are asked for."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3])],
    )
    described = "".join(secrets.token_hex(1 << 19) for _ in range(padding >> 20))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, doc_string=described)
    onnx.save(model, path)
    return path


def test_from_the_link_to_figures_by_clicks(link: str, chromium: Any, tmp_path: Path) -> None:
    page, wrong = browsing.page_of(chromium, width=390, height=844)

    page.goto(link)
    page.set_input_files("#model-files", tiny(tmp_path / "tiny.onnx"))
    page.get_by_text("It is for").wait_for(timeout=60_000)
    page.get_by_text("Limits and what was guessed").click()
    page.fill("[name=duration_s]", "0.1")
    page.select_option("#task", "generic")
    page.click("#begin")
    page.get_by_role("heading", name="Variants").wait_for(timeout=150_000)

    assert page.locator("svg.bar-of").count() >= 4, "each figure has its interval drawn"
    assert page.locator("svg.drawing circle").count() >= 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing lies beyond a narrow screen"
    page.get_by_role("link", name="its measurement").first.click()
    page.get_by_role("button", name="Draw the graph").click()
    page.locator(".graph .node").first.wait_for()
    page.locator(".graph").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("tr.chosen").count() == 1, "by the keyboard alone a layer is selected, and its row with it"
    page.get_by_role("button", name="in the graph").first.click()
    assert page.locator(".node.chosen").count() == 1
    page.get_by_role("link", name="Jobs").click()
    page.get_by_role("heading", name="Going on").wait_for()
    assert wrong == [], "the browser refused or missed something"


@pytest.fixture
def behind_tls(link: str, tmp_path: Path) -> Iterator[str]:
    """The link, by way of an Ingress."""
    if not (shutil.which("nginx") and shutil.which("openssl")):
        pytest.skip("nginx and openssl are not both installed")
    at = urlsplit(link)
    ingress = Ingress(tmp_path / "ingress", f"http://{at.netloc}", largest="20m")
    ingress.start()
    yield f"{ingress.url}{at.path}"
    ingress.stop()


def tab_to(page: Any, selector: str) -> None:
    """As somebody does who has no mouse."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no number of tabs leads to {selector}")


def test_the_same_by_the_keyboard_alone_through_an_ingress_that_ends_tls_and_collects_answers(
    behind_tls: str, chromium: Any, tmp_path: Path
) -> None:
    context = chromium.new_context(ignore_https_errors=True, accept_downloads=True)
    context.set_default_timeout(60_000)
    page = context.new_page()
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request.url))
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)

    answer = page.goto(behind_tls)
    assert page.url.endswith("/console/start")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    cookie = next(each for each in context.cookies() if each["name"].startswith("workbench-"))
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    tab_to(page, "#model-files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(tiny(tmp_path / "tiny.onnx", padding=17 << 20))
    page.get_by_text("It is for").wait_for(timeout=150_000)
    tab_to(page, "section summary")
    page.keyboard.press("Enter")
    tab_to(page, "#task")
    page.keyboard.type("generic")
    tab_to(page, "[name=duration_s]")
    page.keyboard.type("0.1")
    tab_to(page, "#begin")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Variants").wait_for(timeout=150_000)
    tab_to(page, "a[href*='/package.tar.zst']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.path().stat().st_size > 1000
    assert any("/console/live" in url for url in asked), "its steps were followed by a stream"
    assert [url for url in asked if not url.startswith("https://localhost:")] == []
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    until(lambda: not [each for each in context.cookies() if each["name"].startswith("workbench-")])
    assert wrong == []
    context.close()

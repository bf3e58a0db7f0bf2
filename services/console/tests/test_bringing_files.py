"""Files from a real browser: chosen or dropped, paused, cut off, gone on with after a reload, changed meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browsing
import pytest
from console_bench import Bench
from werkzeug.serving import make_server

PART = 8 << 20


@pytest.fixture(scope="module")
def address(whole: None, bench: Bench) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, bench.front, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def page(whole: None, address: str) -> Iterator[Any]:
    reason = browsing.available()
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with browsing.browser() as chromium:
        page, wrong = browsing.page_of(chromium)
        page.goto(f"{address}/console/sign-in")
        page.fill("[name=token]", "empty")
        page.click("button.main")
        page.wait_for_url("**/console/start")
        wrong.clear()  # there is no icon at the root
        yield page


def told(page: Any, words: str) -> None:
    page.locator("[data-upload=models] .told", has_text=words).wait_for(timeout=20_000)


def large(path: Path, parts: int) -> Path:
    path.write_bytes(os.urandom(1 << 20) * (8 * parts))
    return path


def counting(page: Any) -> list[str]:
    """The addresses of the parts that are sent from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/uploads/part/" in request.url else None)
    return sent


def test_a_paused_upload_goes_on_in_another_page_with_what_is_left(page: Any, tmp_path: Path) -> None:
    model = large(tmp_path / "big.onnx", 9)
    page.route("**/uploads/part/**", lambda route: page.wait_for_timeout(150) or route.continue_())
    page.set_input_files("#model-files", model)
    page.locator("[data-upload=models] .far", has_text="MB/s").wait_for(timeout=20_000)
    assert page.locator("#begin").is_disabled()
    page.get_by_role("button", name="Pause").click()
    told(page, "Paused. What has arrived is kept.")
    assert page.locator("#begin").is_enabled()

    page.reload()
    told(page, "Not finished: big.onnx.")
    sent = counting(page)
    page.set_input_files("#model-files", model)
    told(page, "It is here.")

    assert 0 < len(sent) < 9
    assert page.locator("#model option:checked").inner_text() == "big.onnx"


def test_an_upload_goes_on_by_itself_after_the_connection_was_cut(page: Any, tmp_path: Path) -> None:
    cut = {"left": 4}

    def perhaps(route: Any) -> None:
        cut["left"] -= 1
        route.abort("connectionreset") if cut["left"] >= 0 else route.continue_()

    page.route("**/uploads/part/**", perhaps)
    page.set_input_files("#model-files", large(tmp_path / "cut.onnx", 2))

    told(page, "It goes on by itself")
    told(page, "It is here.")


def test_a_file_that_changes_meanwhile_is_told(page: Any, tmp_path: Path) -> None:
    model = large(tmp_path / "moving.onnx", 12)
    page.route("**/uploads/part/**", lambda route: page.wait_for_timeout(100) or route.continue_())
    page.set_input_files("#model-files", model)
    page.locator("[data-upload=models] .far", has_text="MB").wait_for(timeout=20_000)
    model.write_bytes(b"something else")
    os.utime(model, (1, 1))

    told(page, "moving.onnx has changed, or is gone, since it was chosen.")


def test_a_folder_is_dropped_with_its_paths_and_hidden_files_stay_away(page: Any, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "variables").mkdir(parents=True)
    for name in ("saved_model.pb", "variables/variables.index", ".DS_Store"):
        (folder / name).write_bytes(b"x" * 100)
    declared: list[Any] = []
    page.on(
        "request",
        lambda request: (
            declared.append(request.post_data_json)
            if request.method == "POST" and request.url.endswith("/uploads/models")
            else None
        ),
    )

    page.set_input_files("#model-folder", folder)
    told(page, "It is here.")

    names = sorted(file["name"] for file in declared[0]["files"])
    assert names == ["saved/saved_model.pb", "saved/variables/variables.index"]


def test_what_is_dropped_is_sent_as_what_is_chosen(page: Any) -> None:
    page.evaluate("""() => {
      const field = document.querySelector("[data-upload=datasets]");
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(2000)], "<img src=x onerror=alert(1)>.zip"));
      for (const name of ["dragover", "drop"])
        field.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
    }""")
    page.locator("[data-upload=datasets] .told", has_text="It is here.").wait_for(timeout=20_000)

    assert "onerror" in page.locator("#dataset option:checked").inner_text()
    assert page.locator("[data-upload=datasets] img").count() == 0


def test_a_refusal_is_told_in_the_words_of_the_workbench(page: Any, tmp_path: Path) -> None:
    model = tmp_path / ("n" * 200 + ".onnx")
    model.write_bytes(b"x")
    page.route("**/console/uploads/models", lambda route: route.continue_(post_data='{"files": []}'))

    page.set_input_files("#model-files", model)

    told(page, "The request is not valid")


def test_an_image_to_try_is_brought_where_it_is_tried(page: Any, tmp_path: Path) -> None:
    image = tmp_path / "one.jpg"
    image.write_bytes(b"x" * 1000)
    page.goto(page.url.replace("/start", "/trial"))

    page.set_input_files("#image-files", image)

    page.locator("[data-upload=datasets] .told", has_text="It is here.").wait_for(timeout=20_000)
    assert page.locator("#dataset option:checked").inner_text() == "one.jpg"

"""The page to try models on images: what is said is drawn side by side, and the task says what may be set."""

from __future__ import annotations

from console_bench import Bench


def address(bench: Bench, **more: str) -> str:
    ids = bench.ids
    words = {
        "model_id": ids["model succeeded"],
        "dataset_id": ids["dataset succeeded"],
        "recipe_id": ids["recipe succeeded"],
        **more,
    }
    return "/console/trial?" + "&".join(f"{name}={value}" for name, value in words.items())


def test_what_is_said_of_an_image_is_drawn_with_its_lines_and_an_end(bench: Bench) -> None:
    visitor, trial = bench.visitor("hostile"), bench.ids["trial succeeded"]

    page = visitor.get(f"{address(bench, trial=trial)}&trial={trial}").text
    picture = visitor.get(f"/console/trial/{trial}/0.png")

    assert page.count(f'src="/console/trial/{trial}/0.png"') == 2, "side by side"
    assert "and 1 more" in page
    assert "nothing was found" in page
    assert (picture.data, picture.content_type) == (b"picture", "image/png")
    assert "there is no picture" in visitor.get(f"/console/trial/{trial}/1.png").text
    assert visitor.get(f"/console/trial/{trial}/2.png").status_code == 404


def test_what_may_be_set_is_what_the_task_says_and_stands_where_the_recipe_has_it(bench: Bench) -> None:
    page = bench.visitor("hostile").get(address(bench)).text

    slider = page[page.index('name="option.top_k"') :]
    assert 'value="2"' in slider[: slider.index(">")]
    assert "slider.js" in page
    assert 'hx-post="/console/trial/ask"' in page, "recipe and images are there, so the model is asked"


def test_another_setting_is_another_recipe_of_the_same_model_and_the_same_is_the_same(bench: Bench) -> None:
    visitor, ids = bench.visitor("hostile"), bench.ids
    form = {
        "model_id": ids["model succeeded"],
        "dataset_id": ids["dataset succeeded"],
        "recipe_id": ids["recipe succeeded"],
        "option.top_k": "2",
    }

    same = visitor.post("/console/trial", **form).headers["Location"]
    other = visitor.post("/console/trial", **{**form, "option.top_k": "7"}).headers["Location"]
    wrong = visitor.post("/console/trial", **{**form, "option.top_k": "many"})

    assert f"recipe_id={ids['recipe succeeded']}" in same
    made = other.partition("recipe_id=")[2].partition("#")[0].partition("&")[0]
    assert made != ids["recipe succeeded"]
    assert bench.asked(f"/recipes/{made}")["overrides"]["options"] == {"top_k": 7}
    assert wrong.status_code == 422
    assert "is no whole number" in wrong.text


def test_a_model_without_a_recipe_gets_one_and_both_models_are_asked(bench: Bench) -> None:
    visitor, ids = bench.visitor("hostile"), bench.ids
    form = {
        "model_id": ids["model succeeded"],
        "against_id": ids["model succeeded"],
        "dataset_id": ids["dataset succeeded"],
    }

    begun = visitor.post("/console/trial", **form, task="classification")
    waits = visitor.get(begun.headers["Location"]).text
    told = visitor.post("/console/trial/ask", **form, recipe_id=ids["recipe succeeded"]).headers["Location"]

    assert "/console/trial/now?" in waits
    assert told.count("trial=") == 2
    trial = told.partition("trial=")[2].partition("&")[0].partition("#")[0]
    assert bench.asked(f"/trials/{trial}")["recipe_id"] == ids["recipe succeeded"]


def test_without_images_it_says_what_to_do(bench: Bench) -> None:
    answer = bench.visitor("hostile").post(
        "/console/trial", model_id=bench.ids["model succeeded"], recipe_id=bench.ids["recipe succeeded"]
    )

    assert answer.status_code == 422
    assert "Choose images, or bring one" in answer.text


def test_a_file_in_a_folder_is_downloaded_by_its_own_name(bench: Bench) -> None:
    visitor, where = bench.visitor("hostile"), f"trials/{bench.ids['trial succeeded']}"

    page = visitor.get(f"/console/job/{where}").text
    answer = visitor.get(f"/console/file/{where}/drawings/0.png")

    assert f'href="/console/file/{where}/drawings/0.png"' in page
    assert answer.data == b"picture"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''0.png"
    assert visitor.get(f"/console/file/{where}").status_code == 404
    answer.close()

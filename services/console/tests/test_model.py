"""The page of a model: its tensors, its guess and how sure it is, its family, its analysis and its layers."""

from __future__ import annotations

import hashlib
import json
import uuid

from console_bench import Bench
from workbench.store import File, Keys

LAYER = {
    "type": "Convolution",
    "inputs": [],
    "outputs": [{"shape": [1, 8], "element_type": "f32"}],
    "gops": 1.5,
    "integers": False,
    "parameters": 12,
    "attributes": {},
}
FACTS = {
    "arithmetic": {"gflops": 3.25, "giops": 0.0, "reason": None},
    "parameters": 741,
    "sparsity": 0.25,
    "activations": {"min_bytes": 1000, "max_bytes": 2000},
    "weights": {"f32": {"elements": 741, "size_bytes": 2964}},
    "devices": [{"device": "NPU", "runs": False, "unsupported": [{"type": "NonZero", "count": 2, "names": []}]}],
}


def analysed(bench: Bench, model_id: str, layers: int) -> None:
    """As if the analysis of that model had succeeded; its id follows from the model's."""
    id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"analysis 1 {model_id}"))
    lines = b"".join(
        json.dumps(LAYER | {"place": place, "name": f"conv <{place}>"}).encode() + b"\n" for place in range(layers)
    )
    digest = hashlib.sha256(lines).hexdigest()
    bench.adapters.store.put(Keys("hostile").blob(digest), lines)
    bench.have("analysis", "succeeded", id=id, facts=FACTS, files=(File("layers.jsonl", digest, len(lines)),))


def model(bench: Bench, name: str, parent: str | None = None) -> str:
    """A model of that name, made from the other."""
    guess = {"task": "classification", "head": "scores", "sure": "likely", "why": "one list of 10 numbers"}
    layout = {"layout": "NCHW", "layout_source": "guess"}
    tensor = {"name": "image", "shape": [1, 3, 64, 64], "element_type": "f32", **layout}
    facts = {"format": "onnx", "precision": "FP32", "inputs": [tensor], "outputs": [], "guesses": [guess]}
    return bench.have("model", "succeeded", name=name, facts=facts, parents=(parent,) if parent else ())


def test_a_model_tells_its_tensors_and_what_was_guessed_and_how_sure(bench: Bench) -> None:
    page = bench.visitor("hostile").get(f"/console/model/{model(bench, 'told')}").text

    assert "1 × 3 × 64 × 64" in page
    assert 'NCHW <span class="state guessed">guessed' in page
    assert '<span class="state">likely</span> <bdi>one list of 10 numbers' in page


def test_a_model_stands_in_its_family_with_what_was_made_from_it(bench: Bench) -> None:
    first = model(bench, "the first")
    second = model(bench, "the second", first)
    third = model(bench, "the third", second)

    page = bench.visitor("hostile").get(f"/console/model/{second}").text

    assert page.index(f'href="/console/model/{first}"') < page.index(f'href="/console/model/{third}"')
    assert '<strong aria-current="true"><bdi>the second</bdi></strong>' in page


def test_what_was_found_out_about_a_model_is_all_of_it_and_only_that(bench: Bench) -> None:
    id, other = model(bench, "looked into"), model(bench, "beside it")
    speed = bench.have("profile", "succeeded", request={"model_id": id})
    beside = bench.have("profile", "succeeded", request={"model_id": other, "reference_model_id": id})
    package = bench.have("package", "succeeded", request={}, about=f"\n{id}\n")
    for _ in range(101):
        bench.have("profile", "failed", request={"model_id": other}, name="later")

    page = bench.visitor("hostile").get(f"/console/model/{id}").text

    assert f'href="/console/profile/{speed}"' in page
    assert f'href="/console/job/packages/{package}"' in page
    assert beside not in page


def test_the_analysis_is_waited_for_and_then_shown_with_the_layers_page_by_page(bench: Bench) -> None:
    visitor, id = bench.visitor("hostile"), model(bench, "analysed")
    other = model(bench, "not yet analysed")
    analysed(bench, id, 120)

    waiting = visitor.get(f"/console/model/{other}/analysis").text
    page = visitor.get(f"/console/model/{id}").text
    next_page = visitor.get(f"/console/model/{id}/layers?cursor=50").text
    found = visitor.get(f"/console/model/{id}/layers?search=%3C77%3E").text

    assert 'hx-trigger="news"' in waiting
    assert 'hx-trigger="news"' not in page
    assert "25.0 %" in page
    assert "<bdi>NonZero</bdi> (2)" in page
    assert "120 of 120 layers" in page
    assert "conv &lt;49&gt;" in page
    assert "conv &lt;50&gt;" not in page
    assert "conv &lt;50&gt;" in next_page
    assert "cursor=100" in next_page
    assert "1 of 120 layers" in found
    assert "conv &lt;77&gt;" in found


def test_a_model_that_is_not_here_yet_says_why(bench: Bench) -> None:
    visitor = bench.visitor("hostile")

    assert 'class="state failed"' in visitor.get(f"/console/model/{bench.ids['model failed']}").text
    assert 'class="state queued"' in visitor.get(f"/console/model/{bench.ids['model queued']}").text
    assert visitor.get("/console/model/..%2f..").status_code == 404


def test_a_graph_of_twenty_thousand_layers_says_so_and_comes_as_runs_that_open(bench: Bench) -> None:
    visitor, id = bench.visitor("hostile"), model(bench, "enormous")
    analysed(bench, id, 20_000)

    part = visitor.get(f"/console/model/{id}/graph.json").json or {}
    opened = visitor.get(f"/console/model/{id}/graph.json?first=500&last=599").json or {}
    around = visitor.get(f"/console/model/{id}/graph.json?around=conv+%3C7%3E").json or {}
    nobody = visitor.get(f"/console/model/{id}/graph.json?around=nobody", Accept="application/json")

    assert len(part["nodes"]) == 400
    assert part["note"] == "20000 layers as 400 runs in execution order"
    assert [node["count"] for node in opened["nodes"]] == [1] * 100
    assert [node["name"] for node in around["nodes"]] == ["conv <7>"]
    assert nobody.status_code == 422
    assert nobody.content_type == "application/problem+json"


def test_the_graph_is_drawn_when_asked_for_and_its_layers_stand_in_the_table(bench: Bench) -> None:
    visitor, id = bench.visitor("hostile"), model(bench, "drawn")
    analysed(bench, id, 60)

    page = visitor.get(f"/console/model/{id}?around=conv+%3C7%3E").text
    row = visitor.get(f"/console/model/{id}/layers?name=conv+%3C55%3E").text

    assert f'data-graph="/console/model/{id}/graph.json"' in page
    assert 'data-around="conv &lt;7&gt;"' in page
    assert 'src="/console/static/dagre' not in page, "the layout is loaded once it is used"
    assert "1 of 60 layers" in row
    assert 'data-row="conv &lt;55&gt;"' in row

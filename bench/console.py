"""How long a page of the console takes where there is much to show, and what open tabs cost the server.

A workbench with 10,000 jobs of every kind, a model of 100,000 layers and a dataset of 5,000 images. Targets: a page
answers a click within 100 ms; 50 tabs add at most 30 MB, and no thread each.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
from PIL import Image
from workbench.dataset import ingest
from workbench.runner.core import Run
from workbench.standalone.mount import Front
from workbench.standalone.start import ensure_running
from workbench.store import File, Keys
from workbench.webapp.settings import load

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from console_bench import SERVICE_OF, Bench
from fresh import embedded

JOBS, LAYERS, IMAGES, TABS, ROUNDS, LOOKING_S = 10_000, 100_000, 5_000, 50, 15, 20
TEAM = "local"
TENSOR = {"name": "image", "shape": [1, 3, 64, 64], "element_type": "f32", "layout": "NCHW", "layout_source": "model"}
MODEL = {"format": "onnx", "precision": "FP32", "inputs": [TENSOR], "outputs": [TENSOR], "guesses": []}


def main() -> None:
    """Print a line for each page, and one for the tabs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name).resolve()
        addresses = fill(home)
        command = [Path(sys.executable).with_name("workbench"), "up", "--home", home]
        up = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # it stays, used or not
        assert up.stdout is not None
        up.stdout.readline()  # where it is: it is up
        url, token = ensure_running(home)
        server = psutil.Process(up.pid)
        server = max([server, *server.children(recursive=True)], key=psutil.Process.num_threads)
        with httpx.Client(base_url=url, headers={"Origin": url}, timeout=60) as browser:
            browser.post("/console/sign-in", data={"token": token})
            ended = browser.get("/console/jobs?state=ended").text
            older = re.search(r'href="(/console/jobs[^"]+cursor=[^"]+)"', ended)
            if older:
                addresses["jobs, older ones"] = older[1].replace("&amp;", "&")
            for words, address in addresses.items():
                print(page_line(browser, server, words, address), flush=True)
            print(tabs_line(browser, server))
        up.terminate()
        up.wait(60)


def page_line(browser: httpx.Client, server: psutil.Process, words: str, address: str) -> str:
    """The times of one page, one request after another, the first one apart; and what one takes of a processor."""
    took, before = [], busy_s(server)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = browser.get(address)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
    cost_ms = (busy_s(server) - before) * 1000 / ROUNDS
    first, *others = took
    return (
        f"{words}: first {first:.0f} ms, then p50 {statistics.median(others):.0f} ms, max {max(others):.0f} ms, "
        f"{cost_ms:.0f} ms of a processor, {len(answer.content) / 1000:.0f} kB (target: p50 <= 100 ms)"
    )


def busy_s(server: psutil.Process) -> float:
    """Seconds of a processor that it had so far."""
    times = server.cpu_times()
    return float(times.user + times.system)


def tabs_line(browser: httpx.Client, server: psutil.Process) -> str:
    """TABS of them look at pieces that change, as often as they are told."""
    before, threads = server.memory_info().rss, server.num_threads()
    until = time.monotonic() + LOOKING_S
    piece = quote("/console/jobs/list?state=active", safe="")

    def tab() -> None:
        with httpx.Client(base_url=browser.base_url, cookies=browser.cookies, timeout=60) as own:
            while time.monotonic() < until:
                answer = own.get(f"/console/live?piece={piece}", headers={"Accept": "text/event-stream"})
                told_s = int(answer.text.split("\n")[0].removeprefix("retry: ")) / 1000
                time.sleep(max(min(told_s, until - time.monotonic()), 0))

    tabs = [threading.Thread(target=tab) for _ in range(TABS)]
    for each in tabs:
        each.start()
    most = threads
    while any(each.is_alive() for each in tabs):
        most = max(most, server.num_threads())
        time.sleep(0.2)
    after = server.memory_info().rss
    return (
        f"{TABS} tabs for {LOOKING_S} s: {(after - before) / 1e6:+.1f} MB (target: <= 30 MB), "
        f"threads {threads} before, at most {most} meanwhile"
    )


def fill(home: Path) -> dict[str, str]:
    """A home with all of it; the addresses of its pages, by what they show."""
    adapters = embedded(home)
    bench = Bench(adapters, Front(adapters, load({"WORKBENCH_HOME": str(home)}), "a key of this bench"))
    kinds = [kind for kind in SERVICE_OF if kind not in ("target", "optimization")]
    first = time.time() - 2 * JOBS
    for number, kind in zip(range(JOBS), itertools.cycle(kinds), strict=False):
        state = ("failed", "cancelled", "failed", "succeeded")[number // len(kinds) % 4]
        asked = {"model_id": str(uuid.uuid4()), "dataset_id": str(uuid.uuid4())}
        if kind != "model" and state == "succeeded":  # what has no facts would not be shown
            state = "failed"
        named, created = f"{kind} {number}", first + number
        bench.have(kind, state, team=TEAM, name=named, request=asked, created_at=created, facts=MODEL)
    model, dataset = large_model(bench), large_dataset(bench)
    adapters.close()
    pages = ("start", "projects", "models", "datasets", "trial", "jobs", "targets", "team")
    return {each: f"/console/{each}" for each in pages} | {
        "jobs, what has ended": "/console/jobs/list?state=ended",
        "jobs, searched": "/console/jobs?search=profile%2099",
        "models, searched": "/console/models?search=model%2099",
        "a model of 100,000 layers": f"/console/model/{model}",
        "its layers, searched": f"/console/model/{model}/layers?search=99999",
        "its graph": f"/console/model/{model}/graph.json",
        "a dataset of 5,000 images": f"/console/dataset/{dataset}",
        "its images, of a class": f"/console/dataset/{dataset}/images?class=dog",
        "its last images": f"/console/dataset/{dataset}/images?cursor={IMAGES - 48}",
    }


def large_model(bench: Bench) -> str:
    """Analysed already."""
    model = bench.have("model", "succeeded", team=TEAM, name="large", facts=MODEL)
    tensor = {"shape": [1, 8], "element_type": "f32"}
    layer = {"type": "Add", "outputs": [tensor], "gops": 1.5, "integers": False, "parameters": 12, "attributes": {}}
    lines = b"".join(
        json.dumps(layer | {"place": at, "name": f"add {at}", "inputs": []}).encode() + b"\n" for at in range(LAYERS)
    )
    facts = {
        "arithmetic": {"gflops": 3.25, "giops": 0.0, "reason": None},
        "parameters": 741,
        "sparsity": 0.25,
        "activations": {"min_bytes": 1000, "max_bytes": 2000},
        "weights": {},
        "devices": [],
    }
    id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"analysis 1 {model}"))
    bench.have("analysis", "succeeded", team=TEAM, id=id, facts=facts, files=(kept(bench, "layers.jsonl", lines),))
    return model


def large_dataset(bench: Bench) -> str:
    """As the core takes it in."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "outputs").mkdir()
        (folder / "spec.json").write_text("{}")
        for number in range(IMAGES):
            path = folder / "inputs" / "upload" / ("dog" if number % 9 else "cat") / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            drawn = io.BytesIO()
            Image.new("RGB", (20, 16), (number % 256, number // 256, 0)).save(drawn, "PNG")
            path.write_bytes(drawn.getvalue())
        run = Run(folder)
        facts = ingest.run(run)
        made = [each for each in sorted(run.outputs.rglob("*")) if each.is_file()]
        files = tuple(kept(bench, str(each.relative_to(run.outputs)), each.read_bytes()) for each in made)
        return bench.have("dataset", "succeeded", team=TEAM, name="large", facts=facts, files=files)


def kept(bench: Bench, name: str, content: bytes) -> File:
    """In the store."""
    digest = hashlib.sha256(content).hexdigest()
    bench.adapters.store.put(Keys(TEAM).blob(digest), content)
    return File(name, digest, len(content))


if __name__ == "__main__":
    main()

"""`workbench optimize`: what it asks for, what it leaves, what it says, and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from commanding import CliRunner, Result
from eventually import until
from workbench.client.cli import app

PACKAGE = bytes(range(256)) * 4096
FAILED_STEP = {
    "name": "quantize",
    "kind": "calibration",
    "state": "failed",
    "progress": None,
    "waiting_for": None,
    "job_id": "job-7",
    "error": {"detail": "no images left"},
}


def run(server: Any, *words: Any) -> Result:
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}
    return CliRunner().invoke(app, ["optimize", *map(str, words)], env=env)


def test_the_whole_way(server: Any, model: Path, images: Path, tmp_path: Path) -> None:
    report, package = tmp_path / "report.json", tmp_path / "out.tar.zst"

    result = run(server, model, "--dataset", images, "--report", report, "--package", package)

    assert result.exit_code == 0, result.output
    written = json.loads(report.read_text())
    assert package.read_bytes() == PACKAGE
    digest = hashlib.sha256(PACKAGE).hexdigest()
    assert written["package"]["path"] == str(package)
    assert (written["package"]["sha256"], written["package"]["size_bytes"]) == (digest, len(PACKAGE))
    assert written["recommended"]["variant"] == "int8"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "out.tar.zst",
        "report.json",
        "squeeze.onnx",
    ]


def test_a_report_that_ends_in_html_is_a_page_with_plots(server: Any, model: Path, tmp_path: Path) -> None:
    result = run(server, model, "--report", tmp_path / "report.html")

    written = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert result.exit_code == 0, result.output
    assert written.startswith("<!doctype html>")
    assert "Take <bdi>int8</bdi>" in written
    assert "int8: 800 FPS at 2.5 ms" in written, "in words for who cannot see the plot"


def test_people_get_the_variants_the_reason_and_what_to_do_next(server: Any, model: Path, tmp_path: Path) -> None:
    result = run(server, model, "--package", tmp_path / "p.tar.zst")

    for expected in (
        "int8",
        "INT8",
        "5.00",
        "800 (776–824)",
        "top1 60.0 % of 200",
        "trusted",
        "one warning",
        "fastest within limits",
        "2 (1.94–2.06) × the throughput",
        "0.5 (0.485–0.515) × the CPU time a request",
        "accuracy -1.5 points, within",
        "3 for the better, 6 for the worse",
        "workbench profiles show profile-int8",
        f"tar --zstd -xf {tmp_path}/p.tar.zst",
    ):
        assert expected in result.stdout
    assert "sending the model" in result.stderr
    assert "profile-fp16: queued · waiting: the device CPU (convert-fp16)" in result.stderr
    assert "profile-fp16: running 40% · measuring: launch 2 of 5" in result.stderr


def test_what_was_noticed_of_model_and_images_is_said_before_the_work(server: Any, model: Path, images: Path) -> None:
    inputs = [{"name": "data", "shape": [1, 3, 8, 8]}]
    server.script["models"] = [{"state": "succeeded", "facts": {"inputs": inputs, "warnings": ["two signatures"]}}]
    server.script["datasets"] = [{"state": "succeeded", "facts": {"warnings": ["3 photos are turned"]}}]

    said = run(server, model, "--dataset", images).stderr

    assert said.index("The model: two signatures") < said.index("The dataset: 3 photos are turned")
    assert said.index("3 photos are turned") < said.index("profile-fp16: running")


def test_the_report_stands_with_its_project_afterwards(server: Any, model: Path) -> None:
    said = run(server, model).stdout
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}

    shown = CliRunner().invoke(app, ["projects", "show", *server.projects], env=env)

    assert shown.exit_code == 0, shown.output
    report = said[said.index("variant") : said.index("\nNext:")]
    assert report.rstrip("\n") in shown.stdout
    assert "name: squeeze" in shown.stdout


def test_of_a_failed_one_what_was_measured_is_shown_with_its_project(server: Any, model: Path) -> None:
    measured = json.loads(run(server, model, "--json").stdout)
    error = {"title": "A step failed", "detail": "evaluate-fp32: a.png", "report": measured}
    server.script["optimization"] = [{"state": "failed", "error": error}]
    for id, job in [*server.jobs.items()]:  # the newest, as the API has it first, is that which fails
        if job.view["kind"] == "optimization":
            del server.jobs[id]

    told = run(server, model)

    *_, project = server.projects
    assert told.exit_code == 3
    assert "What was measured before the failure: `workbench projects show p`" in told.stderr
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}
    shown = CliRunner().invoke(app, ["projects", "show", project], env=env).stdout
    assert "failed\nA step failed: evaluate-fp32: a.png\n" in shown
    assert "800 (776–824)" in shown


def test_what_is_inside_and_what_was_taken_for_granted_stand_with_the_result(server: Any, model: Path) -> None:
    said = run(server, model).stdout

    assert "Inside the models" in said
    assert said.count("  x: the channels are reversed") == 1
    assert (
        "\nTo do to each picture before: turned upright by its EXIF orientation, resized by crop, channels as BGR, "
        "minus mean 104,117,123.5\n"
    ) in said
    assert "  label_offset is 1: one score more (likely); else --option label_offset=\n" in said
    assert "  the order is the dataset's (possible); else give the classes in the model's order" in said


def test_programs_get_one_document_and_nothing_else_on_stdout(server: Any, model: Path) -> None:
    result = run(server, model, "--json")

    assert json.loads(result.stdout)["constraints_met"] is True


def test_every_option_reaches_its_place_in_the_request(server: Any, model: Path, images: Path) -> None:
    server.targets.append({"id": "npu", "device": "NPU"})
    run(
        server,
        model,
        "--dataset",
        images,
        "--calibration-dataset",
        images,
        "--task",
        "sorting",
        "--target",
        "npu",
        "--device",
        "NPU",
        "--objective",
        "latency",
        "--max-latency-ms",
        "5.5",
        "--max-accuracy-drop",
        "0",
        "--mean",
        "104,117,123",
        "--scale",
        "2",
        "--color",
        "bgr",
        "--resize",
        "crop:256",
        "--interpolation",
        "bicubic",
        "--option",
        "piles_at_most=3",
        "--head",
        "piles",
        "--input-shape",
        "1,3,224,224",
        "--layout",
        "data=nchw",
        "--inference-precision",
        "f32",
        "--duration-s",
        "0.5",
        "--launches",
        "6",
        "--preset",
        "mixed",
        "--subset-size",
        "10",
        "--calibrate-on-target",
        "--name",
        "mine",
    )

    dataset, calibration = [id for id, job in server.jobs.items() if job.view["kind"] == "datasets"]
    assert server.posted("/optimizations") == {
        "task": "sorting",
        "objective": "latency",
        "max_latency_ms": 5.5,
        "max_accuracy_drop": 0.0,
        "inference_precision": "f32",
        "duration_s": 0.5,
        "launches": 6,
        "preset": "mixed",
        "subset_size": 10,
        "calibrate_on_target": True,
        "recipe": {
            "mean": [104, 117, 123],
            "scale": [2, 2, 2],
            "color": "BGR",
            "resize": "crop",
            "short_side": 256,
            "interpolation": "bicubic",
            "head": "piles",
            "options": {"piles_at_most": 3},
        },
        "inputs": {"data": {"shape": [1, 3, 224, 224], "layout": "NCHW"}},
        "calibration_dataset_id": calibration,
    }
    project = server.posted("/projects")
    assert project["name"] == "mine"
    assert (project["dataset_id"], project["target"], project["device"]) == (dataset, "npu", "NPU")


def test_what_is_said_of_the_images_goes_with_them_and_not_with_those_to_calibrate_with(
    server: Any, model: Path, images: Path
) -> None:
    run(
        server,
        model,
        "--dataset",
        images,
        "--calibration-dataset",
        images,
        "--annotated-on",
        "upright",
        "--format",
        "coco",
        "--calibration-percent",
        "30",
    )

    dataset, calibration = [job.view["request"] for job in server.jobs.values() if job.view["kind"] == "datasets"]
    said = {"annotated_on": "upright", "format": "coco", "calibration_percent": "30"}
    assert {name: dataset.get(name) for name in said} == said
    assert not said.keys() & calibration.keys()


@pytest.mark.parametrize("images", [[], ["--dataset", "{id}"]])
def test_what_is_said_of_images_that_are_not_sent_is_refused(server: Any, model: Path, images: list[str]) -> None:
    id = server.add("datasets", {}).view["id"]

    result = run(server, model, *(word.format(id=id) for word in images), "--annotated-on", "upright")

    assert result.exit_code == 2
    assert "'--annotated-on': is said of images that are sent: --dataset is to" in result.output
    assert server.uploads == []


def test_what_is_not_said_is_the_server_s_to_decide(server: Any, model: Path) -> None:
    run(server, model)

    assert server.posted("/optimizations") == {"inputs": {}, "calibration_dataset_id": None}
    assert server.posted("/projects")["name"] == "squeeze"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--reverse-channels"], {"color": "BGR"}),
        (["--scale", "255", "--color", "GRAY"], {"scale": [255.0], "color": "GRAY"}),
        (["--scale", "255"], {"scale": [255.0] * 3}),
    ],
)
def test_channels_are_counted(server: Any, model: Path, words: list[str], expected: dict[str, Any]) -> None:
    run(server, model, *words)

    assert server.posted("/optimizations")["recipe"] == expected


def test_one_value_is_enough_for_a_grey_model(server: Any, model: Path) -> None:
    facts = {"inputs": [{"name": "x", "shape": [1, 1, 28, 28]}]}
    server.script["models"] = [{"state": "succeeded", "facts": facts}]

    run(server, model, "--scale", "255")

    assert server.posted("/optimizations")["recipe"] == {"scale": [255.0]}


def test_what_is_on_the_server_already_is_named_by_id(server: Any, images: Path) -> None:
    ids = [server.add(kind, {}).view["id"] for kind in ("models", "datasets")]

    result = run(server, ids[0], "--dataset", ids[1])

    assert result.exit_code == 0, result.output
    assert server.uploads == []
    assert server.posted("/projects")["model_id"] == ids[0]
    assert server.posted("/projects")["dataset_id"] == ids[1]


def test_constraints_that_are_not_met_are_exit_code_1_with_the_reason(server: Any, model: Path, tmp_path: Path) -> None:
    server.met = False

    result = run(server, model, "--max-latency-ms", "1", "--package", tmp_path / "p", "--report", tmp_path / "r")

    assert result.exit_code == 1
    assert "Recommended: none. no variant is within 1 ms" in result.stdout
    assert "No package was made" in result.stderr
    assert not (tmp_path / "p").exists()
    assert json.loads((tmp_path / "r").read_text())["package"] is None


def test_what_is_undecided_is_exit_code_4_with_what_would_decide_it(server: Any, model: Path) -> None:
    server.undecided = True

    result = run(server, model)

    assert result.exit_code == 4
    assert "Recommended: undecided. 12 images do not tell" in result.stdout
    assert "What would decide it: about 900 images" in result.stdout


WRONG_USAGE = [
    ([], "Missing argument"),
    (["nowhere.onnx"], "'MODEL': nowhere.onnx does not exist"),
    (["{model}", "--dataset", "nowhere"], "'--dataset': nowhere does not exist"),
    (["{model}", "--calibration-dataset", "{empty}"], "'--calibration-dataset': {empty} holds no files"),
    (["{model}", "--objective", "speed"], "'--objective': 'speed' is not one of throughput, latency"),
    (["{model}", "--option", "by"], "'--option': 'by' is not NAME=VALUE"),
    (["{model}", "--max-latency-ms", "0"], "'--max-latency-ms': '0' is not a number above 0"),
    (["{model}", "--max-accuracy-drop", "-1"], "'--max-accuracy-drop'"),
    (["{model}", "--launches", "4"], "'--launches': '4' is not a whole number from 5 to 100"),
    (["{model}", "--mean", "1,2"], "'--mean'"),
    (["{model}", "--color", "YUV"], "'--color': 'YUV' is not one of RGB, BGR, GRAY"),
    (["{model}", "--reverse-channels", "--color", "RGB"], "'--reverse-channels': means --color BGR"),
    (["{model}", "--input-shape", "nope"], "'--input-shape'"),
    (["{model}", "--report", "{empty}"], "'--report': {empty} is a folder"),
    (["{model}", "--package", "{empty}/no/p"], "'--package': the folder {empty}/no does not exist"),
    (["{model}", "--package", "{empty}/p", "--report", "{empty}/p"], "'--package': names the same file"),
    (["{model}", "--unknown"], "No such option: --unknown"),
    (["{model}", "extra"], "unexpected extra argument"),
    (["{model}", "--server", "nonsense"], "'--server'"),
]


@pytest.mark.parametrize(("words", "message"), WRONG_USAGE)
def test_wrong_usage_is_exit_code_2_before_the_server_hears_of_it(
    server: Any, model: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"model": model, "empty": tmp_path / "empty"}

    result = run(server, *(word.format(**places) for word in words))

    assert result.exit_code == 2
    assert message.format(**places) in result.stderr
    assert server.requests == []


NOT_THERE = [
    (["--task", "moon"], "'--task': 'moon' is not one of sorting, nothing"),
    (["--task", "sorting", "--head", "moon"], "'--head': 'moon' is no head of the task sorting; there are piles, rows"),
    (["--task", "nothing", "--head", "rows"], "'--head': 'rows' is no head of the task nothing; there are none"),
    (["--task", "nothing", "--option", "by=size"], "'by' is no option of the task nothing; there are sureness"),
    (["--option", "moon=1"], "'moon' is no option of any task; there are piles_at_most, sureness, by, twice"),
    (["--option", "piles_at_most=0"], "'--option': piles_at_most: '0' is not a whole number from 1 to 100"),
    (["--option", "piles_at_most=2.5"], "is not a whole number from 1 to 100"),
    (["--task", "sorting", "--option", "sureness=1.1"], "sureness: '1.1' is not a number of at least 0 up to 1"),
    (["--option", "sureness=10"], "sureness: '10' is not a number of at least 0 up to 1"),
    (["--option", "by=weight"], "by: 'weight' is not one of size, age"),
    (["--option", "twice=perhaps"], "twice: 'perhaps' is neither yes nor no"),
    (["--option", "by=age", "--option", "by=size"], "by is given twice"),
    (["--target", "moon"], "'--target': 'moon' is not one of local, npu"),
    (["--device", "GPU"], "'--device': the targets have CPU, NPU, not 'GPU'"),
    (["--target", "npu", "--device", "CPU"], "'--device': the target npu has NPU, not 'CPU'"),
    (["--target", "npu", "--device", "AUTO:GPU,CPU"], "'--device': the target npu has NPU, not 'AUTO:GPU,CPU'"),
    (["--device", "HETERO:GPU,CPU"], "'--device': the targets have CPU, NPU, not 'HETERO:GPU,CPU'"),
]


@pytest.mark.parametrize(("words", "message"), NOT_THERE)
def test_what_the_workbench_does_not_have_is_wrong_usage_before_anything_is_sent(
    server: Any, model: Path, words: list[str], message: str
) -> None:
    server.targets.append({"id": "npu", "device": "NPU"})

    result = run(server, model, *words)

    assert result.exit_code == 2
    assert message in result.stderr
    assert {method for method, _, _ in server.requests} == {"GET"}


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["--option", "sureness=7"], {"sureness": 7}),
        (["--option", "sureness=0.75"], {"sureness": 0.75}),
        (["--task", "nothing", "--option", "sureness=7"], {"sureness": 7}),
        (["--option", "twice=YES", "--option", "by=size"], {"twice": True, "by": "size"}),
    ],
)
def test_an_option_is_of_the_type_that_the_task_or_without_one_some_task_gives_it(
    server: Any, model: Path, words: list[str], options: dict[str, Any]
) -> None:
    assert run(server, model, *words).exit_code == 0

    assert server.posted("/optimizations")["recipe"] == {"options": options}


@pytest.mark.parametrize(
    "words", [["--device", "CPU"], ["--device", "AUTO:CPU"], ["--device", "AUTO:-GPU"], ["--target", "local"]]
)
def test_what_openvino_makes_of_devices_and_the_word_local_are_left_to_the_workbench(
    server: Any, model: Path, words: list[str]
) -> None:
    assert run(server, model, *words).exit_code == 0


def test_an_input_the_model_does_not_have_is_wrong_usage_with_those_it_has(server: Any, model: Path) -> None:
    result = run(server, model, "--layout", "image=NCHW")

    assert result.exit_code == 2
    assert "'--layout': the model has no input 'image'; its inputs: data" in result.stderr


def test_one_scale_is_of_the_channels_that_the_shape_asks_for(server: Any, model: Path) -> None:
    server.script["models"] = [{"state": "succeeded", "facts": {"inputs": [{"name": "a", "shape": [-1, -1, -1, -1]}]}}]

    run(server, model, "--input-shape", "1,64,64,1", "--layout", "NHWC", "--scale", "255")

    assert server.posted("/optimizations")["recipe"] == {"scale": [255.0]}


def test_an_unnamed_shape_is_refused_for_a_model_with_several_inputs(server: Any, model: Path) -> None:
    inputs = [{"name": name, "shape": [1, 3, 8, 8]} for name in "ab"]
    server.script["models"] = [{"state": "succeeded", "facts": {"inputs": inputs}}]

    result = run(server, model, "--input-shape", "1,3,8,8")

    assert result.exit_code == 2
    assert "several inputs, write NAME=...; its inputs: a, b" in result.stderr


def test_a_model_that_is_not_understood_is_told_early(server: Any, model: Path, images: Path) -> None:
    error = {"title": "The input was refused", "detail": "squeeze.onnx ends at byte 1002", "remedy": "Export again."}
    server.script["models"] = [{"state": "failed", "error": error}]

    result = run(server, model, "--dataset", images)

    id = next(id for id, job in server.jobs.items() if job.view["kind"] == "models")
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-4:] == [
        "Error: The input was refused",
        "squeeze.onnx ends at byte 1002",
        "Export again.",
        f"Log: workbench models log {id}",
    ]
    assert result.stderr.count("ends at byte 1002") == 1
    assert not server.projects


def test_when_one_upload_is_refused_the_other_s_examination_is_stopped(server: Any, model: Path, images: Path) -> None:
    server.script["models"] = [{"state": "failed", "error": {"title": "No", "detail": "no"}}]
    server.script["datasets"] = [{"state": "running"}] * 1000

    run(server, model, "--dataset", images)

    dataset = next(job for job in server.jobs.values() if job.view["kind"] == "datasets")
    assert dataset.view["state"] == "cancelled"


def test_a_failed_step_names_its_own_log(server: Any, model: Path) -> None:
    problem = {"title": "A step failed", "detail": "quantize: no images left", "remedy": "Bring more."}
    server.script["optimization"] = [{"state": "failed", "error": problem, "steps": [FAILED_STEP]}]

    result = run(server, model)

    assert result.exit_code == 3
    assert (
        "Error: A step failed\nquantize: no images left\nBring more.\nLog: workbench calibrations log job-7\n"
        in result.stderr
    )


def test_a_refused_request_is_exit_code_3_with_its_remedy(server: Any, model: Path) -> None:
    server.token = "changed"
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": "old"}

    result = CliRunner().invoke(app, ["optimize", str(model)], env=env)

    assert result.exit_code == 3
    assert "remedy of unauthorized" in result.stderr
    assert "Traceback" not in result.output


def test_a_defect_of_ours_is_two_lines_and_a_file(server: Any, model: Path) -> None:
    server.script["optimization"] = [{"state": "succeeded", "facts": {"variants": None}}]

    result = run(server, model)

    assert result.exit_code == 3
    assert "Error: a defect of this command" in result.stderr
    assert "Traceback" not in result.output
    log = Path(result.stderr.split("report it with ")[1].strip())
    assert "Traceback" in log.read_text()
    log.unlink()


def test_what_a_stranger_s_model_is_called_cannot_drive_the_terminal(server: Any, model: Path) -> None:
    error = {"title": "Refused", "detail": "input '\x1b[2J\x07[red]x' is odd"}
    server.script["models"] = [{"state": "failed", "error": error}]

    result = run(server, model)

    assert "\x1b" not in result.output
    assert "[red]x" in result.stderr


def start(server: Any, model: Path, tmp_path: Path, *, embedded: bool = False) -> subprocess.Popen[str]:
    env = {**os.environ, "WORKBENCH_TOKEN": server.token, "WORKBENCH_HOME": str(tmp_path / "home")}
    env.pop("WORKBENCH_SERVER", None)
    where = ["--server", server.url]
    if embedded:
        where = []
        env |= {"PYTHONPATH": str(_registered(tmp_path)), "ADDRESS_FILE": str(tmp_path / "address")}
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from workbench.client.cli import main; main()",
            "optimize",
            str(model),
            "--report",
            str(tmp_path / "report.json"),
            *where,
        ],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _registered(tmp_path: Path) -> Path:
    """A folder on the path that registers an embedded workbench, as an installed package does."""
    folder = tmp_path / "site"
    (folder / "embedded_here-1.0.dist-info").mkdir(parents=True)
    (folder / "embedded_here-1.0.dist-info" / "METADATA").write_text("Name: embedded-here\nVersion: 1.0\n")
    (folder / "embedded_here-1.0.dist-info" / "entry_points.txt").write_text(
        "[workbench.embedded]\nstandalone = embedded_here:ensure_running\nup = embedded_here:serve\n"
    )
    (folder / "embedded_here.py").write_text(
        "import os, pathlib\n"
        "def ensure_running(home):\n"
        "    try:\n        return tuple(pathlib.Path(os.environ['ADDRESS_FILE']).read_text().split())\n"
        "    except OSError:\n        raise RuntimeError('the port is taken')\n"
        "def serve(home, port):\n    print('serving', home, port)\n    return 7\n"
    )
    return folder


def running(server: Any) -> Any:
    return [job for job in server.jobs.values() if job.view["kind"] == "optimization"]


def test_ctrl_c_cancels_on_the_server_and_ends_with_130(server: Any, model: Path, tmp_path: Path) -> None:
    server.script["optimization"] = [{"state": "running", "steps": []}] * 1000
    process = start(server, model, tmp_path)
    until(lambda: running(server))

    process.send_signal(signal.SIGINT)

    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert running(server)[0].view["state"] == "cancelled"
    assert "cancelling" in stderr
    assert "Traceback" not in stderr
    assert not (tmp_path / "report.json").exists()


def test_ctrl_c_while_asking_leaves_nothing_running(server: Any, model: Path, tmp_path: Path) -> None:
    server.script["optimization"] = [{"state": "running", "steps": []}] * 1000
    asked = threading.Event()

    def slowly() -> None:
        method, path, _ = server.requests[-1]
        if method == "POST" and path.endswith("/optimizations"):
            asked.set()
            time.sleep(0.5)

    server.before = slowly
    process = start(server, model, tmp_path)
    assert asked.wait(20)
    process.send_signal(signal.SIGINT)

    process.communicate(timeout=30)
    assert process.returncode == 130
    assert [job.view["state"] for job in running(server)] == ["cancelled"]


def test_a_second_ctrl_c_leaves_at_once(server: Any, model: Path, tmp_path: Path) -> None:
    server.script["optimization"] = [{"state": "running", "steps": []}] * 1000
    process = start(server, model, tmp_path)
    until(lambda: running(server))

    left = threading.Event()

    def hang() -> None:
        if any(path.endswith("/cancel") for _, path, _ in server.requests):
            left.wait(120)

    server.before = hang
    process.send_signal(signal.SIGINT)
    until(lambda: any(path.endswith("/cancel") for _, path, _ in server.requests))
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)

    _, stderr = process.communicate(timeout=60)  # long before the server answers
    left.set()
    assert process.returncode == 130
    assert "Traceback" not in stderr


def test_it_follows_the_same_optimization_through_a_restart_elsewhere(server: Any, model: Path, tmp_path: Path) -> None:
    (tmp_path / "address").write_text(" ".join(server.address))
    process = start(server, model, tmp_path, embedded=True)
    until(lambda: running(server))
    server.stop()
    (tmp_path / "address").unlink()
    time.sleep(0.5)
    server.token = "another"
    server.start()
    (tmp_path / "address").write_text(" ".join(server.address))

    stdout, stderr = process.communicate(timeout=60)

    assert process.returncode == 0, stderr
    assert "Recommended: int8" in stdout
    assert len(running(server)) == 1


def test_an_embedded_workbench_that_does_not_start_says_why(server: Any, model: Path, tmp_path: Path) -> None:
    process = start(server, model, tmp_path, embedded=True)

    _, stderr = process.communicate(timeout=30)

    assert process.returncode == 3
    assert stderr == "Error: the port is taken\n"


def test_up_serves_with_its_options_and_ends_with_the_server_s_code(server: Any, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(_registered(tmp_path))}
    words = ["up", "--port", "8080", "--home", str(tmp_path)]

    done = subprocess.run(
        [sys.executable, "-c", "from workbench.client.cli import main; main()", *words],
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (done.returncode, done.stdout) == (7, f"serving {tmp_path} 8080\n")


def test_the_next_commands_find_the_same_workbench(server: Any, model: Path) -> None:
    result = CliRunner().invoke(
        app,
        ["optimize", str(model), "--server", server.url],
        env={"WORKBENCH_TOKEN": server.token, "WORKBENCH_SERVER": ""},
    )

    assert f"workbench profiles show profile-int8 --server {server.url}" in result.stdout

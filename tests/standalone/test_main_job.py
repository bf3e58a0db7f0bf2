"""The main job, from a model file to a verified package, through the real services, jobs and store."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import described
import pytest
import zstandard
from answers import DECIDED, NOT_MET, UNDECIDED, as_told
from workbench.client.cli.descriptions import DESCRIPTIONS
from workbench.client.cli.listing import value_at

QUICK = ("--duration-s", "0.2")
# Columns with nothing to say after this job: nobody named these, and nothing odd was noticed of the images.
SOMETIMES_EMPTY = {
    "datasets WARNINGS",
    *(f"{jobs} NAME" for jobs in ("conversions", "profiles", "calibrations", "evaluations", "recipes")),
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_model_and_labelled_images_become_a_recommendation_and_a_package(anywhere, inputs, tmp_path) -> None:
    report_path, package_path = tmp_path / "report.json", tmp_path / "package.tar.zst"

    ended = anywhere.run(
        "optimize",
        inputs / "model.onnx",
        "--dataset",
        inputs / "digits",
        *QUICK,
        "--max-accuracy-drop",
        "2",
        "--report",
        report_path,
        "--package",
        package_path,
    )

    report = json.loads(report_path.read_text())
    assert ended.returncode == as_told(report), ended.stdout
    assert [variant["precision"] for variant in report["variants"]] == ["FP32", "FP16", "INT8"]
    fp32, fp16, int8 = report["variants"]
    assert fp32["accuracy"]["value"] > 0.95
    assert fp32["accuracy"]["n"] == int8["accuracy"]["n"]
    assert fp16["size_bytes"] < 0.6 * fp32["size_bytes"]
    assert int8["size_bytes"] < 0.4 * fp32["size_bytes"]
    for variant in report["variants"]:
        fps = variant["throughput_fps"]
        assert 0 < fps["low"] <= fps["value"] <= fps["high"]
        assert variant["trust"]["verdict"] in ("trusted", "doubtful", "untrusted")
    assert report["package"]["variant"] == (report["recommended"]["variant"] or "fp32")
    assert report["package"]["size_bytes"] == package_path.stat().st_size
    dataset = anywhere.json("datasets", "list")[0]["id"]
    assert anywhere.run("exports", "create", dataset, "--format", "imagenet", "--wait").returncode == 0
    assert _columns_without_anything(anywhere) == SOMETIMES_EMPTY
    assert not [fault for manifest in _manifests(anywhere) for fault in _undescribed(manifest)]


def test_without_a_dataset_int8_is_never_recommended_for_its_accuracy_is_unknown(workbench, inputs, tmp_path) -> None:
    report_path = tmp_path / "report.json"

    ended = workbench.run("optimize", inputs / "model.onnx", *QUICK, "--report", report_path)

    report = json.loads(report_path.read_text())
    assert ended.returncode == as_told(report), ended.stdout
    assert {variant["name"] for variant in report["variants"]} == {"fp32", "fp16", "int8"}
    assert report["recommended"]["variant"] in ("fp32", "fp16", None)
    assert re.search(r"int8: .*accuracy is unknown", report["recommended"]["reason"])
    assert any("unknown" in warning for warning in report["warnings"])


def test_a_limit_nobody_can_keep_gives_the_reason_and_exit_code_1(workbench, inputs, tmp_path) -> None:
    report_path = tmp_path / "report.json"

    ended = workbench.run(
        "optimize", inputs / "model.onnx", *QUICK, "--max-latency-ms", "0.0001", "--report", report_path
    )

    assert ended.returncode == NOT_MET, ended.stdout
    recommended = json.loads(report_path.read_text())["recommended"]
    assert recommended["model"] is None
    assert "over the limit" in recommended["reason"]


def test_killing_every_kind_of_process_in_the_middle_still_ends_once(workbench, inputs, tmp_path) -> None:
    report_path = tmp_path / "report.json"
    following = workbench.start(
        "optimize", inputs / "model.onnx", "--dataset", inputs / "digits", *QUICK, "--report", report_path
    )
    _wait_until(lambda: workbench.processes("workbench.runner.local.supervisor"), 60)

    serving = [pid for pid in workbench.processes("workbench.standalone") if pid != workbench.arbiter]
    for victims in (serving, workbench.processes("workbench.runner.local.supervisor"), [workbench.arbiter]):
        for pid in victims:
            _kill(pid)
        time.sleep(3)
    for pid in workbench.processes("workbench.runner "):
        _kill(pid)
    output, _ = following.communicate(timeout=300)

    report = json.loads(report_path.read_text())
    assert following.returncode == as_told(report), output
    assert len(report["variants"]) == 3
    profiles = workbench.json("profiles", "list")
    items = profiles["items"] if isinstance(profiles, dict) else profiles
    assert [item["state"] for item in items] == ["succeeded"] * 3


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.onnx", b"this is a text file, not a model\n", "notes.onnx"),
        ("empty.onnx", b"", "empty.onnx"),
    ],
)
def test_a_file_that_is_no_model_is_refused_by_name_with_exit_code_3(workbench, tmp_path, name, content, words) -> None:
    (tmp_path / name).write_bytes(content)

    ended = workbench.run("optimize", tmp_path / name)

    assert ended.returncode in (2, 3), ended.stdout
    assert words in ended.stdout
    assert "Traceback" not in ended.stdout


def test_a_truncated_model_leaves_no_model_behind(workbench, inputs, tmp_path) -> None:
    whole = (inputs / "model.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[: len(whole) // 2])

    ended = workbench.run("optimize", tmp_path / "cut.onnx")

    assert ended.returncode == 3, ended.stdout
    assert "Traceback" not in ended.stdout
    assert not list((workbench.home / "store" / "teams").rglob("manifests/model/*"))
    assert not [path for path in (workbench.home / "store").rglob("uploads/*/*") if path.is_file()]


def test_a_broken_image_is_named(workbench, inputs, tmp_path) -> None:
    folder = tmp_path / "images"
    for label in ("0", "1"):
        (folder / label).mkdir(parents=True)
        source = next((inputs / "digits" / label).iterdir())
        (folder / label / "good.png").write_bytes(source.read_bytes())
    (folder / "1" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")

    ended = workbench.run("optimize", inputs / "model.onnx", "--dataset", folder)

    assert ended.returncode == 3, ended.stdout
    assert "broken.png" in ended.stdout


def test_the_commands_of_an_unknown_server_end_in_one_clear_line(workbench) -> None:
    ended = workbench.run("models", "list", "--server", "http://127.0.0.1:9")

    assert ended.returncode == 3
    [line] = ended.stdout.splitlines()
    assert "http://127.0.0.1:9" in line


def _columns_without_anything(workbench) -> set[str]:
    """Of every list, by the very rows and columns that people are shown."""
    empty = set()
    for row in DESCRIPTIONS:
        views = [
            line
            for view in workbench.json(row.name, "list")
            for line in (row.rows(view) if row.rows else [row.for_list(view)])
        ]
        empty |= {
            f"{row.name} {column.title}"
            for column in row.columns
            if views and not any(value_at(view, column.place) not in (None, "") for view in views)
        }
    return empty


def _manifests(workbench) -> list[dict[str, Any]]:
    """What was made, where it lies in the home; none of a workbench that keeps it elsewhere."""
    found = (json.loads(path.read_text()) for path in (workbench.home / "store").glob("teams/*/manifests/*/*"))
    return [manifest for manifest in found if manifest["kind"] != "target"]  # which is answered in a form of its own


def _undescribed(manifest: dict[str, Any]) -> list[str]:
    """What the description of the API does not say of its facts."""
    schema = f"{manifest['kind'].title()}Facts"
    return described.faults(schema, manifest["facts"]) if schema in described.schemas() else [schema]


def _wait_until(condition, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_the_package_verifies_itself_when_unpacked(workbench, inputs, tmp_path) -> None:
    package = tmp_path / "package.tar.zst"
    ended = workbench.run("optimize", inputs / "model.onnx", *QUICK, "--package", package)
    assert ended.returncode in (DECIDED, UNDECIDED), ended.stdout
    with package.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as plain:
        with tarfile.open(fileobj=plain, mode="r|") as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
    (top,) = Path(tmp_path / "unpacked").iterdir()

    tested = subprocess.run([sys.executable, top / "selftest.py"], capture_output=True, text=True, timeout=120)

    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "self-test: passed" in tested.stdout

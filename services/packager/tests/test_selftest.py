"""The unpacked package, run by nothing but an interpreter with the pinned packages."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from PIL import Image

RunPython = Callable[..., "subprocess.CompletedProcess[str]"]


def reseal(package: Path, path: str, text: str) -> None:
    """Change a file and its digest: what someone does who knows the manifest."""
    import hashlib

    (package / path).write_text(text)
    manifest = json.loads((package / "manifest.json").read_text())
    manifest["files"][path]["sha256"] = hashlib.sha256((package / path).read_bytes()).hexdigest()
    (package / "manifest.json").write_text(json.dumps(manifest))


def application(run_python: RunPython, package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As run.sh starts it."""
    return run_python("-m", "workbench.application", *arguments, PYTHONPATH=str(package / "app"))


def report(package: Path, run_python: RunPython) -> dict[str, Any]:
    ended = run_python(package / "selftest.py", "--json", "--seconds", "0.1")
    document: dict[str, Any] = json.loads(ended.stdout)
    assert ended.returncode == (0 if document["passed"] else 1)
    return document


def test_a_package_passes_its_own_self_test(package: Path, run_python: RunPython) -> None:
    ended = run_python(package / "selftest.py", "--seconds", "0.2")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    last = ended.stdout.splitlines()[-1]
    assert last.startswith("self-test: passed (2 variants, 3 samples, outputs match; FP16 ")
    assert last.endswith(" fps here, 500 recorded)")


def test_another_speed_is_told_and_not_failed(package: Path, run_python: RunPython) -> None:
    ended = run_python(package / "selftest.py", "--seconds", "0.2")

    assert "fp16: faster than recorded: " in ended.stdout
    assert "480 to 520" in ended.stdout
    assert ended.returncode == 0


DEVICES = ["CPU", "AUTO", "MULTI:CPU", "HETERO:CPU"]


def recorded_here(package: Path, low: float, device: str = "CPU", **changes: Any) -> None:
    """Make the record one of this very machine, where fp16 made at least ``low`` frames a second."""
    manifest = json.loads((package / "manifest.json").read_text())
    variant = manifest["variants"][1]
    variant["profile"]["throughput_fps"] = {"value": low, "low": low, "high": 2 * low}
    variant["profile"]["cpu_ms_per_request"] = {"value": 1e-6, "low": 1e-6, "high": 1e-6}
    name = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    variant["profile"]["provenance"]["machine"] = {"cpu": {"name": name}, "affinity": sorted(os.sched_getaffinity(0))}
    variant["configuration"] |= {"device": device, **changes}
    (package / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("device", DEVICES)
def test_far_slower_than_measured_on_this_machine_fails(package: Path, run_python: RunPython, device: str) -> None:
    recorded_here(package, 1e9, device)

    found = report(package, run_python)

    assert not found["passed"]
    assert found["problems"][0].startswith("fp16: slower than recorded: ")
    assert found["problems"][0].endswith("by more than the 25% allowed")


@pytest.mark.parametrize("device", DEVICES)
def test_another_precision_than_was_measured_on_this_machine_fails(
    package: Path, run_python: RunPython, device: str
) -> None:
    recorded_here(package, 1.0, device, executed={"precision": "bf16", "devices": ["CPU"], "layers": {"bf16": 3}})

    assert report(package, run_python)["problems"] == ["fp16: it executes in f32, bf16 was measured"]


def test_another_precision_on_another_machine_is_told(package: Path, run_python: RunPython) -> None:
    manifest = json.loads((package / "manifest.json").read_text())
    manifest["variants"][1]["configuration"]["executed"] = {"precision": "bf16"}
    (package / "manifest.json").write_text(json.dumps(manifest))

    ended = run_python(package / "selftest.py", "--seconds", "0.1")

    assert "fp16: it executes in f32, bf16 was measured" in ended.stdout
    assert ended.returncode == 0


def test_the_json_report_says_the_same_in_numbers(package: Path, run_python: RunPython) -> None:
    found = report(package, run_python)

    fp32, fp16 = found["variants"]
    assert found["passed"]
    assert (fp16["samples"], fp16["mismatches"], fp16["tolerance"]) == (3, [], 0.001)
    assert fp16["largest_difference"] <= 0.001
    assert fp16["speed"]["ratio"] == pytest.approx(fp16["speed"]["throughput_fps"] / 500)
    assert fp32["speed"]["recorded"] is None


def test_the_speed_need_not_be_measured(package: Path, run_python: RunPython) -> None:
    ended = run_python(package / "selftest.py", "--seconds", "0")

    assert ended.stdout.splitlines()[-1] == "self-test: passed (2 variants, 3 samples, outputs match)"


def test_a_changed_byte_of_weights_fails_by_the_files_name_before_anything_runs(
    package: Path, run_python: RunPython
) -> None:
    weights = package / "models" / "fp16" / "model.bin"
    data = bytearray(weights.read_bytes())
    data[7] ^= 1
    weights.write_bytes(data)

    ended = run_python(package / "selftest.py")

    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("self-test: failed: models/fp16/model.bin is not the file")
    assert "frames/s" not in ended.stdout


@pytest.mark.parametrize("path", ["app/workbench/imaging/preprocess.py", "samples/01.png", "requirements.txt"])
def test_a_missing_file_fails_by_name(package: Path, run_python: RunPython, path: str) -> None:
    (package / path).unlink()

    assert report(package, run_python)["problems"] == [f"{path} is missing"]


def test_outputs_that_differ_fail_by_variant_and_sample(package: Path, run_python: RunPython) -> None:
    expected = json.loads((package / "samples" / "expected.json").read_text())
    values = expected["outputs"]["fp16"][1]["outputs"][0]["values"]
    values[0] += 0.5
    reseal(package, "samples/expected.json", json.dumps(expected))

    found = report(package, run_python)

    assert not found["passed"]
    assert len(found["problems"]) == 1
    assert found["problems"][0].startswith("fp16: samples/02.png: output 0 differs by ")


def test_another_first_class_fails_even_within_the_tolerance(package: Path, run_python: RunPython) -> None:
    expected = json.loads((package / "samples" / "expected.json").read_text())
    first = expected["outputs"]["fp32"][0]["first"]
    first |= {"class": (first["class"] + 1) % 4, "lead": 0.5}
    reseal(package, "samples/expected.json", json.dumps(expected))

    assert "the first class is" in report(package, run_python)["problems"][0]


def test_another_first_class_passes_where_the_record_was_a_tie(package: Path, run_python: RunPython) -> None:
    expected = json.loads((package / "samples" / "expected.json").read_text())
    first = expected["outputs"]["fp32"][0]["first"]
    first |= {"class": (first["class"] + 1) % 4, "lead": 0.001}
    reseal(package, "samples/expected.json", json.dumps(expected))

    assert report(package, run_python)["passed"]


def test_a_variant_that_does_not_run_here_fails_by_name(package: Path, run_python: RunPython) -> None:
    manifest = json.loads((package / "manifest.json").read_text())
    manifest["variants"][0]["configuration"]["device"] = "NPU"
    (package / "manifest.json").write_text(json.dumps(manifest))

    found = report(package, run_python)

    assert found["problems"][0].startswith("fp32 does not run here: ")
    assert [variant["name"] for variant in found["variants"]] == ["fp16"]


def test_files_that_were_added_do_no_harm(package: Path, run_python: RunPython) -> None:
    (package / "notes.txt").write_text("mine")

    assert report(package, run_python)["passed"]


def test_the_self_test_can_run_twice(package: Path, run_python: RunPython) -> None:
    assert report(package, run_python)["passed"]
    assert report(package, run_python)["passed"]


def test_a_generic_model_of_two_inputs_and_a_large_output_is_proven_too(
    folder: Path, tmp_path: Path, spec: dict[str, Any], run_core: Any, unpack: Any, run_python: RunPython
) -> None:
    image, mask = ops.parameter([1, 3, 32, 32], np.float32, name="image"), ops.parameter([-1, 2], np.int64)
    image.output(0).set_names({"image"})
    mask.output(0).set_names({"mask"})
    tiled = ops.tile(image, ops.constant(np.array([1, 1, 4, 4])))
    two = ov.Model([tiled, ops.convert(mask, "f32")], [image, mask])
    ov.save_model(two, folder / "inputs" / "variants" / "fp32" / "model.xml")
    recipe = {**spec["recipe"], "task": "generic", "labels": None}
    document = {**spec, "variants": spec["variants"][:1], "recommended": "fp32", "recipe": recipe}
    (folder / "spec.json").write_text(json.dumps(document))

    run_core(folder)
    package = unpack(folder / "outputs" / "package.tar.zst", tmp_path / "unpacked")

    assert report(package, run_python)["passed"]
    shown = application(run_python, package, str(package / "samples" / "01.png"))
    assert "shape [1, 3, 128, 128], float32" in shown.stdout
    refused = application(run_python, package, str(package / "samples" / "01.png"), "--draw", str(tmp_path / "drawn"))
    assert (refused.returncode, (tmp_path / "drawn").exists()) == (2, False)
    assert "--draw: there is nothing to draw for the task generic" in refused.stderr
    assert (package / "samples" / "expected.json").stat().st_size < 500_000


def test_the_application_prints_the_best_classes_by_label(package: Path, run_python: RunPython) -> None:
    image = str(package / "samples" / "01.png")

    ended = application(run_python, package, image)

    lines = ended.stdout.splitlines()
    assert (ended.returncode, lines[0], len(lines)) == (0, image, 3)
    scores = [(float(line.split()[0]), line.split()[1]) for line in lines[1:]]
    assert scores[0][0] >= scores[1][0]
    assert {label for _, label in scores} <= {"apple", "pear", "plum", "quince"}


def test_the_application_agrees_with_the_record(package: Path, run_python: RunPython) -> None:
    expected = json.loads((package / "samples" / "expected.json").read_text())
    labels = json.loads((package / "manifest.json").read_text())["recipe"]["labels"]

    for sample, recorded in zip(expected["samples"], expected["outputs"]["fp32"], strict=True):
        ended = application(run_python, package, "--variant", "fp32", str(package / sample["file"]))
        assert ended.stdout.splitlines()[1].split()[1] == labels[recorded["first"]["class"]]


def test_the_application_goes_on_after_an_image_it_cannot_read(package: Path, run_python: RunPython) -> None:
    ended = application(
        run_python, package, "/no/such.png", str(package / "README.md"), str(package / "samples" / "01.png")
    )

    assert ended.returncode == 1
    assert "/no/such.png: No such file or directory" in ended.stderr
    assert "README.md: not an image of a known format" in ended.stderr
    assert len(ended.stdout.splitlines()) == 3


def test_the_application_draws_the_best_classes_onto_each_picture(
    package: Path, run_python: RunPython, tmp_path: Path
) -> None:
    image = package / "samples" / "01.png"

    ended = application(run_python, package, str(image), "--draw", str(tmp_path / "new" / "drawn"))

    drawn = tmp_path / "new" / "drawn" / "01.png"
    assert f"  drawn: {drawn}" in ended.stdout.splitlines()
    with Image.open(drawn) as after, Image.open(image) as before:
        times = after.width // before.width  # a tiny picture is magnified to be written on
        assert after.size == (times * before.width, times * before.height)
    assert drawn.read_bytes() != image.read_bytes()


def test_a_folder_that_cannot_be_made_is_said_and_no_traceback(package: Path, run_python: RunPython) -> None:
    ended = application(run_python, package, str(package / "samples" / "01.png"), "--draw", str(package / "run.sh"))

    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("File exists")


def test_the_application_names_the_variants_when_asked_for_another(package: Path, run_python: RunPython) -> None:
    ended = application(run_python, package, "--variant", "int4", "x.png")

    assert ended.returncode == 2
    assert "no variant 'int4'; there are fp32, fp16" in ended.stderr

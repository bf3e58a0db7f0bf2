"""The core end to end: from a run's folder to an archive, or a refusal that says why."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

Spec = dict[str, Any]
RunCore = Callable[[Path], Spec]
Unpack = Callable[[Path, Path], Path]


def respecify(folder: Path, **fields: Any) -> None:
    spec = json.loads((folder / "spec.json").read_text())
    (folder / "spec.json").write_text(json.dumps(spec | fields))


def refusal(folder: Path, run_core: RunCore) -> Spec:
    document = run_core(folder)
    assert not (folder / "outputs" / "package.tar.zst").exists()
    found: Spec = document["refusal"]
    return found


def test_the_result_states_digest_size_and_every_file(made: Path) -> None:
    result = json.loads((made / "result.json").read_text())["result"]
    data = (made / "outputs" / "package.tar.zst").read_bytes()

    assert (result["sha256"], result["size_bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    some = {"models/fp16/model.bin", "app/workbench/application/__main__.py", "samples/01.png"}
    assert some <= {file["path"] for file in result["files"]}


def test_the_package_is_one_folder_with_everything_it_promises(package: Path) -> None:
    assert package.name == "fruit-1.0"
    assert {path.name for path in package.iterdir()} == {
        "README.md",
        "app",
        "install.sh",
        "manifest.json",
        "models",
        "requirements-video.txt",
        "requirements.txt",
        "run.sh",
        "samples",
        "selftest.py",
        "selftest.sh",
    }
    assert {path.name for path in (package / "models" / "fp16").iterdir()} == {
        "model.xml",
        "model.bin",
        "configuration.json",
    }


def test_the_manifest_has_the_digest_of_every_other_file(package: Path) -> None:
    listed = json.loads((package / "manifest.json").read_text())["files"]
    found = {path.relative_to(package).as_posix(): path for path in package.rglob("*") if path.is_file()}
    found.pop("manifest.json")

    assert set(listed) == set(found)
    for path, facts in listed.items():
        data = found[path].read_bytes()
        assert facts == {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}


def test_the_manifest_carries_recipe_measurements_and_versions(package: Path, spec: Spec) -> None:
    manifest = json.loads((package / "manifest.json").read_text())
    fp32, fp16 = manifest["variants"]

    assert (manifest["schema_version"], manifest["recommended"]) == (1, "fp16")
    assert manifest["recipe"]["labels"] == spec["recipe"]["labels"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["openvino"])
    assert (fp32["profile"], fp16["profile"]["throughput_fps"]["low"]) == (None, 480.0)
    assert fp16["evaluation"]["metrics"][0]["value"] == 0.97


def test_models_are_packaged_byte_by_byte(made: Path, package: Path) -> None:
    for variant in ("fp32", "fp16"):
        for name in ("model.xml", "model.bin"):
            original = made / "inputs" / "variants" / variant / name
            assert (package / "models" / variant / name).read_bytes() == original.read_bytes()


def test_no_path_of_the_building_machine_is_in_the_package(made: Path, package: Path) -> None:
    places = {str(made), str(Path.home()), str(Path(__file__).parents[3]), "/home/someone"}

    for path in package.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [place for place in places if place.encode() in data], path


def test_the_same_inputs_make_the_same_bytes_in_another_folder_at_another_time(
    made: Path, tmp_path: Path, run_core: RunCore
) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(made / "inputs", folder / "inputs")
    shutil.copy(made / "spec.json", folder)
    for path in (folder / "inputs").rglob("*"):
        os.utime(path, (1, 1_000_000))

    result = run_core(folder)["result"]

    assert result == json.loads((made / "result.json").read_text())["result"]
    package = "outputs/package.tar.zst"
    assert (folder / package).read_bytes() == (made / package).read_bytes()


def test_nothing_is_left_beside_the_package(made: Path) -> None:
    assert [path.name for path in (made / "outputs").iterdir()] == ["package.tar.zst"]
    assert {path.name for path in made.iterdir()} <= {
        "inputs",
        "outputs",
        "spec.json",
        "result.json",
        "progress.jsonl",
        "log.txt",
        "tmp",
    }
    assert not list((made / "tmp").iterdir())


def test_progress_goes_forward(made: Path) -> None:
    fractions = [json.loads(line)["fraction"] for line in (made / "progress.jsonl").read_text().splitlines()]

    assert fractions == sorted(fractions)


@pytest.mark.parametrize("name", ["model.xml", "model.bin"])
def test_a_missing_file_of_a_model_is_refused_by_name(folder: Path, run_core: RunCore, name: str) -> None:
    (folder / "inputs" / "variants" / "fp16" / name).unlink()

    found = refusal(folder, run_core)

    assert (found["kind"], found["file"]) == ("MissingFile", f"variants/fp16/{name}")


def test_a_file_that_is_not_what_it_is_known_by_is_refused(folder: Path, spec: Spec, run_core: RunCore) -> None:
    variants = [{**variant, "files": {"model.bin": "0" * 64}} for variant in spec["variants"]]
    respecify(folder, variants=variants)

    found = refusal(folder, run_core)

    assert (found["kind"], found["file"]) == ("DigestMismatch", "variants/fp32/model.bin")


def test_a_file_that_is_what_it_is_known_by_is_packaged(folder: Path, spec: Spec, run_core: RunCore) -> None:
    weights = folder / "inputs" / "variants" / "fp32" / "model.bin"
    known = {"model.bin": hashlib.sha256(weights.read_bytes()).hexdigest()}
    respecify(folder, variants=[{**spec["variants"][0], "files": known}], recommended="fp32")

    assert "result" in run_core(folder)


def test_a_name_that_escapes_is_refused(folder: Path, run_core: RunCore) -> None:
    respecify(folder, name="../../etc")

    found = refusal(folder, run_core)

    assert (found["kind"], found["field"]) == ("BadSpec", "name")


def test_a_model_that_is_no_ir_is_refused_with_openvinos_reason(folder: Path, run_core: RunCore) -> None:
    (folder / "inputs" / "variants" / "fp32" / "model.xml").write_text("not a model")

    found = refusal(folder, run_core)

    assert found["kind"] == "DoesNotRun"
    assert "does not run on its samples: fp32: Unable to read the model" in found["detail"].replace("'", "")
    assert str(folder) not in found["detail"]


def test_a_configuration_openvino_does_not_take_is_refused(folder: Path, spec: Spec, run_core: RunCore) -> None:
    variants = [{**spec["variants"][0], "configuration": {"NUM_STREAMS": "several"}}]
    respecify(folder, variants=variants, recommended="fp32")

    assert refusal(folder, run_core)["kind"] == "DoesNotRun"


def test_a_recipe_for_another_model_is_refused(folder: Path, recipe: Spec, run_core: RunCore) -> None:
    respecify(folder, recipe={**recipe, "input": {**recipe["input"], "name": "pixels"}})

    found = refusal(folder, run_core)

    assert found["kind"] == "DoesNotRun"
    assert "fp32: the model has no input 'pixels'" in found["detail"]


def test_without_a_dataset_the_package_proves_itself_on_generated_images(
    folder: Path, tmp_path: Path, run_core: RunCore, unpack: Unpack
) -> None:
    for path in sorted((folder / "inputs" / "dataset").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

    run_core(folder)

    package = unpack(folder / "outputs" / "package.tar.zst", tmp_path / "unpacked")
    expected = json.loads((package / "samples" / "expected.json").read_text())
    assert [sample["name"] for sample in expected["samples"]] == [f"generated-0{n}.png" for n in (1, 2, 3)]


@pytest.mark.slow
def test_a_hundred_megabytes_are_packed_in_seconds(folder: Path, spec: Spec, run_core: RunCore) -> None:
    image = ops.parameter([1, 3, 32, 32], np.float32, name="image")
    image.output(0).set_names({"image"})
    weights = np.random.default_rng(1).normal(0, 0.02, (3072, 8192)).astype(np.float32)
    flat = ops.reshape(image, ops.constant(np.array([1, 3072])), False)
    large = ov.Model([ops.matmul(flat, ops.constant(weights), False, False)], [image])
    ov.save_model(large, folder / "inputs" / "variants" / "fp32" / "model.xml", compress_to_fp16=False)
    respecify(folder, variants=spec["variants"][:1], recommended="fp32")

    started = time.monotonic()
    result = run_core(folder)["result"]
    seconds = time.monotonic() - started

    print(f"\n{result['size_bytes'] / 1e6:.0f} MB packed in {seconds:.1f} s")
    assert result["size_bytes"] > 80e6
    assert seconds < 60

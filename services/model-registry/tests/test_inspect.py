"""From an upload to facts, end to end: the folder and process that a launcher gives the core."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import described
import forked
import numpy as np
import onnx
from workbench import ir
from workbench.model_registry import inspect
from workbench.runner.core import Run


def inspected(upload: Path) -> dict[str, Any]:
    folder = upload.parents[1]
    (folder / "outputs").mkdir(exist_ok=True)
    facts = inspect.run(Run(folder))
    assert described.faults("ModelFacts", facts) == []
    return facts


def in_a_process(upload: Path) -> dict[str, Any]:
    folder = upload.parents[1]
    (folder / "spec.json").write_text("{}")
    forked.run_core("workbench.model_registry.inspect", folder)
    return json.loads((folder / "result.json").read_text())


def test_an_onnx_model_becomes_facts_and_one_file(models: Path, upload: Path) -> None:
    source = models / "squeezenet1.1" / "squeezenet1.1.onnx"
    shutil.copy(source, upload / "anything.at.all")

    facts = in_a_process(upload)["result"]

    assert facts["format"] == "onnx"
    assert facts["main_file"] == "model.onnx"
    assert facts["opset"] == {"ai.onnx": 11}
    assert facts["source_files"] == ["anything.at.all"]
    assert facts["ignored_files"] == []
    assert facts["parameters"] == 1_235_496
    assert facts["inputs"][0]["name"] == "data_0"
    outputs = upload.parents[1] / "outputs"
    assert [path.name for path in outputs.iterdir()] == ["model.onnx"]
    assert (outputs / "model.onnx").read_bytes() == source.read_bytes()


def test_progress_can_be_followed(models: Path, upload: Path) -> None:
    shutil.copy(models / "ultraface_rfb_320" / "version-RFB-320.onnx", upload)

    in_a_process(upload)

    lines = (upload.parents[1] / "progress.jsonl").read_text().splitlines()
    assert [json.loads(line)["stage"] for line in lines] == ["recognise", "copy", "read", "describe"]


def test_an_ir_made_elsewhere_is_taken_under_canonical_names(published: Path, upload: Path) -> None:
    name = "MobileFace_Identification_V2-0000"
    for suffix in (".xml", ".bin"):
        shutil.copy(published / "mobileface_v2" / "ir_mo2023.3" / (name + suffix), upload)
    shutil.copy(published / "mobileface_v2" / "README.md", upload)

    facts = inspected(upload)

    assert facts["format"] == "ir"
    assert facts["main_file"] == "model.xml"
    assert facts["producer"].startswith("Model Optimizer 2023.3.0")
    assert facts["source_files"] == [f"{name}.bin", f"{name}.xml"]
    assert facts["ignored_files"] == ["README.md"]
    outputs = upload.parents[1] / "outputs"
    assert sorted(path.name for path in outputs.iterdir()) == ["model.bin", "model.xml"]
    assert facts["digest"] == ir.file_digest([outputs / "model.xml", outputs / "model.bin"])


def test_real_models_from_many_exporters_pass(published: Path, upload: Path) -> None:
    for file, precision, opset in (
        ("squeezenet1.1/squeezenet1.1_fp16.onnx", "FP16", 7),
        ("picodet_s_320/picodet_s_320_coco.onnx", "FP32", 11),
        ("fns_candy/candy.onnx", "FP32", 7),
        ("tiny_inpaint/tiny_inpaint.onnx", "FP32", 13),
    ):
        shutil.copyfile(published / file, upload / "one.onnx")

        facts = inspected(upload)

        assert (facts["precision"], facts["opset"]["ai.onnx"]) == (precision, opset), file


def test_the_opsets_and_producer_are_those_the_onnx_package_reads(models: Path, upload: Path) -> None:
    for path in models.glob("*/*.onnx"):
        if path.parent.name == "negative":
            continue
        shutil.copy(path, upload / "one.onnx")
        expected = onnx.load(path, load_external_data=False)

        facts = inspected(upload)

        assert facts["opset"] == {entry.domain or "ai.onnx": entry.version for entry in expected.opset_import}
        assert (facts["producer"] or "") == f"{expected.producer_name} {expected.producer_version}".strip()


def test_a_model_with_external_data_keeps_its_folders(upload: Path, matmul: Callable[..., onnx.ModelProto]) -> None:
    folder = upload / "export"
    (folder / "weights").mkdir(parents=True)
    (folder / "net.onnx").write_bytes(matmul(location="./weights/w.bin", offset=16, length=64).SerializeToString())
    (folder / "weights" / "w.bin").write_bytes(bytes(16) + np.eye(4, dtype=np.float32).tobytes())

    facts = inspected(upload)

    outputs = upload.parents[1] / "outputs"
    assert facts["source_files"] == ["export/net.onnx", "export/weights/w.bin"]
    assert sorted(str(p.relative_to(outputs)) for p in outputs.rglob("*") if p.is_file()) == [
        "model.onnx",
        "weights/w.bin",
    ]
    assert facts["digest"] == ir.file_digest([outputs / "model.onnx", outputs / "weights" / "w.bin"])
    assert facts["parameters"] == 16


def test_what_was_copied_is_a_whole_model(upload: Path, matmul: Callable[..., onnx.ModelProto]) -> None:
    (upload / "net.onnx").write_bytes(matmul(location="w.bin").SerializeToString())
    (upload / "w.bin").write_bytes(np.eye(4, dtype=np.float32).tobytes())
    inspected(upload)

    copied = onnx.load(upload.parents[1] / "outputs" / "model.onnx")

    assert np.array_equal(onnx.numpy_helper.to_array(copied.graph.initializer[0]), np.eye(4))


def test_an_ir_without_constants_needs_no_bin_and_gets_an_empty_one(
    upload: Path, tmp_path: Path, one_node: Callable[..., onnx.ModelProto]
) -> None:
    onnx_file = tmp_path / "relu.onnx"
    onnx_file.write_bytes(one_node("Relu", [1, 4]).SerializeToString())
    ir.save(ir.read(onnx_file), tmp_path, fp16=False)
    (tmp_path / "model.xml").rename(upload / "relu.xml")

    facts = inspected(upload)

    assert (upload.parents[1] / "outputs" / "model.bin").read_bytes() == b""
    assert facts["parameters"] == 0
    assert facts["producer"].startswith("OpenVINO ")


def test_the_same_upload_has_the_same_facts_twice(models: Path, tmp_path: Path) -> None:
    results = []
    for name in ("a", "b"):
        upload = tmp_path / name / "inputs" / "upload"
        upload.mkdir(parents=True)
        (upload.parents[1] / "spec.json").write_text("{}")
        shutil.copy(models / "ultraface_rfb_320" / "version-RFB-320.onnx", upload)
        results.append(inspected(upload))

    assert results[0] == results[1]


def test_the_upload_itself_is_left_as_it_was(models: Path, upload: Path) -> None:
    shutil.copy(models / "ultraface_rfb_320" / "version-RFB-320.onnx", upload)
    before = hashlib.sha256((upload / "version-RFB-320.onnx").read_bytes()).hexdigest()

    inspected(upload)

    assert hashlib.sha256((upload / "version-RFB-320.onnx").read_bytes()).hexdigest() == before
    assert [path.name for path in upload.iterdir()] == ["version-RFB-320.onnx"]

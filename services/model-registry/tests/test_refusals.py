"""Every bad upload gets a sentence that names the file and says what would be taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from workbench import ir
from workbench.ir import BrokenModel, MissingFile, UnsafeFile
from workbench.model_registry import inspect
from workbench.model_registry.values import EmptyUpload, SeveralModels, UnknownFormat
from workbench.runner.core import Refusal, Run

Make = Callable[..., onnx.ModelProto]


def refusal(upload: Path) -> Refusal:
    (upload.parents[1] / "outputs").mkdir(exist_ok=True)
    with pytest.raises(Refusal) as refused:
        inspect.run(Run(upload.parents[1]))
    text = str(refused.value)
    assert "\n" not in text
    assert str(upload.parents[1]) not in text  # where the service works is nobody's business
    return refused.value


@pytest.fixture
def squeezenet(network: Path, upload: Path) -> Path:
    """The .xml of an IR in the upload, its .bin beside it."""
    for suffix in (".xml", ".bin"):
        shutil.copy(network / f"squeezenet1.1{suffix}", upload)
        (upload / f"squeezenet1.1{suffix}").chmod(0o644)
    return upload / "squeezenet1.1.xml"


# --- nothing to recognise


def test_an_empty_upload(upload: Path) -> None:
    refused = refusal(upload)

    assert isinstance(refused, EmptyUpload)
    assert "ONNX (.onnx" in str(refused)
    assert "OpenVINO IR (.xml" in str(refused)


def test_an_upload_of_empty_files_and_folders(upload: Path) -> None:
    (upload / "folder").mkdir()
    (upload / "model.onnx").touch()

    assert isinstance(refusal(upload), EmptyUpload)


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"This is my model, honestly.\n", "text"),
        ("Привет, модель".encode(), "text"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"<HTML>not found</HTML>", "a web page"),
        (b'{"nodes": []}', "JSON text"),
        (b"<annotation><folder>VOC</folder></annotation>", "XML, but not an OpenVINO IR"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE foo [<!ENTITY a "b">]><foo/>', "XML, but not an OpenVINO IR"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "a JPEG image"),
        (bytes(5000), "nothing but zero bytes"),
        (bytes(range(256)) * 4, "binary data of no kind we know"),
        (b"\x08", "binary data of no kind we know"),
        (b"\x08\x07\x12\x03abc", "binary data of no kind we know"),
    ],
)
def test_a_file_of_another_kind_is_told_what_it_looks_like(upload: Path, content: bytes, looks: str) -> None:
    (upload / "model.onnx").write_bytes(content)

    refused = refusal(upload)

    assert isinstance(refused, UnknownFormat)
    assert f"model.onnx looks like {looks}" in str(refused)
    assert "Accepted: " in str(refused)
    assert refused.facts["files"]["model.onnx"].startswith(looks)


@pytest.mark.parametrize(
    ("file", "looks"),
    [
        ("negative/lfs_pointer.onnx", "a Git LFS pointer"),
        ("squeezenet1.1/ir_fp32/squeezenet1.1.bin", "binary data of no kind we know"),
    ],
)
def test_models_of_formats_we_do_not_take_are_told_apart(models: Path, upload: Path, file: str, looks: str) -> None:
    shutil.copy(models / file, upload)

    refused = refusal(upload)

    assert isinstance(refused, UnknownFormat)
    assert f"{Path(file).name} looks like {looks}" in str(refused)


def test_a_long_list_of_strangers_is_cut_short(upload: Path) -> None:
    for index in range(8):
        (upload / f"{index}.txt").write_text("no")

    assert "4.txt looks like text; and 3 more" in str(refusal(upload))


def test_two_models_in_one_upload(models: Path, squeezenet: Path, upload: Path) -> None:
    shutil.copy(models / "ultraface_rfb_320" / "version-RFB-320.onnx", upload)

    refused = refusal(upload)

    assert isinstance(refused, SeveralModels)
    assert refused.facts["files"] == ["squeezenet1.1.xml", "version-RFB-320.onnx"]
    assert "Upload each on its own" in str(refused)


# --- ONNX


def test_a_truncated_onnx_is_refused_by_name(models: Path, upload: Path) -> None:
    shutil.copy(models / "negative" / "truncated.onnx", upload)

    refused = refusal(upload)

    assert isinstance(refused, BrokenModel)
    assert str(refused).startswith("truncated.onnx: the ONNX file is damaged or cut off")
    assert "40000 bytes" in str(refused)


def test_an_onnx_cut_anywhere_is_never_taken(upload: Path, matmul: Make) -> None:
    whole = matmul().SerializeToString()
    for length in range(1, len(whole)):
        (upload / "cut.onnx").write_bytes(whole[:length])

        assert isinstance(refusal(upload), BrokenModel | UnknownFormat), length


def test_a_damaged_byte_never_does_more_than_refuse(upload: Path, matmul: Make) -> None:
    whole = matmul().SerializeToString()
    (upload.parents[1] / "outputs").mkdir()
    reasons = []
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        (upload / "damaged.onnx").write_bytes(damaged)
        try:
            inspect.run(Run(upload.parents[1]))
        except Refusal as refused:
            reasons.append(str(refused))

    assert reasons
    assert not any("\n" in reason for reason in reasons)


def test_an_onnx_without_a_graph(upload: Path, matmul: Make) -> None:
    model = matmul()
    model.ClearField("graph")
    (upload / "net.onnx").write_bytes(model.SerializeToString())

    assert "has no graph" in str(refusal(upload))


def test_an_onnx_without_an_output(upload: Path, matmul: Make) -> None:
    model = matmul()
    model.graph.ClearField("output")
    (upload / "net.onnx").write_bytes(model.SerializeToString())

    assert "no output" in str(refusal(upload))


@pytest.mark.parametrize("location", ["../w.bin", "/etc/passwd", "sub/../../w.bin", "sub/../w.bin", "", ".", "/"])
def test_external_data_outside_the_models_folder(upload: Path, matmul: Make, location: str) -> None:
    (upload / "net.onnx").write_bytes(matmul(location=location).SerializeToString())
    for folder in (upload, upload.parent):
        (folder / "w.bin").write_bytes(np.eye(4, dtype=np.float32).tobytes())

    refused = refusal(upload)

    assert isinstance(refused, UnsafeFile)
    assert refused.facts["file"] == "net.onnx"
    assert f"'{location}'" in str(refused)


@pytest.mark.parametrize("location", ["w.bin", "folder/w.bin"])
def test_external_data_that_is_a_symbolic_link(upload: Path, tmp_path: Path, matmul: Make, location: str) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "w.bin").write_bytes(bytes(64))
    (upload / "net.onnx").write_bytes(matmul(location=location).SerializeToString())
    (upload / "w.bin").symlink_to(secret / "w.bin")
    (upload / "folder").symlink_to(secret)

    refused = refusal(upload)

    assert isinstance(refused, UnsafeFile)
    assert "symbolic link" in str(refused)


def test_external_data_that_was_not_uploaded(upload: Path, matmul: Make) -> None:
    (upload / "net.onnx").write_bytes(matmul(location="weights.bin").SerializeToString())

    refused = refusal(upload)

    assert isinstance(refused, MissingFile)
    assert refused.facts == {"file": "net.onnx", "missing": "weights.bin"}


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"offset": 0, "length": 64}, "has 63 bytes, but the weights 'w' end at byte 64"),
        ({"offset": 10**12, "length": 64}, "end at byte 1000000000064"),
        ({"offset": 0, "length": 10**15}, "end at byte 1000000000000000"),
        ({"offset": "-5", "length": 64}, "the offset of its external data is '-5'"),
        ({"offset": "abc"}, "the offset of its external data is 'abc'"),
        ({"length": "9" * 30}, "the length of its external data is '9999"),
    ],
)
def test_external_data_that_does_not_reach(
    upload: Path, matmul: Make, entries: dict[str, str | int], reason: str
) -> None:
    (upload / "net.onnx").write_bytes(matmul(location="w.bin", **entries).SerializeToString())
    (upload / "w.bin").write_bytes(bytes(63))

    refused = refusal(upload)

    assert isinstance(refused, BrokenModel)
    assert reason in str(refused)


def test_external_data_too_short_for_the_shape_it_has(upload: Path, matmul: Make) -> None:
    (upload / "net.onnx").write_bytes(matmul(location="w.bin").SerializeToString())
    (upload / "w.bin").write_bytes(bytes(10))

    refused = refusal(upload)

    assert isinstance(refused, ir.Unreadable)
    assert "net.onnx" in str(refused)


def test_external_data_hidden_in_an_attribute_is_found(upload: Path, matmul: Make) -> None:
    tensor = matmul(location="../secret").graph.initializer[0]
    graph = helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=tensor)],
        "g",
        [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 4])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (upload / "net.onnx").write_bytes(model.SerializeToString())

    assert isinstance(refusal(upload), UnsafeFile)


def test_graphs_nested_without_end(upload: Path) -> None:
    inner = b""
    for _ in range(2000):  # attribute 6 = graph, graph 1 = node, node 5 = attribute
        for tag in (b"\x32", b"\x2a", b"\x0a"):
            inner = tag + varint(len(inner)) + inner
    (upload / "deep.onnx").write_bytes(b"\x08\x08\x3a" + varint(len(inner)) + inner + b"\x42\x02\x10\x0d")

    assert "nested too deep" in str(refusal(upload))


def varint(value: int) -> bytes:
    groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])


@pytest.mark.parametrize(("domain", "named"), [("", "Swoosh-13"), ("my.company", "my.company.Swoosh")])
def test_operations_that_openvino_does_not_know_are_named(
    upload: Path, one_node: Make, domain: str, named: str
) -> None:
    model = one_node("Swoosh", [1, 4], domain)
    if domain:
        model.opset_import.add(domain=domain, version=1)
    (upload / "net.onnx").write_bytes(model.SerializeToString())

    refused = refusal(upload)

    assert isinstance(refused, ir.UnsupportedOperations)
    assert refused.facts["operations"] == [named]
    assert str(refused).startswith("net.onnx: OpenVINO has no conversion for")


def test_an_opset_older_than_openvino_reads(models: Path, upload: Path) -> None:
    shutil.copy(models / "negative" / "old_opset_super_resolution.onnx", upload)

    refused = refusal(upload)

    assert isinstance(refused, ir.UnsupportedOperations)
    assert "Add-1" in refused.facts["operations"]


# --- shapes that need terabytes


def test_an_input_that_needs_terabytes(upload: Path, one_node: Make) -> None:
    (upload / "net.onnx").write_bytes(one_node("Relu", [1, 3, 10**6, 10**6]).SerializeToString())

    refused = refusal(upload)

    assert isinstance(refused, ir.TooLarge)
    assert "input 'x' has the shape [1, 3, 1000000, 1000000] of f32, 11,175.9 GiB; at most 8 GiB" in str(refused)


def test_a_constant_that_needs_terabytes(upload: Path) -> None:
    shape = numpy_helper.from_array(np.array([10**6, 10**6], np.int64), "shape")
    nodes = [helper.make_node("ConstantOfShape", ["shape"], ["ones"]), helper.make_node("Add", ["x", "ones"], ["y"])]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [shape],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (upload / "net.onnx").write_bytes(model.SerializeToString())

    refused = refusal(upload)

    assert isinstance(refused, ir.TooLarge)
    assert "net.onnx" in str(refused)


# --- IR


def test_an_ir_without_its_bin(squeezenet: Path, upload: Path) -> None:
    squeezenet.with_suffix(".bin").unlink()

    refused = refusal(upload)

    assert isinstance(refused, MissingFile)
    assert refused.facts == {"file": "squeezenet1.1.xml", "missing": "squeezenet1.1.bin"}


@pytest.mark.parametrize("size", [0, 4_941_999, 4_942_001])
def test_an_ir_with_a_bin_of_the_wrong_size(squeezenet: Path, upload: Path, size: int) -> None:
    weights = squeezenet.with_suffix(".bin")
    weights.write_bytes((weights.read_bytes() + b"x")[:size])

    refused = refusal(upload)

    assert isinstance(refused, BrokenModel)
    assert f"end at byte 4942000, but squeezenet1.1.bin has {size} bytes" in str(refused)


def test_an_ir_with_the_bin_of_its_fp16_sister(models: Path, squeezenet: Path, upload: Path) -> None:
    shutil.copy(models / "squeezenet1.1" / "ir_fp16" / "squeezenet1.1.bin", upload)

    assert "belongs to another model" in str(refusal(upload))


def test_an_ir_with_other_bytes_of_the_right_size(squeezenet: Path, upload: Path) -> None:
    weights = squeezenet.with_suffix(".bin")
    weights.write_bytes(np.random.default_rng(0).bytes(weights.stat().st_size))

    assert isinstance(refusal(upload), BrokenModel | ir.Unreadable)


def test_weights_that_are_no_numbers(squeezenet: Path, upload: Path) -> None:
    # Hardly any of this model's constants are shapes; the rest would be read without complaint.
    weights = squeezenet.with_suffix(".bin")
    values = np.frombuffer(weights.read_bytes(), np.float32).copy()
    values[100_000:200_000] = np.nan
    weights.write_bytes(values.tobytes())

    refused = refusal(upload)

    assert isinstance(refused, BrokenModel)
    assert "not numbers" in str(refused)


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ('<?xml version="1.0"?>', '<?xml version="1.0"?><!DOCTYPE net [<!ENTITY a "b">]>', "declares a DOCTYPE"),
        ('<?xml version="1.0"?>', '<!DOCTYPE net SYSTEM "file:///etc/passwd">', "declares a DOCTYPE"),
        ('version="11"', 'version="7"', "IR version 7; versions 10 and 11 are accepted"),
        ('version="11"', "", "IR version unknown"),
        ("</layers>", "", "mismatched tag"),
        ('offset="0"', 'offset="-4"', "offset '-4'"),
        ('size="6912"', 'size="9999999999"', "end at byte 9999999999"),
        ('shape="64, 3, 3, 3"', 'shape="64000, 3, 3, 3"', "inconsistent"),
        ('type="ReLU"', 'type="Swoosh"', "no conversion for Swoosh"),
    ],
)
def test_an_ir_whose_xml_was_changed(squeezenet: Path, upload: Path, was: str, becomes: str, reason: str) -> None:
    text = squeezenet.read_text()
    assert was in text
    squeezenet.write_text(text.replace(was, becomes, 1))

    refused = refusal(upload)

    assert reason in str(refused)
    assert str(refused).startswith("squeezenet1.1.xml: ")


def test_an_ir_cut_off(squeezenet: Path, upload: Path) -> None:
    squeezenet.write_text(squeezenet.read_text()[:50_000])

    assert "damaged or cut off" in str(refusal(upload))


def test_an_ir_with_layers_nested_without_end(upload: Path) -> None:
    (upload / "deep.xml").write_text('<net version="11">' + "<layers>" * 300_000)

    assert isinstance(refusal(upload), BrokenModel)


def test_billion_laughs_are_not_laughed(upload: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    (upload / "lol.xml").write_text(f'<!DOCTYPE net [<!ENTITY l0 "lol">{entities}]><net name="&l9;"/>')

    assert isinstance(refusal(upload), UnsafeFile)


def test_an_ir_without_layers(upload: Path) -> None:
    (upload / "none.xml").write_text('<net name="a" version="11"><layers/><edges/></net>')

    assert "no output" in str(refusal(upload))

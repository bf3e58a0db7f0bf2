"""What holds for every format that is taken: a real model is, and its broken twins are refused in one line with a file.

A format more is a row more: the last test fails without it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import made_models
import paddle_files
import pytest
from workbench.ir import BrokenModel, MissingFile
from workbench.ir.environments import EnvironmentMissing, NotConverted
from workbench.ir.formats import APART
from workbench.model_registry.formats import formats
from workbench.runner.core import Refusal
from workbench.runner.environments import seen_by_a_core

Refused = Callable[[], Refusal]


@dataclass(frozen=True)
class Sample:
    """Files of a real model by the names they are laid under; the first is the main one. ``other``: of another model,
    the file that is put in the place of the last."""

    word: str
    files: dict[str, str]
    other: str | None = None


MOBILENET, MTCNN = "mobilenet_v1_0.25_224", "mtcnn"
SAVED = f"{MOBILENET}/saved_model"
SAMPLES = {
    "caffe": Sample(
        "caffe",
        {"net.caffemodel": f"{MTCNN}/det1.caffemodel", "net.prototxt": f"{MTCNN}/det1.prototxt"},
        f"{MTCNN}/det2.prototxt",
    ),
    "ir": Sample(
        "ir",
        {"net.xml": "squeezenet1.1/ir_fp16/squeezenet1.1.xml", "net.bin": "squeezenet1.1/ir_fp16/squeezenet1.1.bin"},
        "squeezenet1.1/squeezenet1.1.prototxt",
    ),
    "keras": Sample("keras", {"net.keras": f"{MOBILENET}/mobilenet_v1_025.keras"}),
    "mxnet": Sample(
        "mxnet",
        {"net-0001.params": f"{MTCNN}/det1-0001.params", "net-symbol.json": f"{MTCNN}/det1-symbol.json"},
        f"{MTCNN}/det2-symbol.json",
    ),
    "onnx": Sample("onnx", {"net.onnx": "tiny_vit_digits/tiny_vit_digits.onnx"}),
    "paddle": Sample("paddle", {"net.pdmodel": "", "net.pdiparams": ""}, f"{MTCNN}/det1.prototxt"),
    "pytorch_program": Sample("pytorch", {"net.pt2": "tiny_vit_digits/tiny_vit_digits.pt2"}),
    "tensorflow_graph": Sample("tensorflow-graph", {"net.pb": f"{MOBILENET}/mobilenet_v1_025_frozen.pb"}),
    "tensorflow_saved_model": Sample(
        "tensorflow-saved-model",
        {
            "saved_model.pb": f"{SAVED}/saved_model.pb",
            "variables/variables.index": f"{SAVED}/variables/variables.index",
            "variables/variables.data-00000-of-00001": f"{SAVED}/variables/variables.data-00000-of-00001",
        },
    ),
    "tflite": Sample("tflite", {"net.tflite": f"{MOBILENET}/mobilenet_v1_0.25_224.tflite"}),
}
# A meta graph is taken out of the SavedModel: test_tensorflow_files.py. Weights are made: test_pytorch_weights.py.
ELSEWHERE = {"tensorflow_checkpoint", "pytorch_weights"}
MADE = {"net.pdmodel": paddle_files.program, "net.pdiparams": paddle_files.parameters}
WITHOUT_SHARED = {"ir", "paddle"}  # whose files are made where the shared ones are not at hand
IN_AN_ENVIRONMENT = [name for name, sample in SAMPLES.items() if sample.word in APART]
ANYWHERE = [name for name in SAMPLES if name not in IN_AN_ENVIRONMENT]
WITH_COMPANION = [name for name, sample in SAMPLES.items() if len(sample.files) == 2]


def rows(names: Iterable[str]) -> list[Any]:
    """Marked as a fixture would mark them."""
    return [name if name in WITHOUT_SHARED else pytest.param(name, marks=pytest.mark.shared) for name in names]


@pytest.fixture(scope="session")
def nearest(at_hand: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared models, else those that are made."""
    return at_hand / "models" if at_hand else made_models.write(tmp_path_factory.mktemp("made") / "models")


@pytest.fixture
def laid(nearest: Path, upload: Path, request: pytest.FixtureRequest) -> Callable[[str], Sample]:
    """Lay a format's sample into the upload."""

    def lay(name: str) -> Sample:
        for target, source in SAMPLES[name].files.items():
            path = upload / target
            path.parent.mkdir(exist_ok=True)
            if target in MADE:
                path.write_bytes(MADE[target]())
            elif (nearest / source).exists():
                shutil.copy(nearest / source, path)
            else:
                shutil.copy(request.getfixturevalue("models") / source, path)
        return SAMPLES[name]

    return lay


@pytest.fixture
def installed(keras: None, legacy: None) -> Callable[[str], None]:
    """Skips a format whose environment is not here: that of PyTorch is only where somebody wanted it."""

    def check(name: str) -> None:
        if seen_by_a_core(APART[SAMPLES[name].word]) is None:
            pytest.skip(f"the environment {APART[SAMPLES[name].word]} is not installed")

    return check


def cut(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize("name", rows(ANYWHERE))
def test_a_real_model_is_taken_and_half_of_it_is_not(
    name: str, laid: Callable[[str], Sample], upload: Path, imported: Callable[[], dict[str, Any]], refusal: Refused
) -> None:
    sample = laid(name)
    assert imported()["format"] == sample.word

    cut(upload / next(iter(sample.files)))

    assert next(iter(sample.files)) in str(refusal())


@pytest.mark.parametrize("name", IN_AN_ENVIRONMENT)
def test_so_it_is_where_an_environment_reads_it(
    name: str,
    installed: Callable[[str], None],
    laid: Callable[[str], Sample],
    upload: Path,
    imported: Callable[[], dict[str, Any]],
    refusal: Refused,
) -> None:
    installed(name)
    sample = laid(name)
    assert imported()["format"] == sample.word

    cut(upload / next(iter(sample.files)))

    assert next(iter(sample.files)) in str(refusal())


@pytest.mark.parametrize("name", rows(WITH_COMPANION))
def test_a_missing_companion_is_named(name: str, laid: Callable[[str], Sample], upload: Path, refusal: Refused) -> None:
    last = list(laid(name).files)[-1]
    (upload / last).unlink()

    refused = refusal()

    assert isinstance(refused, MissingFile)
    assert refused.facts["missing"] == last


@pytest.mark.parametrize("name", [name for name in WITH_COMPANION if name in ANYWHERE])
def test_the_companion_of_another_model_is_refused(
    name: str, laid: Callable[[str], Sample], at_hand: Path | None, upload: Path, refusal: Refused
) -> None:
    sample = laid(name)
    assert sample.other is not None
    last = list(sample.files)[-1]
    (upload / last).write_bytes((at_hand / "models" / sample.other).read_bytes() if at_hand else b'name: "another"')

    assert last in str(refusal())


@pytest.mark.parametrize("name", [name for name in WITH_COMPANION if name in IN_AN_ENVIRONMENT])
def test_so_is_that_of_a_network_which_an_environment_reads(
    name: str,
    installed: Callable[[str], None],
    laid: Callable[[str], Sample],
    models: Path,
    upload: Path,
    refusal: Refused,
) -> None:
    installed(name)
    sample = laid(name)
    assert sample.other is not None
    shutil.copyfile(models / sample.other, upload / list(sample.files)[-1])

    assert isinstance(refusal(), NotConverted)


@pytest.mark.parametrize(
    ("name", "refused_as"),
    [
        # By their content they are whole: which is which, no name says.
        *(pytest.param(name, EnvironmentMissing, marks=pytest.mark.shared) for name in ("caffe", "mxnet")),
        ("ir", BrokenModel),
        ("paddle", BrokenModel),
    ],
)
def test_files_that_have_each_others_names(
    name: str, refused_as: type[Refusal], laid: Callable[[str], Sample], upload: Path, refusal: Refused, nowhere: None
) -> None:
    first, last = (upload / file for file in laid(name).files)
    first_bytes, last_bytes = first.read_bytes(), last.read_bytes()
    first.write_bytes(last_bytes)
    last.write_bytes(first_bytes)

    assert type(refusal()) is refused_as


@pytest.mark.parametrize(
    ("alone", "missing"),
    [
        ("det1.prototxt", "det1.caffemodel"),
        ("det1.caffemodel", "det1.prototxt"),
        ("det1-symbol.json", "det1-0000.params"),
        ("det1-0001.params", "det1-symbol.json"),
    ],
)
def test_either_half_alone_names_the_other(
    models: Path, upload: Path, refusal: Refused, alone: str, missing: str
) -> None:
    shutil.copy(models / "mtcnn" / alone, upload)

    refused = refusal()

    assert (isinstance(refused, MissingFile), refused.facts["missing"]) == (True, missing)


def test_every_format_that_is_taken_has_a_row() -> None:
    taken: list[Any] = [format_ for format_ in formats() if format_.ACCEPTED]

    assert {format_.__name__.rpartition(".")[2] for format_ in taken} == {*SAMPLES, *ELSEWHERE}

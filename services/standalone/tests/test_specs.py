"""Every spec of every core is read in one way: what does not belong is refused by its field, in few words."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from workbench.calibrator.spec import CalibrationSchema, EvaluationSchema, TrialSchema
from workbench.converter.spec import SpecSchema as ConversionSpec
from workbench.dataset.spec import AugmentationSpec, ExportSpec, GenerationSpec, IngestionSpec, SubsetSpec
from workbench.fields import BadSpec, Facts, Flag, checked
from workbench.packager.spec import SpecSchema as PackageSpec
from workbench.profiler.spec import SpecSchema as Profile
from workbench.profiler.spec import read_spec

NAN, INFINITY = float("nan"), float("inf")
HUGE = "x" * 1_000_000
# Deep enough that a reader which calls itself for each level would fall over.
DEEP: Any = []
for _ in range(900):
    DEEP = [DEEP]


@dataclass(frozen=True)
class Spec:
    """A core's schema, and the smallest document that it reads."""

    schema: Callable[[], Any]
    document: dict[str, Any]


SPECS = {
    "calibration": Spec(CalibrationSchema, {"main_file": "model.xml", "recipe": {}}),
    "evaluation": Spec(EvaluationSchema, {"main_file": "model.xml", "recipe": {}}),
    "trial": Spec(TrialSchema, {"main_file": "model.xml", "recipe": {}}),
    "generation": Spec(GenerationSpec, {"width": 8, "height": 8, "count": 1}),
    "ingestion": Spec(IngestionSpec, {}),
    "subset": Spec(SubsetSpec, {}),
    "augmentation": Spec(AugmentationSpec, {"methods": ["noise"]}),
    "export": Spec(ExportSpec, {"format": "coco"}),
    "profile": Spec(Profile, {"main_file": "model.xml"}),
    "conversion": Spec(ConversionSpec, {"main_file": "model.onnx"}),
    "package": Spec(
        PackageSpec, {"name": "fruit", "recommended": "fp32", "recipe": {}, "variants": [{"folder": "fp32"}]}
    ),
}
every_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


def refused(spec: Spec, document: object) -> BadSpec:
    with pytest.raises(BadSpec) as refusal:
        checked(spec.schema(), document)
    assert len(str(refusal.value)) < 3_000
    assert len(refusal.value.facts["field"]) <= 120
    assert str(refusal.value).startswith(f"{refusal.value.facts['field']}: ")
    assert refusal.value.remedy()
    return refusal.value


def with_field(spec: Spec, name: str, value: Any) -> dict[str, Any]:
    return {**copy.deepcopy(spec.document), name: value}


@every_spec
def test_the_smallest_document_is_read(spec: Spec) -> None:
    assert checked(spec.schema(), spec.document) is not None


@every_spec
@pytest.mark.parametrize("document", [None, [], "spec", 7, True, NAN])
def test_what_is_no_object_is_refused(spec: Spec, document: object) -> None:
    assert str(refused(spec, document)) == "spec: Must be a JSON object."


@every_spec
def test_an_unknown_member_is_refused_with_those_that_are_known(spec: Spec) -> None:
    refusal = refused(spec, with_field(spec, "colour", 1))

    assert refusal.facts["field"] == "colour"
    assert f"accepted are {', '.join(spec.schema().fields)}" in str(refusal)


@every_spec
def test_a_member_with_a_huge_name_is_refused_in_few_words(spec: Spec) -> None:
    assert refused(spec, with_field(spec, HUGE, 1)).facts["field"].endswith("x...")


@every_spec
def test_thousands_of_unknown_members_are_refused_in_few_words(spec: Spec) -> None:
    many = {f"member{number}": number for number in range(10_000)}

    assert str(refused(spec, spec.document | many)).endswith("; 9995 more are wrong.")


@every_spec
def test_each_member_that_is_missing_is_named(spec: Spec) -> None:
    for name in [name for name, field in spec.schema().fields.items() if field.required]:
        document = {key: value for key, value in spec.document.items() if key != name}
        assert refused(spec, document).facts["field"] == name


@every_spec
@pytest.mark.parametrize("value", [NAN, INFINITY, -INFINITY, HUGE, 10**400, -1.5, DEEP, {"a": DEEP}, True])
def test_no_field_takes_a_value_of_another_type(spec: Spec, value: Any) -> None:
    for name, field in spec.schema().fields.items():
        if isinstance(field, Facts) and isinstance(value, dict):
            continue  # its reader looks at it
        if isinstance(field, Flag) and value is True:
            continue
        assert refused(spec, with_field(spec, name, value)).facts["field"].startswith(name), name


@every_spec
def test_numbers_and_choices_end_where_they_say(spec: Spec) -> None:
    seen = 0
    for name, field in spec.schema().fields.items():
        if not hasattr(field, "low"):
            continue
        for inside in (field.low, field.high):
            assert checked(spec.schema(), with_field(spec, name, inside))
        for outside in (field.low - 1, field.high + 1):
            said = refused(spec, with_field(spec, name, outside))
            assert f"{name}: Must be a" in str(said)
            assert "from" in str(said)
        seen += 1
    # Which have numbers of their own nowhere.
    assert seen or spec in (SPECS["conversion"], SPECS["evaluation"], SPECS["trial"], SPECS["export"])


def test_what_the_last_release_planned_is_still_read() -> None:
    """A job holds the request, and its spec is made when it is launched: members in the order of release 0.1.0."""
    planned = {
        "main_file": "model.xml",
        "seed": 0,
        "device": "CPU",
        "inference_precision": "f32",
        "batch": 1,
        "hint": "throughput",
        "streams": None,
        "requests": None,
        "shapes": None,
        "duration_s": 2.0,
        "launches": 5,
    }
    spec = read_spec(planned)

    assert read_spec(spec.to_json()) == spec
    told = {"shape": None, "layout": None, "mean": None, "scale": None, "reverse_channels": False}
    conversion = {"main_file": "a/model.xml", "precision": "FP16", "inputs": {"x": told}}
    read = checked(ConversionSpec(), conversion).options.to_json()
    assert (read["precision"], read["outputs"], read["batch"]) == ("FP16", [], None)
    assert {name: value for name, value in read["inputs"]["x"].items() if value is not None} == {
        name: value for name, value in told.items() if value is not None
    }  # what came later is off


@pytest.mark.parametrize("name", ["../model.xml", "/etc/passwd", "a/../../b", "..", "", "a\0b", "a/..", HUGE])
def test_no_main_file_leaves_its_folder(name: str) -> None:
    for spec in (SPECS["profile"], SPECS["conversion"]):
        assert refused(spec, with_field(spec, "main_file", name)).facts["field"] == "main_file"

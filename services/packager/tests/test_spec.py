"""The specification: read whole, or refused by the field that is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from workbench.fields import BadSpec
from workbench.packager.reading import read_spec

Spec = dict[str, Any]


def changed(spec: Spec, **fields: Any) -> Spec:
    return {**copy.deepcopy(spec), **fields}


def with_variant(spec: Spec, **fields: Any) -> Spec:
    document = copy.deepcopy(spec)
    document["variants"][0].update(fields)
    return document


def test_a_whole_specification_is_read(spec: Spec) -> None:
    read = read_spec(spec)

    assert [variant.name for variant in read.variants] == ["fp32", "fp16"]
    assert (read.name, read.recommended, read.samples) == ("fruit-1.0", "fp16", 3)
    assert read.recipe["labels"] == ["apple", "pear", "plum", "quince"]


def test_the_configuration_keeps_what_can_be_set_and_nothing_of_this_machine(spec: Spec) -> None:
    variant = read_spec(spec).variants[1]

    assert variant.properties == {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": 1}
    assert (variant.device, variant.infer_requests, variant.loop) == ("CPU", 2, "async")


def test_the_precision_is_stated_even_for_a_variant_that_was_never_measured(spec: Spec) -> None:
    assert read_spec(spec).variants[0].properties == {"INFERENCE_PRECISION_HINT": "f32"}


def test_a_profile_stands_in_for_a_missing_configuration(spec: Spec, profile: Spec) -> None:
    variant = read_spec(with_variant(spec, configuration={}, profile=profile)).variants[0]

    assert variant.properties["NUM_STREAMS"] == 1


def test_the_profile_keeps_its_numbers_and_drops_launches_and_layers(spec: Spec) -> None:
    profile = read_spec(spec).variants[1].profile

    assert profile is not None
    assert profile["throughput_fps"]["value"] == 500.0
    assert not {"launches", "layers", "configuration"} & set(profile)


def test_four_samples_are_shipped_unless_told(spec: Spec) -> None:
    document = copy.deepcopy(spec)
    del document["samples"]

    assert read_spec(document).samples == 4


NO_FOLDERS = ["", ".", "..", "../up", "/root", "a/b", "a\\b", "a b", "-x", "x" * 65, "ä", "a\n", "FP16", 7, None]


@pytest.mark.parametrize("name", NO_FOLDERS)
def test_a_name_that_could_leave_its_folder_is_refused(spec: Spec, name: Any) -> None:
    for document, field in ((changed(spec, name=name), "name"), (with_variant(spec, folder=name), "variants.0.folder")):
        with pytest.raises(BadSpec) as refused:
            read_spec(document)
        assert refused.value.facts == {"field": field}


@pytest.mark.parametrize("name", ["../model.xml", "/model.xml", "sub/model.xml", "model.onnx", "model", "", None])
def test_a_main_file_elsewhere_or_of_another_kind_is_refused(spec: Spec, name: Any) -> None:
    with pytest.raises(BadSpec) as refused:
        read_spec(with_variant(spec, main_file=name))

    assert refused.value.facts == {"field": "variants.0.main_file"}


@pytest.mark.parametrize("variants", [[], None, {}, "fp16"])
def test_a_package_without_variants_is_refused(spec: Spec, variants: Any) -> None:
    with pytest.raises(BadSpec, match="variants: "):
        read_spec(changed(spec, variants=variants))


def test_two_variants_of_one_name_are_refused(spec: Spec) -> None:
    with pytest.raises(BadSpec, match="variants: Two of them have the folder fp16"):
        read_spec(with_variant(spec, folder="fp16"))


@pytest.mark.parametrize("samples", [-1, 101, 1.5, True, "4", None])
def test_an_impossible_number_of_samples_is_refused(spec: Spec, samples: Any) -> None:
    with pytest.raises(BadSpec, match="samples: Must be a whole number from 0 to 100"):
        read_spec(changed(spec, samples=samples))


def test_recommending_what_is_not_in_the_package_is_refused(spec: Spec) -> None:
    with pytest.raises(BadSpec, match="Must be one of the variants' folders: fp32, fp16") as refused:
        read_spec(changed(spec, recommended="int8"))

    assert refused.value.facts["field"] == "recommended"


def test_a_bad_recipe_is_refused_by_its_field(spec: Spec) -> None:
    with pytest.raises(BadSpec, match="resize") as refused:
        read_spec(changed(spec, recipe={**spec["recipe"], "resize": "squeeze"}))

    assert refused.value.facts["field"] == "recipe.resize"


@pytest.mark.parametrize("document", [{"sampels": 3}, {"cache": "/tmp"}])
def test_an_unknown_field_is_refused_with_those_that_are_known(spec: Spec, document: Spec) -> None:
    with pytest.raises(BadSpec, match="Unknown field; accepted are name, recommended"):
        read_spec(changed(spec, **document))


def test_an_unknown_field_of_a_variant_is_refused_by_its_place(spec: Spec) -> None:
    with pytest.raises(BadSpec, match=r"variants.0.path: Unknown field; accepted are folder"):
        read_spec(with_variant(spec, path="/etc/passwd"))


def test_a_variant_that_is_no_object_is_refused(spec: Spec) -> None:
    with pytest.raises(BadSpec, match="variants.0: Must be a JSON object"):
        read_spec(changed(spec, variants=["fp16"]))

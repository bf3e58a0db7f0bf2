"""Variants of the very same bytes are one measurement with two names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.project.values import Variant


def measured_once(variants: Sequence[Variant]) -> list[Variant]:
    """Each with the profile, and where it has none the evaluation, of the first that has its digest."""
    first: dict[str, Variant] = {}
    return [_of(variant, first.setdefault(variant.model["digest"], variant)) for variant in variants]


def _of(variant: Variant, same: Variant) -> Variant:
    if variant is same:
        return variant
    said = f"It is byte for byte {same.name}: the same measurement under another name."
    return replace(
        variant,
        profile_id=same.profile_id,
        profile=same.profile,
        warnings=(*variant.warnings, said),
        evaluation=variant.evaluation or same.evaluation,
        evaluation_id=variant.evaluation_id or same.evaluation_id,
    )

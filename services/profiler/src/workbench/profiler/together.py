"""Profiles that were measured in turns within one job: which models, what became of each, and their ratios. Pure.

The job makes the first model's profile; those of the others lie beside it as files until they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Facts = dict[str, Any]


def distinct(model_ids: Sequence[str], digests: Mapping[str, str]) -> list[list[str]]:
    """The models in order, those of the very same bytes together: they are one measurement with several names."""
    groups: dict[str, list[str]] = {}
    for model_id in model_ids:
        groups.setdefault(digests[model_id], []).append(model_id)
    return list(groups.values())


def told(profile_id: str, groups: Sequence[Sequence[str]], result: Facts) -> Facts:
    """``together`` of every profile of this job.

    ``models``: the place of each in ``groups``, and why it was refused. ``ratios[mine][theirs]``: by model id.
    """
    refusals = [None, *result["others"]]
    places = {model_id: place for place, group in enumerate(groups) for model_id in group}
    return {
        "profile_id": profile_id,
        "rounds": len(result["launches"]),
        "models": [
            {"model_id": model_id, "place": place, "refusal": refusals[place]} for model_id, place in places.items()
        ],
        "ratios": {
            mine: {
                theirs: result["ratios"][place][other]
                for theirs, other in places.items()
                if theirs != mine and result["ratios"][place][other]
            }
            for mine, place in places.items()
        },
    }


def member(profile: Facts, model_id: str) -> Facts | None:
    """What ``models`` of a profile's facts says of a model; None when it was not measured there."""
    models: list[Facts] = (profile.get("together") or {}).get("models") or []
    return next((each for each in models if each["model_id"] == model_id), None)


def file_of(place: int) -> str:
    """Where the profile of a model other than the first lies."""
    return f"others/{place - 1}.json"

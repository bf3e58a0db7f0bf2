"""What one request may ask of its device: launches × what each takes at most."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.runner.device_time import (
    FEWEST_LAUNCHES,
    DeviceTime,
    Span,
    expected_measurement,
    longest_duration_s,
    longest_launch_s,
)

DURATIONS = st.floats(0.1, 3600).map(lambda seconds: round(seconds, 1))


def test_what_nobody_should_have_is_refused_with_what_would_be_accepted() -> None:
    faults = DeviceTime(60).faults(3600, 100)

    assert list(faults) == ["duration_s"]
    assert "100 launches of 3600 s may hold the device for 30,002 min" in faults["duration_s"]
    assert faults["duration_s"].endswith("one request may for 60. With that many launches give at most 7.")


def test_where_fewer_launches_would_do_that_is_said_too() -> None:
    faults = DeviceTime(60).faults(60, 20)

    assert faults["launches"] == "With that duration give at most 11."


def test_what_is_asked_for_by_default_is_accepted_whatever_the_cap() -> None:
    assert DeviceTime(1).faults(2.0, 5) == {}


@given(minutes=st.integers(1, 600), duration_s=DURATIONS, launches=st.integers(FEWEST_LAUNCHES, 100))
def test_what_is_said_to_be_accepted_is(minutes: int, duration_s: float, launches: int) -> None:
    cap = DeviceTime(minutes)
    faults = cap.faults(duration_s, launches)

    if "duration_s" in faults:
        shorter = float(faults["duration_s"].rstrip(".").rpartition(" ")[2])
        assert 0.1 <= shorter < duration_s or shorter == 0.0
        assert not cap.faults(shorter, launches)
        assert cap.faults(round(shorter + 0.2, 1), launches)
    if "launches" in faults:
        fewer = int(faults["launches"].rstrip(".").rpartition(" ")[2])
        assert not cap.faults(duration_s, fewer)
        assert cap.faults(duration_s, fewer + 1)


@pytest.mark.parametrize("duration_s", [0.1, 0.9, 1.0, 1.1, 60.0])
def test_durations_and_launches_are_one_anothers_inverse(duration_s: float) -> None:
    assert longest_duration_s(longest_launch_s(duration_s) + 1e-9) == pytest.approx(duration_s)


def test_going_on_until_it_is_known_well_has_the_same_limit() -> None:
    cap = DeviceTime(10)

    assert cap.faults(2.0, 5, within_s=500) == {}
    assert "give at most 589" in cap.faults(2.0, 5, within_s=900)["within_s"]


def test_what_is_expected_of_a_measurement_is_of_all_its_launches_and_models() -> None:
    request = {"duration_s": 2.0, "launches": 5}

    assert expected_measurement(request) == Span(20.0, 60.0)
    assert expected_measurement(request, models=3) == Span(60.0, 180.0)
    assert expected_measurement({**request, "until": 0.02, "within_s": 300.0}) == Span(20.0, 316.0)
    assert expected_measurement({"model_id": "of a release that said less"}) is None

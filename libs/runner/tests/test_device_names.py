"""A device's name asks for one device or for a list, and what can mean nothing is refused with what can."""

from __future__ import annotations

import pytest
from workbench.runner.device_names import DeviceName, WrongDevice, read_device


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("CPU", DeviceName(None, ("CPU",))),
        ("GPU.1", DeviceName(None, ("GPU.1",))),
        ("MYRIAD.1.2-ma2480", DeviceName(None, ("MYRIAD.1.2-ma2480",))),
        ("AUTO", DeviceName("AUTO", ())),
        ("AUTO:GPU.1,CPU", DeviceName("AUTO", ("GPU.1", "CPU"))),
        ("AUTO:-GPU,-NPU", DeviceName("AUTO", (), ("GPU", "NPU"))),
        ("MULTI:GPU.0,GPU.1", DeviceName("MULTI", ("GPU.0", "GPU.1"))),
        ("HETERO:NPU,CPU", DeviceName("HETERO", ("NPU", "CPU"))),
        ("BATCH:GPU", DeviceName("BATCH", ("GPU",))),
        ("BATCH:GPU(4)", DeviceName("BATCH", ("GPU",))),
    ],
)
def test_what_is_asked_for(name: str, read: DeviceName) -> None:
    assert read_device(name) == read


def test_kinds_are_named_once_in_their_order() -> None:
    assert read_device("MULTI:GPU.0,CPU,GPU.1").kinds == ("GPU", "CPU")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("MULTI", "such as MULTI:GPU,CPU"),
        ("HETERO:", "such as HETERO:GPU,CPU"),
        ("AUTO:", "such as AUTO:GPU,CPU"),
        ("BATCH", "such as BATCH:GPU."),
        ("BATCH:GPU,CPU", "BATCH:GPU(4)"),
        ("BATCH:GPU(0)", "BATCH:GPU(4)"),
        ("AUTO:GPU, CPU", "' CPU' is none"),
        ("AUTO:GPU,,CPU", "'' is none"),
        ("MULTI:CPU(2)", "'CPU(2)' is none"),
        ("MULTI:AUTO", "'AUTO' is none"),
        ("HETERO:MULTI:CPU", "'MULTI:CPU' is none"),
        ("BATCH:AUTO", "BATCH:GPU(4)"),
        ("AUTO:GPU,GPU", "each device once"),
        ("MULTI:-GPU", "AUTO:-GPU"),
        ("AUTO:-GPU,CPU", "AUTO:-GPU"),
    ],
)
def test_a_list_that_can_mean_nothing_is_refused_with_what_would_be_accepted(name: str, words: str) -> None:
    with pytest.raises(WrongDevice) as refused:
        read_device(name)

    assert words in str(refused.value)

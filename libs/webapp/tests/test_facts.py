"""What is known of a result is described, and answered as it was kept."""

from __future__ import annotations

from typing import get_args

import marshmallow as ma
from workbench.tasks import guess
from workbench.tasks.measure import Better
from workbench.webapp.facts import Kept, number, whole
from workbench.webapp.facts.figures import SURENESS, MetricFacts
from workbench.webapp.views import job_of, page_of


class CountedFacts(Kept):
    """Something that was counted."""

    count = whole("How many.")
    share = number("Of all.")


def test_facts_of_an_earlier_release_are_answered_as_they_were_kept() -> None:
    earlier = {"count": 3, "share": None, "counted_by": "hand", "classes": [{"name": "a"}]}

    assert job_of(CountedFacts)().dump({"id": "1", "facts": earlier})["facts"] == earlier
    assert page_of(CountedFacts)().dump({"items": [{"id": "1", "facts": earlier}]})["items"][0]["facts"] == earlier
    assert job_of(CountedFacts)().dump({"id": "1", "facts": None})["facts"] is None


def test_a_kind_of_facts_has_one_schema_of_jobs() -> None:
    assert job_of(CountedFacts) is job_of(CountedFacts)
    assert job_of(CountedFacts).__name__ == "CountedJob"
    assert isinstance(job_of(CountedFacts)().fields["facts"], ma.fields.Nested)


def test_words_of_tasks_are_those_that_tasks_have() -> None:
    assert SURENESS == guess.SURENESS
    assert MetricFacts().fields["better"].metadata["enum"] == [*get_args(Better), None]

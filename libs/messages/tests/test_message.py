"""The envelope: CloudEvents 1.0 in JSON, and what is not one is refused with a reason."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.messages import Message

# What rows keep of a message: text that every database takes, and not long.
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=64)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.builds(
    Message, WORDS, WORDS, WORDS, WORDS, st.dictionaries(st.text(), VALUES, max_size=3), request_id=st.none() | WORDS
)
COMMAND = Message("profile.requested", "project", "job-1", "red", {"model": "m1"}, request_id="r1")


@given(MESSAGES)
def test_a_message_comes_back_as_it_went(message: Message) -> None:
    assert Message.from_json(message.to_json()) == message


def test_the_envelope_has_the_attributes_that_cloudevents_wants() -> None:
    document = json.loads(COMMAND.to_json())

    assert document["specversion"] == "1.0"
    assert {"id", "source", "type", "time", "subject", "datacontenttype", "data"} <= document.keys()
    assert datetime.fromisoformat(document["time"]).utcoffset() == timedelta(0)
    assert all(name.isalnum() and name.islower() for name in document), "extension names have letters and digits only"


def test_two_messages_with_the_same_content_have_ids_of_their_own() -> None:
    first, second = (Message("profile.requested", "project", "job-1", "red", {}) for _ in range(2))

    assert first.id != second.id


def test_a_message_that_no_request_began_says_nothing_of_one() -> None:
    assert "requestid" not in json.loads(Message("profile.succeeded", "profiler", "job-1", "red", {}).to_json())


def test_attributes_that_other_senders_add_are_no_fault() -> None:
    document = {**json.loads(COMMAND.to_json()), "traceparent": "00-…", "dataschema": "https://example.com"}

    assert Message.from_json(json.dumps(document)) == COMMAND


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a CloudEvents 1.0 message"),
        (b"null", "not a CloudEvents 1.0 message"),
        (b'{"specversion": "0.3"}', "not a CloudEvents 1.0 message"),
    ],
    ids=["nothing", "no-text", "too-deep", "a-list", "null", "an-old-version"],
)
def test_what_is_no_envelope_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Message.from_json(text)


@pytest.mark.parametrize("name", ["type", "source", "subject", "team", "id", "time"])
@pytest.mark.parametrize("value", [None, "", 7, ["red"], {}])
def test_an_attribute_that_is_missing_empty_or_no_text_is_named(name: str, value: Any) -> None:
    document = json.loads(COMMAND.to_json())
    document.pop(name) if value is None else document.update({name: value})

    with pytest.raises(ValueError, match=f"its {name} is not a text"):
        Message.from_json(json.dumps(document))


@pytest.mark.parametrize("data", [None, [], "text", 1])
def test_data_that_is_no_object_is_refused(data: Any) -> None:
    document = {**json.loads(COMMAND.to_json()), "data": data}

    with pytest.raises(ValueError, match="its data is not a JSON object"):
        Message.from_json(json.dumps(document))


def test_a_request_id_that_is_no_text_is_named() -> None:
    document = {**json.loads(COMMAND.to_json()), "requestid": 7}

    with pytest.raises(ValueError, match="its requestid is not a text"):
        Message.from_json(json.dumps(document))

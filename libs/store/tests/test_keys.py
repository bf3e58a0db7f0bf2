"""Where things lie: every key stays in its team, and in the store."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.store import Keys
from workbench.store.keys import checked, token

NAMES = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=20).filter(
    lambda name: name.strip(".") and not name.startswith(".")
)


def test_the_layout_is_that_of_the_design() -> None:
    keys = Keys("red")

    assert keys.upload("u1", "form/0") == "teams/red/uploads/u1/form/0"
    assert keys.declared("model", "u1") == "teams/red/declared/model/u1.json"
    assert keys.run("j1", 3, "model.xml") == "teams/red/runs/j1/3/model.xml"
    assert keys.blob("ab") == "teams/red/blobs/sha256/ab"
    assert keys.manifest("model", "m1") == "teams/red/manifests/model/m1.json"
    assert keys.reference("m1", "project-1") == "teams/red/references/m1/project-1"
    assert keys.tombstone("m1", "d1") == "teams/red/tombstones/m1/d1"
    assert token("ab") == "identity/tokens/ab.json"


def test_without_a_name_a_key_is_the_prefix_of_all() -> None:
    keys = Keys("red")

    assert keys.upload("u1", "x").startswith(keys.upload("u1"))
    assert keys.reference("m1", "x").startswith(keys.reference("m1"))
    assert not keys.reference("m11", "x").startswith(keys.reference("m1"))


@given(team=NAMES, other=NAMES, thing=NAMES, holder=NAMES)
def test_no_key_of_a_team_is_below_another(team: str, other: str, thing: str, holder: str) -> None:
    if team == other:
        return
    keys = Keys(team)

    made = [
        keys.upload(thing, holder),
        keys.run(thing, 1, holder),
        keys.blob(thing),
        keys.manifest(thing, holder),
        keys.declared(thing, holder),
        keys.reference(thing, holder),
        keys.tombstone(thing, holder),
    ]
    for key in made:
        assert not key.startswith(f"teams/{other}/")
        assert checked(key) == key


@pytest.mark.parametrize("name", ["../../b/blobs/x", "..", "a/../../x", "./x", "a//b", "/x"])
def test_a_name_that_climbs_is_not_a_key(name: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        checked(Keys("red").upload("u1", name))


@given(st.text(max_size=60))
def test_what_passes_stays_below_the_root(key: str) -> None:
    try:
        checked(key)
    except ValueError:
        return
    parts = key.split("/")
    assert not {"", ".", ".."} & set(parts)
    assert not key.startswith((".", "/"))
    assert "\0" not in key

"""`workbench admin` as an operator types it, through the entry point the client finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commanding import CliRunner, Result
from flask.testing import FlaskClient
from workbench.client.cli import app
from workbench.converter.app import create_app
from workbench.store import FileStore, Keys
from workbench.webapp.connect import connect
from workbench.webapp.settings import load

Admin = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def admin(home: Path) -> Admin:
    """Runs a command in this home."""

    def run(*words: str, **environment: str) -> Result:
        return CliRunner().invoke(app, ["admin", *words], env={"WORKBENCH_HOME": str(home), **environment})

    return run


def answered(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(result: Result, code: int, words: str) -> None:
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr.splitlines()) <= 4


@pytest.fixture
def api(home: Path) -> Any:
    """A service of this home."""
    settings = load({"WORKBENCH_HOME": str(home)})
    adapters = connect(settings, "converter")
    yield create_app(adapters, settings).test_client()
    adapters.close()


def status(api: FlaskClient, secret: str) -> int:
    return api.get("/v1/conversions", headers={"Authorization": f"Bearer {secret}"}).status_code


def test_from_a_team_to_a_token_that_works_and_is_revoked(admin: Admin, api: FlaskClient) -> None:
    assert answered(admin("teams", "create", "red", "--storage-gib", "1.5", "--json"))["storage_limit_bytes"] == 3 << 29
    token = answered(admin("tokens", "create", "red", "ci", "--role", "viewer", "--days", "30", "--json"))
    assert token["role"] == "viewer"
    assert token["expires"] > token["created_at"]
    assert status(api, token["secret"]) == 200

    other = answered(admin("tokens", "create", "red", "unused", "--json"))
    gone = answered(admin("tokens", "revoke", other["id"][:12], "--json"))

    assert gone["name"] == "unused"
    assert status(api, other["secret"]) == 401
    assert status(api, token["secret"]) == 200


def test_the_secret_is_printed_alone_on_stdout_and_never_again(admin: Admin, api: FlaskClient, home: Path) -> None:
    admin("teams", "create", "red")
    made = admin("tokens", "create", "red", "ci")
    secret = made.stdout.strip()

    assert status(api, secret) == 200
    assert secret not in made.stderr
    assert "not shown again" in made.stderr
    for words in (("tokens", "list"), ("tokens", "list", "--json"), ("teams", "list")):
        assert secret not in admin(*words).output
    assert not any(secret.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_lists_are_tables_for_people_and_json_for_programs(admin: Admin) -> None:
    assert answered(admin("teams", "list", "--json")) == []
    for team in ("red", "blue"):
        admin("teams", "create", team)
        admin("tokens", "create", team, "ci")

    assert [team["name"] for team in answered(admin("teams", "list", "--json"))] == ["blue", "red"]
    tokens = answered(admin("tokens", "list", "--team", "red", "--json"))
    assert [(token["team"], token["role"], token["expired"]) for token in tokens] == [("red", "member", False)]
    assert len(tokens[0]["id"]) == 64
    shown = admin("tokens", "list").stdout
    assert tokens[0]["id"][:12] in shown
    assert "blue" in shown


def test_an_expired_token_is_refused_and_listed_as_such(admin: Admin, api: FlaskClient) -> None:
    admin("teams", "create", "red")
    secret = answered(admin("tokens", "create", "red", "ci", "--days", "0", "--json"))["secret"]
    time.sleep(0.01)

    assert status(api, secret) == 401
    assert answered(admin("tokens", "list", "--json"))[0]["expired"] is True


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("teams", "create", "Red"), "1 to 40 of a-z"),
        (("teams", "create", "../red"), "1 to 40 of a-z"),
        (("teams", "create", "red", "--storage-gib", "-1"), "--storage-gib"),
        (("tokens", "create", "unknown", "ci"), "no team 'unknown'"),
        (("tokens", "create", "red", "ci", "--role", "owner"), "owner"),
        (("tokens", "create", "red", "ci", "--days", "-1"), "--days"),
        (("tokens", "revoke", "abc"), "8 characters"),
        (("tokens", "revoke", "0123456789"), "No token"),
        (("gc", "--older-than", "-1"), "--older-than"),
        (("gc", "--older-than", "week"), "number"),
        (("unknown",), "unknown"),
    ],
)
def test_wrong_usage_is_a_line_and_exit_code_2(admin: Admin, words: tuple[str, ...], says: str) -> None:
    result = admin(*words)

    assert result.exit_code == 2, result.output
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_a_team_is_not_made_twice(admin: Admin) -> None:
    admin("teams", "create", "red")

    refused(admin("teams", "create", "red"), 2, "already")


def test_a_wrong_setting_is_named(admin: Admin) -> None:
    refused(admin("teams", "list", WORKBENCH_SLOTS="many"), 2, "WORKBENCH_SLOTS='many'")


def test_a_database_that_is_away_is_a_line_and_its_password_is_not_in_it(admin: Admin) -> None:
    url = "postgresql://user:sesame@127.0.0.1:1/workbench"

    for command in ("gc", "check"):
        result = admin(command, WORKBENCH_DATABASE_URL=url)
        refused(result, 3, "database")
        assert "sesame" not in result.output


def test_a_store_that_is_away_is_a_line_and_its_key_is_not_in_it(admin: Admin) -> None:
    result = admin(
        "teams",
        "list",
        WORKBENCH_S3_ENDPOINT="http://127.0.0.1:1",
        WORKBENCH_S3_ACCESS_KEY="ali",
        WORKBENCH_S3_SECRET_KEY="sesame",
    )

    refused(result, 3, "store")
    assert "sesame" not in result.output


def test_gc_and_check_where_nothing_was_ever_served_say_so(admin: Admin) -> None:
    refused(admin("gc"), 3, "nothing was removed")
    result = admin("check")
    assert result.exit_code == 1
    assert "no service has rows" in result.stdout


def test_check_says_first_how_far_runs_are_confined(admin: Admin, api: FlaskClient) -> None:
    result = admin("check")

    assert "runs are confined" in result.stderr or "runs are not confined completely" in result.stderr
    assert "runs are" not in admin("check", WORKBENCH_SANDBOX="perhaps").stderr


def test_gc_says_what_went_and_check_what_is_wrong(admin: Admin, api: FlaskClient, home: Path) -> None:
    store, key = FileStore(home / "store"), Keys("red").blob("ab" * 32)
    store.put(key, b"bytes")
    os.utime(home / "store" / key, (0, 0))
    store.put(Keys("red").manifest("thing", "m"), b"{")

    refused(admin("gc"), 3, "teams/red/manifests/thing/m.json")
    findings = admin("check", "--json")
    assert findings.exit_code == 1
    assert json.loads(findings.stdout)[0]["what"] == "teams/red/manifests/thing/m.json"
    assert "found wrong: 1" in admin("check").stderr

    store.delete(Keys("red").manifest("thing", "m"))
    assert "would be removed" in admin("gc", "--dry-run").stdout
    assert store.exists(key)
    assert answered(admin("gc", "--json"))["blobs"] == 1
    assert not store.exists(key)
    assert admin("check", "--deep").exit_code == 0


def test_every_command_has_a_help_text(admin: Admin) -> None:
    for words in (
        ["gc"],
        ["check"],
        ["teams", "create"],
        ["teams", "list"],
        ["tokens", "create"],
        ["tokens", "list"],
        ["tokens", "revoke"],
    ):
        help = admin(*words, "--help")
        assert help.exit_code == 0
        assert "--json" in help.stdout


def test_the_installed_command_loads_nothing_of_the_server_for_its_help() -> None:
    code = (
        "import sys\nfrom workbench.client.cli import app\n"
        "try:\n    app(['admin', '--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted(name for name in ('flask', 'sqlalchemy', 'boto3', 'workbench.jobs') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert "tokens" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
